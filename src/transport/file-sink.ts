import { OptionError } from '../errors.ts';
import { failed } from './_failed.ts';
import { builtin } from './_node.ts';
import type { ByteSink } from './byte-sink.ts';
import type { CompressionName } from './file-format.ts';

/**
 * A new file at `path`, or an old one emptied, compressed if asked.
 *
 * @throws OptionError when this Node can't compress so
 * @throws TransportError when it can't be written
 */
export async function createFile(path: string, compression: CompressionName | null = null): Promise<ByteSink> {
  const packer = compression && compressor(compression);
  const fs = builtin('fs', 'write');
  const handle = await fs.promises.open(path, 'w').catch(error => {
    throw failed('write', path, error);
  });
  const file = handle.createWriteStream();
  if (!packer) return new WritableSink(path, file, file);
  packer.pipe(file);
  return new WritableSink(path, packer, file);
}

/** Bytes into a Node stream, such as standard output or a socket; it is left open at the end. */
export function writableSink(name: string, stream: NodeJS.WritableStream): ByteSink {
  return new WritableSink(name, stream, null);
}

type Transform = import('node:stream').Transform;

function compressor(compression: CompressionName): Transform {
  const zlib = builtin('zlib') as typeof import('node:zlib') & { createZstdCompress?: () => Transform };
  if (compression === 'gzip') return zlib.createGzip();
  if (zlib.createZstdCompress) return zlib.createZstdCompress();
  throw new OptionError('to', 'write: this Node.js has no zstd compression (22.15 has); write .gz, or no compression');
}

class WritableSink implements ByteSink {
  readonly name: string;
  readonly #first: NodeJS.WritableStream;
  readonly #last: NodeJS.WritableStream | null;
  #error: Error | null = null;
  #fail: ((error: Error) => void) | null = null;

  /** Bytes go into `first`; `last` (the file behind a compressor) is closed at the end. */
  constructor(name: string, first: NodeJS.WritableStream, last: NodeJS.WritableStream | null) {
    this.name = name;
    this.#first = first;
    this.#last = last;
    for (const stream of new Set([first, last ?? first])) {
      stream.on('error', error => {
        this.#error ??= failed('write', name, error);
        this.#fail?.(this.#error);
      });
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#error) throw this.#error;
    if (bytes.length > 0 && !this.#first.write(bytes)) await this.#once(this.#first, 'drain');
  }

  async end(): Promise<void> {
    if (this.#error) throw this.#error;
    if (!this.#last) {
      await new Promise<void>((resolve, reject) => {
        this.#fail = reject;
        this.#first.write('', () => (this.#error ? reject(this.#error) : resolve()));
      });
      return;
    }
    const finished = this.#once(this.#last, 'finish');
    this.#first.end();
    await finished;
  }

  #once(stream: NodeJS.WritableStream, event: 'drain' | 'finish'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      stream.once(event, () => {
        this.#fail = null;
        resolve();
      });
    });
  }
}
