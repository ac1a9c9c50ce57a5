import { OptionError } from '../errors.ts';
import type { FileWriter } from './_file-writer.ts';
import { builtin } from './_node.ts';
import type { CompressionName } from './file-format.ts';

type Transform = import('node:stream').Transform;

/** @throws OptionError when this Node can't compress so */
export function compressor(compression: CompressionName): () => Transform {
  const zlib = builtin('zlib') as typeof import('node:zlib') & { createZstdCompress?: () => Transform };
  if (compression === 'gzip') return () => zlib.createGzip();
  if (zlib.createZstdCompress) return () => zlib.createZstdCompress!();
  throw new OptionError('to', 'write: this Node.js has no zstd compression (22.15 has); write .gz, or no compression');
}

/** One member of a compressed file: members one after another are one text, and a file may be cut between two. */
export class PackedMember {
  readonly #packer: Transform;
  /** Fulfilled when all of its bytes are with the writer. */
  readonly #done: Promise<void>;

  /** @param before when the member before is with the writer */
  constructor(packer: Transform, before: Promise<void>, out: FileWriter) {
    this.#packer = packer;
    this.#done = before.then(
      () =>
        new Promise((resolve, reject) => {
          packer.on('data', (piece: Uint8Array) => this.#pass(piece, out, reject));
          packer.on('end', resolve);
          packer.on('error', reject);
        }),
    );
    this.#done.catch(() => {}); // met at the end
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#packer.write(bytes)) return undefined;
    const drained = new Promise<void>(resolve => this.#packer.once('drain', resolve));
    return Promise.race([drained, this.#done]);
  }

  end(): Promise<void> {
    this.#packer.end();
    return this.#done;
  }

  #pass(piece: Uint8Array, out: FileWriter, fail: (error: unknown) => void): void {
    try {
      const waiting = out.write(piece);
      if (!waiting) return;
      this.#packer.pause();
      waiting.then(() => this.#packer.resume(), fail);
    } catch (error) {
      fail(error);
    }
  }
}
