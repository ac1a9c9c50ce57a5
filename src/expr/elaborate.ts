import {
  bool,
  type DataType,
  f64,
  i32,
  i64,
  isFloat,
  isInteger,
  isNumeric,
  isTemporal,
  isText,
  isUnsigned,
  type NumericType,
  sameType,
  type Timestamp,
  timestamp,
  typeText,
  utf8,
} from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import { timeZone } from '../schema/time-zone.ts';
import { castable, castTo } from './cast.ts';
import { comparison, isIn } from './comparisons.ts';
import { type Core, core, coreLiteral, isLiteral } from './core.ts';
import { type Call, type Expression, literal } from './expression.ts';
import { literalAs, naturalLiteral, temporalLiteral } from './literal.ts';
import { integerConstant, Operands } from './operands.ts';
import { arityText, type Op, ops } from './ops.ts';
import { arithmeticType, commonType, fits, literalTypeBeside, smallestInteger } from './promote.ts';
import { textCall } from './text-calls.ts';
import { formatTime, localize, roundTime, timePart } from './time-ops.ts';

/** Checks names and types of an expression and makes every conversion explicit. */
export class Elaborator extends Operands {
  readonly #schema: Schema;
  readonly #done = new Map<string, Core>();

  /** `verb` is what the user called, for errors. */
  constructor(schema: Schema, verb: string) {
    super(verb);
    this.#schema = schema;
  }

  /** @throws SchemaError for an unknown column, or an operation that its operands' types lack */
  elaborate(expression: Expression): Core {
    let done = this.#done.get(expression.key);
    if (!done) {
      done = this.#node(expression);
      this.#done.set(expression.key, done);
    }
    return done;
  }

