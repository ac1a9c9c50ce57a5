import { OptionError, StateError } from '../errors.ts';
// The one import against the order of the rooms: `toDataFrame` is a verb of streams, as in streamz. Both sides only use each other
// when they are called.
import { type FrameShape, frameFromStream, type ToDataFrameOptions } from '../frame/from-stream.ts';
import type { DataFrame } from '../frame/types.ts';
import type { Duration } from '../schema/duration.ts';
import type { Columns } from '../schema/schema.ts';
import { Shown } from '../shown.ts';
import { type Clock, systemClock } from './clock.ts';
import { type ErrorHandler, type Failure, report, reportHere, reportPassing } from './failure.ts';
import { type IterateOptions, iterate, readable } from './iterate.ts';
import { type Carried, type Metadata, release, retain } from './metadata.ts';
import { callable, isPromise, shown } from './nodes/_shared.ts';
import { AccumulateNode, type AccumulateOptions } from './nodes/accumulate.ts';
import { BufferNode } from './nodes/buffer.ts';
import { CollectNode, type CollectOptions } from './nodes/collect.ts';
import { CombineLatestNode, type CombineLatestOptions } from './nodes/combine-latest.ts';
import { DelayNode, type DelayOptions } from './nodes/delay.ts';
import { FilterNode } from './nodes/filter.ts';
import { FlattenNode } from './nodes/flatten.ts';
import { FrequenciesNode } from './nodes/frequencies.ts';
import { type EmitterLike, EventsSource } from './nodes/from-events.ts';
import { type AnyIterable, IterableSource } from './nodes/from-iterable.ts';
import { PeriodicSource } from './nodes/from-periodic.ts';
import { QueueSource } from './nodes/from-queue.ts';
import { LatestNode } from './nodes/latest.ts';
import { MapNode } from './nodes/map.ts';
import { MapAsyncNode, type MapAsyncOptions } from './nodes/map-async.ts';
import { PartitionNode, type PartitionOptions } from './nodes/partition.ts';
import { type KeepOptions, PartitionUniqueNode } from './nodes/partition-unique.ts';
import { PassNode } from './nodes/pass.ts';
import { PluckNode } from './nodes/pluck.ts';
import { RateLimitNode } from './nodes/rate-limit.ts';
import { SinkNode } from './nodes/sink.ts';
import { SliceNode } from './nodes/slice.ts';
import { SlidingWindowNode } from './nodes/sliding-window.ts';
import { StarmapNode } from './nodes/starmap.ts';
import { TimedWindowNode, TimedWindowUniqueNode } from './nodes/timed-window.ts';
import { UnionNode } from './nodes/union.ts';
import { UniqueNode, type UniqueOptions } from './nodes/unique.ts';
import { ZipNode, type ZipOptions } from './nodes/zip.ts';
import { ZipLatestNode, type ZipLatestOptions } from './nodes/zip-latest.ts';
import { covered, type Emitted, isCovered, nameOf, type Operator, type Step, together } from './operator.ts';
import { Records } from './records.ts';

export interface StreamOptions {
  /** Shown by `toString()` and pictures. */
  readonly name?: string;
  /** Where this node and all attached below it take time from; default: the host's clock. */
  readonly clock?: Clock;
}

export interface EmitOptions {
  /** Travels with the element; a `ref` in it is told when everybody is done with the element. */
  readonly metadata?: readonly Metadata[] | Metadata;
}

export interface StartOptions {
  /** Stops the sources when aborted. */
  readonly signal?: AbortSignal;
}

type ElementOf<S> = S extends Stream<infer T> ? T : S;
type Elements<S extends readonly unknown[]> = { -readonly [K in keyof S]: ElementOf<S[K]> };
type Item<T> =
  T extends ReadonlyMap<infer K, any> ? K : T extends Iterable<infer U> ? U : T extends object ? keyof T : never;

type Receiver = Pick<Operator, 'update'>;

/** Operators that can be started and stopped. */
interface Startable {
  readonly stopped: boolean;
  readonly inputs: readonly string[];
  detached(): Emitted;
  start(): Promise<void>;
  stop(): Promise<void>;
  seek?(position: unknown): void;
}

/**
 * A node in a graph that pushes values downstream.
 *
 * `emit(x)` hands an element to every node attached, each with all that is below it, in the order they were attached. It
 * returns nothing when all that is done, and a promise when some node is still working: awaiting it is back-pressure.
 * An error thrown below is thrown by (or rejects) the `emit` that caused it.
 *
 * ```ts
 * const source = new Stream<number>();
 * source.map(x => x * 2).filter(x => x > 3).sink(console.log);
 * source.emit(2); // 4
 * ```
 *
 * Nodes are held by their upstreams until they are destroyed; what happens in a node says its `Operator`.
 */
