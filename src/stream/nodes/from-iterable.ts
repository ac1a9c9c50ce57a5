import { Source } from '../source.ts';

/** What `Stream.from` and `fromIterable` read. */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T> | ReadableStream<T>;

// A long list over a graph that never waits lets timers and input in this often.
const sliceMs = 20;

/** Sends each item and waits for what is below. A restart begins anew, where the iterable does. */
export class IterableSource<T> extends Source<T> {
  override readonly label = 'from_iterable';
  readonly #iterable: AnyIterable<T>;

  constructor(iterable: AnyIterable<T>) {
    super();
    this.#iterable = iterable;
  }

  protected override async run(): Promise<void> {
    const sync = (this.#iterable as Iterable<T>)[Symbol.iterator] as (() => Iterator<T>) | undefined;
    if (sync) await this.#runSync(sync.call(this.#iterable));
    else await this.#runAsync(asyncIterator(this.#iterable as AsyncIterable<T> | ReadableStream<T>));
  }

  async #runSync(iterator: Iterator<T>): Promise<void> {
    let until = performance.now() + sliceMs;
    for (let count = 1; !this.signal.aborted; count++) {
      const { done, value } = iterator.next();
      if (done) return this.finish();
      const sent = this.give(value);
      if (sent !== undefined) await sent;
      if (count % 1024 !== 0 || performance.now() < until) continue;
      await new Promise(resolve => setTimeout(resolve, 0));
      until = performance.now() + sliceMs;
    }
    iterator.return?.();
  }

  async #runAsync(iterator: AsyncIterator<T>): Promise<void> {
    let close: (() => void) | undefined;
    const stopped = new Promise<'stopped'>(resolve => {
      close = (): void => resolve('stopped');
      this.signal.addEventListener('abort', close, { once: true });
    });
    while (!this.signal.aborted) {
      const next = iterator.next();
      const result = await Promise.race([next, stopped]);
      if (result === 'stopped') {
        // A value that is already asked for is not lost: it comes when the iterator has it, or never.
        next.catch(() => {});
        break;
      }
      if (result.done) return this.finish();
      await this.give(result.value);
    }
    await iterator.return?.();
  }
}

// Safari's ReadableStream is not iterable.
function asyncIterator<T>(from: AsyncIterable<T> | ReadableStream<T>): AsyncIterator<T> {
  const own = (from as AsyncIterable<T>)[Symbol.asyncIterator] as (() => AsyncIterator<T>) | undefined;
  if (own) return own.call(from);
  const reader = (from as ReadableStream<T>).getReader();
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