  #node(expression: Expression): Core {
    switch (expression.kind) {
      case 'column': {
        const { type } = this.#schema.field(expression.name, this.verb);
        return core('column', type, [], { place: this.#schema.indexOf(expression.name) });
      }
      case 'literal':
        return naturalLiteral(expression) ?? this.fail("null has no type here; write cast(null, 'f64')");
      case 'aggregate':
        return this.fail(`${expression.name}() is an aggregation, or no function at all; only agg takes aggregations`);
      default:
        return this.#call(expression);
    }
  }

  #call({ op, args, to }: Call): Core {
    const [least, most] = ops[op].arity;
    if (args.length < least || args.length > most) {
      this.fail(`${op}() takes ${arityText(ops[op].arity)}, here are ${args.length}`);
    }
    const [a, b, c] = args as [Expression, Expression, Expression];
    switch (op) {
      case 'add':
      case 'sub':
      case 'mul':
        return this.#arithmetic(op, a, b);
      case 'div':
      case 'floordiv':
      case 'mod':
      case 'pow':
        return this.#division(op, a, b);
      case 'least':
      case 'greatest':
        return this.#extreme(op, a, b);
      case 'eq':
      case 'ne':
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge':
        return comparison(this, op, a, b);
      case 'and':
      case 'or':
      case 'xor':
        return this.#logic(op, a, b);
      case 'not':
        return this.#not(this.elaborate(a), a);
      case 'neg':
      case 'abs':
        return this.#sign(op, a);
      case 'round':
        if (!isTemporal(this.elaborate(a).type)) return this.#round(a, b);
        return roundTime(op, this.time(op, a), this.textConstant(op, b ?? literal(null)), `${this.verb}: ${op}`);
      case 'floor':
      case 'ceil':
      case 'trunc':
        if (op === 'trunc' || !b) return this.#rounding(op, a);
        return roundTime(op, this.time(op, a), this.textConstant(op, b), `${this.verb}: ${op}`);
      case 'sqrt':
      case 'exp':
      case 'log':
      case 'log2':
      case 'log10':
        return core(op, f64(), [this.as(this.number(op, a), f64())]);
      case 'isNull':
      case 'notNull':
        return core(op, bool(), [this.elaborate(a)]);
      case 'isNaN':
        return this.#isNaN(this.elaborate(a));
      case 'isna':
        return this.#missing(this.elaborate(a));
      case 'notna':
        return core('not', bool(), [this.#missing(this.elaborate(a))]);
      case 'fillNull': {
        const [x, filler] = this.#unify(op, a, b);
        return core('ifElse', x.type, [core('notNull', bool(), [x]), x, filler]);
      }
      case 'fillna': {
        const [x, filler] = this.#unify(op, a, b);
        return core('ifElse', x.type, [core('not', bool(), [this.#missing(x)]), x, filler]);
      }
      case 'between':
        return core('and', bool(), [comparison(this, 'ge', a, b), comparison(this, 'le', a, c)]);
      case 'clip':
        return this.#clip(a, b, c);
      case 'ifElse': {
        const [x, y] = this.#unify(op, b, c);
        return core('ifElse', x.type, [this.#condition(op, a), x, y]);
      }
      case 'isIn':
        return isIn(this, a, args.slice(1));
      case 'cast':
        return this.#cast(a, to!);
      case 'tz':
      case 'tzLocalize':
        return this.#zoned(op, a, b);
      case 'strftime':
        return formatTime(this.time(op, a), this.textConstant(op, b));
      case 'dayName':
      case 'monthName':
        return formatTime(this.time(op, a), op === 'dayName' ? '%A' : '%B');
      default:
        return textCall(this, op, [a, b, c]) ?? timePart(op, this.time(op, a));
    }
  }

  #timestamp(op: Op, a: Expression): Core & { readonly type: Timestamp } {
    const x = this.elaborate(a);
    return x.type.kind === 'timestamp'
      ? (x as Core & { readonly type: Timestamp })
      : this.wrong(op, 'a timestamp', a, x.type);
  }

  /** The same instants under another zone's clock; or times without a zone as what its clock showed. */
  #zoned(op: 'tz' | 'tzLocalize', a: Expression, b: Expression): Core {
    const x = this.#timestamp(op, a);
    const zone = timeZone(this.textConstant(op, b), `${this.verb}: ${op}`).name;
    if (op === 'tz') return castTo(x, timestamp(x.type.unit, zone));
    if (x.type.timezone) this.fail(`tzLocalize(): ${a.key} has the zone ${x.type.timezone} already; tz() changes it`);
    return localize(x, zone);
  }

  #arithmetic(op: 'add' | 'sub' | 'mul', a: Expression, b: Expression): Core {
    const types = [this.typeOf(a), this.typeOf(b)];
    if (op === 'add' && types.every(type => type === null || isText(type))) {
      return core('concat', utf8(), [this.text(this.any(a, utf8())), this.text(this.any(b, utf8()))]);
    }
    if (types.every(type => type?.kind === 'bool')) {
      if (op === 'sub') this.fail('sub() of two bools has no meaning; use xor (^)');
      return core(op === 'add' ? 'or' : 'and', bool(), [this.elaborate(a), this.elaborate(b)]);
    }
    const [x, y, type] = this.numbers(op, a, b, arithmeticType);
    if (op !== 'sub' && isLiteral(x)) return core(op, type, [y, x]);
    return core(op, type, [x, y]);
  }

  /** `/`, `//`, `%` and `**`: float64, unless an integer column meets an integer constant that makes the answer an integer. */
  #division(op: 'div' | 'floordiv' | 'mod' | 'pow', a: Expression, b: Expression): Core {
    const exponent = integerConstant(b);
    const left = this.typeOf(a);
    const whole = left !== null && (isInteger(left) || left.kind === 'bool');
    if (op === 'pow' && whole && left.kind !== 'uint64' && exponent !== undefined && a.kind !== 'literal') {
      if (exponent < 0n)
        this.fail(`pow() of the integer ${a.key} to the ${exponent} is no integer; cast it to f64 first`);
      return core('pow', i64(), [this.as(this.number(op, a), i64()), coreLiteral(i64(), exponent)]);
    }
    if ((op === 'floordiv' || op === 'mod') && whole && exponent !== undefined && exponent !== 0n) {
      const [x, y, type] = this.numbers(op, a, b, arithmeticType);
      if (isInteger(type)) return core(op, type, [x, y]);
    }
    const [x, y] = this.numbers(op, a, b, () => f64());
    if (op === 'pow' && isLiteral(y) && y.value === 2) return core('mul', f64(), [x, x]);
    return core(op, f64(), [x, y]);
  }

  #extreme(op: 'least' | 'greatest', a: Expression, b: Expression): Core {
    const [x, y, type] = this.numbers(op, a, b, (p, q) => wide(commonType(p, q)), literalTypeBeside);
    return isLiteral(x) ? core(op, type, [y, x]) : core(op, type, [x, y]);
  }

  #clip(x: Expression, low: Expression, high: Expression): Core {
    const isNone = (bound: Expression): boolean => bound.kind === 'literal' && bound.value === null;
    if (isNone(low) && isNone(high)) return this.number('clip', x);
    if (isNone(low)) return this.#extreme('least', x, high);
    const raised = this.#extreme('greatest', x, low);
    if (isNone(high)) return raised;
    const whole = integerConstant(high);
    if (high.kind === 'literal' && (whole === undefined ? isFloat(raised.type) : fitsNumeric(whole, raised.type))) {
      return core('least', raised.type, [raised, literalAs(high.value, raised.type)!]);
    }
    const top = this.number('clip', high);
    const type = wide(commonType(raised.type as NumericType, top.type as NumericType));
    return core('least', type, [this.as(raised, type), this.as(top, type)]);
  }

  #logic(op: 'and' | 'or' | 'xor', a: Expression, b: Expression): Core {
    const types = [this.typeOf(a), this.typeOf(b)];
    if (types.every(type => type === null || type.kind === 'bool')) {
      return core(op, bool(), [this.any(a, bool()), this.any(b, bool())]);
    }
    for (const [i, type] of types.entries()) {
      if (type && !isInteger(type) && type.kind !== 'bool') this.wrong(op, 'a bool or an integer', i ? b : a, type);
    }
    const [x, y, type] = this.numbers(op, a, b, commonType, literalTypeBeside);
    if (!isInteger(type)) this.fail(`${op}() of ${typeText(types[0]!)} and ${typeText(types[1]!)} has no integer type`);
    return isLiteral(x) ? core(`bit${op}`, type, [y, x]) : core(`bit${op}`, type, [x, y]);
  }

  #not(x: Core, at: Expression): Core {
    if (x.type.kind === 'bool') return core('not', bool(), [x]);
    if (!isInteger(x.type)) this.wrong('not', 'a bool or an integer', at, x.type);
    return core('bitnot', x.type, [x]);
  }

