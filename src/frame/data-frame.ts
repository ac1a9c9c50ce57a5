import type { UserAggregation } from '../aggregate/user-aggregation.ts';
import { readCheckpoint, writeCheckpoint } from '../checkpoint/format.ts';
import type { Batch } from '../column/batch.ts';
import type { BatchLike } from '../column/to-batch.ts';
import { toBatch } from '../column/to-batch.ts';
import { checkOptions, OptionError, SchemaError } from '../errors.ts';
import { call, column, type Expression } from '../expr/expression.ts';
import { typeOf } from '../expr/type-of.ts';
import type { Memory } from '../memory/memory.ts';
import type { RiverSink, ToRiverOptions } from '../river/index.ts';
import { type Bool, type DataType, isDataType } from '../schema/data-type.ts';
import type { Duration } from '../schema/duration.ts';
import { type Columns, type Schema, schemaOf } from '../schema/schema.ts';
import { type Clock, systemClock } from '../stream/clock.ts';
import { Stream } from '../stream/stream.ts';
import { everything, isEventTime, slidingOver, type WindowScheme } from '../window/window.ts';
import { latePlan } from './aggregate-plan.ts';
import type { CheckpointOptions } from './checkpointed-run.ts';
import { ColumnWise } from './column-wise.ts';
import { extremesPlan } from './extremes.ts';
import type { FrameSink } from './frame-sink.ts';
import { GroupBy } from './group-by.ts';
import type { AggregateInput, AggregateSettings, Groups, Keys, Results } from './group-types.ts';
import { columnNames, expressionOf, keysOf, namedOf } from './input.ts';
import type { IdleOptions } from './inputs.ts';
import { lookupParts, type Merged, type MergeOptions, mergePlan, type TableColumns } from './merge.ts';
import type { FrameMetrics } from './metrics.ts';
import type { BoundsOf } from './pane-types.ts';
import {
  type AccumulateSettings,
  accumulatePartitionsPlan,
  aggregatePartitionsPlan,
  cutPlan,
  mapPartitionsPlan,
} from './partitions.ts';
import {
  type Period,
  type PeriodicOptions,
  periodicParts,
  type RandomColumns,
  type RandomOptions,
  randomParts,
} from './periodic.ts';

import {
  type AggregatePlan,
  assignPlan,
  filterPlan,
  indexOf,
  type Named,
  type Plan,
  projectPlan,
  sourcePlan,
  timesOf,
  visibleSchema,
} from './plan.ts';
import { explainPlan } from './plan-text.ts';
import { type FrameSource, Root, type RunMetrics, type SavedRoot, type SourceMetrics } from './root.ts';
import { withScans } from './scans.ts';
import { Series } from './series.ts';
import {
  type AsofJoined,
  asofParts,
  type IntervalJoined,
  intervalParts,
  type JoinedParts,
  type MergeAsofOptions,
  type MergeIntervalOptions,
} from './time-joins.ts';
import type { AsColumns, Assigned, ColumnInput, DataFrame as DataFrameOf, RowScope, TypesOf } from './types.ts';
import type { ResultOptions } from './user-rows.ts';
import { checkedDelay, checkedWindow } from './window-checks.ts';
import { type Window, WindowBase } from './windowed.ts';

export interface DataFrameOptions<C extends Columns> extends IdleOptions {
  /** Names and types of the columns. */
  readonly schema?: C | Schema<C>;
  /** Rows that show them, in place of a schema: they are not counted. */
  readonly example?: BatchLike;
  /** The column that tells a row's time, for windows over time: a timestamp, date32, i64 or i32. */
  readonly index?: string | null;
  /** How much later than a newer row a row may come and still be in time, for event-time windows. */
  readonly outOfOrder?: Duration;
  /**
   * Names of inputs whose rows are pushed side by side, each in its own order of time, with `emit(rows, { input })`: the watermark is behind the slowest
   * of them from the beginning. One that is not named here is waited for from its first rows on.
   */
  readonly inputs?: readonly string[];
  /** Where its data lives while it is computed; default: the one memory of the process. */
  readonly memory?: Memory;
  /** Where its rows come from. Without one, push them with `emit`. */
  readonly source?: FrameSource;
}

export interface FrameEmitOptions {
  /** The input that the rows come from, when there are several side by side: each has an order of time of its own. */
  readonly input?: string;
}

