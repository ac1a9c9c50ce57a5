import { SchemaError } from '../errors.ts';
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
import { type Core, core, coreLiteral, isLiteral } from './core.ts';
import { type Call, type Constant, type Expression, type Literal, literal } from './expression.ts';
import { literalAs, naturalLiteral, temporalLiteral } from './literal.ts';
import { arityText, type Op, ops } from './ops.ts';
import { patternOf } from './pattern.ts';
import { arithmeticType, commonType, fits, literalTypeBeside, rangeOf, smallestInteger } from './promote.ts';
import { formatTime, localize, roundTime, type TimeCore, timePart } from './time-ops.ts';

/** Checks names and types of an expression and makes every conversion explicit. */
export class Elaborator {
  readonly #schema: Schema;
  readonly #verb: string;
  readonly #done = new Map<string, Core>();

  /** `verb` is what the user called, for errors. */
  constructor(schema: Schema, verb: string) {
    this.#schema = schema;
    this.#verb = verb;
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
        const { type } = this.#schema.field(expression.name, this.#verb);
        return core('column', type, [], { place: this.#schema.indexOf(expression.name) });
      }
      case 'literal':
        return naturalLiteral(expression) ?? this.#fail("null has no type here; write cast(null, 'f64')");
      case 'aggregate':
        return this.#fail(`${expression.name}() is an aggregation, or no function at all; only agg takes aggregations`);
      default:
        return this.#call(expression);
    }
  }

