import { OptionError, StateError } from '../errors.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';
import type { Schema } from '../schema/schema.ts';
import { systemClock } from '../stream/clock.ts';
import type { Carried, Metadata } from '../stream/metadata.ts';
import type { Stream } from '../stream/stream.ts';
import { analyzePlan } from './analyze.ts';
import { CheckpointedRun, type CheckpointMetrics, type CheckpointOptions } from './checkpointed-run.ts';
import { type Deliver, Executor, type Tap } from './executor.ts';
import type { FrameSink } from './frame-sink.ts';
import { Gate } from './gate.ts';
import { HeldElements, type Offsets } from './held-elements.ts';
import { type IdleOptions, Inputs } from './inputs.ts';
import type { FrameMetrics, Progress } from './metrics.ts';
import type { TapReceiver } from './operators/tap.ts';
import type { Plan } from './plan.ts';
import type { SavedPlans } from './saved-plans.ts';

/** What a source reports beside the executor's own numbers. */
export interface SourceMetrics {
  /** Bytes of text read, after decompression. */
  readonly bytes: number;
  /** Bytes taken from the file itself. */
  readonly storedBytes: number;
  /** Records that could not be read and were skipped. */
  readonly skipped: number;
}

/** What a run reports beside them. */
export interface RunMetrics {
  /** Where the source stands, as checkpoints keep it; null where it tells none. */
  readonly position: unknown;
  /** Null for a run without checkpoints. */
  readonly checkpoints: CheckpointMetrics | null;
}

/** Where a root's rows come from, when nobody calls `emit`. */
export interface FrameSource {
  /**
   * Pushes everything there is, waiting for each push; resolves at the end, or soon after the signal is aborted.
   *
   * @param push takes rows, and the name of the input that they come from when there are several
   * @param columns names of the columns that are needed
   * @param expect says which inputs there are from now on: the watermark waits for all of them
   */
  run(
    push: (rows: unknown, input?: string) => void | Promise<void>,
    columns: readonly string[],
    signal?: AbortSignal,
    expect?: (inputs: readonly string[]) => void,
  ): Promise<void>;
  metrics(): SourceMetrics;
  /**
   * Where everything that was handed to `push` ends, the push that is going on included: what `seek` of another run takes. Plain values:
   * what JSON can say, and whatever else a checkpoint keeps (bigint, Date, Map, Set, typed arrays). Absent for sources that can't be read again.
   */
  position?(): unknown;
  /**
   * Goes on behind a saved position. Called before `run`, which checks that what lies there is still the same.
   *
   * @throws StateError when the position is no position of this source
   */
  seek?(position: any): void;
  /** A checkpoint that holds this position is on disk: what lies before it will not be asked for again. */
  committed?(position: any): void | Promise<void>;
  /** For sources with inputs: lets none of them wait for the others, until the function is called that it gives. */
  hold?(): () => void;
  /** Takes up what is said of the times in a column of its rows; for sources with inputs. @throws SchemaError for times that are not theirs */
  advanceWatermark?(column: string, time: bigint): void | Promise<void>;
  /** How far a source that joins rows in time has come. */
  readonly progress?: Progress;
  /** The roots whose frames feed it: whoever pushes rows into those drives it, without `run`. Absent for sources of their own. */
  readonly inputs?: readonly Root[];
  /** Somebody listens, or to more: rows go to `executor` from now on. For sources with inputs. */
  connect?(executor: Executor): void;
  /** Nobody listens any more. */
  disconnect?(): void;
}

/** A root's state as values that a checkpoint keeps. */
export interface SavedRoot {
  readonly plans: SavedPlans;
  /** Of its source; null without one. */
  readonly position: unknown;
}

const noSource: SourceMetrics = /* @__PURE__ */ Object.freeze({ bytes: 0, storedBytes: 0, skipped: 0 });

let count = 0;

export interface RootOptions {
  readonly source?: FrameSource | null;
  /** Its elements are pushed by an operator attached to it. */
  readonly stream?: Stream<any> | null;
  readonly memory?: Memory | undefined;
  readonly idle?: IdleOptions;
}

/** What all frames derived from one have in common: the executor, and the source if there is one. */
export class Root {
  readonly schema: Schema;
  readonly source: FrameSource | null;
  readonly #stream: Stream<any> | null;
  readonly #memory: Memory | undefined;
  readonly inputs: Inputs;
  /** A result that was due without rows could not be delivered: whoever pushes next is told. */
  #failure: { readonly error: unknown } | null = null;
  /** `frame 3`: whom linear memory is held for. */
  readonly name: string;
  #executor: Executor | null = null;
  #run: Promise<void> | null = null;
  readonly #stopping = new AbortController();
  #isDisposed = false;
  /** Only once somebody wants to know when it is quiet. */
  #gate: Gate | null = null;
  #held: HeldElements | null = null;
  #checkpoints: CheckpointedRun | null = null;
  /** The stream's elements are bytes that are cut anywhere: what is left of one is in nobody's position. */
  cutsBytes = false;

