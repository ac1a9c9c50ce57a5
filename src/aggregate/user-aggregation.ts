import type { Batch } from '../column/batch.ts';

/**
 * An aggregation written in JavaScript: `frame.aggregate(…)`, `series.aggregate(…)`, `window('2h').aggregate(…)`,
 * `expanding().aggregate(…)`, and per group behind `groupby`.
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
}

/** What the aggregation is called. */
export function aggregationName(aggregation: UserAggregation<any, any, any>): string {
  const { name } = aggregation;
  if (typeof name === 'string' && name !== '') return name;
  const made = aggregation.constructor;
  return made === Object || !made?.name ? 'aggregation' : made.name;
}