export class Stream<T = any> extends Shown implements AsyncIterable<T>, AsyncDisposable {
  /** The last element sent; null before the first. */
  currentValue: T | null = null;
  /** What travelled with it. */
  currentMetadata: Carried = undefined;
  readonly clock: Clock;
  /** @internal What is called for each element: the operators of `downstreams`. Replaced, never changed. */
  receivers: readonly Receiver[] = [];
  /** @internal The one downstream, when there is exactly one and it has no handlers: the fast path of `flow`. */
  next: Stream | null = null;
  /** @internal Of the operator. */
  readonly step: Step;
  /** @internal Of the operator. */
  readonly fn: ((x: any) => any) | null;
  /** @internal Filled by `onError`. */
  handlers: readonly ErrorHandler[] = [];
  /** @internal What upstreams call: the operator, or a guard around it that catches for `handlers`. */
  receiver: Receiver;
  /** @internal */
  readonly operator: Operator<any, T>;
  #name: string | undefined;
  #upstreams: Stream[] = [];
  #downstreams: Stream[] = [];
  #endedUpstreams: Set<Stream> | undefined;
  #ending = false;
  #errors: Stream<Failure> | undefined;

  constructor(
    options: StreamOptions = {},
    operator: Operator<any, T> = new PassNode<T>(),
    upstreams: readonly Stream[] = [],
  ) {
    super();
    if (!isOperator(operator)) {
      throw new OptionError(
        'operator',
        `through: ${shown(operator)} is no operator; give one, or call map, filter and the like`,
      );
    }
    this.#name = options.name;
    this.clock = options.clock ?? upstreams[0]?.clock ?? systemClock;
    if (operator.node)
      throw new StateError(
        `through: this ${operator.label} operator works in ${operator.node} already; make a new one`,
      );
    this.operator = operator;
    this.step = operator.step;
    this.fn = operator.fn;
    this.receiver = operator;
    operator.node = this;
    for (const upstream of upstreams) this.#link(upstream);
    operator.attached();
  }

  /* Sending ---------------------------------------------------------------------------------------------------------- */

  /**
   * Sends `x` as if this node had just produced it.
   *
   * @returns nothing when everything below has finished, else a promise of that
   */
  emit(x: T, options?: EmitOptions): Promise<void> | undefined {
    let sent: Emitted;
    try {
      sent = options === undefined ? flow(this, x) : this.sendHeld(x, carried(options.metadata));
    } catch (error) {
      report(this, error, x);
      throw error;
    }
    return sent === undefined ? undefined : this.#settled(sent, x);
  }

  /** @internal Sends on; references are retained until every receiver has returned. For operators. */
  send(x: T, metadata: Carried): Emitted {
    if (metadata === undefined) return flow(this, x);
    this.currentValue = x;
    this.currentMetadata = metadata;
    return deliver(this, x, metadata, false);
  }

  /** @internal Sends on; references are retained until every receiver has finished. For operators and sources. */
  sendHeld(x: T, metadata: Carried): Emitted {
    if (metadata === undefined) return flow(this, x);
    this.currentValue = x;
    this.currentMetadata = metadata;
    return deliver(this, x, metadata, true);
  }

