/** Everything about an operation but its types and kernels: how texts and methods call it. */
export interface OpInfo {
  /** Function name in texts, and in errors. */
  readonly name: string;
  /** Infix symbol. */
  readonly symbol?: string;
  /** Least and most arguments. */
  readonly arity: readonly [number, number];
  /** Further function names in texts; words joined by `_` need none: `is_null` is `isNull`. */
  readonly aliases?: readonly string[];
}

const op = (name: string, arity: number | readonly [number, number], rest: Partial<OpInfo> = {}): OpInfo => ({
  name,
  arity: typeof arity === 'number' ? [arity, arity] : arity,
  ...rest,
});

const table = /* @__PURE__ */ Object.freeze({
  add: op('add', 2, { symbol: '+' }),
  sub: op('sub', 2, { symbol: '-' }),
  mul: op('mul', 2, { symbol: '*' }),
  div: op('div', 2, { symbol: '/' }),
  floordiv: op('floordiv', 2, { symbol: '//' }),
  mod: op('mod', 2, { symbol: '%' }),
  pow: op('pow', 2, { symbol: '**' }),
  least: op('least', 2, { aliases: ['min2'] }),
  greatest: op('greatest', 2, { aliases: ['max2'] }),
  neg: op('neg', 1),
  abs: op('abs', 1),
  round: op('round', [1, 2]),
  floor: op('floor', [1, 2]),
  ceil: op('ceil', [1, 2]),
  trunc: op('trunc', 1),
  sqrt: op('sqrt', 1),
  exp: op('exp', 1),
  log: op('log', 1, { aliases: ['ln'] }),
  log2: op('log2', 1),
  log10: op('log10', 1),
  eq: op('eq', 2, { symbol: '==' }),
  ne: op('ne', 2, { symbol: '!=' }),
  lt: op('lt', 2, { symbol: '<' }),
  le: op('le', 2, { symbol: '<=' }),
  gt: op('gt', 2, { symbol: '>' }),
  ge: op('ge', 2, { symbol: '>=' }),
  and: op('and', 2, { symbol: '&' }),
  or: op('or', 2, { symbol: '|' }),
  xor: op('xor', 2, { symbol: '^' }),
  not: op('not', 1),
  isNull: op('isNull', 1),
  notNull: op('notNull', 1),
  isNaN: op('isNaN', 1, { aliases: ['is_nan'] }),
  isna: op('isna', 1, { aliases: ['isMissing'] }),
  notna: op('notna', 1),
  fillNull: op('fillNull', 2, { aliases: ['coalesce'] }),
  fillna: op('fillna', 2),
  between: op('between', 3),
  isIn: op('isIn', [1, Number.POSITIVE_INFINITY], { aliases: ['isin'] }),
  ifElse: op('ifElse', 3, { aliases: ['where', 'iff'] }),
  clip: op('clip', 3),
  cast: op('cast', 1, { aliases: ['astype'] }),
  contains: op('contains', 2),
  startsWith: op('startsWith', 2, { aliases: ['startswith'] }),
  endsWith: op('endsWith', 2, { aliases: ['endswith'] }),
  length: op('length', 1, { aliases: ['len'] }),
  upper: op('upper', 1),
  lower: op('lower', 1),
  strip: op('strip', 1, { aliases: ['trim'] }),
  lstrip: op('lstrip', 1, { aliases: ['ltrim'] }),
  rstrip: op('rstrip', 1, { aliases: ['rtrim'] }),
  slice: op('slice', [2, 3]),
  splitPart: op('splitPart', 3),
  find: op('find', 2),
  occurrences: op('occurrences', 2),
  replace: op('replace', 3),
  repeat: op('repeat', 2),
  padStart: op('padStart', [2, 3], { aliases: ['rjust', 'lpad'] }),
  padEnd: op('padEnd', [2, 3], { aliases: ['ljust', 'rpad'] }),
  zfill: op('zfill', 2),
  matches: op('matches', 2),
  extract: op('extract', [2, 3]),
  replacePattern: op('replacePattern', 3),
  year: op('year', 1),
  month: op('month', 1),
  day: op('day', 1),
  hour: op('hour', 1),
  minute: op('minute', 1),
  second: op('second', 1),
  millisecond: op('millisecond', 1),
  microsecond: op('microsecond', 1),
  nanosecond: op('nanosecond', 1),
  weekday: op('weekday', 1, { aliases: ['dayofweek', 'dayOfWeek'] }),
  dayofyear: op('dayofyear', 1, { aliases: ['dayOfYear'] }),
  week: op('week', 1, { aliases: ['weekofyear'] }),
  isoYear: op('isoYear', 1),
  quarter: op('quarter', 1),
  daysInMonth: op('daysInMonth', 1),
  isMonthStart: op('isMonthStart', 1),
  isMonthEnd: op('isMonthEnd', 1),
  isQuarterStart: op('isQuarterStart', 1),
  isQuarterEnd: op('isQuarterEnd', 1),
  isYearStart: op('isYearStart', 1),
  isYearEnd: op('isYearEnd', 1),
  isLeapYear: op('isLeapYear', 1),
  date: op('date', 1),
  time: op('time', 1),
  strftime: op('strftime', 2),
  dayName: op('dayName', 1),
  monthName: op('monthName', 1),
  tz: op('tz', 2, { aliases: ['tzConvert'] }),
  tzLocalize: op('tzLocalize', 2),
});

export type Op = keyof typeof table;

/** One place for the names of operations: the grammar, the builder and `Series` are made from it. */
export const ops: Readonly<Record<Op, OpInfo>> = table;

/** `1 argument`, `2 to 3 arguments`, `at least 1 argument`: what an operation or aggregation takes. */
export function arityText([least, most]: readonly [number, number]): string {
  if (most === Number.POSITIVE_INFINITY) return `at least ${least} argument${least === 1 ? '' : 's'}`;
  return `${least === most ? least : `${least} to ${most}`} argument${most === 1 ? '' : 's'}`;
}

/** Operation by function name in texts; `undefined` for a name that must be an aggregation. */
export function opNamed(name: string): Op | undefined {
  for (const word of [name, name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())]) {
    if (Object.hasOwn(ops, word)) return word as Op;
    for (const [key, info] of Object.entries(ops) as [Op, OpInfo][]) if (info.aliases?.includes(word)) return key;
  }
  return undefined;
}