/** Names of the columns of what a frame is merged with. */
type Names<T> = keyof TableColumns<T> & string;

/** Settings of windows that the watermark closes. */
export interface LatenessOptions {
  /**
   * For how long after its end a window takes rows that come late: the groups that they change are shown again, and results say in a
   * column `pane` which they are. Rows that are later still are in `results.late`. Default: not at all.
   */
  readonly allowedLateness?: Duration;
}

/** Settings of tumbling and sliding windows. */
export interface WindowOptions extends LatenessOptions {
  /** Shifts windows: `tumbling('1d', { offset: '6h' })` are days from six to six. */
  readonly offset?: Duration;
  /** Whose calendar spans of the calendar are of: `'Europe/Berlin'`; default UTC. */
  readonly timeZone?: string | null;
}

/** Not a literal in the import: bundlers of pages must not follow it. */
const riverSubpath: string = 'millrace/river';

export interface RunOptions {
  /** Stops reading: the batch in hand is finished, what is open is closed, `run` resolves. */
  readonly signal?: AbortSignal;
  /** Where checkpoints are written, and read at the start. Node only. */
  readonly checkpoint?: CheckpointOptions;
}

export interface ExplainOptions {
  readonly analyze?: boolean;
}

export interface MetricsOptions {
  readonly clock?: Pick<Clock, 'now'>;
}

/**
 * A streaming table: rows come in batches, and every frame derived from it (`filter`, `assign`, `groupby` …) computes its results as
 * they come. Verbs check names and types at once and move no bytes.
 *
 * Columns are properties: `frame.price` is a `Series<Float64>`; `col('…')` reaches those whose names are methods.
 */
export class DataFrameBase<C extends Columns = Columns> extends ColumnWise<C> {
  readonly root: Root;
  readonly plan: Plan;
  readonly outOfOrder: Duration;
  /** Names and types of the columns. */
  readonly schema: Schema<C>;
  #stream: Stream<Batch<C>> | null = null;

  constructor(root: Root, plan: Plan, outOfOrder: Duration) {
    super();
    this.root = root;
    this.plan = plan;
    this.outOfOrder = outOfOrder;
    this.schema = visibleSchema(plan) as Schema<C>;
    for (const name of this.schema.names) {
      if (name in this) continue; // a method's name: col() reaches the column
      Object.defineProperty(this, name, { get: () => this.col(name), enumerable: true });
    }
  }

  get columns(): string[] {
    return this.schema.names;
  }

  /** The column's series. @throws SchemaError when there is none */
  col<K extends keyof C & string>(name: K): Series<C[K]> {
    this.schema.field(name, 'col');
    return new Series(this, column(name));
  }

  /** The rows' labels: the index column, hidden or not. @throws SchemaError when there is none */
  get index(): Series<any> {
    const { index } = this.plan;
    if (index === null) indexOf(this.plan, 'index');
    return new Series(this, column(index!), this.schema.has(index!) ? index! : 'index');
  }

  /** Keeps the rows for which the condition is true (null is not). */
  filter(condition: ((t: RowScope<C>) => Series<Bool>) | Series<Bool> | string | Expression): DataFrameOf<C> {
    return this.derive(filterPlan(this.plan, expressionOf(condition, this, 'filter'), 'filter'));
  }

  /** `filter` by text, in the grammar of pandas' query: `'x > 1 and y < 5'`. */
  query(text: string): DataFrameOf<C> {
    return this.derive(filterPlan(this.plan, expressionOf(text, this, 'query'), 'query'));
  }

  /**
   * Adds columns, or puts them in the place of those of the same name: `{ total: t => t.price.mul(t.qty) }`, or text
   * `'total = price * qty'`.
   */
  assign<const I extends Readonly<Record<string, ColumnInput<C> | number | bigint | boolean | Date>>>(
    columns: I,
  ): DataFrameOf<Assigned<C, TypesOf<I>>>;
  assign(text: string): DataFrameOf<Columns>;
  assign(columns: unknown): any {
    return this.derive(assignPlan(this.plan, namedOf(columns, this, 'assign'), 'assign'));
  }

