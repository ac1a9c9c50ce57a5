import { CheckpointFolder, type Stored } from '../checkpoint/folder.ts';
import { checkOptions, OptionError, StateError } from '../errors.ts';
import { type Duration, parseDuration } from '../schema/duration.ts';
import { systemClock } from '../stream/clock.ts';
import { release } from '../stream/metadata.ts';
import type { Gate } from './gate.ts';
import { quietly, rootsOf } from './quiet.ts';
import type { Root, SavedRoot } from './root.ts';

export interface CheckpointOptions {
  /** The folder of the checkpoints; made when there is none. One run at a time writes there. */
  readonly dir: string;
  /** How often: a length of time, or so many rows; default `'10s'`. */
  readonly every?: Duration | { readonly rows: number };
  /** How many stay; default 3. */
  readonly keep?: number;
  /** Go on from the newest checkpoint in the folder (default); false: refuse a folder that has any. */
  readonly resume?: boolean;
}

/** What checkpoints have cost. */
export interface CheckpointMetrics {
  readonly written: number;
  /** Of the last one: its bytes, how long nothing was read, and how long it took until it was on the disk. */
  readonly bytes: number;
  readonly pauseMs: number;
  readonly writeMs: number;
  /** The one that the run went on from. */
  readonly resumedFrom: string | null;
  /** Newer ones that could not be read. */
  readonly damaged: readonly string[];
}

/** What a checkpoint in a folder holds. */
interface SavedRun {
  readonly root: SavedRoot;
  /** Positions of the sinks of every root, those that feed others first; null where a sink tells none. */
  readonly sinks: readonly (readonly unknown[])[];
}

/** Runs a root and writes down now and then what it remembers, where its sources stand and how far its sinks have come. */
export class CheckpointedRun {
  readonly #root: Root;
  readonly #roots: readonly Root[];
  readonly #gates: readonly Gate[];
  readonly #options: CheckpointOptions;
  readonly #everyMs: number;
  readonly #everyRows: number;
  #nextRows = 0;
  #savedRows = 0;
  metrics: CheckpointMetrics = { written: 0, bytes: 0, pauseMs: 0, writeMs: 0, resumedFrom: null, damaged: [] };