  #settled(sent: Promise<unknown>, x: T): Promise<void> {
    const promise: Promise<void> = sent.then(nothing, error => {
      // A handler has it: then an emit that nobody awaits is no uncaught error besides.
      if (report(this, error, x)) promise.catch(nothing);
      throw error;
    });
    return promise;
  }

  /**
   * Says that no more elements come (until the next start): nodes below send what they hold back, `for await` loops and
   * readable streams end. Sources do this when they are exhausted.
   */
  end(): Promise<void> | undefined {
    if (this.#ending) return undefined;
    this.#ending = true;
    try {
      const waiting: Promise<unknown>[] = [];
      for (const downstream of this.#downstreams.slice()) {
        const ended = downstream.#upstreamEnded(this);
        if (ended !== undefined) waiting.push(ended);
      }
      return waiting.length === 0 ? undefined : together(waiting);
    } finally {
      this.#ending = false;
    }
  }

  #upstreamEnded(who: Stream): Emitted {
    this.#endedUpstreams ??= new Set();
    this.#endedUpstreams.add(who);
    const all = this.#upstreams.every(upstream => this.#endedUpstreams!.has(upstream));
    if (all) this.#endedUpstreams = undefined;
    return this.operator.upstreamEnded(who, all);
  }

  /* Errors ----------------------------------------------------------------------------------------------------------- */

  /**
   * Tells `handler` of errors in this node and below, unless a node further down has a handler of its own, and of errors in
   * queues and timers, which no `emit` waits for. The `emit` that caused an error fails all the same; but with a handler
   * the other branches get the element, and sources go on. Call the function returned to take the handler away.
   */
  onError(handler: ErrorHandler): () => void {
    this.#setHandlers([...this.handlers, handler]);
    return () => this.#setHandlers(this.handlers.filter(one => one !== handler));
  }

  /** The errors of this node and below as a stream; asking for it is having a handler. */
  get errors(): Stream<Failure> {
    if (!this.#errors) {
      const errors = new Stream<Failure>({ clock: this.clock });
      this.onError((_error, failure) => {
        errors.emit(failure);
      });
      this.#errors = errors;
    }
    return this.#errors;
  }

  #setHandlers(handlers: readonly ErrorHandler[]): void {
    this.handlers = handlers;
    this.receiver = handlers.length > 0 ? guarded(this) : this.operator;
    for (const upstream of this.#upstreams) upstream.#refresh();
  }

  /* The graph -------------------------------------------------------------------------------------------------------- */

  get name(): string | undefined {
    return this.#name;
  }

  /** Gives the node a name for `toString()` and pictures. */
  named(name: string): this {
    this.#name = name;
    return this;
  }

  get upstreams(): readonly Stream[] {
    return this.#upstreams;
  }

  get downstreams(): readonly Stream[] {
    return this.#downstreams;
  }

  /** The only upstream, or null. @throws StateError when there are several */
  get upstream(): Stream | null {
    if (this.#upstreams.length > 1) {
      throw new StateError(`upstream: ${this} has ${this.#upstreams.length} upstreams; use upstreams`);
    }
    return this.#upstreams[0] ?? null;
  }

  /** Attaches a node that does what `operator` says: how custom nodes enter a graph. */
  through<U>(operator: Operator<T, U>, options: StreamOptions = {}): Stream<U> {
    return new Stream<U>(options, operator, [this]);
  }

  /** Attaches `downstream` below this node, also to one of its ancestors: then elements go round. */
  connect(downstream: Stream): void {
    mustBeStream('connect', downstream);
    downstream.#link(this);
    downstream.operator.connected(this);
  }

  /** @throws StateError when it is not attached */
  disconnect(downstream: Stream): void {
    if (!this.#downstreams.includes(downstream)) {
      throw new StateError(`disconnect: ${downstream} is not attached to ${this}`);
    }
    downstream.#unlink(this);
    downstream.operator.disconnected(this);
  }

  /**
   * Detaches this node from its upstreams (or these of them). When none is left its timers, sockets and files are closed;
   * a promise says when, if that takes time. What is below stays attached to it.
   */
  destroy(streams?: readonly Stream[]): Promise<void> | undefined {
    for (const upstream of streams ?? this.#upstreams.slice()) {
      this.#unlink(upstream);
      this.operator.disconnected(upstream);
    }
    return this.#upstreams.length === 0 ? this.operator.detached()?.then(nothing) : undefined;
  }

  #link(upstream: Stream): void {
    mustBeStream(this.operator.label, upstream);
    this.#upstreams.push(upstream);
    if (upstream.#downstreams.includes(this)) return;
    upstream.#downstreams = [...upstream.#downstreams, this];
    upstream.#refresh();
  }

  #unlink(upstream: Stream): void {
    this.#upstreams = this.#upstreams.filter(one => one !== upstream);
    upstream.#downstreams = upstream.#downstreams.filter(one => one !== this);
    upstream.#refresh();
  }

  #refresh(): void {
    this.receivers = this.#downstreams.map(({ receiver }) => receiver);
    const [first] = this.#downstreams;
    this.next = first && this.#downstreams.length === 1 && first.handlers.length === 0 ? first : null;
  }

  /**
   * Starts the sources above this node. The promise settles when they have run out or were stopped; it rejects when one
   * fails and there is no handler for that.
   */
  async start({ signal }: StartOptions = {}): Promise<void> {
    const runs = this.#sources().map(source => source.start());
    const stop = (): void => void this.stop();
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await together(runs);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Stops the sources above this node; resolves when the elements they sent are done. */
  async stop(): Promise<void> {
    await Promise.all(this.#sources().map(source => source.stop()));
  }

  /** Whether there are sources above this node that can be started. */
  get hasSources(): boolean {
    return this.#sources().length > 0;
  }

  /** @internal Sources above this node that can go elsewhere begin there at the next start. */
  seek(position: unknown): void {
    for (const source of this.#sources()) source.seek?.(position);
  }

  /** @internal What the sources above read side by side; the same list as long as there is one such source and it has not changed. */
  get inputs(): readonly string[] {
    const [first = none, ...others] = this.#sources()
      .map(({ inputs }) => inputs)
      .filter(inputs => inputs.length > 0);
    return others.length === 0 ? first : [first, ...others].flat();
  }

  /** Whether a source above this node runs. */
  get started(): boolean {
    return this.#sources().some(({ stopped }) => !stopped);
  }

  /** Stops the sources above, waits for them, and detaches this node. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.destroy();
  }

  /** @internal Stops the sources above and closes what they read from. */
  releaseSources(): void {
    for (const source of this.#sources()) source.detached()?.catch(nothing);
  }

  #sources(): Startable[] {
    const visited = new Set<Stream>([this]);
    for (const stream of visited) for (const upstream of stream.#upstreams) visited.add(upstream);
    return [...visited].map(({ operator }) => operator as unknown as Startable).filter(isStartable);
  }

  /** `<map: inc>`, `<name; map: inc>` */
  override toString(): string {
    const { label, detail } = this.operator;
    return `<${this.#name === undefined ? '' : `${this.#name}; `}${label}${detail === '' ? '' : `: ${detail}`}>`;
  }

  /* Out of the graph ------------------------------------------------------------------------------------------------- */

  /** The elements from now on; sources are started. Whoever emits waits until the loop asks for the next element. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    return iterate(this);
  }

  /** Like iterating, with options. */
  values(options: IterateOptions = {}): AsyncGenerator<T, void, void> {
    return iterate(this, options);
  }

  /** The elements from now on as a web stream (`Readable.fromWeb` makes a Node stream of it); sources are started. */
  toReadableStream(options: IterateOptions = {}): ReadableStream<T> {
    return readable(this, options);
  }

  /** Writes every element until the sources run out or the signal is aborted. */
  pipeTo(writable: WritableStream<T>, options: StreamPipeOptions = {}): Promise<void> {
    return this.toReadableStream().pipeTo(writable, options);
  }

  /** Calls `fn` with every element. `emit` waits for a promise it returns. */
  sink<A extends unknown[]>(fn: (x: T, ...args: A) => unknown, ...args: A): Stream<never> {
    return this.through(new SinkNode<T>(applied('sink', fn, args), nameOf(fn)));
  }

  /** An array that grows by every element, until the signal is aborted. */
  sinkToList({ signal }: { readonly signal?: AbortSignal } = {}): T[] {
    const list: T[] = [];
    const node = this.sink(function append(x: T) {
      list.push(x);
    });
    signal?.addEventListener('abort', () => node.destroy(), { once: true });
    return list;
  }

  /* Nodes ------------------------------------------------------------------------------------------------------------ */

  /** `fn(x, ...args)` of every element. */
  map<U, A extends unknown[]>(fn: (x: T, ...args: A) => U, ...args: A): Stream<U> {
    return this.through(new MapNode<T, U>(applied('map', fn, args), nameOf(fn)));
  }

  /** `fn(...x, ...args)` of every element, which is an array. */
  starmap<U>(fn: (...x: any[]) => U, ...args: unknown[]): Stream<U> {
    return this.through(new StarmapNode<any, U>(callable('starmap', fn), args));
  }

  /** What `fn` resolves to for every element, in order. */
  mapAsync<U>(fn: (x: T) => Promise<U> | U, options: MapAsyncOptions = {}): Stream<U> {
    return this.through(new MapAsyncNode<T, U>(callable('mapAsync', fn), options));
  }

  /** Elements for which `predicate(x, ...args)` is truthy; without one, truthy elements. */
  filter<U extends T>(predicate: (x: T) => x is U): Stream<U>;
  filter<A extends unknown[]>(predicate?: ((x: T, ...args: A) => unknown) | null, ...args: A): Stream<T>;
  filter(predicate?: ((x: T, ...args: any[]) => unknown) | null, ...args: unknown[]): Stream<any> {
    if (predicate === undefined || predicate === null) return this.through(new FilterNode<T>(x => x, '_truthy'));
    return this.through(new FilterNode<T>(applied('filter', predicate, args), nameOf(predicate)));
  }

  /** Elements for which `predicate` is not truthy. */
  remove(predicate: (x: T) => unknown): Stream<T> {
    callable('remove', predicate);
    return this.through(new FilterNode<T>(x => !predicate(x), nameOf(null)));
  }

  /** A state carried from element to element, and sent after each. */
  accumulate(fn: (state: T, x: T) => T): Stream<T>;
  accumulate<S, R>(
    fn: (state: S, x: T) => [state: S, result: R],
    options: AccumulateOptions<S> & { readonly returnsState: true; readonly withState: true },
  ): Stream<[S, R]>;
  accumulate<S, R>(
    fn: (state: S, x: T) => [state: S, result: R],
    options: AccumulateOptions<S> & { readonly returnsState: true },
  ): Stream<R>;
  accumulate<S>(
    fn: (state: S, x: T) => S,
    options: AccumulateOptions<S> & { readonly withState: true },
  ): Stream<[S, S]>;
  accumulate<S>(fn: (state: S, x: T) => S, options?: AccumulateOptions<S>): Stream<S>;
  accumulate(fn: (state: any, x: T) => any, options: AccumulateOptions<any> = {}): Stream<any> {
    return this.through(new AccumulateNode<T, any, any>(callable('accumulate', fn), options));
  }

  /** The same as `accumulate`. */
  get scan(): Stream<T>['accumulate'] {
    return this.accumulate;
  }

  /** How often each element was seen, after every element. */
  frequencies(): Stream<Map<T, number>> {
    return this.through(new FrequenciesNode<T>());
  }

  /** Elements at positions start, start + step, … below end. */
  slice(start: number | null = 0, end: number | null = null, step: number | null = 1): Stream<T> {
    return this.through(new SliceNode<T>(start, end, step));
  }

  /** Arrays of `n` elements. */
  partition(n: number, options: PartitionOptions<T> = {}): Stream<T[]> {
    return this.through(new PartitionNode<T>(n, options));
  }

  /** Arrays of `n` elements with different keys. */
  partitionUnique(n: number, options: KeepOptions<T> = {}): Stream<T[]> {
    return this.through(new PartitionUniqueNode<T>(n, options));
  }

  /** The last `n` elements, after every element; with `returnPartial: false` only when there are `n`. */
  slidingWindow(n: number, { returnPartial = true }: { readonly returnPartial?: boolean } = {}): Stream<T[]> {
    return this.through(new SlidingWindowNode<T>(n, returnPartial));
  }

  /** What came in each interval, as an array. */
  timedWindow(interval: Duration): Stream<T[]> {
    return this.through(new TimedWindowNode<T>(interval));
  }

  /** What came in each interval, one element for each key. */
  timedWindowUnique(interval: Duration, options: KeepOptions<T> = {}): Stream<T[]> {
    return this.through(new TimedWindowUniqueNode<T>(interval, options));
  }

  /** The pieces of every element, one by one. */
  flatten(): Stream<Item<T>> {
    return this.through(new FlattenNode());
  }

  /** The same as `flatten`. */
  concat(): Stream<Item<T>> {
    return this.flatten();
  }

  /** A field or position of every element, or an array of several. What is missing is an error. */
  pluck<K extends keyof T>(pick: K): Stream<T[K]>;
  pluck<const K extends readonly (keyof T)[]>(pick: K): Stream<{ -readonly [I in keyof K]: T[K[I] & keyof T] }>;
  pluck(pick: PropertyKey | readonly PropertyKey[]): Stream<any>;
  pluck(pick: any): Stream<any> {
    return this.through(new PluckNode(pick));
  }

  /** Elements not seen before. */
  unique(options: UniqueOptions<T> = {}): Stream<T> {
    return this.through(new UniqueNode<T>(options));
  }

  /** Keeps elements until `flush()`. */
  collect(options: CollectOptions<T> = {}): Collected<T> {
    return new Collected<T>(new CollectNode<T>(options), this);
  }

  /** Lets `n` elements wait, so that whoever emits need not. */
  buffer(n: number): Stream<T> {
    return this.through(new BufferNode<T>(n));
  }

  /** The newest element whenever what is below is free; the others are dropped. */
  latest(): Stream<T> {
    return this.through(new LatestNode<T>());
  }

  /** Every element, `interval` later. */
  delay(interval: Duration, options: DelayOptions = {}): Stream<T> {
    return this.through(new DelayNode<T>(interval, options));
  }

  /** Elements at least `interval` apart. */
  rateLimit(interval: Duration): Stream<T> {
    return this.through(new RateLimitNode<T>(interval));
  }

  /** Elements of this and the other streams, as they come. */
  union<S extends readonly Stream[]>(...others: S): Stream<T | ElementOf<S[number]>> {
    return new Stream({}, new UnionNode<any>(), [this, ...others]);
  }

  /** Tuples of the first, the second, … elements of this and the other streams. */
  zip<S extends readonly Stream[]>(...others: S): Stream<[T, ...Elements<S>]>;
  zip<S extends readonly Stream[]>(...others: [...streams: S, options: ZipOptions]): Stream<[T, ...Elements<S>]>;
  zip(...others: any[]): Stream<any> {
    const [streams, options] = withOptions<ZipOptions>(others);
    return new Stream({}, new ZipNode(options), [this, ...streams]);
  }

  /** The latest elements of this and the other streams, once all have sent one. */
  combineLatest<S extends readonly Stream[]>(...others: S): Stream<[T, ...Elements<S>]>;
  combineLatest<S extends readonly Stream[]>(
    ...others: [...streams: S, options: CombineLatestOptions]
  ): Stream<[T, ...Elements<S>]>;
  combineLatest(...others: any[]): Stream<any> {
    const [streams, options] = withOptions<CombineLatestOptions>(others);
    return new Stream({}, new CombineLatestNode(options), [this, ...streams]);
  }

  /** Every element of this stream, with the latest of the others. */
  zipLatest<S extends readonly Stream[]>(...others: S): Stream<[T, ...Elements<S>]>;
  zipLatest<S extends readonly Stream[]>(
    ...others: [...streams: S, options: ZipLatestOptions]
  ): Stream<[T, ...Elements<S>]>;
  zipLatest(...others: any[]): Stream<any> {
    const [streams, options] = withOptions<ZipLatestOptions>(others);
    return new Stream({}, new ZipLatestNode(options), [this, ...streams]);
  }

  /** This stream itself; a stream that is scattered over workers gives its elements back here. */
  gather(): Stream<T> {
    return this;
  }

  /**
   * Elements as rows of a streaming dataframe. For a stream of bytes or text: a codec with columns, `ndjson({ price: f64() })`; for
   * a stream of rows (batches, Arrow tables, row objects): the columns, `{ price: f64() }`, or example rows, which are not counted.
   *
   * @throws SchemaError when neither tells the columns
   */
  toDataFrame<C extends Columns>(shape: FrameShape<C>, options?: ToDataFrameOptions): DataFrame<C> {
    return frameFromStream(this, shape, options) as unknown as DataFrame<C>;
  }

  /** Elements are arrays of records, with verbs for the records. */
  toBatch<R = T extends readonly (infer U)[] ? U : never>(example?: readonly R[]): Records<R> {
    return new Records<R>(this as Stream<any>, example);
  }

  /* Sources ---------------------------------------------------------------------------------------------------------- */

  /** A source of whatever gives values over time. It sends once it is started; a `for await` loop over it starts it. */
  static from<T>(from: AnyIterable<T>, options?: StreamOptions): Stream<T>;
  static from<T = any>(from: EmitterLike | EventTarget, options: StreamOptions & { readonly event: string }): Stream<T>;
  static from(from: any, options: StreamOptions & { readonly event?: string } = {}): Stream<any> {
    if (options.event !== undefined) return new Stream(options, new EventsSource<any>(from, options.event));
    if (isIterable(from)) return new Stream(options, new IterableSource<any>(from));
    throw new OptionError(
      'from',
      `Stream.from: give an iterable, an async iterable, a stream, or an emitter with { event: 'name' }, not ${typeof from}`,
    );
  }

  /** Each item of an iterable, waiting for what is below. */
  static fromIterable<T>(iterable: AnyIterable<T>, options: StreamOptions = {}): Stream<T> {
    if (isIterable(iterable)) return new Stream(options, new IterableSource<T>(iterable));
    throw new OptionError(
      'iterable',
      `fromIterable: ${shown(iterable)} can't be iterated; give a list, a generator, an async iterable or a web stream`,
    );
  }

  /** What `fn` gives, every `pollInterval` (default 100 ms), the first at once. */
  static fromPeriodic<T>(
    fn: () => T | Promise<T>,
    { pollInterval = 100, ...options }: StreamOptions & { readonly pollInterval?: Duration } = {},
  ): Stream<T> {
    return new Stream(options, new PeriodicSource<T>(callable('fromPeriodic', fn), pollInterval));
  }

  /** What is in a queue (an array, or anything with `shift`), looked at every `sleepTime` (default 10 ms) when it is empty. */
  static fromQueue<T>(
    queue: { shift(): T | undefined },
    { sleepTime = 10, ...options }: StreamOptions & { readonly sleepTime?: Duration } = {},
  ): Stream<T> {
    callable('fromQueue', queue?.shift, 'queue');
    return new Stream(options, new QueueSource<T>(queue, sleepTime));
  }

  /**
   * `zip` over streams and constants: what is no stream stands in every tuple at its place. With options, the inputs are a list:
   * `Stream.zip([a, 5, b], { maxsize: 100 })`.
   */
  static zip<const S extends readonly unknown[]>(inputs: S, options: ZipOptions): Stream<Elements<S>>;
  static zip<S extends readonly unknown[]>(...inputs: S): Stream<Elements<S>>;
  static zip(...given: readonly unknown[]): Stream<any> {
    const listed = Array.isArray(given[0]) && !given.some(input => input instanceof Stream);
    const inputs = listed ? (given[0] as readonly unknown[]) : given;
    const streams = inputs.filter(input => input instanceof Stream) as Stream[];
    if (streams.length === 0)
      throw new OptionError('inputs', 'Stream.zip: no stream is among the inputs; give at least one');
    const literals = new Map<number, unknown>();
    for (const [place, input] of inputs.entries()) if (!(input instanceof Stream)) literals.set(place, input);
    return new Stream<any>({}, new ZipNode(listed ? (given[1] as ZipOptions) : {}, literals), streams);
  }

  /**
   * Makes `factory` a method of all streams (or with `static: true` of `Stream` itself). Declare its type beside it:
   *
   * ```ts
   * declare module 'millrace' { interface Stream<T> { twice(): Stream<T> } }
   * Stream.registerApi('twice', () => new Twice());
   * ```
   *
   * The factory gives an operator, which is attached to the stream, or makes the node itself from its `this`.
   *
   * @throws StateError when the name is taken, unless `override` says that this is meant
   */
  static registerApi(name: string, factory: NodeFactory, options: RegisterOptions = {}): void {
    if (typeof name !== 'string' || name === '')
      throw new OptionError('name', `registerApi: ${shown(name)} is no name for a method`);
    callable('registerApi', factory, 'factory');
    const home: any = options.static ? Stream : Stream.prototype;
    if (name in home && !options.override) {
      throw new StateError(`registerApi: streams have "${name}" already; choose another name, or pass override: true`);
    }
    const method = function (this: any, ...args: unknown[]): unknown {
      const made = factory.apply(this, args);
      if (made instanceof Stream || !isOperator(made)) return made;
      return options.static ? new Stream({}, made) : (this as Stream).through(made);
    };
    Object.defineProperty(home, name, { value: method, configurable: true, writable: true });
  }
}

/** Makes a node, or does whatever the method is to do. */
export type NodeFactory = (this: any, ...args: any[]) => unknown;

export interface RegisterOptions {
  /** A method of `Stream` itself: a source. */
  readonly static?: boolean;
  /** Replace what has the name already. */
  readonly override?: boolean;
}

/** A stream that keeps what comes until it is flushed. */
export class Collected<T> extends Stream<T[]> {
  /** Sends everything kept as one array; a function by itself, so that `other.sink(collected.flush)` works. */
  readonly flush: (_?: unknown) => Promise<void> | undefined;

  constructor(operator: CollectNode<T>, upstream: Stream<T>) {
    super({}, operator, [upstream]);
    this.flush = () => {
      let sent: Emitted;
      try {
        sent = operator.flush();
      } catch (error) {
        report(this, error, undefined);
        throw error;
      }
      return sent?.then(nothing);
    };
  }
}

/** A stream with a source of its own. */
export function sourceStream<T>(operator: Operator<any, T>, options: StreamOptions = {}): Stream<T> {
  return new Stream<T>(options, operator);
}

/**
 * Sends an element without metadata down a chain of single nodes. One loop over nodes of one class, with a call site for each
 * kind of function, not a virtual `update` in each node: through map, filter and sink an element takes 5 ns instead of 6, and
 * 11 instead of 33 in a program with many kinds of nodes, where the one call of `update` meets them all (Node 20, 10 M elements).
 */
function flow(from: Stream, element: any): Emitted {
  let node = from;
  let x = element;
  for (;;) {
    node.currentValue = x;
    node.currentMetadata = undefined;
    const { next } = node;
    if (next === null) return deliver(node, x, undefined, false);
    switch (next.step) {
      case 'map': {
        const fn = next.fn!;
        x = fn(x);
        break;
      }
      case 'filter': {
        const fn = next.fn!;
        if (!fn(x)) return undefined;
        break;
      }
      case 'sink': {
        const fn = next.fn!;
        const result = fn(x);
        return isPromise(result) ? result : undefined;
      }
      default:
        return next.operator.update(x, node, undefined);
    }
    node = next;
  }
}

/**
 * Gives an element to every receiver in turn. With a handler at hand a failing branch leaves the others alone; without one
 * the branches after it do not see the element, as in streamz. A receiver that failed does not let go of the element.
 */
function deliver(node: Stream, x: unknown, metadata: Carried, hold: boolean): Emitted {
  const { receivers } = node;
  retain(metadata, receivers.length);
  let waiting: Promise<unknown>[] | undefined;
  let failure: { readonly error: unknown } | undefined;
  for (let i = 0; i < receivers.length; i++) {
    let sent: Emitted;
    try {
      sent = receivers[i]!.update(x, node, metadata);
    } catch (error) {
      failure ??= { error };
      if (receivers.length > 1 && reportPassing(node, error, x)) continue;
      break;
    }
    if (metadata !== undefined) {
      if (sent !== undefined && hold && !isCovered(sent)) sent = released(sent, metadata);
      else release(metadata);
    }
    if (sent !== undefined) {
      if (waiting === undefined) waiting = [sent];
      else waiting.push(sent);
    }
  }
  if (failure !== undefined) {
    const { error } = failure;
    if (waiting === undefined) throw error;
    return Promise.allSettled(waiting).then(() => {
      throw error;
    });
  }
  if (waiting === undefined) return undefined;
  if (waiting.length === 1) return waiting[0];
  const all = together(waiting);
  return waiting.every(isCovered) ? covered(all) : all;
}

/** Not inside `deliver`: a closure there would cost each of its calls a context of 40 bytes, made or not. */
const released = (sent: Promise<unknown>, metadata: Carried): Promise<unknown> => sent.then(() => release(metadata));

/** What upstreams call when a node has handlers: errors in it and below go to them on their way up. */
function guarded(node: Stream): Receiver {
  const { operator } = node;
  return {
    update(x, who, metadata) {
      try {
        const sent = operator.update(x, who, metadata);
        if (sent === undefined) return undefined;
        const told = sent.catch(error => {
          reportHere(node, error, x);
          throw error;
        });
        return isCovered(sent) ? covered(told) : told;
      } catch (error) {
        reportHere(node, error, x);
        throw error;
      }
    },
  };
}

function applied<T, A extends unknown[], U>(verb: string, fn: (x: T, ...args: A) => U, args: A): (x: T) => U {
  callable(verb, fn);
  return args.length === 0 ? (fn as unknown as (x: T) => U) : x => fn(x, ...args);
}

/** @throws OptionError for what is no stream, such as options that are not there */
function mustBeStream(verb: string, stream: unknown): void {
  if (stream instanceof Stream) return;
  throw new OptionError('stream', `${verb}: ${shown(stream)} is no stream; give one`);
}

function withOptions<O extends object>(others: readonly unknown[]): [Stream[], O | undefined] {
  const last = others.at(-1);
  if (last === undefined || last instanceof Stream) return [others as Stream[], undefined];
  return [others.slice(0, -1) as Stream[], last as O];
}

const carried = (metadata: EmitOptions['metadata']): Carried => {
  if (metadata === undefined) return undefined;
  if (!Array.isArray(metadata)) return [metadata as Metadata];
  return metadata.length === 0 ? undefined : metadata;
};

const nothing = (): void => {};
const none: readonly string[] = /* @__PURE__ */ Object.freeze([]);

const isStartable = (operator: Startable): boolean =>
  typeof operator.start === 'function' && typeof operator.stop === 'function';

const isOperator = (value: unknown): value is Operator =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Operator>).update === 'function';

const isIterable = (value: any): boolean =>
  value !== null &&
  value !== undefined &&
  (typeof value[Symbol.iterator] === 'function' ||
    typeof value[Symbol.asyncIterator] === 'function' ||
    typeof value.getReader === 'function');