  /** @throws OptionError when `idleAfter` is no length of time */
  constructor(schema: Schema, { source = null, stream = null, memory, idle }: RootOptions) {
    this.schema = schema;
    this.source = source;
    this.#stream = stream;
    this.#memory = memory;
    this.inputs = new Inputs(idle);
    this.inputs.onIdle = () => this.#passTime();
    this.name = `frame ${++count}`;
  }

  get memory(): Memory {
    return this.#memory ?? defaultMemory();
  }

  /** Opened when the first sink is attached or the first batch comes, never on construction. */
  get executor(): Executor {
    this.#executor ??= new Executor(this.memory, this.schema, this.name, this.source, this.inputs);
    return this.#executor;
  }

  attach(plan: Plan, to: Deliver | FrameSink<any>): () => void {
    if (typeof to !== 'function' && typeof (to as Partial<FrameSink<any>> | undefined)?.write !== 'function') {
      throw new OptionError(
        'to',
        `sink: ${typeof to} takes no results; give a function, or a sink such as toFile('out.csv')`,
      );
    }
    this.#mustBeThere('sink');
    return this.#attached(this.executor.attach(plan, to));
  }

  /** Takes results in linear memory; see `Executor.tap`. */
  tap(plan: Plan, names: readonly string[], receiver: TapReceiver): Tap {
    const { executor } = this;
    const tap = executor.tap(plan, names, receiver);
    const detach = this.#attached(tap.detach);
    const widen = (more: readonly string[]): void => {
      tap.widen(more);
      this.source?.connect?.(executor);
    };
    return { widen, detach };
  }

