import type { Batch } from '../column/batch.ts';
import { inferType, shown } from '../column/infer.ts';
import { OptionError, SchemaError } from '../errors.ts';
import { type DataType, f64 } from '../schema/data-type.ts';
import type { Aggregation } from './accumulator.ts';
import { noRows, stepped, UserAccumulator } from './user-accumulator.ts';

/**
 * An aggregation written in JavaScript: `frame.aggregate(…)`, `series.aggregate(…)`, `window('2h').aggregate(…)`,
 * `expanding().aggregate(…)`, and per group behind `groupby`; beside others in `agg` as `userAggregation(…)`.
 *
 * The calls for each batch, in this order:
 *
 * 1. `initial(batch)`, before anything else, with the first real batch
 * 2. `onNew(state, batch)` with the whole batch: also an empty one, and one with more rows than the window
 * 3. `onOld(state, rows)` for every batch that loses rows to the window's edge, the oldest first, with just those rows. Rows of the new batch
 *    may be among them
 *
 * What comes out is the result of the last call. States and results may be anything, but must not be changed in place: a batch that fails
 * leaves the state as it was.
 *
 * `Rows` is a `Batch` for frames and a `Vector` for series; both may be kept.
 */
export interface UserAggregation<State = any, Out = any, Rows = Batch> {
  /** For errors and `explain()`; default: the class's name. */
  readonly name?: string;
  initial(rows: Rows): State;
  /** Rows arrived: the new state, and the result. */
  onNew(state: State, rows: Rows): readonly [State, Out];
  /** Rows left the window: the new state, and the result. Not needed where none leave. */
  onOld?(state: State, rows: Rows): readonly [State, Out];
  /** The state of all rows of `earlier` and of `later`, which came after them. Only in `agg`, for `sliding` and `session`. */
  merge?(earlier: State, later: State): State;
  /** What a state gives; needed with `merge`. Default: the second value of the last `onNew` or `onOld`. */
  result?(state: State): Out;
  /** A state as values that `structuredClone` copies, and back; default: as it is. */
  snapshot?(state: State): unknown;
  restore?(saved: any): State;
}

export interface UserAggregationOptions {
  /** The names of its columns, if it takes several: it gets a `Batch` of them then. Default: one column, as a `Vector`. */
  readonly takes?: readonly string[];
  /** Type of its results; default: that of its result for no rows, a null being a number's. */
  readonly returns?: DataType;
}

/**
 * A user's aggregation as one of those that `agg` takes: `agg({ total: t => t.x.sum(), mine: t => t.price.aggregate(userAggregation(mine)) })`,
 * behind `groupby` and over any window. Rows come in pieces of some thousand, none of them empty; see `UserAggregation` for what is called.
 *
 * @throws OptionError when it has `merge` and no `result`
 */
export function userAggregation<T extends DataType>(
  aggregation: UserAggregation<any, any, any>,
  options: UserAggregationOptions & { readonly returns: T },
): Aggregation<T>;
export function userAggregation(
  aggregation: UserAggregation<any, any, any>,
  options?: UserAggregationOptions,
): Aggregation;
export function userAggregation(
  aggregation: UserAggregation<any, any, any>,
  { takes, returns }: UserAggregationOptions = {},
): Aggregation {
  const missing = (['initial', 'onNew'] as const).find(method => typeof aggregation?.[method] !== 'function');
  if (missing) {
    throw new OptionError(
      'aggregation',
      `userAggregation: there is no ${missing}(); give an object with initial(rows), onNew(state, rows) and what else it can do`,
    );
  }
  const name = aggregationName(aggregation);
  if (aggregation.merge && !aggregation.result) {
    throw new OptionError(
      'aggregation',
      `userAggregation ${name}: merge() needs result(state), which tells what a merged state gives`,
    );
  }
  const columns = takes?.length ?? 1;
  const known = new Map<string, DataType>();
  const resultType = (types: readonly DataType[]): DataType => {
    if (returns) return returns;
    const key = JSON.stringify(types);
    let type = known.get(key);
    if (!type) known.set(key, (type = shownType(aggregation, name, noRows(types, takes ?? null))));
    return type;
  };
  const kind = `${name} user ${++count}`; // two aggregations never share a state
  return {
    name,
    arity: [columns, columns],
    parameters: {},
    lacks: {
      ...(aggregation.onOld ? {} : { onOld: 'the aggregation has no onOld(state, rows)' }),
      ...(aggregation.merge ? {} : { merge: 'the aggregation has no merge(earlier, later)' }),
    },
    resultType,
    kind: types => ({
      name: kind,
      ordered: true,
      create: options =>
        new UserAccumulator({ aggregation, name, takes: takes ?? null, returns: resultType(types) }, options),
    }),
  };
}

let count = 0;

/** @throws SchemaError when the aggregation fails for no rows, or gives what is no single value */
function shownType(aggregation: UserAggregation, name: string, none: any): DataType {
  let out: unknown;
  try {
    const [state, given] = stepped(aggregation.onNew(aggregation.initial(none), none), name);
    out = aggregation.result ? aggregation.result(state) : given;
  } catch (cause) {
    throw new SchemaError(
      `${name}: the aggregation fails for no rows, so the type of its results is not known; let it take none, or give { returns }`,
      { cause },
    );
  }
  if (out === null || out === undefined) return f64();
  if (typeof out !== 'object' || out instanceof Date || out instanceof Uint8Array) return inferType([out], name);
  throw new SchemaError(
    `${name}: the result for no rows is ${shown(out)}; in agg a result is a single value, frames of results are made by frame.aggregate()`,
  );
}

/** What the aggregation is called. */
export function aggregationName(aggregation: UserAggregation<any, any, any>): string {
  const { name } = aggregation;
  if (typeof name === 'string' && name !== '') return name;
  const made = aggregation.constructor;
  return made === Object || !made?.name ? 'aggregation' : made.name;
}