  #sign(op: 'neg' | 'abs', a: Expression): Core {
    const x = this.elaborate(a);
    if (x.type.kind === 'bool') return op === 'neg' ? core('not', bool(), [x]) : x;
    const type = this.number(op, a).type as NumericType;
    if (op === 'abs' && isUnsigned(type)) return x;
    const signed = isFloat(type) ? type : type.kind === 'int32' ? type : arithmeticType(type, smallestInteger(-1n));
    return core(op, signed, [this.as(x, signed)]);
  }

  #round(a: Expression, b: Expression | undefined): Core {
    const x = this.number('round', a);
    const decimals = b === undefined ? 0n : integerConstant(b);
    if (decimals === undefined) this.fail(`round() takes a constant number of decimals, not ${b!.key}`);
    if (isInteger(x.type) && decimals! >= 0n) return x;
    if (decimals === 0n) return core('round', x.type, [x]);
    return core('roundTo', f64(), [this.as(x, f64())], { value: Number(decimals) });
  }

  #rounding(op: 'floor' | 'ceil' | 'trunc', a: Expression): Core {
    const x = this.number(op, a);
    return isInteger(x.type) ? x : core(op, x.type, [x]);
  }

  #isNaN(x: Core): Core {
    return isFloat(x.type) ? core('isNaN', bool(), [x]) : coreLiteral(bool(), false);
  }

  #missing(x: Core): Core {
    const isNull = core('isNull', bool(), [x]);
    return isFloat(x.type) ? core('or', bool(), [isNull, this.#isNaN(x)]) : isNull;
  }

  #cast(a: Expression, to: DataType): Core {
    if (a.kind === 'literal') {
      const constant = isTemporal(to) && a.value !== null ? temporalLiteral(a.value, to) : undefined;
      if (constant) return coreLiteral(to, to.kind === 'date32' ? Number(constant.value) : constant.value);
      if (a.value === null) return coreLiteral(to, null);
    }
    const x = this.elaborate(a);
    if (!castable(x.type, to)) this.fail(`cast() can't make ${typeText(to)} of ${a.key}, which is ${typeText(x.type)}`);
    return this.as(x, to);
  }

  #condition(op: Op, expression: Expression): Core {
    const x = this.any(expression, bool());
    return x.type.kind === 'bool' ? x : this.wrong(op, 'a bool', expression, x.type);
  }

  /** Two branches in one type. */
  #unify(op: Op, a: Expression, b: Expression): [Core, Core] {
    const left = this.typeOf(a);
    const right = this.typeOf(b);
    if (left === null && right === null) this.fail(`${op}() of two nulls has no type; write cast(null, 'f64')`);
    if (left === null || right === null) return [this.any(a, right!), this.any(b, left!)];
    if (isNumeric(left) && isNumeric(right)) {
      const [x, y] = this.numbers(op, a, b, commonType, literalTypeBeside);
      return [x, y];
    }
    if (isText(left) && isText(right)) return [this.text(this.elaborate(a)), this.text(this.elaborate(b))];
    if (isTemporal(left) && b.kind === 'literal') return [this.elaborate(a), this.#cast(b, left)];
    if (isTemporal(right) && a.kind === 'literal') return [this.#cast(a, right), this.elaborate(b)];
    if (!sameType(left, right))
      this.fail(`${op}() needs two values of one type, here are ${typeText(left)} and ${typeText(right)}`);
    return [this.elaborate(a), this.elaborate(b)];
  }
}

/** Types that have arithmetic kernels; narrower integers compute in int32. */
const wide = (type: NumericType): NumericType =>
  isFloat(type) || type.kind === 'int64' || type.kind === 'uint64' || type.kind === 'int32'
    ? type
    : type.kind === 'uint32'
      ? i64()
      : i32();

const fitsNumeric = (value: bigint, type: DataType): boolean => isFloat(type) || fits(value, type);
