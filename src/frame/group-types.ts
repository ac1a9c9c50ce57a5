import type { Aggregation } from '../aggregate/accumulator.ts';
import type { Bool, DataType, Float64 } from '../schema/data-type.ts';
import type { Duration } from '../schema/duration.ts';
import type { Columns } from '../schema/schema.ts';
import type { EmitMode, PaneMode } from '../window/window.ts';
import type { GroupBy } from './group-by.ts';
import type { Marked, Windowed } from './pane-types.ts';
import type { FrameRolling } from './rolled.ts';
import type { Shown } from './rolling.ts';
import type { Series } from './series.ts';
import type { AsColumns, ColumnInput, DataFrame, RowScope, SumType, TypesOf } from './types.ts';

/** One key or several. */
export type Keys<C extends Columns> = ColumnInput<C> | readonly ColumnInput<C>[];
/**
 * Named results: `{ vwap: t => t.notional.sum().div(t.qty.sum()) }`, with texts `{ high: 'max(price)' }`, or all as text. Under a column's name
 * an aggregation is enough: `{ price: 'mean', qty: userAggregation(mine) }`.
 */
export type AggregateInput<C extends Columns> =
  | Readonly<Record<string, ((t: RowScope<C>) => Series<any>) | Series<any> | Aggregation | string>>
  | string;

export interface AggregateSettings {
  /** When results come out; default `'onClose'` for event-time windows, else `'everyBatch'`. */
  readonly emit?: EmitMode;
  /** What several results of a window have to do with each other; default `'accumulating'`. */
  readonly panes?: PaneMode;
  /** How much later than a newer row a row may come and still be in time; default: the frame's. */
  readonly outOfOrder?: Duration;
}
/** No settings are given. */
export type NoSettings = Record<never, never>;
export type DdofSettings = AggregateSettings & { readonly ddof?: number };

/** Key columns as the compiler knows them. */
export type KeyColumns<C extends Columns, K> = K extends readonly (infer N)[]
  ? { readonly [P in Extract<N, keyof C & string>]: C[P] }
  : K extends keyof C & string
    ? { readonly [P in K]: C[P] }
    : Record<never, never>;
/** Columns of an aggregation's results: window bounds, keys, named results. */
export type Results<C extends Columns, K, A, B> = A extends string
  ? Columns
  : AsColumns<B & KeyColumns<C, K> & TypesOf<A>>;
export type Others<C extends Columns, K> = Omit<C, Extract<K extends readonly (infer N)[] ? N : K, string>>;
export type Each<C extends Columns, K, B, T extends DataType> = DataFrame<
  AsColumns<B & KeyColumns<C, K> & { [P in keyof Others<C, K>]: T }>
>;

/** One aggregation of each column that is no key. */
export type Single<C extends Columns, K, B, S, T extends DataType> = Windowed<
  C,
  B,
  AsColumns<Marked<B, S> & KeyColumns<C, K> & { [P in keyof Others<C, K>]: T }>
>;
export type Sums<C extends Columns, K, B, S> = Windowed<
  C,
  B,
  AsColumns<Marked<B, S> & KeyColumns<C, K> & { [P in keyof Others<C, K>]: SumType<C[P & keyof C]> }>
>;
/** One of the values of each column. */
export type OneOf<C extends Columns, B, S> = Windowed<C, B, AsColumns<Marked<B, S> & C>>;

/** Some columns of groups; the keys stay among the results. */
export type Picked<C extends Columns, P extends keyof C, K, B> = GroupBy<
  { readonly [N in P]: C[N] },
  K,
  B & KeyColumns<C, K>
>;

/** Rows by key, their columns as properties: `groupby('k').x.sum()`; those whose names are methods are reached with `pick()`. */
export type Groups<C extends Columns, K = unknown, B = Record<never, never>> = GroupBy<C, K, B> &
  (string extends keyof C
    ? Readonly<Record<string, any>>
    : { readonly [P in Exclude<keyof C & string, keyof GroupBy<Columns>>]: Picked<C, P, K, B> });

type RolledColumn<C extends Columns, K, P, T extends DataType> = DataFrame<
  AsColumns<KeyColumns<C, K> & { readonly [N in P & string]: T }>
>;
/** Windows of each row of one column of groups. */
type GroupColumnRolling<C extends Columns, K, P extends keyof C> = FrameRolling<
  C,
  RolledColumn<C, K, P, Float64>,
  RolledColumn<C, K, P, Shown<C[P]>>,
  RolledColumn<C, K, P, Bool>
>;
export type NoBounds = Record<never, never>;
/** The keys, and the columns of rows. */
export type EachRow<C extends Columns, K, R> = DataFrame<
  AsColumns<KeyColumns<C, K> & { [P in keyof Others<C, K>]: P extends keyof R ? R[P] : never }>
>;

/** Windows of each row among those of its group; one column of them is a property. */
export type GroupRolling<C extends Columns, K> = FrameRolling<
  C,
  Each<C, K, NoBounds, Float64>,
  Each<C, K, NoBounds, Float64>,
  Each<C, K, NoBounds, Bool>
> &
  (string extends keyof C
    ? Readonly<Record<string, any>>
    : {
        readonly [P in Exclude<keyof C & string, keyof FrameRolling<Columns, any, any, any>>]: GroupColumnRolling<
          C,
          K,
          P
        >;
      });