  /** Just these columns: names, or an object of expressions, or text `'a, total = price * qty'`. */
  select<const K extends keyof C & string>(names: readonly K[]): DataFrameOf<{ [P in K]: C[P] }>;
  select<const I extends Readonly<Record<string, ColumnInput<C> | number | bigint | boolean | Date>>>(
    columns: I,
  ): DataFrameOf<TypesOf<I>>;
  select(text: string): DataFrameOf<Columns>;
  select(columns: unknown): any {
    const named = Array.isArray(columns)
      ? columnNames(columns, this.schema, 'select')
      : namedOf(columns, this, 'select');
    return this.derive(projectPlan(this.plan, named, 'select'));
  }

  /** All columns but these. */
  drop<const K extends keyof C & string>(names: readonly K[]): DataFrameOf<AsColumns<Omit<C, K>>> {
    for (const name of names) this.schema.field(name, 'drop');
    return this.select(this.schema.names.filter(name => !(names as readonly string[]).includes(name))) as any;
  }

  rename(names: Readonly<Record<string, string>>): DataFrameOf<Columns> {
    for (const name of Object.keys(names)) this.schema.field(name, 'rename');
    const columns = this.schema.names.map(name => ({ name: names[name] ?? name, expression: column(name) }));
    return this.derive(projectPlan(this.plan, columns, 'rename'));
  }

  /** Columns converted: `{ price: f64() }`, or texts as in `{ price: 'f64' }`; one type converts all. */
  astype(types: Readonly<Record<string, DataType | string>> | DataType | string): DataFrameOf<Columns> {
    const all = typeof types === 'string' || (isDataType(types) && !this.schema.has('kind'));
    const byName = all ? Object.fromEntries(this.schema.names.map(name => [name, types as DataType])) : types;
    const columns = Object.entries(byName as Readonly<Record<string, DataType | string>>).map(([name, type]) => {
      const series = this.col(name as keyof C & string) as Series;
      return { name, expression: (typeof type === 'string' ? series.astype(type) : series.astype(type)).expression };
    });
    return this.derive(assignPlan(this.plan, columns, 'astype'));
  }

  /**
   * The columns of a table's rows beside this frame's rows with the same keys: `trades.merge(companies, { on: 'symbol' })`. The table stays
   * as it is (a `Batch`, an Arrow table, row objects, columns), or it is another frame, whose rows come, or take the place of the one with
   * the same keys: then every row of this frame meets the table as it is when it comes. Missing keys are equal to none.
   *
   * With a frame the result has a root of its own: it comes as rows are pushed into the two, or `run()` runs both.
   *
   * @throws SchemaError for unknown columns, and keys whose types are never equal; OptionError for options that make no sense
   */
  merge<T extends BatchLike | DataFrameBase<any>, const O extends MergeOptions<keyof C & string, Names<T>>>(
    table: T,
    options: O = {} as O,
  ): DataFrameOf<Merged<C, TableColumns<T>, O>> {
    if (table instanceof DataFrameBase) return joined(lookupParts(this, table, options));
    return this.derive(mergePlan(this.plan, table, options));
  }

  /**
   * Every row of this frame beside its partner in another, in time: with pandas' words
   * `trades.mergeAsof(quotes, { on: 'at', by: 'symbol', tolerance: '2s' })`. Times that both call the same stand once, as this frame has
   * them. Rows come out in the order of their times, each when nothing that may still come can change its partner; a row without one has
   * missing cells. Within each frame's `outOfOrder` rows may come in any order; later ones are left out and counted (`metrics().late`), as are
   * rows without a time (`untimed`).
   *
   * What is remembered is bounded by the watermarks; forward and nearest without a tolerance also wait for a row of the key.
   *
   * @throws SchemaError for frames without a time index, unknown columns and types that don't go together; OptionError for options that make
   * no sense
   */
  mergeAsof<T extends DataFrameBase<any>, const O extends MergeAsofOptions<keyof C & string, Names<T>>>(
    other: T,
    options: O = {} as O,
  ): DataFrameOf<AsofJoined<C, TableColumns<T>, O>> {
    return joined(asofParts(this, frameIn('mergeAsof', other), options));
  }

  /**
   * Every row of this frame beside all rows of another with a time from `from` to `to` away from its own:
   * `clicks.mergeInterval(orders, { by: 'user', from: '0s', to: '10m' })`. Order, lateness and errors as for `mergeAsof`.
   */
  mergeInterval<T extends DataFrameBase<any>, const O extends MergeIntervalOptions<keyof C & string, Names<T>>>(
    other: T,
    options: O,
  ): DataFrameOf<IntervalJoined<C, TableColumns<T>, O>> {
    return joined(intervalParts(this, frameIn('mergeInterval', other), options));
  }

