import { isAddable, isCountable, isFixed } from '../aggregate/_types.ts';
import type { Aggregation, Parameters } from '../aggregate/accumulator.ts';
import { modeOf } from '../aggregate/order-accumulator.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { OptionError, SchemaError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { bool, type DataType, f64, isTemporal, typeText } from '../schema/data-type.ts';
import { type WindowCounts, widened } from './counts.ts';
import type { RollingBlock } from './follower.ts';
import { RANK_METHODS, type RankMethod } from './ordered.ts';
import type { RollingParts } from './rolling-parts.ts';

/** How one answer of each row's window is found, when the parts have followed the block. */
export interface RollingAnswer {
  /** How many values each window has, for `minPeriods`. */
  readonly counts: WindowCounts;
  /** NaN is an answer; else it is none. */
  readonly keepsNaN?: true;
  /** The answers; what is null there stays null. */
  values(block: RollingBlock): ChunkVector;
}

/** An aggregation of the window of each row, by the name users give it. */
export interface RollingKind {
  readonly name: string;
  /** Least and most arguments. */
  readonly arity: readonly [number, number];
  /** Default parameters, apart from the window's; also the names that are allowed. */
  readonly parameters: Parameters;
  /** It counts rows, so that there is an answer from the first row on. */
  readonly counts: boolean;
  /**
   * Type of the answers: f64 of numbers and bool, as in pandas; times and texts stay what they are.
   *
   * @throws SchemaError when it can't take these types; the text starts with `rolling`
   */
  resultType(types: readonly DataType[]): DataType;
  /** @throws OptionError for a parameter that makes no sense */
  check(parameters: Parameters): void;
  /** Takes the parts it needs; `args` are places of its arguments. */
  open(parts: RollingParts, args: readonly number[], parameters: Parameters, memory: Memory): RollingAnswer;
}

type Test = (type: DataType) => boolean;

const shown = (type: DataType): DataType => (isAddable(type) ? f64() : type);

function take(name: string, types: readonly DataType[], test: Test, expected: string): void {
  for (const type of types) {
    if (test(type)) continue;
    const text = `rolling: ${name} takes ${expected}, not ${typeText(type)}; cast the column first`;
    throw new SchemaError(text, { expected });
  }
}

interface Shape {
  readonly arity?: number;
  readonly parameters?: Parameters;
  readonly counts?: boolean;
  /** What its arguments may be, the last of them in particular. */
  readonly test?: Test;
  readonly expected?: string;
  readonly testLast?: Test;
  readonly expectedLast?: string;
  readonly result?: (types: readonly DataType[]) => DataType;
  readonly check?: (parameters: Parameters) => void;
  readonly open: RollingKind['open'];
}

const kindOf = (name: string, shape: Shape): RollingKind => {
  const { arity = 1, parameters = {}, counts = false, test = isAddable, expected = 'numbers and bool', open } = shape;
  const { testLast = test, expectedLast = expected } = shape;
  return {
    name,
    arity: [arity, arity],
    parameters,
    counts,
    resultType(types) {
      take(name, types.slice(0, -1), test, expected);
      take(name, types.slice(-1), testLast, expectedLast);
      return shape.result ? shape.result(types) : f64();
    },
    check: shape.check ?? (() => {}),
    open,
  };
};

const summed = (name: 'sum' | 'mean'): RollingKind =>
  kindOf(name, {
    open(parts, [x]) {
      const [counts, sums] = [parts.presentCounts([x!], 'numbers'), parts.stacks('sums', [x!])];
      return { counts, values: ({ scratch }) => (name === 'sum' ? sums.numbers() : sums.means(counts, scratch)) };
    },
  });

const MOMENTS = ['var', 'std', 'sem', 'skew', 'kurt'] as const;

const moment = (name: (typeof MOMENTS)[number]): RollingKind => {
  const second = name !== 'skew' && name !== 'kurt';
  return kindOf(name, {
    parameters: second ? { ddof: 1 } : {},
    check: ({ ddof = 0 }) => checkDdof(name, ddof),
    open(parts, [x], { ddof = 1 }) {
      const counts = parts.presentCounts([x!], 'numbers');
      const stacks = parts.stacks(second ? 'seconds' : 'fourths', [x!]);
      return { counts, values: ({ scratch }) => stacks.moments(MOMENTS.indexOf(name), Number(ddof), scratch) };
    },
  });
};

