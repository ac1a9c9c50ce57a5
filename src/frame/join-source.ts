import type { Chunk } from '../column/chunk.ts';
import { exportChunk } from '../column/export-chunk.ts';
import { SchemaError, StateError } from '../errors.ts';
import type { Joiner, Side } from '../join/joiner.ts';
import { Scratch } from '../memory/scratch.ts';
import { afterAll, beforeAll } from '../window/watermark.ts';
import type { Executor, Tap } from './executor.ts';
import { Importer } from './importer.ts';
import type { Progress } from './metrics.ts';
import type { TappedRows } from './operators/tap.ts';
import { Pace } from './pace.ts';
import { type Plan, timesOf } from './plan.ts';
import { allOf, type FrameSource, type Root, type SavedRoot, type SourceMetrics } from './root.ts';
import { Turns } from './turns.ts';

/** A frame as a side of a join. */
export interface JoinInput {
  readonly root: Root;
  readonly plan: Plan;
}

export interface JoinSourceOptions {
  readonly left: JoinInput;
  readonly right: JoinInput;
  /** Columns of a side that joined columns (by name) are made of, and those that rows are joined by. */
  readonly needs: (side: Side, columns: readonly string[]) => readonly string[];
  /** The side that a joined column comes from. */
  readonly sideOf: (column: string) => Side;
  /** The joined column that orders joined rows: the left's. */
  readonly index: string | null;
  /** The sides that are ordered by it, or by what it is joined with. */
  readonly timed: readonly Side[];
  /** What joins, and can give these columns. */
  readonly open: (executor: Executor, columns: readonly string[]) => Joiner;
}

/** A join as a checkpoint keeps it. */
interface JoinPosition {
  /** Each root that feeds it, once. */
  readonly inputs: readonly SavedRoot[];
  /** Of what joins; null before the first row. */
  readonly join: unknown;
  readonly ended: readonly Side[];
}

const sides = ['right', 'left'] as const;

/**
 * The source of a joined frame: takes what comes out of two frames and pushes what belongs together. Whoever pushes rows into those frames
 * drives it; `run` runs the sources of both, each once, and lets neither get far ahead of the other.
 */
export class JoinSource implements FrameSource {
  readonly inputs: readonly Root[];
  readonly #options: JoinSourceOptions;
  readonly #turns = new Turns();
  #executor: Executor | null = null;
  #taps: Readonly<Record<Side, Tap>> | null = null;
  #joiner: Joiner | null = null;
  /** Columns that the joiner can give. */
  #columns: readonly string[] = [];
  #imports: { readonly importer: Importer; readonly scratch: Scratch } | null = null;
  readonly #ended = new Set<Side>();
  /** How far time had come when the joined frame was last told. */
  #certain = beforeAll;
  readonly #pace = new Pace(() => this.#joiner, this.#ended);

  constructor(options: JoinSourceOptions) {
    this.#options = options;
    this.inputs = [...new Set([options.left.root, options.right.root])];
  }