  /** Rows by key: names, series, functions or texts. */
  groupby<const K extends Keys<C>>(keys: K, ...more: never[]): Groups<C, K> {
    return new GroupBy<C, K>(this, keysOf(keys, this, more), everything) as Groups<C, K>;
  }

  /** Aggregates over everything so far; see `GroupBy.agg`. */
  agg<const A extends AggregateInput<C>>(
    aggregates: A,
    settings: AggregateSettings = {},
  ): DataFrameOf<Results<C, readonly [], A, Record<never, never>>> {
    return new GroupBy<C, readonly []>(this, [], everything).agg(aggregates, settings);
  }

  /**
   * Every batch through a function of the user, which gets a `Batch` and gives one (or columns, row objects, one row, one value). The
   * columns are those of its result for a batch without rows, or those given. An index goes on in a column of its name, or as the
   * result's `index`.
   *
   * @throws SchemaError when the columns can't be told
   */
  mapPartitions<D extends Columns>(fn: (rows: Batch<C>) => Batch<D>, options?: ResultOptions): DataFrameOf<D>;
  mapPartitions<D extends Columns>(fn: (rows: Batch<C>) => unknown, options: { readonly schema: D }): DataFrameOf<D>;
  mapPartitions(fn: (rows: Batch<C>) => unknown, options?: ResultOptions): DataFrameOf<Columns>;
  mapPartitions(fn: (rows: Batch<C>) => unknown, options: ResultOptions = {}): any {
    return this.derive(mapPartitionsPlan(this.plan, 'mapPartitions', fn, options));
  }

  /**
   * As `mapPartitions`, with a state from batch to batch: `fn(state, rows)` gives the new state, which is the result too, or with
   * `returnsState` a pair [state, result]. A batch that fails leaves the state as it was.
   *
   * @throws SchemaError when the columns can't be told
   */
  accumulatePartitions<D extends Columns>(
    fn: (state: any, rows: Batch<C>) => unknown,
    options: AccumulateSettings & { readonly schema: D },
  ): DataFrameOf<D>;
  accumulatePartitions(fn: (state: any, rows: Batch<C>) => unknown, options?: AccumulateSettings): DataFrameOf<Columns>;
  accumulatePartitions(fn: (state: any, rows: Batch<C>) => unknown, options: AccumulateSettings = {}): any {
    return this.derive(accumulatePartitionsPlan(this.plan, fn, options));
  }

  /** The first `n` rows of every batch (of every result, for an updating frame). */
  head(n = 5): DataFrameOf<C> {
    return this.derive(cutPlan(this.plan, 'head', n, false));
  }

  /** The last `n` rows of every batch (of every result, for an updating frame). */
  tail(n = 5): DataFrameOf<C> {
    return this.derive(cutPlan(this.plan, 'tail', n, true));
  }

  /** A user's aggregation of everything so far; see `UserAggregation`. */
  aggregate(aggregation: UserAggregation<any, any, Batch<C>>, options: ResultOptions = {}): DataFrameOf<Columns> {
    return this.derive(aggregatePartitionsPlan(this.plan, everything, [], aggregation, options));
  }

  /** The last `extent` rows, or the rows of the last stretch of time (`'2h'`, by the index). */
  window(extent: number | string | { readonly n?: number; readonly value?: Duration }): Window<C> {
    if (typeof extent !== 'object') return this.#windowed(slidingOver(extent));
    const { n, value } = extent;
    if (n === undefined && value === undefined)
      throw new OptionError('window', 'window: give a number of rows, or a span of time such as "2h"');
    return this.#windowed(value === undefined ? slidingOver(n!) : { kind: 'range', range: value });
  }

  /** All rows so far: like the frame itself, in a window's words. */
  override expanding(): Window<C> {
    return this.#windowed(everything);
  }