const joint = (name: 'cov' | 'corr'): RollingKind =>
  kindOf(name, {
    arity: 2,
    parameters: name === 'cov' ? { ddof: 1 } : {},
    expected: 'two columns of numbers',
    check: ({ ddof = 0 }) => checkDdof(name, ddof),
    open(parts, args, { ddof = 1 }) {
      const [counts, pairs] = [parts.presentCounts(args, 'numbers'), parts.stacks('pairs', args)];
      return { counts, values: ({ scratch }) => pairs.joint(name, Number(ddof), scratch) };
    },
  });

const truth = (name: 'any' | 'all'): RollingKind =>
  kindOf(name, {
    result: () => bool(),
    open(parts, [x]) {
      const [counts, truths] = [parts.presentCounts([x!], 'numbers'), parts.trueCounts(x!)];
      return { counts, values: ({ pool, scratch }) => truths.answer(name, counts, pool.length, scratch) };
    },
  });

const extreme = (name: 'min' | 'max'): RollingKind =>
  kindOf(name, {
    test: isCountable,
    expected: 'any column but bytes',
    result: ([type]) => shown(type!),
    open(parts, [x]) {
      const [counts, choice, column] = [parts.presentCounts([x!], 'keys'), parts.extreme(name, x!), parts.keys(x!)];
      return { counts, values: ({ pool, scratch }) => column.take(choice.slots, pool.length, scratch) };
    },
  });

const extremeBy = (name: 'argmin' | 'argmax'): RollingKind =>
  kindOf(name, {
    arity: 2,
    test: isCountable,
    expected: 'any column but bytes',
    testLast: isFixed,
    expectedLast: 'numbers, bool or times to compare',
    result: ([type]) => shown(type!),
    open(parts, [x, by]) {
      const counts = parts.presentCounts([x!, by!], 'keys');
      const [choice, column] = [parts.extreme(name === 'argmin' ? 'min' : 'max', by!, x!), parts.keys(x!)];
      return { counts, values: ({ pool, scratch }) => column.take(choice.slots, pool.length, scratch) };
    },
  });

const nth = (name: 'first' | 'last' | 'nth'): RollingKind =>
  kindOf(name, {
    parameters: name === 'nth' ? { nth: 0 } : {},
    test: isCountable,
    expected: 'any column but bytes',
    result: ([type]) => shown(type!),
    check({ nth: n }) {
      if (n === undefined || Number.isInteger(n)) return;
      throw new OptionError(
        'nth',
        `rolling: the row ${n} of a window makes no sense; give a whole number, -1 for the last`,
      );
    },
    open(parts, [x], parameters) {
      const n = name === 'first' ? 0 : name === 'last' ? -1 : Number(parameters['nth']);
      const [counts, choice, column] = [parts.presentCounts([x!], 'keys'), parts.nth(x!, n), parts.keys(x!)];
      return { counts, values: ({ pool, scratch }) => column.take(choice.slots, pool.length, scratch) };
    },
  });

const ordered = (name: 'median' | 'quantile'): RollingKind =>
  kindOf(name, {
    parameters: name === 'quantile' ? { q: 0.5, interpolation: 'linear' } : {},
    test: isFixed,
    expected: 'numbers, bool and times',
    result: ([type]) => (isTemporal(type!) ? type! : f64()),
    check(parameters) {
      const { q = 0 } = parameters;
      if (!(typeof q === 'number' && q >= 0 && q <= 1))
        throw new OptionError('q', `rolling: q is ${q}; give a number from 0 to 1`);
      if (name === 'quantile') modeOf(parameters);
    },
    open(parts, [x], parameters) {
      const [q, mode] = name === 'median' ? [0.5, 0] : [Number(parameters['q']), modeOf(parameters)];
      const [counts, quantiles] = [parts.presentCounts([x!], 'keys'), parts.quantiles(x!, q, mode)];
      return { counts, values: block => quantiles.answer(block) };
    },
  });

