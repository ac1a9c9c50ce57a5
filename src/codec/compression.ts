import type { Decompress } from 'fzstd';
import { DataError, MillraceError, OptionError } from '../errors.ts';
import type { ByteSource } from '../transport/byte-source.ts';

export type CompressionName = 'gzip' | 'zstd';

export interface DecompressOptions {
  /** Aborted: what comes next is the end, wherever the compressed bytes stand. */
  readonly signal?: AbortSignal;
}

/** Compressed bytes taken at a time; also what zlib gives at a time. */
const step = 256 * 1024;

/**
 * The text behind a compressed source. Members and frames that follow one another are one text.
 *
 * Reading throws `DataError` for bytes that are damaged or end early, naming the source.
 */
export function decompress(
  source: ByteSource,
  compression: CompressionName,
  options: DecompressOptions = {},
): ByteSource {
  if (compression !== 'gzip' && compression !== 'zstd') {
    throw new OptionError(
      'compression',
      `decompress: ${JSON.stringify(compression)} is not known; give 'gzip' or 'zstd'`,
    );
  }
  return new DecompressedSource(source, compression, options.signal);
}

class DecompressedSource implements ByteSource {
  readonly restarts = 0;
  position = 0;
  readonly #source: ByteSource;
  readonly #compression: CompressionName;
  readonly #signal: AbortSignal | undefined;
  #pieces: AsyncIterator<Uint8Array> | null = null;
  #piece: Uint8Array = new Uint8Array(0);
  #isClosed = false;

  constructor(source: ByteSource, compression: CompressionName, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#compression = compression;
    this.#signal = signal;
  }

  get name(): string {
    return this.#source.name;
  }
  get storedPosition(): number {
    return this.#source.storedPosition;
  }
  get storedBytes(): number | null {
    return this.#source.storedBytes;
  }

  async read(into: Uint8Array): Promise<number> {
    this.#pieces ??= inflaterOf(this.#compression)(stored(this.#source));
    try {
      while (this.#piece.length === 0) {
        if (this.#isClosed) return 0;
        const { done, value } = await this.#pieces.next();
        if (done) return 0;
        this.#piece = value;
      }
    } catch (cause) {
      if (this.#isClosed || this.#signal?.aborted) return 0;
      if (cause instanceof MillraceError) throw cause;
      const problem = cause instanceof Error ? cause.message : String(cause);
      throw new DataError(
        `${this.#compression}: ${problem}`,
        { source: this.name, byteOffset: this.position },
        { cause },
      );
    }
    const bytes = Math.min(into.length, this.#piece.length);
    into.set(this.#piece.subarray(0, bytes));
    this.#piece = this.#piece.subarray(bytes);
    this.position += bytes;
    return bytes;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#source.close();
    await this.#pieces?.return?.();
  }
}

type Inflater = (stored: AsyncIterable<Uint8Array>) => AsyncIterator<Uint8Array>;

function inflaterOf(compression: CompressionName): Inflater {
  const node = globalThis.process?.getBuiltinModule;
  const zlib = node?.('zlib') as (typeof import('node:zlib') & { createZstdDecompress?: () => Transform }) | undefined;
  const stream = node?.('stream') as typeof import('node:stream') | undefined;
  if (zlib && stream) {
    if (compression === 'gzip') return stored => throughNode(stored, zlib.createGunzip({ chunkSize: step }), stream);
    // Node from 22.15 on
    const { createZstdDecompress } = zlib;
    if (createZstdDecompress) return stored => throughNode(stored, createZstdDecompress(), stream);
  }
  return compression === 'gzip' ? throughWeb : throughFzstd;
}

async function* stored(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = new Uint8Array(step);
  for (;;) {
    const length = await source.read(bytes);
    if (length === 0) return;
    // a copy: what was given out may still wait in a stream
    yield bytes.slice(0, length);
  }
}

type Transform = import('node:stream').Transform;

async function* throughNode(
  source: AsyncIterable<Uint8Array>,
  inflate: Transform,
  { Readable, pipeline }: typeof import('node:stream'),
): AsyncGenerator<Uint8Array, void, undefined> {
  let failure: unknown;
  pipeline(Readable.from(source, { objectMode: false }), inflate, error => {
    failure = error;
  });
  let bytes = 0;
  try {
    for await (const piece of inflate) {
      bytes += piece.length;
      yield piece as Uint8Array;
    }
  } catch (error) {
    throw failure ?? error;
  } finally {
    inflate.destroy();
  }
  // no bytes at all pass for an empty text: an empty file has no header to be wrong
  if (failure && bytes === 0) throw failure;
}

async function* throughWeb(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = source[Symbol.asyncIterator]();
  const readable = new ReadableStream<BufferSource>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
  });
  const reader = readable.pipeThrough(new DecompressionStream('gzip')).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function* throughFzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const { Decompress: Inflate } = await import('fzstd');
  let ready: Uint8Array[] = [];
  // a copy: the library goes on in the buffer it gives
  const inflate: Decompress = new Inflate(piece => ready.push(piece.slice()));
  for await (const bytes of source) {
    inflate.push(bytes);
    yield* ready;
    ready = [];
  }
  inflate.push(new Uint8Array(0), true);
  yield* ready;
}