  /**
   * Event-time windows one after another, aligned to the epoch plus `offset`. Spans of the calendar (`'day'`, `'week'`, `'1mo'`, `'1q'`, `'1y'`,
   * or several) make windows of its lengths; in a `timeZone` they begin with its days, and `'1d'` and `'1w'` are of the calendar, too.
   *
   * @throws SchemaError when the frame has no time index; OptionError for spans, offsets and zones that make no windows. So do all windows
   */
  tumbling<const O extends WindowOptions = Record<never, never>>(size: Duration, options?: O): Window<C, BoundsOf<O>> {
    return this.#windowed({ kind: 'tumbling', size, ...gridOptions('tumbling', options) });
  }

  /** Event-time windows of `size`, a new one every `step`: two lengths of time, or two spans of the calendar, as in `sliding('3mo', '1mo')`. */
  sliding<const O extends WindowOptions = Record<never, never>>(
    size: Duration,
    step: Duration,
    options?: O,
  ): Window<C, BoundsOf<O>> {
    return this.#windowed({ kind: 'sliding', size, step, ...gridOptions('sliding', options) });
  }

  /** Event-time windows that end when a group is quiet for `gap`. */
  session<const O extends LatenessOptions = Record<never, never>>(gap: Duration, options?: O): Window<C, BoundsOf<O>> {
    checkOptions('session', options, ['allowedLateness'], ofAnotherVerb);
    const { allowedLateness = 0 }: LatenessOptions = options ?? {};
    return this.#windowed({ kind: 'session', gap, allowedLateness });
  }

  /** Only rows without missing cells, in all columns or in these. */
  dropna(names: readonly (keyof C & string)[] = this.schema.names): DataFrameOf<C> {
    const present = names.map(name => this.col(name).notna().expression);
    return this.derive(
      filterPlan(
        this.plan,
        present.reduce((a, b) => call('and', [a, b])),
        'dropna',
      ),
    );
  }

  /** The index as a column called `name`, in front; rows have no labels then but their numbers in the batch. */
  resetIndex(name = 'index'): DataFrameOf<Columns> {
    const { plan } = this;
    const columns = columnNames(this.schema.names, this.schema, 'resetIndex');
    if (plan.index === null) indexOf(plan, 'resetIndex');
    const hidden = !this.schema.has(plan.index!);
    if (hidden) columns.unshift({ name, expression: column(plan.index!) });
    return this.derive(projectPlan({ ...plan, index: null }, columns, 'resetIndex'));
  }

  /** The same rows, ordered in time by another column. */
  setIndex(name: keyof C & string): DataFrameOf<C> {
    const field = this.schema.field(name, 'setIndex');
    const plan = projectPlan(
      { ...this.plan, index: field.name },
      columnNames(this.schema.names, this.schema, 'setIndex'),
      'setIndex',
    );
    return this.derive(plan);
  }

  /**
   * Gives the results of every batch to a function, or to a sink such as `toFile('late.csv')`. A promise that it returns holds the next
   * batch back; an error that it throws rejects the `emit` (or `run`) that caused it. Returns what ends it.
   */
  sink(to: ((batch: Batch<C>) => unknown) | FrameSink<C>): () => void {
    return this.root.attach(this.plan, to as FrameSink<any>);
  }

  /** The results as a stream of batches; the same stream each time. */
  get stream(): Stream<Batch<C>> {
    if (!this.#stream) {
      const stream = new Stream<Batch<C>>({ name: 'DataFrame' });
      this.sink(batch => stream.emit(batch));
      this.#stream = stream;
    }
    return this.#stream;
  }

  /** All results from now on, in a list that grows. */
  sinkToList(): Batch<C>[] {
    const list: Batch<C>[] = [];
    this.sink(batch => {
      list.push(batch);
    });
    return list;
  }

  /**
   * Pushes rows into the frame this one is derived from: a `Batch`, an Arrow table, row objects, or columns. Returns a promise only
   * when a sink is still working.
   *
   * @throws SchemaError when the rows don't fit; nothing was counted then
   */
  emit(rows: BatchLike, { input }: FrameEmitOptions = {}): void | Promise<void> {
    return this.root.emit(rows, input);
  }

