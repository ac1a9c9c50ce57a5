import type { Duration } from '../schema/duration.ts';
import { type Carried, release, retain } from '../stream/metadata.ts';
import type { AccumulateOptions } from '../stream/nodes/accumulate.ts';
import type { PartitionOptions } from '../stream/nodes/partition.ts';
import { afterwards, covered, type Emitted, nameOf, Operator } from '../stream/operator.ts';
import type { Stream } from '../stream/stream.ts';
import { Pool } from './pool.ts';
import { Remote, resolved } from './remote.ts';
import { type Task, taskOf } from './task.ts';

export interface ScatterOptions {
  /** Where functions run; default a pool of its own, with a thread for each core. */
  readonly pool?: Pool;
}

type Work<Args extends readonly any[], U> = ((...args: Args) => U | Promise<U>) | Task<Args, U>;
type Results<S extends readonly unknown[]> = {
  -readonly [K in keyof S]: S[K] extends ParallelStream<infer T> ? T : never;
};

/**
 * The elements of `stream` handed to worker threads.
 *
 * ```ts
 * await using pool = new Pool({ threads: 4 });
 * scatter(source, { pool })
 *   .map(task<[Uint8Array], Summary>(new URL('./summarize.js', import.meta.url), 'summarize'))
 *   .buffer(8)   // up to 8 elements are under way
 *   .gather()    // in order
 *   .sink(console.log);
 * ```
 */
export function scatter<T>(stream: Stream<T>, { pool = new Pool() }: ScatterOptions = {}): ParallelStream<T> {
  return new ParallelStream<T>(stream.through(new ScatterNode<T>()), pool);
}

/**
 * A stream whose elements are in the workers' hands. `map`, `starmap` and `accumulate` run there, beginning at once;
 * nodes that only keep or join elements work as on other streams. What needs to see values (`filter`, `unique`, …) comes
 * after `gather()`.
 */
export class ParallelStream<T> {
  /** The nodes beneath; elements are `Remote`. */
  readonly stream: Stream<any>;
  readonly pool: Pool;

  constructor(stream: Stream<any>, pool: Pool) {
    this.stream = stream;
    this.pool = pool;
  }

  /** `fn(x, ...args)` in a worker. `fn` stands in a module (`task`), or is self-contained: its text is sent. */
  map<U, A extends readonly unknown[]>(fn: Work<[x: T, ...args: A], U>, ...args: A): ParallelStream<U> {
    return this.#next(new RemoteMapNode(this.pool, taskOf(fn), args, false));
  }

  /** `fn(...x, ...args)` in a worker. */
  starmap<U>(fn: Work<any[], U>, ...args: unknown[]): ParallelStream<U> {
    return this.#next(new RemoteMapNode(this.pool, taskOf(fn), args, true));
  }

  /** A state carried from element to element, in workers, one after the other. */
  accumulate<S, U = S>(fn: Work<[state: S, x: T], any>, options: AccumulateOptions<S> = {}): ParallelStream<U> {
    return this.#next(new RemoteAccumulateNode(this.pool, taskOf(fn), options));
  }

  /** The same as `accumulate`. */
  scan<S, U = S>(fn: Work<[state: S, x: T], any>, options: AccumulateOptions<S> = {}): ParallelStream<U> {
    return this.accumulate<S, U>(fn, options);
  }

  /** The values, here, in order. Without a `buffer` before it one element is under way at a time. */
  gather(): Stream<T> {
    return this.stream.through(new GatherNode<T>());
  }

  /** Lets `n` elements be under way. */
  buffer(n: number): ParallelStream<T> {
    return this.#on(this.stream.buffer(n));
  }

  delay(interval: Duration): ParallelStream<T> {
    return this.#on(this.stream.delay(interval));
  }

  latest(): ParallelStream<T> {
    return this.#on(this.stream.latest());
  }

  /** Arrays of `n` elements; keys need values, so there is no `key` here. */
  partition(n: number, options: Pick<PartitionOptions<T>, 'timeout'> = {}): ParallelStream<T[]> {
    return this.#on(this.stream.partition(n, options));
  }

  rateLimit(interval: Duration): ParallelStream<T> {
    return this.#on(this.stream.rateLimit(interval));
  }

  slidingWindow(n: number, options?: { readonly returnPartial?: boolean }): ParallelStream<T[]> {
    return this.#on(this.stream.slidingWindow(n, options));
  }