  #call({ op, args, to }: Call): Core {
    const [least, most] = ops[op].arity;
    if (args.length < least || args.length > most) {
      this.#fail(`${op}() takes ${arityText(ops[op].arity)}, here are ${args.length}`);
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
        return this.#comparison(op, a, b);
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
        return roundTime(op, this.#time(op, a), this.#textConstant(op, b ?? literal(null)), `${this.#verb}: ${op}`);
      case 'floor':
      case 'ceil':
      case 'trunc':
        if (op === 'trunc' || !b) return this.#rounding(op, a);
        return roundTime(op, this.#time(op, a), this.#textConstant(op, b), `${this.#verb}: ${op}`);
      case 'sqrt':
      case 'exp':
      case 'log':
      case 'log2':
      case 'log10':
        return core(op, f64(), [this.#as(this.#number(op, a), f64())]);
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
        return core('and', bool(), [this.#comparison('ge', a, b), this.#comparison('le', a, c)]);
      case 'clip':
        return this.#clip(a, b, c);
      case 'ifElse': {
        const [x, y] = this.#unify(op, b, c);
        return core('ifElse', x.type, [this.#condition(op, a), x, y]);
      }
      case 'isIn':
        return this.#isIn(a, args.slice(1));
      case 'cast':
        return this.#cast(a, to!);
      case 'contains':
      case 'startsWith':
      case 'endsWith':
      case 'matches': {
        const looked = this.#textConstant(op, b);
        if (op === 'matches') this.#pattern(op, looked);
        return core(op, bool(), [this.#texts(op, a)], { set: [looked] });
      }
      case 'length':
        return core(op, i32(), [this.#text(this.#texts(op, a))]);
      case 'find':
        return core(op, i32(), [this.#text(this.#texts(op, a))], { set: [this.#textConstant(op, b)] });
      case 'occurrences':
        return core(op, i32(), [this.#text(this.#texts(op, a))], { set: [this.#someText(op, b)] });
      case 'extract':
      case 'replacePattern': {
        const pattern = this.#textConstant(op, b);
        const groups = this.#pattern(op, pattern);
        const detail = op === 'extract' ? this.#group(groups, c) : this.#textConstant(op, c);
        return core(op, utf8(), [this.#texts(op, a)], { set: [pattern, detail] });
      }
      case 'upper':
      case 'lower':
        return core(op, utf8(), [this.#text(this.#texts(op, a))]);
      case 'strip':
      case 'lstrip':
      case 'rstrip': {
        const ends = { lstrip: 1, rstrip: 2, strip: 3 }[op];
        return core('strip', utf8(), [this.#text(this.#texts(op, a))], { set: [ends] });
      }
      case 'replace': {
        const set = [this.#someText(op, b), this.#textConstant(op, c)];
        return core(op, utf8(), [this.#text(this.#texts(op, a))], { set });
      }
      case 'splitPart': {
        const set = [this.#someText(op, b), this.#place(op, c)];
        return core(op, utf8(), [this.#text(this.#texts(op, a))], { set });
      }
      case 'repeat': {
        const times = this.#place(op, b);
        if (times < 0) this.#fail(`repeat() takes a number of times from 0 on, not ${times}`);
        return core(op, utf8(), [this.#text(this.#texts(op, a))], { set: [times] });
      }
      case 'padStart':
      case 'padEnd':
      case 'zfill': {
        const fill = op === 'zfill' ? '0' : c ? this.#textConstant(op, c) : ' ';
        if ([...fill].length !== 1) this.#fail(`${op}() fills with one character, not ${JSON.stringify(fill)}`);
        const set = [this.#place(op, b), fill, { padStart: 0, padEnd: 1, zfill: 2 }[op]];
        return core('pad', utf8(), [this.#text(this.#texts(op, a))], { set });
      }
      case 'slice': {
        const set = [this.#place(op, b), c ? this.#place(op, c) : 0x7fff_ffff];
        return core(op, utf8(), [this.#text(this.#texts(op, a))], { set });
      }
      case 'tz':
      case 'tzLocalize':
        return this.#zoned(op, a, b);
      case 'strftime':
        return formatTime(this.#time(op, a), this.#textConstant(op, b));
      case 'dayName':
      case 'monthName':
        return formatTime(this.#time(op, a), op === 'dayName' ? '%A' : '%B');
      default:
        return timePart(op, this.#time(op, a));
    }
  }

  #texts(op: Op, a: Expression): Core {
    const x = this.elaborate(a);
    return isText(x.type) ? x : this.#wrong(op, 'text', a, x.type);
  }

  #textConstant(op: Op, b: Expression): string {
    if (b.kind === 'literal' && typeof b.value === 'string') return b.value;
    return this.#fail(`${op}() takes a constant text, not ${b.key}`);
  }

  #someText(op: Op, b: Expression): string {
    return this.#textConstant(op, b) || this.#fail(`${op}() looks for a text that is not empty`);
  }

  /** The names of a pattern's groups, numbers for those without one; the first is the whole. */
  #pattern(op: Op, pattern: string): readonly (string | number)[] {
    try {
      const match = new RegExp(`${patternOf(pattern).source}|`, patternOf(pattern).flags).exec('')!;
      return [...match.keys(), ...Object.keys(match.groups ?? {})];
    } catch (cause) {
      throw new SchemaError(`${this.#verb}: ${op}() can't read the pattern: ${(cause as Error).message}`, { cause });
    }
  }

  /** The group that is wanted: by default the first, or of none the whole. */
  #group(groups: readonly (string | number)[], wanted: Expression | undefined): string | number {
    const given = wanted?.kind === 'literal' ? wanted.value : wanted && this.#fail(`extract() takes a constant group`);
    const group = given ?? (groups.includes(1) ? 1 : 0);
    if (groups.includes(group as string | number)) return group as string | number;
    return this.#fail(`extract(): the pattern has no group ${String(group)}; there are ${groups.join(', ')}`);
  }

  #place(op: Op, b: Expression): number {
    const place = integerConstant(b);
    if (place !== undefined && fits(place, i32())) return Number(place);
    return this.#fail(`${op}() takes constant whole numbers, not ${b.key}`);
  }

  #time(op: Op, a: Expression): TimeCore {
    const x = this.elaborate(a);
    return isTemporal(x.type) ? (x as TimeCore) : this.#wrong(op, 'a date or time', a, x.type);
  }

  #timestamp(op: Op, a: Expression): Core & { readonly type: Timestamp } {
    const x = this.elaborate(a);
    return x.type.kind === 'timestamp'
      ? (x as Core & { readonly type: Timestamp })
      : this.#wrong(op, 'a timestamp', a, x.type);
  }

  /** The same instants under another zone's clock; or times without a zone as what its clock showed. */
  #zoned(op: 'tz' | 'tzLocalize', a: Expression, b: Expression): Core {
    const x = this.#timestamp(op, a);
    const zone = timeZone(this.#textConstant(op, b), `${this.#verb}: ${op}`).name;
    if (op === 'tz') return castTo(x, timestamp(x.type.unit, zone));
    if (x.type.timezone) this.#fail(`tzLocalize(): ${a.key} has the zone ${x.type.timezone} already; tz() changes it`);
    return localize(x, zone);
  }

  #arithmetic(op: 'add' | 'sub' | 'mul', a: Expression, b: Expression): Core {
    const types = [this.#typeOf(a), this.#typeOf(b)];
    if (op === 'add' && types.every(type => type === null || isText(type))) {
      return core('concat', utf8(), [this.#text(this.#any(a, utf8())), this.#text(this.#any(b, utf8()))]);
    }
    if (types.every(type => type?.kind === 'bool')) {
      if (op === 'sub') this.#fail('sub() of two bools has no meaning; use xor (^)');
      return core(op === 'add' ? 'or' : 'and', bool(), [this.elaborate(a), this.elaborate(b)]);
    }
    const [x, y, type] = this.#numbers(op, a, b, arithmeticType);
    if (op !== 'sub' && isLiteral(x)) return core(op, type, [y, x]);
    return core(op, type, [x, y]);
  }

  /** `/`, `//`, `%` and `**`: float64, unless an integer column meets an integer constant that makes the answer an integer. */
  #division(op: 'div' | 'floordiv' | 'mod' | 'pow', a: Expression, b: Expression): Core {
    const exponent = integerConstant(b);
    const left = this.#typeOf(a);
    const whole = left !== null && (isInteger(left) || left.kind === 'bool');
    if (op === 'pow' && whole && left.kind !== 'uint64' && exponent !== undefined && a.kind !== 'literal') {
      if (exponent < 0n)
        this.#fail(`pow() of the integer ${a.key} to the ${exponent} is no integer; cast it to f64 first`);
      return core('pow', i64(), [this.#as(this.#number(op, a), i64()), coreLiteral(i64(), exponent)]);
    }
    if ((op === 'floordiv' || op === 'mod') && whole && exponent !== undefined && exponent !== 0n) {
      const [x, y, type] = this.#numbers(op, a, b, arithmeticType);
      if (isInteger(type)) return core(op, type, [x, y]);
    }
    const [x, y] = this.#numbers(op, a, b, () => f64());
    if (op === 'pow' && isLiteral(y) && y.value === 2) return core('mul', f64(), [x, x]);
    return core(op, f64(), [x, y]);
  }

  #extreme(op: 'least' | 'greatest', a: Expression, b: Expression): Core {
    const [x, y, type] = this.#numbers(op, a, b, (p, q) => wide(commonType(p, q)), literalTypeBeside);
    return isLiteral(x) ? core(op, type, [y, x]) : core(op, type, [x, y]);
  }

  #clip(x: Expression, low: Expression, high: Expression): Core {
    const isNone = (bound: Expression): boolean => bound.kind === 'literal' && bound.value === null;
    if (isNone(low) && isNone(high)) return this.#number('clip', x);
    if (isNone(low)) return this.#extreme('least', x, high);
    const raised = this.#extreme('greatest', x, low);
    if (isNone(high)) return raised;
    const whole = integerConstant(high);
    if (high.kind === 'literal' && (whole === undefined ? isFloat(raised.type) : fitsNumeric(whole, raised.type))) {
      return core('least', raised.type, [raised, literalAs(high.value, raised.type)!]);
    }
    const top = this.#number('clip', high);
    const type = wide(commonType(raised.type as NumericType, top.type as NumericType));
    return core('least', type, [this.#as(raised, type), this.#as(top, type)]);
  }

  #comparison(op: Comparison, a: Expression, b: Expression): Core {
    if (a.kind === 'literal' && b.kind !== 'literal') return this.#comparison(flipped[op], b, a);
    const left = this.#typeOf(a);
    const right = this.#typeOf(b);
    if (left === null || right === null) return coreLiteral(bool(), op === 'ne');
    if (isTemporal(left) || isTemporal(right)) return this.#compareTimes(op, a, b, left, right);
    if (isText(left) && isText(right)) return this.#compareTexts(op, a, b);
    if (left.kind === 'bool' && right.kind === 'bool') {
      const pair = [this.elaborate(a), this.elaborate(b)];
      if (op === 'eq' || op === 'ne') return core(op, bool(), pair);
      return core(
        op,
        bool(),
        pair.map(side => this.#as(side, i32())),
      );
    }
    if (b.kind === 'literal' && isInteger(left) && isNumeric(right)) {
      return this.#compareInteger(op, this.elaborate(a), b.value as number | bigint);
    }
    const number = (type: DataType): boolean => isNumeric(type) || type.kind === 'bool';
    if (!number(left)) this.#wrong(op, 'a number', a, left);
    if (!number(right)) this.#wrong(op, 'a number', b, right);
    const [x, y] = this.#numbers(op, a, b, commonType, literalTypeBeside);
    return core(op, bool(), [x, y]);
  }

  /** An integer column and any constant number, without leaving the column's type: x < 2.5 is x ≤ 2. */
  #compareInteger(op: Comparison, x: Core, constant: number | bigint): Core {
    const never = (answer: boolean): Core =>
      answer && op !== 'ne' ? core('notNull', bool(), [x]) : coreLiteral(bool(), answer);
    if (typeof constant === 'number' && Number.isNaN(constant)) return never(op === 'ne');
    const [low, high] = rangeOf(x.type);
    if (constant > high) return never(op === 'lt' || op === 'le' || op === 'ne');
    if (constant < low) return never(op === 'gt' || op === 'ge' || op === 'ne');
    if (typeof constant === 'number' && !Number.isInteger(constant)) {
      if (op === 'eq' || op === 'ne') return never(op === 'ne');
      const down = literalAs(BigInt(Math.floor(constant)), x.type);
      // below the smallest value after rounding: u8 > -0.5
      if (!down) return never(op === 'gt' || op === 'ge');
      return core(op === 'lt' || op === 'le' ? 'le' : 'gt', bool(), [x, down]);
    }
    return core(op, bool(), [x, literalAs(BigInt(constant), x.type)!]);
  }

  #compareTexts(op: Comparison, a: Expression, b: Expression): Core {
    if (b.kind === 'literal' && a.kind !== 'literal') {
      return core(op, bool(), [this.elaborate(a)], { set: [b.value as string] });
    }
    return core(op, bool(), [this.#text(this.elaborate(a)), this.#text(this.elaborate(b))]);
  }

  #compareTimes(op: Comparison, a: Expression, b: Expression, left: DataType, right: DataType): Core {
    if (!isTemporal(left)) return this.#wrong(op, typeText(right), a, left);
    const x = this.elaborate(a);
    if (b.kind === 'literal') {
      const constant = temporalLiteral(b.value, left);
      if (!constant)
        this.#fail(`${op}() can't read ${b.key} as ${typeText(left)}; write '2001-01-31' or '2001-01-31T12:00:00'`);
      const { value, exact } = constant!;
      if (!fits(value, left.kind === 'date32' ? i32() : i64()))
        this.#fail(`${op}(): ${b.key} is outside ${typeText(left)}`);
      if (!exact && (op === 'eq' || op === 'ne')) return coreLiteral(bool(), op === 'ne');
      const rounded = exact ? op : op === 'lt' || op === 'le' ? 'le' : 'gt';
      return core(rounded, bool(), [x, coreLiteral(left, left.kind === 'date32' ? Number(value) : value)]);
    }
    if (!isTemporal(right)) this.#wrong(op, typeText(left), b, right);
    const type = finerTime(left, right);
    return core(op, bool(), [this.#as(x, type), this.#as(this.elaborate(b), type)]);
  }

  #logic(op: 'and' | 'or' | 'xor', a: Expression, b: Expression): Core {
    const types = [this.#typeOf(a), this.#typeOf(b)];
    if (types.every(type => type === null || type.kind === 'bool')) {
      return core(op, bool(), [this.#any(a, bool()), this.#any(b, bool())]);
    }
    for (const [i, type] of types.entries()) {
      if (type && !isInteger(type) && type.kind !== 'bool') this.#wrong(op, 'a bool or an integer', i ? b : a, type);
    }
    const [x, y, type] = this.#numbers(op, a, b, commonType, literalTypeBeside);
    if (!isInteger(type))
      this.#fail(`${op}() of ${typeText(types[0]!)} and ${typeText(types[1]!)} has no integer type`);
    return isLiteral(x) ? core(`bit${op}`, type, [y, x]) : core(`bit${op}`, type, [x, y]);
  }

  #not(x: Core, at: Expression): Core {
    if (x.type.kind === 'bool') return core('not', bool(), [x]);
    if (!isInteger(x.type)) this.#wrong('not', 'a bool or an integer', at, x.type);
    return core('bitnot', x.type, [x]);
  }

  #sign(op: 'neg' | 'abs', a: Expression): Core {
    const x = this.elaborate(a);
    if (x.type.kind === 'bool') return op === 'neg' ? core('not', bool(), [x]) : x;
    const type = this.#number(op, a).type as NumericType;
    if (op === 'abs' && isUnsigned(type)) return x;
    const signed = isFloat(type) ? type : type.kind === 'int32' ? type : arithmeticType(type, smallestInteger(-1n));
    return core(op, signed, [this.#as(x, signed)]);
  }

  #round(a: Expression, b: Expression | undefined): Core {
    const x = this.#number('round', a);
    const decimals = b === undefined ? 0n : integerConstant(b);
    if (decimals === undefined) this.#fail(`round() takes a constant number of decimals, not ${b!.key}`);
    if (isInteger(x.type) && decimals! >= 0n) return x;
    if (decimals === 0n) return core('round', x.type, [x]);
    return core('roundTo', f64(), [this.#as(x, f64())], { value: Number(decimals) });
  }

  #rounding(op: 'floor' | 'ceil' | 'trunc', a: Expression): Core {
    const x = this.#number(op, a);
    return isInteger(x.type) ? x : core(op, x.type, [x]);
  }

  #isNaN(x: Core): Core {
    return isFloat(x.type) ? core('isNaN', bool(), [x]) : coreLiteral(bool(), false);
  }

  #missing(x: Core): Core {
    const isNull = core('isNull', bool(), [x]);
    return isFloat(x.type) ? core('or', bool(), [isNull, this.#isNaN(x)]) : isNull;
  }

  #isIn(a: Expression, list: readonly Expression[]): Core {
    const x = this.elaborate(a);
    const set: (number | bigint | string | boolean)[] = [];
    for (const item of list) {
      if (item.kind !== 'literal') this.#fail(`isIn() takes constants, not ${item.key}`);
      const { value } = item as Literal;
      if (value === null) continue;
      const constant = this.#member(x.type, value);
      if (constant !== null && constant !== undefined && !set.includes(constant)) set.push(constant);
    }
    return set.length === 0 ? coreLiteral(bool(), false) : core('isIn', bool(), [x], { set });
  }

  /** The constant as `type` stores it; undefined when no cell can equal it. */
  #member(type: DataType, value: Constant): number | bigint | string | boolean | null | undefined {
    if (isTemporal(type)) {
      const constant = temporalLiteral(value, type);
      if (!constant) this.#fail(`isIn() can't read ${String(value)} as ${typeText(type)}`);
      return constant!.exact ? (type.kind === 'date32' ? Number(constant!.value) : constant!.value) : undefined;
    }
    const right = isText(type)
      ? typeof value === 'string'
      : type.kind === 'bool'
        ? typeof value === 'boolean'
        : typeof value === 'number' || typeof value === 'bigint';
    if (!right || type.kind === 'binary')
      this.#fail(`isIn() looks for ${String(value)} in a column of type ${typeText(type)}`);
    return literalAs(value, type)?.value;
  }

  #cast(a: Expression, to: DataType): Core {
    if (a.kind === 'literal') {
      const constant = isTemporal(to) && a.value !== null ? temporalLiteral(a.value, to) : undefined;
      if (constant) return coreLiteral(to, to.kind === 'date32' ? Number(constant.value) : constant.value);
      if (a.value === null) return coreLiteral(to, null);
    }
    const x = this.elaborate(a);
    if (!castable(x.type, to))
      this.#fail(`cast() can't make ${typeText(to)} of ${a.key}, which is ${typeText(x.type)}`);
    return this.#as(x, to);
  }

  /** Two operands in the type that `rule` gives; constants follow the column beside them. */
  #numbers(
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

  #constantOr(expression: Expression, type: NumericType): Core {
    if (expression.kind === 'literal') {
      const constant = literalAs(expression.value, type);
      if (constant) return constant;
    }
    return this.#as(this.elaborate(expression), type);
  }

  /** The operand's numeric type (bool counts as int8), null for a null constant. */
  #numericType(op: Op, expression: Expression): NumericType | null {
    const type = this.#typeOf(expression);
    if (type === null) return null;
    if (type.kind === 'bool') return i8Type;
    if (!isNumeric(type)) return this.#wrong(op, 'a number', expression, type);
    return type;
  }

  #number(op: Op, expression: Expression): Core {
    const x = this.elaborate(expression);
    if (x.type.kind === 'bool') return this.#as(x, i32());
    return isNumeric(x.type) ? x : this.#wrong(op, 'a number', expression, x.type);
  }

  #condition(op: Op, expression: Expression): Core {
    const x = this.#any(expression, bool());
    return x.type.kind === 'bool' ? x : this.#wrong(op, 'a bool', expression, x.type);
  }

  /** Two branches in one type. */
  #unify(op: Op, a: Expression, b: Expression): [Core, Core] {
    const left = this.#typeOf(a);
    const right = this.#typeOf(b);
    if (left === null && right === null) this.#fail(`${op}() of two nulls has no type; write cast(null, 'f64')`);
    if (left === null || right === null) return [this.#any(a, right!), this.#any(b, left!)];
    if (isNumeric(left) && isNumeric(right)) {
      const [x, y] = this.#numbers(op, a, b, commonType, literalTypeBeside);
      return [x, y];
    }
    if (isText(left) && isText(right)) return [this.#text(this.elaborate(a)), this.#text(this.elaborate(b))];
    if (isTemporal(left) && b.kind === 'literal') return [this.elaborate(a), this.#cast(b, left)];
    if (isTemporal(right) && a.kind === 'literal') return [this.#cast(a, right), this.elaborate(b)];
    if (!sameType(left, right))
      this.#fail(`${op}() needs two values of one type, here are ${typeText(left)} and ${typeText(right)}`);
    return [this.elaborate(a), this.elaborate(b)];
  }

  /** An expression, or a null of this type. */
  #any(expression: Expression, type: DataType): Core {
    return expression.kind === 'literal' && expression.value === null
      ? coreLiteral(type, null)
      : this.elaborate(expression);
  }

  #text(x: Core): Core {
    return x.type.kind === 'dictionary' ? castTo(x, utf8()) : x;
  }

  #as(x: Core, type: DataType): Core {
    if (sameType(x.type, type)) return x;
    if (isLiteral(x) && x.value === null) return coreLiteral(type, null);
    if (isLiteral(x) && typeof x.value !== 'boolean' && isNumeric(x.type) && isNumeric(type)) {
      const constant = literalAs(x.value, type);
      if (constant) return constant;
    }
    return castTo(x, type);
  }

  #typeOf(expression: Expression): DataType | null {
    if (expression.kind === 'literal' && expression.value === null) return null;
    return this.elaborate(expression).type;
  }

  #wrong(op: string, wanted: string, at: Expression, type: DataType): never {
    const name = at.kind === 'column' ? `"${at.name}"` : at.key;
    throw new SchemaError(`${this.#verb}: ${op}() needs ${wanted}, ${name} is ${typeText(type)}`, {
      column: at.kind === 'column' ? at.name : undefined,
      expected: wanted,
    });
  }

  #fail(problem: string): never {
    throw new SchemaError(`${this.#verb}: ${problem}`);
  }
}

type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

const flipped: Readonly<Record<Comparison, Comparison>> = /* @__PURE__ */ Object.freeze({
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
});

const i8Type: NumericType = /* @__PURE__ */ Object.freeze({ kind: 'int8' });

/** Types that have arithmetic kernels; narrower integers compute in int32. */
const wide = (type: NumericType): NumericType =>
  isFloat(type) || type.kind === 'int64' || type.kind === 'uint64' || type.kind === 'int32'
    ? type
    : type.kind === 'uint32'
      ? i64()
      : i32();

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
function integerConstant(expression: Expression): bigint | undefined {
  if (expression.kind !== 'literal' || expression.float) return undefined;
  const { value } = expression;
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : undefined;
}

const fitsNumeric = (value: bigint, type: DataType): boolean => isFloat(type) || fits(value, type);

function finerTime(a: DataType, b: DataType): DataType {
  const order = ['s', 'ms', 'us', 'ns'];
  const rank = (type: DataType): number => (type.kind === 'timestamp' ? order.indexOf(type.unit) : -1);
  if (rank(a) < 0 && rank(b) < 0) return a;
  return timestamp((['s', 'ms', 'us', 'ns'] as const)[Math.max(rank(a), rank(b))]!);
}
