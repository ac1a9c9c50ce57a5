import type { Bool, DictionaryUtf8 } from '../schema/data-type.ts';
import type { Duration } from '../schema/duration.ts';
import type { Columns } from '../schema/schema.ts';
import type { DataFrameBase } from './data-frame.ts';
import type { AggregateSettings } from './group-types.ts';
import type { Bounds, ColumnSeries, DataFrame } from './types.ts';

/** `'early'`, `'onTime'` or `'late'`. */
export type PaneColumn = { readonly pane: DictionaryUtf8 };
export type RetractColumn = { readonly retract: Bool };

/** Columns that windows with these options bring into results, when nothing is said about `emit`. */
export type BoundsOf<O> = O extends { readonly allowedLateness: Duration } ? Bounds & PaneColumn : Bounds;

type Retract<S> = S extends { readonly panes: 'retracting' } ? RetractColumn : unknown;

/** The columns of windows `B` as the settings of the aggregation make them. */
export type Marked<B, S> = B extends Bounds
  ? S extends { readonly emit: 'onUpdate' }
    ? Bounds & PaneColumn & Retract<S>
    : S extends { readonly emit: Exclude<AggregateSettings['emit'], 'onClose' | undefined> }
      ? Bounds
      : B & Retract<S>
  : B;

/** Results `R` of windows `B` over a frame of columns `C`: those of event-time windows also tell of rows that came too late. */
export type Windowed<C extends Columns, B, R extends Columns> = B extends Bounds ? EventTimeFrame<C, R> : DataFrame<R>;

/** Results of event-time windows. */
export type EventTimeFrame<C extends Columns, R extends Columns> = DataFrameBase<R> &
  Omit<ColumnSeries<R>, 'late'> & {
    /** The rows of the input that came too late for every window, as they came; a column of that name is reached with `col('late')`. */
    readonly late: DataFrame<C>;
  };
