import type { Chunk } from '../column/chunk.ts';
import { StateError } from '../errors.ts';
import type { FrameSource, SourceMetrics } from './root.ts';

type Push = (rows: unknown, input?: string) => void | Promise<void>;

/** One of several files. */
interface FileInput {
  readonly path: string;
  readonly source: FrameSource;
  /** Where its rows end that were pushed; what it throws when that can't be told. */
  position: () => unknown;
  /** It has rows in hand, which are not pushed, or never will be. */
  hasRows: boolean;
}

interface Waiting {
  readonly rows: unknown;
  /** The time of the last of them. */
  readonly time: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Files that are read at once, each an input of its own: the next rows come from the file that is furthest behind in time, so that no window is
 * open for longer than the files' own order asks for. Of files that are followed, those that have rows.
 */
export class SideBySide implements FrameSource {
  readonly #inputs: readonly FileInput[];
  readonly #index: string | null;
  readonly #follow: boolean;
  readonly #waiting = new Map<FileInput, Waiting>();
  #live = new Set<FileInput>();
  #isPushing = false;
  #push: Push = () => {};

  /** @param sources one for each of the files, by path */
  constructor(sources: ReadonlyMap<string, FrameSource>, index: string | null, follow: boolean) {
    this.#inputs = [...sources].map(([path, source]) => ({ path, source, position: noteOf(source), hasRows: false }));
    this.#index = index;
    this.#follow = follow;
  }

  async run(
    push: Push,
    columns: readonly string[],
    signal?: AbortSignal,
    expect?: (inputs: readonly string[]) => void,
  ): Promise<void> {
    const stop = new AbortController();
    const ending = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    ending.addEventListener('abort', () => this.#release(), { once: true });
    this.#push = push;
    this.#live = new Set(this.#inputs);
    expect?.(this.#inputs.map(({ path }) => path));
    const reading = this.#inputs.map(async input => {
      input.position = noteOf(input.source);
      try {
        await input.source.run(rows => this.#take(input, rows as Chunk, ending), columns, ending);
      } catch (error) {
        stop.abort();
        throw error;
      }
      if (ending.aborted) return;
      input.position = noteOf(input.source);
      this.#live.delete(input);
      expect?.([...this.#live].map(({ path }) => path));
      this.#next();
    });
    for (const result of await Promise.allSettled(reading)) if (result.status === 'rejected') throw result.reason;
  }

  metrics(): SourceMetrics {
    const each = this.#inputs.map(({ source }) => source.metrics());
    const total = (figure: keyof SourceMetrics): number => each.reduce((sum, one) => sum + one[figure], 0);
    return { bytes: total('bytes'), storedBytes: total('storedBytes'), skipped: total('skipped') };
  }

  /** @throws StateError for what can't be read again */
  position(): unknown {
    return this.#inputs.map(({ source, hasRows, position }) => (hasRows ? position() : source.position!()));
  }

  /** @throws StateError when it is the position of something else than these files */
  seek(position: unknown): void {
    if (!Array.isArray(position) || position.length !== this.#inputs.length) {
      throw new StateError('restore: this checkpoint was made of other files; open them side by side, as it was');
    }
    for (const [at, { source }] of this.#inputs.entries()) source.seek!(position[at]);
  }

  /** Rows of a file wait for their turn. */
  #take(input: FileInput, rows: Chunk, ending: AbortSignal): Promise<void> {
    input.hasRows = true;
    if (ending.aborted) return Promise.resolve();
    return new Promise((done, failed) => {
      this.#waiting.set(input, { rows, time: this.#timeOf(rows), done, failed });
      this.#next();
    });
  }

  #next(): void {
    const all = this.#follow || this.#waiting.size === this.#live.size;
    if (this.#isPushing || this.#waiting.size === 0 || !all) return;
    let first: FileInput | null = null;
    for (const [input, { time }] of this.#waiting) {
      if (first === null || time < this.#waiting.get(first)!.time) first = input;
    }
    const { rows, done, failed } = this.#waiting.get(first!)!;
    this.#waiting.delete(first!);
    this.#isPushing = true;
    void this.#pushed(first!, rows).then(done, failed);
  }

  async #pushed(input: FileInput, rows: unknown): Promise<void> {
    input.hasRows = false;
    try {
      await this.#push(rows, input.path);
      input.position = noteOf(input.source);
    } finally {
      this.#isPushing = false;
      this.#next();
    }
  }

  /** The run ends: what waits is left for another. */
  #release(): void {
    for (const { done } of this.#waiting.values()) done();
    this.#waiting.clear();
  }

  /** Tells the files' turns, no more: a row out of order may be the last. */
  #timeOf({ schema, vectors, length, memory }: Chunk): number {
    const place = this.#index !== null && schema.has(this.#index) ? schema.indexOf(this.#index) : -1;
    if (place < 0 || length === 0) return 0;
    const { type, values } = vectors[place]!;
    const isNarrow = type.kind === 'date32' || type.kind === 'int32';
    return isNarrow ? memory.i32[values / 4 + length - 1]! : Number(memory.i64[values / 8 + length - 1]!);
  }
}

/** The source's position as it is now, or why there is none. */
function noteOf(source: FrameSource): () => unknown {
  try {
    const position = source.position!();
    return () => position;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
