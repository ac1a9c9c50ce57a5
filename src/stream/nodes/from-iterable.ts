import type { Emitted } from '../operator.ts';
import { Source } from '../source.ts';

/** What `Stream.from` and `fromIterable` read. */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T> | ReadableStream<T>;

const turnMs = 20;

/** Lets timers and input in every 20 ms: elements that are always there would keep them out for ever. */
class Turn {
  #count = 0;
  #until = performance.now() + turnMs;

  isOver(): boolean {
    return (++this.#count & 255) === 0 && performance.now() >= this.#until;
  }

  async next(): Promise<void> {
    await new Promise(resolve => setTimeout(resolve, 0));
    this.#until = performance.now() + turnMs;
  }
}

/** An iteration under way. */
interface Open<T> {
  readonly iterator: Iterator<T> | AsyncIterator<T>;
  readonly sync: boolean;
  /** Asked for and not there yet when the source was stopped: the first element after the next start. */
  pending: Promise<IteratorResult<T>> | undefined;
}

/**
 * Sends each item and waits for what is below. A restart begins anew, as a list does; iterators, generators and streams go on
 * where they were, until the node is destroyed.
 */
export class IterableSource<T> extends Source<T> {
  override readonly label = 'from_iterable';
  readonly #iterable: AnyIterable<T>;
  #open: Open<T> | undefined;

  constructor(iterable: AnyIterable<T>) {
    super();
    this.#iterable = iterable;
  }

  override detached(): Emitted {
    return this.stop().then(() => this.#close());
  }

  protected override async run(): Promise<void> {
    this.#open ??= opened(this.#iterable);
    const over = this.#open.sync ? await this.#runSync(this.#open) : await this.#runAsync(this.#open);
    if (over) this.#open = undefined;
    else if (!goesOn(this.#iterable, this.#open.iterator)) this.#close();
    if (over) this.finish();
  }

  /** Whether the items have run out; else the source was stopped. */
  async #runSync({ iterator }: Open<T>): Promise<boolean> {
    const turn = new Turn();
    while (!this.signal.aborted) {
      const { done, value } = (iterator as Iterator<T>).next();
      if (done) return true;
      const sent = this.give(value);
      if (sent !== undefined) await sent;
      if (turn.isOver()) await turn.next();
    }
    return false;
  }

  async #runAsync(open: Open<T>): Promise<boolean> {
    const turn = new Turn();
    let wake: (() => void) | undefined;
    this.signal.addEventListener('abort', () => wake?.(), { once: true });
    while (!this.signal.aborted) {
      open.pending ??= (open.iterator as AsyncIterator<T>).next();
      const { pending } = open;
      // Not Promise.race with one promise of the stop: it would remember every element until then.
      const result = await new Promise<IteratorResult<T> | null>((resolve, reject) => {
        wake = () => resolve(null);
        pending.then(resolve, reject);
      });
      if (result === null) break;
      open.pending = undefined;
      if (result.done) return true;
      const sent = this.give(result.value);
      if (sent !== undefined) await sent;
      if (turn.isOver()) await turn.next();
    }
    return false;
  }

  /** Not awaited: a generator that waits for something ends when that has come. */
  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.pending?.catch(() => {});
    const { destroy } = this.#iterable as { destroy?: () => void };
    if (open && typeof destroy === 'function') destroy.call(this.#iterable);
    Promise.resolve(open?.iterator.return?.()).catch(() => {});
  }
}

function opened<T>(iterable: AnyIterable<T>): Open<T> {
  const sync = (iterable as Iterable<T>)[Symbol.iterator] as (() => Iterator<T>) | undefined;
  if (sync) return { iterator: sync.call(iterable), sync: true, pending: undefined };
  // A reader before an iterator: it can be cancelled while it waits, and Safari has no iterator.
  const iterator = isReadable(iterable)
    ? readerIterator(iterable)
    : (iterable as AsyncIterable<T>)[Symbol.asyncIterator]();
  return { iterator, sync: false, pending: undefined };
}

/** Whether an iteration can't be begun anew: its source is the iterator itself, or a stream. */
const goesOn = (iterable: AnyIterable<unknown>, iterator: unknown): boolean =>
  iterator === iterable || isReadable(iterable) || typeof (iterable as { pipe?: unknown }).pipe === 'function';

const isReadable = <T>(iterable: AnyIterable<T>): iterable is ReadableStream<T> =>
  typeof (iterable as { getReader?: unknown }).getReader === 'function';

function readerIterator<T>(stream: ReadableStream<T>): AsyncIterator<T> {
  const reader = stream.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