  /**
   * Says how far time has come, beside what the rows say: no rows before `time` are expected any more. Windows that end by then close, in all frames
   * of the root whose times are this one's. A Date or milliseconds since the epoch, for an integer index the number itself; a bigint is in the
   * index's ticks. A time before `currentWatermark` changes nothing. Said to joined rows, it is said to both frames of the join.
   *
   * @throws OptionError for what is no point in time
   * @throws SchemaError when the frame has no time index, or its times are computed: results of windows, an `assign` of the index
   */
  advanceWatermark(time: Date | number | bigint): void | Promise<void> {
    const ticks = indexOf(this.plan, 'advanceWatermark').at(time, 'advanceWatermark');
    const column = timesOf(this.plan)?.column ?? null;
    if (column !== null) return this.root.advanceWatermark(column, ticks);
    throw new SchemaError(
      'advanceWatermark: the times of these rows are computed; call it on the frame that they come from',
    );
  }

  /**
   * How far time has come: no earlier rows are expected. Milliseconds since the epoch, or the number itself for an integer index. That of the windows
   * whose results these are; elsewhere the least of all windows over frames of this root. Null before the first row, and without windows over time.
   */
  get currentWatermark(): number | null {
    return this.root.executor.watermarkOf(this.plan);
  }

  /** No more rows will come: open windows close, `emit: 'end'` results come out. */
  end(): void | Promise<void> {
    return this.root.end();
  }

  /**
   * Reads the source to its end, then ends. Rejects with the source's, a codec's or a sink's error.
   *
   * With `checkpoint` it writes down now and then what all frames of the root remember, where the source stands and how far sinks have
   * come, and goes on from the newest of these when it is called in another process, so that sinks that tell their position (files) hold
   * every result once. Aborted, it leaves windows open, for the next run.
   *
   * @throws StateError when the checkpoints are of another plan, another process writes there, or the source can't be read again
   */
  run(options: RunOptions = {}): Promise<void> {
    checkOptions('run', options, ['signal', 'checkpoint']);
    const { signal, checkpoint } = options;
    return this.root.run(signal, checkpoint);
  }

  /** `run` by streamz' name. */
  start(options?: RunOptions): Promise<void> {
    return this.run(options);
  }

  /**
   * Stops what `run` or `start` began, as its signal does: the batch in hand is finished, what is open is closed (with checkpoints it stays
   * open, for the next run). Resolves when it is over; an error of the run is that of `run`. Where nothing runs, nothing happens.
   */
  stop(): Promise<void> {
    return this.root.stop();
  }

  /** Results as they come, until the frame ends. Starts the source, if there is one, and stops it when the loop is left. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Batch<C>> {
    const stop = new AbortController();
    const waiting: { batch: Batch<C>; taken: () => void }[] = [];
    let wake = (): void => {};
    let over = false;
    const detach = this.sink(
      batch =>
        new Promise<void>(taken => {
          waiting.push({ batch, taken });
          wake();
        }),
    );
    let failure: { error: unknown } | null = null;
    const running = (this.root.runs ? this.run({ signal: stop.signal }) : this.root.executor.ended).then(
      () => {
        over = true;
        wake();
      },
      error => {
        failure = { error };
        wake();
      },
    );
    try {
      while (true) {
        while (waiting.length > 0) {
          const { batch, taken } = waiting.shift()!;
          taken();
          yield batch;
        }
        if (failure) throw (failure as { error: unknown }).error;
        if (over) return;
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    } finally {
      detach();
      stop.abort();
      for (const { taken } of waiting) taken();
      if (this.root.runs) await running;
    }
  }

  /**
   * Everything that this frame and all others of its root remember after the last batch (running results, windows, remembering columns,
   * states of users' functions), and where the source stands, as bytes: versioned, with a checksum, Arrow inside. A new frame with the same
   * plans and sinks goes on from it, in whatever process.
   *
   * @throws StateError while a batch is being computed, or when something is remembered that can't be saved
   */
  checkpoint(): Uint8Array {
    return writeCheckpoint(this.root.save(), this.root.executor.memory);
  }

  /**
   * Goes on from a checkpoint, as if never interrupted. Call it after the sinks are attached and before the first batch.
   *
   * @throws DataError when the bytes are damaged
   * @throws StateError when the checkpoint is of other plans or sinks: it says what differs
   */
  restore(checkpoint: Uint8Array): void {
    this.root.load(readCheckpoint(checkpoint, this.root.executor.memory) as SavedRoot);
  }