const rank = (): RollingKind =>
  kindOf('rank', {
    parameters: { method: 'average', ascending: true, pct: false },
    test: isFixed,
    expected: 'numbers, bool and times',
    check({ method }) {
      if (RANK_METHODS.includes(method as RankMethod)) return;
      throw new OptionError(
        'method',
        `rolling: rank knows no method "${method}"; give one of ${RANK_METHODS.join(', ')}`,
      );
    },
    open(parts, [x], { method, ascending, pct }) {
      const counts = parts.presentCounts([x!], 'keys');
      const ranks = parts.ranks(x!, method as RankMethod, ascending !== false, pct === true);
      return { counts, values: () => ranks.answer() };
    },
  });

const prod = (): RollingKind =>
  kindOf('prod', {
    open(parts, [x]) {
      const [counts, products] = [parts.presentCounts([x!], 'numbers'), parts.stacks('products', [x!])];
      return { counts, values: () => products.numbers() };
    },
  });

const count = (): RollingKind =>
  kindOf('count', {
    counts: true,
    test: isCountable,
    expected: 'any column but bytes',
    open(parts, [x], _parameters, memory) {
      // as pandas: a row without a value counts as 0, and towards minPeriods
      const [counts, present] = [parts.rowCounts(), parts.presentCounts([x!], 'keys')];
      return { counts, values: ({ pool, scratch }) => widened(memory, present, pool.length, scratch) };
    },
  });

const size = (): RollingKind =>
  kindOf('size', {
    arity: 0,
    counts: true,
    open(parts, _args, _parameters, memory) {
      const counts = parts.rowCounts();
      return { counts, values: ({ pool, scratch }) => widened(memory, counts, pool.length, scratch) };
    },
  });

const nunique = (): RollingKind =>
  kindOf('nunique', {
    test: isCountable,
    expected: 'any column but bytes',
    open(parts, [x]) {
      const [counts, distinct] = [parts.presentCounts([x!], 'keys'), parts.distinct(x!)];
      return { counts, values: () => distinct.answer() };
    },
  });

const mode = (): RollingKind =>
  kindOf('mode', {
    test: isCountable,
    expected: 'any column but bytes',
    result: ([type]) => shown(type!),
    open(parts, [x]) {
      const [counts, modes] = [parts.presentCounts([x!], 'keys'), parts.modes(x!)];
      return { counts, values: block => modes.answer(block) };
    },
  });

/** The oldest row of a window that is full, null or not, as it is: what `shift` is by group. */
export const SHIFTED: RollingKind = /* @__PURE__ */ kindOf('shift', {
  test: () => true,
  result: ([type]) => type!,
  open(parts, [x]) {
    const oldest = parts.oldest();
    const [counts, column] = [parts.rowCounts(), parts.stored(x!)];
    return { counts, keepsNaN: true, values: ({ pool, scratch }) => column.take(oldest.slots, pool.length, scratch) };
  },
});

function checkDdof(name: string, ddof: unknown): void {
  if (typeof ddof === 'number' && ddof >= 0) return;
  throw new OptionError('ddof', `rolling: ${name}'s ddof is ${ddof}; give a number of at least 0, such as 1 or 0`);
}

/** Every aggregation of each row's window, by its name. */
export const ROLLINGS: Readonly<Record<string, RollingKind>> = /* @__PURE__ */ (() =>
  Object.freeze(
    Object.fromEntries(
      [
        summed('sum'),
        summed('mean'),
        ...MOMENTS.map(moment),
        joint('cov'),
        joint('corr'),
        truth('any'),
        truth('all'),
        extreme('min'),
        extreme('max'),
        extremeBy('argmin'),
        extremeBy('argmax'),
        nth('first'),
        nth('last'),
        nth('nth'),
        ordered('median'),
        ordered('quantile'),
        rank(),
        prod(),
        count(),
        size(),
        nunique(),
        mode(),
      ].map(kind => [kind.name, kind]),
    ),
  ))();

/** A user's aggregation for the windows of each row. Its results are of its own type; a window has as many values as it has rows with all arguments. */
export const rollingOf = (aggregation: Aggregation): RollingKind => ({
  name: aggregation.name,
  arity: aggregation.arity,
  parameters: aggregation.parameters,
  counts: false,
  resultType: types => aggregation.resultType(types),
  check: () => {},
  open(parts, args, parameters) {
    const counts = args.length === 0 ? parts.rowCounts() : parts.presentCounts(args, 'keys');
    const accumulated = parts.accumulated(aggregation, args, parameters);
    return { counts, keepsNaN: true, values: () => accumulated.answer() };
  },
});