  /** @throws OptionError for options that make no sense; StateError when something is read that can't be read again */
  constructor(root: Root, options: CheckpointOptions) {
    checkOptions('run', options, ['dir', 'every', 'keep', 'resume']);
    const { dir, every = '10s' } = options;
    if (typeof dir !== 'string' || dir === '')
      throw new OptionError('dir', 'run: name the folder for checkpoints, { dir }');
    this.#root = root;
    this.#roots = rootsOf(root);
    this.#options = options;
    this.#everyMs = typeof every === 'object' ? Number.POSITIVE_INFINITY : parseDuration(every, 'every');
    this.#everyRows = typeof every === 'object' ? every.rows : Number.POSITIVE_INFINITY;
    if (!(this.#everyMs > 0 && this.#everyRows > 0)) {
      throw new OptionError('every', 'run: give a time above 0 between checkpoints, or { rows } above 0');
    }
    for (const each of this.#roots) each.mustBeRepeatable();
    this.#gates = this.#roots.map(({ gate }) => gate);
  }

  /** Reads to the end, or until the signal is aborted: then what is open stays open, for a run that goes on. */
  async run(signal: AbortSignal | undefined): Promise<void> {
    const { dir, keep = 3 } = this.#options;
    const folder = await CheckpointFolder.open(dir, keep, this.#root.memory);
    try {
      const isOver = await this.#resume(folder);
      if (!isOver) await this.#read(folder, signal);
    } finally {
      await folder[Symbol.asyncDispose]();
    }
  }

  /** Goes on from the newest checkpoint, if there is one; whether it is one of a run that was over. */
  async #resume(folder: CheckpointFolder): Promise<boolean> {
    const { dir, resume = true } = this.#options;
    if (folder.isEmpty) return false;
    if (!resume) {
      throw new StateError(`run: there are checkpoints in ${dir} already; resume from them, or give another folder`);
    }
    const stored = (await folder.newest())!;
    const { root, sinks } = stored.value as SavedRun;
    this.#root.load(root);
    for (const [at, { executor }] of this.#roots.entries()) {
      for (const [place, sink] of executor.sinks.entries()) {
        const position = sinks[at]?.[place] ?? null;
        if (position !== null) await sink?.restore?.(position);
      }
    }
    this.#report(stored);
    return root.plans.ended;
  }

  #report({ path, damaged }: Stored): void {
    this.metrics = { ...this.metrics, resumedFrom: path, damaged: damaged.map(one => one.path) };
    for (const { path: bad, problem } of damaged) {
      globalThis.process?.emitWarning?.(`${bad} is left out: ${problem}`, { type: 'MillraceWarning' });
    }
  }

  async #read(folder: CheckpointFolder, signal: AbortSignal | undefined): Promise<void> {
    const stop = new AbortController();
    let reading: Promise<'over'> | null = null;
    try {
      for (const { executor } of this.#roots) await executor.open();
      await this.#write(folder); // says at once what can't be saved
      reading = this.#root.readToEnd(stop.signal).then(() => 'over');
      reading.catch(() => {}); // met below
      while ((await Promise.race([reading, this.#due(signal, stop.signal)])) !== 'over') {
        const isLast = signal?.aborted ?? false;
        if (isLast || this.#hasNews) await this.#write(folder, isLast);
        if (!isLast) continue;
        stop.abort();
        await reading;
        return await this.#abandon();
      }
      await this.#write(folder);
    } catch (error) {
      for (const { executor } of this.#roots) executor.stop();
      stop.abort();
      const reason = await reading?.then(
        () => error,
        failure => failure,
      );
      await this.#abandon();
      throw reason ?? error;
    } finally {
      stop.abort();
    }
  }

  async #abandon(): Promise<void> {
    for (const { executor } of this.#roots) await executor.abandon();
  }

  /** Resolves when the next checkpoint is due, or a signal is aborted. */
  #due(signal: AbortSignal | undefined, stop: AbortSignal): Promise<'due'> {
    const signals = signal ? [signal, stop] : [stop];
    const byRows = this.#everyRows < Number.POSITIVE_INFINITY;
    return new Promise(resolve => {
      const done = (): void => {
        systemClock.clearTimeout(timer);
        for (const each of signals) each.removeEventListener('abort', done);
        for (const gate of this.#gates) gate.onLeave = null;
        resolve('due');
      };
      const look = (): void => {
        if (this.#rows() >= this.#nextRows) done();
      };
      const timer = byRows ? undefined : systemClock.setTimeout(done, this.#everyMs);
      for (const each of signals) each.addEventListener('abort', done, { once: true });
      if (byRows) for (const gate of this.#gates) gate.onLeave = look;
      if (signals.some(({ aborted }) => aborted)) done();
      else if (byRows) look();
    });
  }

  /** Whether anything was taken since the last checkpoint. */
  get #hasNews(): boolean {
    return this.#rows() !== this.#savedRows || this.#roots.some(({ holds }) => holds);
  }

  #rows(): number {
    return this.#roots.reduce((sum, { executor }) => sum + executor.rowsIn, 0);
  }

  /** Writes a checkpoint. @param last the run ends with it: nothing more is computed */
  async #write(folder: CheckpointFolder, last = false): Promise<void> {
    const began = performance.now();
    const { saved, positions, held, rows, pauseMs } = await quietly(this.#root, () => {
      const quiet = performance.now();
      const taken = this.#take();
      if (last) for (const { executor } of this.#roots) executor.stop();
      return { ...taken, rows: this.#rows(), pauseMs: performance.now() - quiet };
    });
    const sinks = await Promise.all(positions.map(of => Promise.all(of)));
    const bytes = await folder.write({ root: saved, sinks } satisfies SavedRun);
    for (const elements of held) release(elements);
    await this.#root.source?.committed?.(saved.position);
    this.#savedRows = rows;
    this.#nextRows = rows + this.#everyRows;
    const written = this.metrics.written + 1;
    this.metrics = { ...this.metrics, written, bytes, pauseMs, writeMs: performance.now() - began };
  }

  /** Everything as it is now. */
  #take(): { saved: SavedRoot; positions: unknown[][]; held: ReturnType<Root['takeHeld']>[] } {
    const saved = this.#root.save();
    // what has ended is complete: nothing is undone there
    const positions = this.#roots.map(({ executor }) =>
      executor.sinks.map(sink => (executor.isOver ? null : (sink?.position?.() ?? null))),
    );
    return { saved, positions, held: this.#roots.map(root => root.takeHeld()) };
  }
}
