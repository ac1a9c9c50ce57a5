import { StateError } from '../errors.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';
import type { Schema } from '../schema/schema.ts';
import { systemClock } from '../stream/clock.ts';
import type { Stream } from '../stream/stream.ts';
import { analyzePlan } from './analyze.ts';
import { type Deliver, Executor } from './executor.ts';
import type { FrameMetrics } from './metrics.ts';
import type { Plan } from './plan.ts';

/** What a source reports beside the executor's own numbers. */
export interface SourceMetrics {
  /** Bytes of text read, after decompression. */
  readonly bytes: number;
  /** Bytes taken from the file itself. */
  readonly storedBytes: number;
  /** Records that could not be read and were skipped. */
  readonly skipped: number;
}

/** Where a root's rows come from, when nobody calls `emit`. */
export interface FrameSource {
  /**
   * Pushes everything there is, waiting for each push; resolves at the end, or soon after the signal is aborted.
   *
   * @param columns names of the columns that are needed
   */
  run(push: (rows: unknown) => void | Promise<void>, columns: readonly string[], signal?: AbortSignal): Promise<void>;
  metrics(): SourceMetrics;
}

const noSource: SourceMetrics = /* @__PURE__ */ Object.freeze({ bytes: 0, storedBytes: 0, skipped: 0 });

let count = 0;

export interface RootOptions {
  readonly source?: FrameSource | null;
  /** Its elements are pushed by an operator attached to it. */
  readonly stream?: Stream<any> | null;
  readonly memory?: Memory | undefined;
}

/** What all frames derived from one have in common: the executor, and the source if there is one. */
export class Root {
  readonly schema: Schema;
  readonly source: FrameSource | null;
  readonly #stream: Stream<any> | null;
  readonly #memory: Memory | undefined;
  readonly #owner: string;
  #executor: Executor | null = null;
  #run: Promise<void> | null = null;

  constructor(schema: Schema, { source = null, stream = null, memory }: RootOptions) {
    this.schema = schema;
    this.source = source;
    this.#stream = stream;
    this.#memory = memory;
    this.#owner = `frame ${++count}`;
  }

  /** Opened when the first sink is attached or the first batch comes, never on construction. */
  get executor(): Executor {
    this.#executor ??= new Executor(this.#memory ?? defaultMemory(), this.schema, this.#owner);
    return this.#executor;
  }

  attach(plan: Plan, deliver: Deliver): () => void {
    return this.executor.attach(plan, deliver);
  }

  /** Pushes rows; with a stream they go through it, so that its other branches see them too. */
  emit(rows: unknown): void | Promise<void> {
    return this.#stream ? this.#stream.emit(rows) : this.executor.push(rows);
  }

  end(): void | Promise<void> {
    return this.#stream ? this.#stream.end() : this.executor.end();
  }

  /** Whether there is something to run: a source of its own, or sources of its stream. */
  get runs(): boolean {
    return this.source !== null || (this.#stream?.hasSources ?? false);
  }

  /** Runs the source to its end and closes windows; once, however often it is asked for. */
  run(signal?: AbortSignal): Promise<void> {
    if (!this.runs) {
      throw new StateError('run: this frame has no source; push batches with emit(), and end() when there are no more');
    }
    this.#run ??= this.#runToEnd(signal);
    return this.#run;
  }

  async #runToEnd(signal: AbortSignal | undefined): Promise<void> {
    const { executor, source } = this;
    if (source) await source.run(rows => executor.push(rows), executor.requiredColumns, signal);
    else await this.#stream!.start(signal ? { signal } : {});
    await executor.end();
  }

  /** @param now milliseconds since the epoch, for lags */
  metrics(now: number): FrameMetrics & SourceMetrics {
    return { ...this.executor.metrics(now), ...(this.source?.metrics() ?? noSource) };
  }

  /** A plan as text, with the figures of its steps. */
  analyze(plan: Plan): string {
    const { executor } = this;
    return analyzePlan(plan, executor.metrics(systemClock.now()), step => executor.nodeOf(step));
  }

  dispose(): void {
    this.#executor?.dispose();
    this.#executor = null;
  }
}
