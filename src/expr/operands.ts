import { SchemaError } from '../errors.ts';
import {
  type DataType,
  f64,
  i32,
  isFloat,
  isNumeric,
  isTemporal,
  isText,
  type NumericType,
  sameType,
  typeText,
  utf8,
} from '../schema/data-type.ts';
import { castTo } from './cast.ts';
import { type Core, coreLiteral, isLiteral } from './core.ts';
import type { Expression, Literal } from './expression.ts';
import { literalAs } from './literal.ts';
import type { Op } from './ops.ts';
import { fits, smallestInteger } from './promote.ts';
import type { TimeCore } from './time-ops.ts';

/** What operations ask of their operands: types, and the conversions that make them what is needed. */
export abstract class Operands {
  /** What the user called, for errors. */
  readonly verb: string;

  constructor(verb: string) {
    this.verb = verb;
  }

  /** @throws SchemaError for an unknown column, or an operation that its operands' types lack */
  abstract elaborate(expression: Expression): Core;

  /** An operand that is text. */
  texts(op: Op, a: Expression): Core {
    const x = this.elaborate(a);
    return isText(x.type) ? x : this.wrong(op, 'text', a, x.type);
  }

  /** A constant text. */
  textConstant(op: Op, b: Expression): string {
    if (b.kind === 'literal' && typeof b.value === 'string') return b.value;
    return this.fail(`${op}() takes a constant text, not ${b.key}`);
  }

  /** A constant whole number that fits in int32. */
  place(op: Op, b: Expression): number {
    const place = integerConstant(b);
    if (place !== undefined && fits(place, i32())) return Number(place);
    return this.fail(`${op}() takes constant whole numbers, not ${b.key}`);
  }

  /** An operand that is a date or time. */
  time(op: Op, a: Expression): TimeCore {
    const x = this.elaborate(a);
    return isTemporal(x.type) ? (x as TimeCore) : this.wrong(op, 'a date or time', a, x.type);
  }

  /** Two operands in the type that `rule` gives; constants follow the column beside them. */
  numbers(
    op: Op,
    a: Expression,
    b: Expression,
    rule: (a: NumericType, b: NumericType) => NumericType,
    beside: (value: bigint, type: NumericType) => NumericType = besideInArithmetic,
  ): [Core, Core, NumericType] {
    const left = this.#numericType(op, a);
    const right = this.#numericType(op, b);
    // a null constant takes the other side's type
    const first = left ?? right ?? f64();
    const second = right ?? first;
    const p = a.kind === 'literal' && b.kind !== 'literal' ? weak(a, second, beside) : first;
    const q = b.kind === 'literal' && a.kind !== 'literal' ? weak(b, first, beside) : second;
    const type = rule(p, q);
    return [this.#constantOr(a, type), this.#constantOr(b, type), type];
  }

  /** The operand in a numeric type; constants are made in it. */
  #constantOr(expression: Expression, type: NumericType): Core {
    if (expression.kind === 'literal') {
      const constant = literalAs(expression.value, type);
      if (constant) return constant;
    }
    return this.as(this.elaborate(expression), type);
  }

  /** The operand's numeric type (bool counts as int8), null for a null constant. */
  #numericType(op: Op, expression: Expression): NumericType | null {
    const type = this.typeOf(expression);
    if (type === null) return null;
    if (type.kind === 'bool') return i8Type;
    if (!isNumeric(type)) return this.wrong(op, 'a number', expression, type);
    return type;
  }

  /** An operand that is a number; bools as int32. */
  number(op: Op, expression: Expression): Core {
    const x = this.elaborate(expression);
    if (x.type.kind === 'bool') return this.as(x, i32());
    return isNumeric(x.type) ? x : this.wrong(op, 'a number', expression, x.type);
  }

  /** An expression, or a null of this type. */
  any(expression: Expression, type: DataType): Core {
    return expression.kind === 'literal' && expression.value === null
      ? coreLiteral(type, null)
      : this.elaborate(expression);
  }

  /** Plain text: codes of a dictionary are looked up. */
  text(x: Core): Core {
    return x.type.kind === 'dictionary' ? castTo(x, utf8()) : x;
  }

  /** The operand in another type. */
  as(x: Core, type: DataType): Core {
    if (sameType(x.type, type)) return x;
    if (isLiteral(x) && x.value === null) return coreLiteral(type, null);
    if (isLiteral(x) && typeof x.value !== 'boolean' && isNumeric(x.type) && isNumeric(type)) {
      const constant = literalAs(x.value, type);
      if (constant) return constant;
    }
    return castTo(x, type);
  }

  /** The operand's type, null for a null constant. */
  typeOf(expression: Expression): DataType | null {
    if (expression.kind === 'literal' && expression.value === null) return null;
    return this.elaborate(expression).type;
  }

  /** An operand is of the wrong type. */
  wrong(op: string, wanted: string, at: Expression, type: DataType): never {
    const name = at.kind === 'column' ? `"${at.name}"` : at.key;
    throw new SchemaError(`${this.verb}: ${op}() needs ${wanted}, ${name} is ${typeText(type)}`, {
      column: at.kind === 'column' ? at.name : undefined,
      expected: wanted,
    });
  }

  /** The expression makes no sense. */
  fail(problem: string): never {
    throw new SchemaError(`${this.verb}: ${problem}`);
  }
}

const i8Type: NumericType = /* @__PURE__ */ Object.freeze({ kind: 'int8' });

function besideInArithmetic(value: bigint, type: NumericType): NumericType {
  return type.kind === 'uint64' && value >= 0n ? type : smallestInteger(value);
}

/** The type a constant has beside a column of `type`. */
function weak(
  constant: Literal,
  type: NumericType,
  beside: (value: bigint, type: NumericType) => NumericType,
): NumericType {
  const whole = integerConstant(constant);
  if (isFloat(type)) return type;
  if (whole !== undefined) return beside(whole, type);
  return typeof constant.value === 'boolean' ? i8Type : f64();
}

/** The value of an integer constant. */
export function integerConstant(expression: Expression): bigint | undefined {
  if (expression.kind !== 'literal' || expression.float) return undefined;
  const { value } = expression;
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : undefined;
}
