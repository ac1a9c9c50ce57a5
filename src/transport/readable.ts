import { copyBytes } from '../memory/copy-bytes.ts';
import { failed } from './_failed.ts';
import { builtin } from './_node.ts';
import type { ByteSource } from './byte-source.ts';

/** What comes in on standard input. */
export async function openStdin(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<ByteSource> {
  const stats = builtin('fs', 'open').fstatSync(0);
  const bytes = stats.isFile() ? stats.size : null;
  return new ReadableSource('stdin', builtin('process').stdin, options.signal, bytes);
}

/** Bytes of a Node stream, such as standard input, a socket or a response. */
export class ReadableSource implements ByteSource {
  readonly name: string;
  readonly storedBytes: number | null;
  readonly restarts = 0;
  position = 0;
  readonly #stream: NodeJS.ReadableStream;
  readonly #signal: AbortSignal | undefined;
  #left: Uint8Array | null = null;
  #ended = false;
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(name: string, stream: NodeJS.ReadableStream, signal?: AbortSignal, bytes: number | null = null) {
    this.name = name;
    this.storedBytes = bytes;
    this.#stream = stream;
    this.#signal = signal;
    const wake = (): void => this.#wake?.();
    const ended = (): void => {
      this.#ended = true;
      wake();
    };
    stream.on('readable', wake);
    stream.on('end', ended);
    stream.on('close', ended);
    stream.on('error', (error: Error) => {
      this.#error = error;
      wake();
    });
    signal?.addEventListener('abort', wake, { once: true });
  }

  get storedPosition(): number {
    return this.position;
  }

  async read(into: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#signal?.aborted || into.length === 0) return 0;
      this.#left ??= asBytes(this.#stream.read());
      if (this.#left) return this.#take(this.#left, into);
      if (this.#error) throw failed('read', this.name, this.#error);
      if (this.#ended) return 0;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }

  #take(from: Uint8Array, into: Uint8Array): number {
    const bytes = Math.min(from.length, into.length);
    copyBytes(bytes === from.length ? from : from.subarray(0, bytes), into);
    this.#left = bytes === from.length ? null : from.subarray(bytes);
    this.position += bytes;
    return bytes;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#left = null;
    this.#wake?.();
    (this.#stream as { destroy?: () => void }).destroy?.();
  }
}

const asBytes = (piece: unknown): Uint8Array | null =>
  typeof piece === 'string' ? new TextEncoder().encode(piece) : ((piece as Uint8Array | null) ?? null);