  /**
   * Each result with what the frame remembers after it, as `checkpoint()` gives it: streamz' `with_state=True`. With such a state as `start` it
   * goes on from there, before the first batch; attach other sinks before. Joins have states between batches only: take `checkpoint()` there.
   *
   * @throws DataError, StateError as `restore`
   */
  withState({ start }: { readonly start?: Uint8Array } = {}): Stream<[state: Uint8Array, batch: Batch<C>]> {
    const stream = new Stream<[Uint8Array, Batch<C>]>({ name: 'DataFrame' });
    this.sink(batch => stream.emit([this.checkpoint(), batch]));
    if (start) this.restore(start);
    return stream;
  }

  /** The `n` rows of each batch (of an updating frame: of each result) with the most in a column; the earlier ones of equals. */
  nlargest(n: number, by: keyof C & string): DataFrameOf<C> {
    return this.derive(extremesPlan(this.plan, 'nlargest', n, by, true));
  }

  /** As `nlargest`, with the least. */
  nsmallest(n: number, by: keyof C & string): DataFrameOf<C> {
    return this.derive(extremesPlan(this.plan, 'nsmallest', n, by, false));
  }

  /**
   * Writes the results to a new River stream over Redis: `toRiver` of `millrace/river`, which is loaded when this is called (Node only).
   *
   * @throws StreamExistsException when there is such a stream
   */
  async toRiver(name: string, options?: ToRiverOptions): Promise<RiverSink> {
    const river: typeof import('../river/index.ts') = await import(riverSubpath);
    return river.toRiver(this as unknown as DataFrame, name, options);
  }

  /**
   * The plan as text, the last step first; with `analyze` also what has passed through each step so far, and how long it took
   * (`metrics` has the same as numbers).
   */
  explain({ analyze = false }: ExplainOptions = {}): string {
    return analyze ? this.root.analyze(this.plan) : explainPlan(this.plan);
  }

  /**
   * What has passed through this frame and all that share its root: totals, and each step of their plans.
   *
   * @param options a clock, which lags are told by; default: the host's
   */
  metrics({ clock = systemClock }: MetricsOptions = {}): FrameMetrics & SourceMetrics & RunMetrics {
    return this.root.metrics(clock.now());
  }

  /** Frees linear memory of this frame and all that share its root, which take no rows and no sinks any more. */
  dispose(): void {
    this.root.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  /** The type of an expression over this frame's columns; aggregations have types in `agg` only. */
  typeOf(expression: Expression): DataType {
    const { input, expressions } = withScans(this.plan, [expression], 'type');
    return typeOf(expressions[0]!, input.schema);
  }

  override toString(): string {
    return `DataFrame${this.schema}`;
  }

  /** A frame of the same root with another plan. */
  derive<D extends Columns>(plan: Plan): DataFrameOf<D> {
    const timed = plan.op === 'aggregate' && isEventTime(plan.window);
    const Frame = timed ? WindowedFrame<D> : DataFrameBase<D>;
    return new Frame(this.root, plan, this.outOfOrder) as DataFrameOf<D>;
  }

  protected override project(columns: readonly Named[], verb: string): DataFrameOf<any> {
    return this.derive(projectPlan(this.plan, columns, verb));
  }

  protected override seriesOf(expression: Expression, name: string): Series<any> {
    return new Series(this, expression, name);
  }

  #windowed(scheme: WindowScheme): Window<C, any> {
    return new WindowBase<C, any>(this, checkedWindow(this.plan, scheme)) as Window<C, any>;
  }
}

function gridOptions(verb: string, options: WindowOptions | undefined) {
  checkOptions(verb, options, ['offset', 'timeZone', 'allowedLateness'], ofAnotherVerb);
  const { offset = 0, timeZone = null, allowedLateness = 0 } = options ?? {};
  return { offset, timeZone, allowedLateness };
}

const frameOptions = [
  ...['schema', 'example', 'index', 'outOfOrder', 'inputs', 'memory', 'source'],
  ...['idleAfter', 'clock'],
];

/** Options that a window's verb does not take, but another. */
const ofAnotherVerb = /* @__PURE__ */ Object.freeze({
  emit: 'the verb that aggregates takes it, as in agg({ … }, { emit })',
  panes: 'the verb that aggregates takes it, as in agg({ … }, { panes })',
  outOfOrder: 'the frame takes it, as in new DataFrame({ …, outOfOrder }), or agg({ … }, { outOfOrder })',
});

/** Results of event-time windows. */
class WindowedFrame<C extends Columns> extends DataFrameBase<C> {
  #late: DataFrameBase | null = null;

