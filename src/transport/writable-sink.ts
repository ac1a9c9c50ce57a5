import { failed } from './_failed.ts';
import type { ByteSink } from './byte-sink.ts';

/** Bytes into a Node stream, such as standard output or a socket; it is left open at the end. */
export function writableSink(name: string, stream: NodeJS.WritableStream): ByteSink {
  return new WritableSink(name, stream);
}

class WritableSink implements ByteSink {
  readonly name: string;
  readonly #stream: NodeJS.WritableStream;
  #error: Error | null = null;
  #fail: ((error: Error) => void) | null = null;

  constructor(name: string, stream: NodeJS.WritableStream) {
    this.name = name;
    this.#stream = stream;
    stream.on('error', error => {
      this.#error ??= failed('write', name, error);
      this.#fail?.(this.#error);
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#error) throw this.#error;
    if (bytes.length === 0 || this.#stream.write(bytes)) return;
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      this.#stream.once('drain', () => {
        this.#fail = null;
        resolve();
      });
    });
  }

  async end(): Promise<void> {
    if (this.#error) throw this.#error;
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      this.#stream.write('', () => (this.#error ? reject(this.#error) : resolve()));
    });
  }
}