  /** Pushes rows; with a stream they go through it, so that its other branches see them too. */
  emit(rows: unknown, input?: string): void | Promise<void> {
    this.#mustBeThere('emit');
    if (this.source?.inputs) {
      throw new StateError('emit: the rows of a join come from its two frames; push them into those');
    }
    if (!this.#stream) return this.push(rows, input);
    return this.#stream.emit(rows, input === undefined ? undefined : { metadata: { input } });
  }

  /** Rows on their way to the executor, from wherever they come. */
  push(rows: unknown, input?: string): void | Promise<void> {
    if (this.#gate || this.#failure) return this.#pushed(() => this.executor.push(rows, input));
    return this.executor.push(rows, input);
  }

  /** No rows before `time` (ticks of the source's column) are expected any more. */
  advanceWatermark(column: string, time: bigint): void | Promise<void> {
    if (this.source?.advanceWatermark) return this.source.advanceWatermark(column, time);
    return this.#pushed(() => this.executor.passTime(column, time));
  }

  #passTime(): void {
    const failed = (error: unknown): void => {
      this.#failure ??= { error };
    };
    try {
      this.#pushed(() => this.executor.passTime())?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #tellFailure(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure.error;
  }

  #pushed(act: () => void | Promise<void>): void | Promise<void> {
    // what a sink pushes is part of what it was given
    return this.#gate?.onStack ? act() : this.taking(act);
  }

  /** The input is over. */
  finish(): void | Promise<void> {
    const { executor } = this;
    return this.taking(() => executor.end());
  }

  /** All the pushes of one element of the stream, which carries `metadata`: a checkpoint comes before them or behind. */
  taking(act: () => void | Promise<void>, metadata?: Carried): void | Promise<void> {
    this.#tellFailure();
    const gate = this.#gate;
    if (!gate) return act();
    const { rowsIn } = this.executor;
    gate.enter();
    let waiting: void | Promise<void>;
    try {
      waiting = act();
    } catch (error) {
      this.#failed(gate, rowsIn);
      throw error;
    } finally {
      gate.onStack = false;
    }
    const taken = (): void | Promise<void> => {
      this.#held?.add(metadata);
      return gate.leave();
    };
    if (!waiting) return taken();
    return waiting.then(taken, error => {
      this.#failed(gate, rowsIn);
      throw error;
    });
  }

  end(): void | Promise<void> {
    if (this.source?.inputs) return allOf(this.source.inputs.map(root => root.end()));
    return this.#stream ? this.#stream.end() : this.finish();
  }

  /** Whether there is something to run: a source of its own, or sources of its stream. */
  get runs(): boolean {
    const { source } = this;
    if (source?.inputs) return source.inputs.some(root => root.runs);
    return source !== null || (this.#stream?.hasSources ?? false);
  }

  /** Runs the source to its end and closes windows; once, however often it is asked for. */
  run(signal?: AbortSignal, checkpoint?: CheckpointOptions): Promise<void> {
    if (!this.runs) {
      throw new StateError('run: this frame has no source; push batches with emit(), and end() when there are no more');
    }
    if (!this.#run) {
      const stop = this.#stopping.signal;
      const either = signal ? AbortSignal.any([signal, stop]) : stop;
      this.#run = checkpoint ? this.#checkpointed(checkpoint, either) : this.readToEnd(either);
    }
    return this.#run;
  }

  /** Ends the run as its signal does; resolves when it is over. Its errors are those of `run`. */
  async stop(): Promise<void> {
    if (!this.#run) return;
    this.#stopping.abort();
    await this.#run.catch(() => {});
  }

  #checkpointed(options: CheckpointOptions, signal: AbortSignal | undefined): Promise<void> {
    this.#checkpoints = new CheckpointedRun(this, options);
    return this.#checkpoints.run(signal);
  }

  /** See `run`. */
  async readToEnd(signal: AbortSignal | undefined): Promise<void> {
    const { executor, source } = this;
    try {
      await executor.open();
      if (source) {
        const push = (rows: unknown, input?: string): void | Promise<void> => this.push(rows, input);
        const expect = (names: readonly string[]): void => this.inputs.expect(names);
        await source.run(push, executor.requiredColumns, signal, expect);
      } else await this.#stream!.start(signal ? { signal } : {});
      await this.finish();
    } catch (error) {
      await executor.abandon();
      throw error;
    }
  }

  /** Counts the batches on their way from now on; see `quietly`. Elements of a stream are held from now on. */
  get gate(): Gate {
    this.#gate ??= new Gate();
    if (this.#stream) this.#held ??= new HeldElements();
    return this.#gate;
  }

  /** Whether elements of the stream are held. */
  get holds(): boolean {
    return this.#held?.isEmpty === false;
  }

  /** Elements of the stream that were taken since the last time, and are still held. */
  takeHeld(): Metadata[] {
    return this.#held?.take() ?? [];
  }

  /** @throws StateError when what it reads can't be read on by another process */
  mustBeRepeatable(): void {
    if (this.source && !this.source.position) {
      throw new StateError('run: this source does not tell its position, so nothing could go on from a checkpoint');
    }
    if (this.cutsBytes) {
      throw new StateError(
        'run: bytes of a stream are cut anywhere, so nothing could go on from a checkpoint; give toDataFrame { messages: true }, or read files with openFrame',
      );
    }
  }

  /** What the executor remembers, and where the source stands. @throws StateError when that can't be saved */
  save(): SavedRoot {
    const position = this.source ? this.source.position?.() : this.#held?.position;
    return { plans: this.executor.save(), position: position ?? null };
  }

  /** Goes on from what was saved, before the first batch. @throws StateError when it is of something else */
  load({ plans, position }: SavedRoot): void {
    this.executor.load(plans);
    if (position === null) return;
    this.source?.seek?.(position);
    this.#stream?.seek(position);
    if (this.#held) this.#held.position = position as Offsets;
  }

  /** @param now milliseconds since the epoch, for lags */
  metrics(now: number): FrameMetrics & SourceMetrics & RunMetrics {
    const checkpoints = this.#checkpoints?.metrics ?? null;
    const source = this.source?.metrics() ?? noSource;
    return { ...this.executor.metrics(now), ...source, position: this.#position(), checkpoints };
  }

  #position(): unknown {
    const { source } = this;
    if (!source || source.inputs) return null; // what a join holds back is part of its position
    try {
      return source.position?.() ?? null;
    } catch (error) {
      if (error instanceof StateError) return null; // standard input, for one
      throw error;
    }
  }

  /** A plan as text, with the figures of its steps. */
  analyze(plan: Plan): string {
    const { executor } = this;
    return analyzePlan(plan, executor.metrics(systemClock.now()), step => executor.nodeOf(step));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.source?.disconnect?.();
    this.#executor?.dispose();
    this.#executor = null;
  }

  /** Rows would vanish: nobody listens any more. @throws StateError when it was disposed of */
  #mustBeThere(verb: string): void {
    if (this.#isDisposed) throw new StateError(`${verb}: this frame was disposed of; make a new one`);
  }

  /** An element of a stream of which nothing was taken can be passed over; all else leaves a state that fits no position. */
  #failed(gate: Gate, rowsIn: number): void {
    const { isTorn, rowsIn: now } = this.executor;
    if (this.source || isTorn || now !== rowsIn) gate.break();
    else void gate.leave();
  }

  /** Tells the source that somebody listens; returns what ends that. */
  #attached(detach: () => void): () => void {
    const { executor } = this;
    try {
      this.source?.connect?.(executor);
    } catch (error) {
      detach();
      throw error;
    }
    return () => {
      detach();
      if (!executor.active) this.source?.disconnect?.();
    };
  }
}

/** Settles when all have; nothing when none has to be waited for. */
export function allOf(works: readonly (void | Promise<void>)[]): void | Promise<void> {
  const waiting = works.filter(work => work instanceof Promise);
  if (waiting.length > 0) return Promise.all(waiting).then(() => {});
}