  /** The rows of the input that came too late for every window, as they came; a column of that name is reached with `col('late')`. */
  get late(): DataFrameBase {
    this.#late ??= new DataFrameBase(this.root, latePlan(this.plan as AggregatePlan), this.outOfOrder);
    return this.#late;
  }
}

/**
 * A frame to push rows into: `new DataFrame({ schema: { price: f64(), symbol: utf8() } })`, or with an `example` of its rows.
 *
 * @throws SchemaError when neither tells the columns, or the index can't order rows
 */
export const DataFrame: DataFrameConstructor = /* @__PURE__ */ (() => {
  function construct(options: DataFrameOptions<any> = {}): DataFrameBase {
    checkOptions('DataFrame', options, frameOptions);
    const { schema, example, index = null, outOfOrder = 0, memory, source, inputs, ...idle } = options;
    const columns = schema ? schemaOf(schema) : example ? toBatch(example).schema : null;
    if (!columns) {
      throw new SchemaError(
        'DataFrame: neither schema nor example tells the columns; give one, as in { schema: { price: f64() } }',
      );
    }
    const root = new Root(columns as Schema, { source, memory, idle });
    if (inputs) root.inputs.expect(inputs);
    const plan = sourcePlan(columns as Schema, index);
    return new DataFrameBase(root, plan, checkedDelay(plan, outOfOrder));
  }
  construct.prototype = DataFrameBase.prototype; // instanceof DataFrame
  construct.of = frameOf;
  construct.fromPeriodic = (fn: (period: Period) => BatchLike, options: PeriodicOptions = {}): DataFrameBase =>
    started(new DataFrame(periodicParts(fn, options)), options.start);
  construct.random = (options: RandomOptions = {}): DataFrameBase =>
    started(new DataFrame(randomParts(options)), options.start);
  return construct as unknown as DataFrameConstructor;
})();

/** Series of one frame side by side: `DataFrame.of({ a: t.x, b: t.y.mul(2) })`. */
function frameOf(columns: Readonly<Record<string, Series<any>>>): DataFrameBase {
  const [first] = Object.values(columns);
  if (!first) throw new OptionError('columns', 'DataFrame.of: give at least one series, as in { a: frame.x }');
  return first.frame.select(columns);
}

/** The frame, running if it should. An error of the run is the process's, as nobody waits for it. */
function started(frame: DataFrameBase, start = false): DataFrameBase {
  if (start) void frame.run();
  return frame;
}

/** A frame with a root of its own; its rows come in order. */
const joined = ({ root, plan, outOfOrder }: JoinedParts): any => new DataFrameBase(root, plan, outOfOrder);

/** @throws OptionError for what is no frame */
function frameIn(verb: string, other: unknown): DataFrameBase<any> {
  if (other instanceof DataFrameBase) return other;
  throw new OptionError('other', `${verb}: joins two frames; to put rows of a table beside these, use merge`);
}

export interface DataFrameConstructor {
  /** Series of one frame side by side. @throws OptionError when they are of several frames */
  of<const I extends Readonly<Record<string, Series<any>>>>(columns: I): DataFrame<TypesOf<I>>;
  /**
   * Rows that a function makes every so often: `fn({ last, now })` is called after each `interval` while the frame runs. One call more
   * shows the columns, unless there is a `schema`.
   */
  fromPeriodic<C extends Columns>(fn: (period: Period) => Batch<C>, options?: PeriodicOptions): DataFrame<C>;
  fromPeriodic<C extends Columns>(
    fn: (period: Period) => BatchLike,
    options: PeriodicOptions & { readonly schema: C },
  ): DataFrame<C>;
  fromPeriodic(fn: (period: Period) => BatchLike, options?: PeriodicOptions): DataFrame;
  /** Random rows to play with: at (the index), x uniform in [0, 1), y Poisson with mean 1, z normal. */
  random(options?: RandomOptions): DataFrame<RandomColumns>;
  new <C extends Columns>(options: DataFrameOptions<C>): DataFrame<C>;
  readonly prototype: DataFrameBase;
}

/** A streaming dataframe with these columns: `DataFrame<{ price: Float64; symbol: Utf8 }>`. */
export type DataFrame<C extends Columns = Columns> = DataFrameOf<C>;