  timedWindow(interval: Duration): ParallelStream<T[]> {
    return this.#on(this.stream.timedWindow(interval));
  }

  union(...others: readonly ParallelStream<T>[]): ParallelStream<T> {
    return this.#on(this.stream.union(...others.map(({ stream }) => stream)));
  }

  zip<S extends readonly ParallelStream<any>[]>(...others: S): ParallelStream<[T, ...Results<S>]> {
    return this.#on(this.stream.zip(...others.map(({ stream }) => stream)));
  }

  combineLatest<S extends readonly ParallelStream<any>[]>(...others: S): ParallelStream<[T, ...Results<S>]> {
    return this.#on(this.stream.combineLatest(...others.map(({ stream }) => stream)));
  }

  #next<U>(operator: Operator<any, Remote<U>>): ParallelStream<U> {
    return this.#on(this.stream.through(operator));
  }

  #on<U>(stream: Stream<any>): ParallelStream<U> {
    return new ParallelStream<U>(stream, this.pool);
  }
}

class ScatterNode<T> extends Operator<T, Remote<T>> {
  override readonly label = 'scatter';

  update(x: T, _who: Stream<T>, metadata: Carried): Emitted {
    return this.emitHeld(new Remote(Promise.resolve(x)), metadata);
  }
}

/** Begins the work as soon as the argument is there, and sends its result to come. */
class RemoteMapNode<U> extends Operator<unknown, Remote<U>> {
  override readonly label: string;
  readonly #pool: Pool;
  readonly #task: Task;
  readonly #args: readonly unknown[];
  readonly #spread: boolean;

  constructor(pool: Pool, task: Task, args: readonly unknown[], spread: boolean) {
    super();
    this.label = spread ? 'starmap' : 'map';
    this.#pool = pool;
    this.#task = task;
    this.#args = args;
    this.#spread = spread;
  }

  override get detail(): string {
    return nameOf(this.#task);
  }

  update(x: unknown, _who: Stream, metadata: Carried): Emitted {
    return this.emit(new Remote(this.#work(x)), metadata);
  }

  async #work(x: unknown): Promise<U> {
    const value = await resolved(x);
    const first = this.#spread ? (value as unknown[]) : [value];
    return this.#pool.run(this.#task, ...first, ...this.#args);
  }
}

/** The state is itself a value to come; a step that fails leaves it as it was. */
class RemoteAccumulateNode<S, U> extends Operator<unknown, Remote<U>> {
  override readonly label = 'accumulate';
  override readonly look = 'state';
  readonly #pool: Pool;
  readonly #task: Task;
  readonly #options: AccumulateOptions<S>;
  #state: Promise<unknown> | undefined;

  constructor(pool: Pool, task: Task, options: AccumulateOptions<S>) {
    super();
    this.#pool = pool;
    this.#task = task;
    this.#options = options;
    if (options.start !== undefined) this.#state = Promise.resolve(options.start);
  }

  override get detail(): string {
    return nameOf(this.#task);
  }

  update(x: unknown, _who: Stream, metadata: Carried): Emitted {
    const before = this.#state;
    const step = before ? this.#step(before, x) : Promise.resolve(resolved(x)).then(first => [first, first]);
    this.#state = step.then(
      ([state]) => state,
      () => before,
    );
    const result = step.then(([state, value]) => (this.#options.withState ? [state, value] : value));
    return this.emit(new Remote(result as Promise<U>), metadata);
  }

  /** `[state, what to send]` */
  async #step(before: Promise<unknown>, x: unknown): Promise<[unknown, unknown]> {
    const [state, value] = await Promise.all([before, resolved(x)]);
    const made = await this.#pool.run(this.#task, state, value);
    return this.#options.returnsState ? made : [made, made];
  }
}

/** Waits for each element in its turn, also when whoever sends does not. */
class GatherNode<T> extends Operator<unknown, T> {
  override readonly label = 'gather';
  #last: Promise<unknown> = Promise.resolve();

  update(x: unknown, _who: Stream, metadata: Carried): Emitted {
    retain(metadata);
    const turn = this.#last
      .then(() => resolved(x))
      .then(value => afterwards(this.emit(value as T, metadata), () => release(metadata)));
    this.#last = turn.catch(() => {});
    return covered(turn);
  }

  override ended(): Emitted {
    return this.#last.then(() => this.node.end());
  }
}
