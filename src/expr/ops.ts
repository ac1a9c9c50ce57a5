/** Everything about an operation but its types and kernels: how texts and methods call it. */
export interface OpInfo {
  /** Function name in texts, and in errors. */
  readonly name: string;
  /** Infix symbol. */
  readonly symbol?: string;
  /** Least and most arguments. */
  readonly arity: readonly [number, number];
  /** Further function names in texts. */
  readonly aliases?: readonly string[];
  /** Method names on `Series`; the first is ours, the others pandas' or streamz'. */
  readonly methods: readonly string[];
}

const op = (name: string, arity: number | readonly [number, number], rest: Partial<OpInfo> = {}): OpInfo => ({
  name,
  arity: typeof arity === 'number' ? [arity, arity] : arity,
  methods: [name],
  ...rest,
});

const table = /* @__PURE__ */ Object.freeze({
  add: op('add', 2, { symbol: '+' }),
  sub: op('sub', 2, { symbol: '-', methods: ['sub', 'subtract'] }),
  mul: op('mul', 2, { symbol: '*', methods: ['mul', 'multiply'] }),
  div: op('div', 2, { symbol: '/', methods: ['div', 'divide', 'truediv'] }),
  floordiv: op('floordiv', 2, { symbol: '//' }),
  mod: op('mod', 2, { symbol: '%' }),
  pow: op('pow', 2, { symbol: '**' }),
  least: op('least', 2, { aliases: ['min2'] }),
  greatest: op('greatest', 2, { aliases: ['max2'] }),
  neg: op('neg', 1),
  abs: op('abs', 1),
  round: op('round', [1, 2]),
  floor: op('floor', [1, 2]),
  ceil: op('ceil', 1),
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
  not: op('not', 1, { methods: ['not', 'invert'] }),
  isNull: op('isNull', 1, { aliases: ['is_null'] }),
  notNull: op('notNull', 1, { aliases: ['not_null'] }),
  isNaN: op('isNaN', 1, { aliases: ['is_nan'] }),
  isna: op('isna', 1, { aliases: ['isMissing', 'is_missing'] }),
  notna: op('notna', 1),
  fillNull: op('fillNull', 2, { aliases: ['fill_null', 'coalesce'] }),
  fillna: op('fillna', 2),
  between: op('between', 3),
  isIn: op('isIn', [1, Number.POSITIVE_INFINITY], { methods: ['isIn', 'isin'], aliases: ['is_in', 'isin'] }),
  ifElse: op('ifElse', 3, { aliases: ['if_else', 'where', 'iff'], methods: ['ifElse'] }),
  clip: op('clip', 3),
  cast: op('cast', 1, { aliases: ['astype'], methods: ['cast', 'astype'] }),
  contains: op('contains', 2),
  startsWith: op('startsWith', 2, { aliases: ['starts_with', 'startswith'], methods: ['startsWith', 'startswith'] }),
  endsWith: op('endsWith', 2, { aliases: ['ends_with', 'endswith'], methods: ['endsWith', 'endswith'] }),
  length: op('length', 1, { aliases: ['len'], methods: ['length', 'len'] }),
  upper: op('upper', 1),
  lower: op('lower', 1),
  strip: op('strip', 1, { aliases: ['trim'], methods: ['strip', 'trim'] }),
  slice: op('slice', [2, 3]),
  replace: op('replace', 3),
  matches: op('matches', 2, { methods: ['matches'] }),
  year: op('year', 1),
  month: op('month', 1),
  day: op('day', 1),
  hour: op('hour', 1),
  minute: op('minute', 1),
  second: op('second', 1),
  weekday: op('weekday', 1, { aliases: ['dayofweek'], methods: ['weekday', 'dayofweek'] }),
  dayofyear: op('dayofyear', 1),
  quarter: op('quarter', 1),
  date: op('date', 1),
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
  if (Object.hasOwn(ops, name)) return name as Op;
  for (const [key, info] of Object.entries(ops) as [Op, OpInfo][]) if (info.aliases?.includes(name)) return key;
  return undefined;
}

/** Method name → operation, for making the methods of `Series` in one place. `where` is a method of its own. */
export function opMethods(): Map<string, Op> {
  const methods = new Map<string, Op>();
  for (const [key, info] of Object.entries(ops) as [Op, OpInfo][]) {
    for (const method of info.methods) methods.set(method, key);
  }
  return methods;
}