  /** @throws StateError when rows are in hand without a column that is wanted now */
  connect(executor: Executor): void {
    this.#executor = executor;
    const columns = this.#kept(executor);
    if (this.#joiner) {
      const missing = columns.find(name => !this.#columns.includes(name));
      if (missing === undefined) return;
      throw new StateError(
        `sink: this join runs, and reads no column "${missing}"; attach every sink before run(), or those of all columns`,
      );
    }
    const { needs } = this.#options;
    if (this.#taps) for (const side of sides) this.#taps[side].widen(needs(side, columns));
    // the right first: of rows that both sides have of one batch, the left's meet the right's
    else this.#taps = { right: this.#tap('right', columns), left: this.#tap('left', columns) };
  }

  disconnect(): void {
    for (const side of sides) this.#taps?.[side].detach();
    this.#taps = null;
    this.#joiner?.dispose();
    this.#joiner = null;
    this.#certain = beforeAll;
    this.#imports?.importer.dispose();
    this.#imports?.scratch.dispose();
    this.#imports = null;
    this.#ended.clear();
    this.#pace.look();
  }

  async run(_push: unknown, _columns: readonly string[], signal?: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const abort = (): void => {
      stop.abort();
      this.#pace.stop();
    };
    this.#pace.keep(this.#options.left.root, this.#options.right.root);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const runs = this.inputs.map(root => (root.runs ? root.run(stop.signal) : endOf(root, stop.signal)));
      for (const run of runs) run.catch(abort);
      for (const result of await Promise.allSettled(runs)) if (result.status === 'rejected') throw result.reason;
      // aborted: what waits for rows that will not come now comes out
      await this.#turns.take(() => this.#end(sides));
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** What the sources of both frames have read. */
  metrics(): SourceMetrics {
    const read = this.inputs.map(({ source }) => source?.metrics()).filter(one => one !== undefined);
    const total = (figure: keyof SourceMetrics): number => read.reduce((sum, one) => sum + one[figure], 0);
    return { bytes: total('bytes'), storedBytes: total('storedBytes'), skipped: total('skipped') };
  }

  /** Both frames with what they remember and where they stand, and the rows in hand. @throws StateError while rows are on their way */
  position(): JoinPosition {
    if (this.#turns.busy) {
      throw new StateError('checkpoint: rows are on their way through a join; call it between batches');
    }
    return {
      inputs: this.inputs.map(root => root.save()),
      join: this.#joiner?.snapshot() ?? null,
      ended: [...this.#ended],
    };
  }

  /** @throws StateError when the position is that of other frames, or nobody listens yet */
  seek({ inputs, join, ended }: JoinPosition): void {
    if (inputs.length !== this.inputs.length) {
      throw new StateError('restore: this checkpoint is of a join of other frames; use the plan that wrote it');
    }
    for (const [at, root] of this.inputs.entries()) root.load(inputs[at]!);
    if (join !== null) this.#begun().restore(join);
    for (const side of ended) this.#ended.add(side);
  }

  async committed({ inputs }: JoinPosition): Promise<void> {
    await Promise.all(this.inputs.map(({ source }, at) => source?.committed?.(inputs[at]!.position)));
  }

  /** What is said of the joined rows' times is said of those of the rows that they are made of. */
  advanceWatermark(column: string, time: bigint): void | Promise<void> {
    const { index, timed } = this.#options;
    if (column !== index) {
      throw new SchemaError(
        `advanceWatermark: the rows of this join are ordered by "${index}", and not by "${column}"; call it on a frame in that order`,
        { column },
      );
    }
    const frames = timed.map(side => this.#options[side]);
    const columns = frames.map(({ plan }) => timesOf(plan)?.column ?? null);
    if (columns.includes(null)) {
      throw new SchemaError(
        'advanceWatermark: the times of a frame of this join are computed; call it on the frame that they come from',
      );
    }
    return allOf(frames.map(({ root }, at) => root.advanceWatermark(columns[at]!, time)));
  }

  hold(): () => void {
    return this.#pace.hold();
  }

  get progress(): Progress | undefined {
    return this.#joiner?.progress;
  }

  #tap(side: Side, columns: readonly string[]): Tap {
    const { root, plan } = this.#options[side];
    return root.tap(plan, this.#options.needs(side, columns), {
      rows: rows => {
        const waiting = this.#turns.take(() => this.#rows(side, rows));
        return waiting ? waiting.then(() => this.#pace.wait(side)) : this.#pace.wait(side);
      },
      ended: () => this.#turns.take(() => this.#end([side])),
    });
  }

  #rows(side: Side, rows: TappedRows): void | Promise<void> {
    if (!this.#taps) return rows.release(); // nobody listens any more
    const executor = this.#executor!;
    const joiner = this.#begun();
    try {
      joiner.take(side, this.#imported(rows.chunk));
    } catch (error) {
      rows.release();
      throw error;
    }
    const waiting = this.#drain(joiner, executor);
    if (waiting) return waiting.finally(() => rows.release());
    rows.release();
  }

  #end(over: readonly Side[]): void | Promise<void> {
    if (!this.#taps) return;
    const joiner = this.#begun();
    for (const side of over) {
      joiner.end(side);
      this.#ended.add(side);
    }
    const finish = (): void | Promise<void> => {
      if (this.#ended.size === 2) return this.#executor!.end();
    };
    const waiting = this.#drain(joiner, this.#executor!);
    return waiting ? waiting.then(finish) : finish();
  }

  /** Pushes what is due. */
  #drain(joiner: Joiner, executor: Executor): void | Promise<void> {
    while (this.#joiner === joiner) {
      const chunk = joiner.next(executor.requiredColumns);
      if (!chunk) break;
      const waiting = executor.push(chunk);
      if (waiting) return waiting.then(() => this.#drain(joiner, executor));
    }
    this.#pace.look();
    return this.#passTime(executor);
  }

  /** Windows over joined rows need not wait for the next one to see how far time has come. */
  #passTime(executor: Executor): void | Promise<void> {
    const { index } = this.#options;
    const certain = this.#joiner?.certain ?? beforeAll;
    if (index === null || certain <= this.#certain) return;
    this.#certain = certain;
    if (certain !== afterAll) return executor.passTime(index, certain);
  }

  /** Columns that are kept: those that are wanted, and all of a side that is pushed by hand, as more may be wanted later. */
  #kept(executor: Executor): string[] {
    const { sideOf } = this.#options;
    const wanted = executor.requiredColumns;
    return executor.schema.names.filter(name => wanted.includes(name) || !this.#options[sideOf(name)].root.runs);
  }

  #begun(): Joiner {
    if (this.#joiner) return this.#joiner;
    this.#columns = this.#kept(this.#executor!);
    this.#joiner = this.#options.open(this.#executor!, this.#columns);
    return this.#joiner;
  }

  /** Rows of frames in another memory are copied into that of this one. */
  #imported(chunk: Chunk): Chunk {
    const { memory } = this.#executor!;
    if (chunk.memory === memory) return chunk;
    if (!this.#imports) {
      const scratch = new Scratch(memory, 'join imports');
      this.#imports = { scratch, importer: new Importer(memory, scratch) };
    }
    this.#imports.scratch.reset();
    return this.#imports.importer.import(exportChunk(chunk), chunk.schema.names);
  }
}

/** Settles when a root that others push into has ended, or the signal is aborted. */
function endOf(root: Root, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise(resolve => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    void root.executor.ended.then(resolve);
  });
}
