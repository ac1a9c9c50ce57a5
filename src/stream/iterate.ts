import { Fifo } from './fifo.ts';
import type { Carried } from './metadata.ts';
import { type Emitted, type Look, Operator } from './operator.ts';
import type { Stream } from './stream.ts';

export interface IterateOptions {
  /** Ends the loop and detaches from the stream. */
  readonly signal?: AbortSignal;
  /** Start the sources above; default true. */
  readonly start?: boolean;
}

interface Entry<T> {
  readonly x: T;
  readonly done: () => void;
}

/** Keeps elements for a reader that pulls; an element is done when the reader asks for the next. */
class PullNode<T> extends Operator<T, never> {
  override readonly label = 'iterate';
  override readonly look: Look = 'sink';
  readonly #queue = new Fifo<Entry<T>>();
  #reading: Entry<T> | undefined;
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** What leaving has to undo besides: stop the sources that the reader started, and let go of what they read. */
  undo: (() => void) | undefined;

  update(x: T, _who: Stream<T>, _metadata: Carried): Emitted {
    if (this.#over) return undefined;
    return new Promise<void>(done => {
      this.#queue.push({ x, done });
      this.#wake?.();
    });
  }

  override ended(): Emitted {
    this.#finish();
    return undefined;
  }

  override detached(): Emitted {
    this.#finish();
    return undefined;
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#finish();
  }

  /** The next element, or undefined at the end. */
  async take(): Promise<Entry<T> | undefined> {
    this.#reading?.done();
    this.#reading = undefined;
    for (;;) {
      const entry = this.#queue.shift();
      if (entry) {
        this.#reading = entry;
        return entry;
      }
      if (this.#failure) throw this.#failure.error;
      if (this.#over) return undefined;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  /** The reader has left: nobody waits for it any more. */
  leave(): void {
    void this.node.destroy();
    this.undo?.();
    this.#reading?.done();
    for (const { done } of this.#queue.clear()) done();
  }

  #finish(): void {
    this.#over = true;
    this.#wake?.();
  }
}

function attach<T>(stream: Stream<T>, { signal, start = true }: IterateOptions): PullNode<T> {
  const pull = new PullNode<T>();
  const node = stream.through(pull);
  const abort = (): void => void node.destroy();
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  const starts = start && !stream.started;
  if (starts) stream.start({ signal }).catch(error => pull.fail(error));
  pull.undo = () => {
    signal?.removeEventListener('abort', abort);
    if (starts) stream.releaseSources();
  };
  return pull;
}

/** The elements of `stream` from this call on. */
export function iterate<T>(stream: Stream<T>, options: IterateOptions = {}): AsyncGenerator<T, void, void> {
  return pulled(attach(stream, options));
}

async function* pulled<T>(pull: PullNode<T>): AsyncGenerator<T, void, void> {
  try {
    for (let entry = await pull.take(); entry !== undefined; entry = await pull.take()) yield entry.x;
  } finally {
    pull.leave();
  }
}

/** The same as a web stream: it pulls when its reader does. */
export function readable<T>(stream: Stream<T>, options: IterateOptions = {}): ReadableStream<T> {
  const pull = attach(stream, options);
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const entry = await pull.take().catch(error => {
          pull.leave();
          throw error;
        });
        if (entry) return controller.enqueue(entry.x);
        pull.leave();
        controller.close();
      },
      cancel: () => pull.leave(),
    },
    { highWaterMark: 0 },
  );
}
