import type { Codec, Decoder, FileCodec, OnBadRecord } from '../codec/codec.ts';
import { decompress } from '../codec/compression.ts';
import { formatNamed } from '../codec/formats.ts';
import type { Chunk } from '../column/chunk.ts';
import { OptionError } from '../errors.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';
import type { Duration } from '../schema/duration.ts';
import type { Columns, Schema } from '../schema/schema.ts';
import type { ByteSource } from '../transport/byte-source.ts';
import { openFile, openStdin, randomAccess } from '../transport/file.ts';
import { fileFormat } from '../transport/file-format.ts';
import { expandPaths } from '../transport/glob.ts';
import { DataFrame } from './data-frame.ts';
import type { FrameSource, SourceMetrics } from './root.ts';

export interface OpenOptions {
  /** `ndjson`, `csv`, `tsv`, `arrow` or `parquet`; default: as the first file's name tells. */
  readonly format?: string;
  /** The format with its options, in place of `format`: `csv(columns, { delimiter: ';' })`. */
  readonly codec?: Codec<any> | FileCodec<any>;
  /** The columns, for NDJSON and CSV; default: found in the first records. */
  readonly schema?: Columns | Schema;
  /** The column that tells a row's time. */
  readonly index?: string;
  /** How much later than a newer row a row may come and still be in time. */
  readonly outOfOrder?: Duration;
  /** What to do with records that can't be read; default `'throw'`. */
  readonly onBadRecord?: OnBadRecord;
  /** Keep reading files that grow, until the run is aborted. */
  readonly follow?: boolean;
  /** Ends waiting for bytes while the frame is opened. */
  readonly signal?: AbortSignal;
  readonly memory?: Memory;
}

const readBytes = 1 << 20;

/**
 * A frame of the rows in files: a path, several, a pattern such as `logs/*.ndjson.gz`, or `-` for standard input. Files are read one after
 * another when the frame runs; only the beginning of the first is read here, where the columns are not known otherwise.
 *
 * @throws TransportError when a file can't be opened; OptionError when the format can't be told; DataError for a bad beginning
 */
export async function openFrame<C extends Columns = Columns>(
  paths: string | readonly string[],
  options: OpenOptions = {},
): Promise<DataFrame<C>> {
  const files = expandPaths(paths);
  if (files.length === 0) throw new OptionError('paths', 'openFrame: no files; name at least one');
  const memory = options.memory ?? defaultMemory();
  const codec = await codecOf(files[0]!, options);
  const source = 'read' in codec ? new StoredFiles(files, codec, memory) : new ByteFiles(files, codec, memory, options);
  const schema = await source.open(options);
  return new DataFrame<C>({
    schema: schema as Schema<C>,
    index: options.index ?? null,
    outOfOrder: options.outOfOrder ?? 0,
    memory,
    source,
  });
}

async function codecOf(path: string, { codec, format, schema }: OpenOptions): Promise<Codec | FileCodec> {
  if (codec) return codec;
  const name = format ?? fileFormat(path).format;
  if (name) return formatNamed(name, schema);
  throw new OptionError(
    'format',
    `openFrame: the name ${path} does not tell the format; give one of ndjson, csv, tsv, arrow, parquet`,
  );
}

/** Files that are read from the first byte to the last. */
class ByteFiles implements FrameSource {
  readonly #paths: readonly string[];
  #codec: Codec;
  readonly #memory: Memory;
  readonly #options: OpenOptions;
  /** What was opened to find the columns and can't be opened again (standard input). */
  #begun: {
    readonly source: ByteSource;
    readonly decoder: Decoder;
    readonly chunk: Chunk | null;
    readonly ended: boolean;
  } | null = null;
  #done: SourceMetrics = { bytes: 0, storedBytes: 0, skipped: 0 };
  #current: { readonly source: ByteSource; decoder: Decoder } | null = null;

  constructor(paths: readonly string[], codec: Codec, memory: Memory, options: OpenOptions) {
    this.#paths = paths;
    this.#codec = codec;
    this.#memory = memory;
    this.#options = options;
  }

  async open({ signal }: OpenOptions): Promise<Schema> {
    if (this.#codec.schema) return this.#codec.schema;
    const path = this.#paths[0]!;
    const source = await this.#source(path, signal, false);
    const decoder = this.#decoder(path);
    let keep = false;
    let chunk: Chunk | null = null;
    let ended = false;
    try {
      while (!decoder.schema && !ended) {
        const bytes = await source.read(decoder.reserve(readBytes));
        taken(decoder, bytes);
        ended = bytes === 0;
        chunk = decoder.next();
      }
      const { schema } = decoder;
      if (!schema)
        throw new OptionError('schema', `openFrame: ${path} holds no records that tell its columns; give a schema`);
      keep = path === '-';
      if (keep) this.#begun = { source, decoder, chunk, ended };
      else this.#codec = this.#codec.withSchema?.(schema) ?? this.#codec;
      return schema;
    } finally {
      if (!keep) {
        decoder.dispose();
        await source.close();
      }
    }
  }

  async run(
    push: (rows: unknown) => void | Promise<void>,
    columns: readonly string[],
    signal?: AbortSignal,
  ): Promise<void> {
    for (const path of this.#paths) {
      if (signal?.aborted) return;
      const begun = this.#begun;
      this.#begun = null;
      const source = begun?.source ?? (await this.#source(path, signal, this.#options.follow ?? false));
      this.#current = { source, decoder: begun?.decoder ?? this.#decoder(path, columns) };
      try {
        if (begun?.chunk) await push(begun.chunk);
        if (begun?.ended) await this.#drain(push, signal);
        else await this.#read(path, push, columns, signal);
      } finally {
        this.#done = this.metrics();
        this.#current.decoder.dispose();
        this.#current = null;
        await source.close();
      }
    }
  }

  metrics(): SourceMetrics {
    const { bytes, storedBytes, skipped } = this.#done;
    if (!this.#current) return this.#done;
    const { source, decoder } = this.#current;
    return {
      bytes: bytes + source.position,
      storedBytes: storedBytes + source.storedPosition,
      skipped: skipped + decoder.skipped,
    };
  }

  async #read(
    path: string,
    push: (rows: unknown) => void | Promise<void>,
    columns: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const current = this.#current!;
    const { source } = current;
    let { restarts } = source;
    while (!signal?.aborted) {
      const space = current.decoder.reserve(readBytes);
      const bytes = await source.read(space);
      if (source.restarts === restarts) {
        taken(current.decoder, bytes);
      } else {
        // The file was replaced: what was read begins a new text, with a header of its own.
        restarts = source.restarts;
        const begin = space.slice(0, bytes);
        current.decoder.end();
        await this.#drain(push, signal);
        current.decoder.dispose();
        current.decoder = this.#decoder(path, columns);
        current.decoder.write(begin);
      }
      await this.#drain(push, signal);
      if (bytes === 0) return;
    }
  }

  /** Pushes the chunks that the decoder has ready. */
  async #drain(push: (rows: unknown) => void | Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const { decoder } = this.#current!;
    for (let chunk = decoder.next(); chunk && !signal?.aborted; chunk = decoder.next()) await push(chunk);
  }

  async #source(path: string, signal: AbortSignal | undefined, follow: boolean): Promise<ByteSource> {
    const opened = path === '-' ? await openStdin({ signal }) : await openFile(path, { signal, follow });
    const { compression } = fileFormat(path);
    return compression ? decompress(opened, compression, { signal }) : opened;
  }

  #decoder(path: string, columns?: readonly string[]): Decoder {
    const { onBadRecord } = this.#options;
    return this.#codec.decoder({ memory: this.#memory, source: path === '-' ? 'stdin' : path, onBadRecord, columns });
  }
}

/** That many bytes were read into the decoder's space; 0: it was the end. */
function taken(decoder: Decoder, bytes: number): void {
  if (bytes === 0) decoder.end();
  else decoder.commit(bytes);
}

/** Files that are read from their end. */
class StoredFiles implements FrameSource {
  readonly #paths: readonly string[];
  readonly #codec: FileCodec;
  readonly #memory: Memory;
  #bytes = 0;

  constructor(paths: readonly string[], codec: FileCodec, memory: Memory) {
    this.#paths = paths;
    this.#codec = codec;
    this.#memory = memory;
  }

  async open(): Promise<Schema> {
    const file = await randomAccess(this.#paths[0]!);
    try {
      return await this.#codec.schemaOf(file, this.#paths[0]!);
    } finally {
      await file.close();
    }
  }

  async run(
    push: (rows: unknown) => void | Promise<void>,
    columns: readonly string[],
    signal?: AbortSignal,
  ): Promise<void> {
    for (const path of this.#paths) {
      const file = await randomAccess(path);
      const counted = {
        byteLength: file.byteLength,
        slice: (start: number, end: number) => this.#count(file.slice(start, end)),
      };
      try {
        for await (const chunk of this.#codec.read(counted, { memory: this.#memory, source: path, columns })) {
          if (signal?.aborted) return;
          await push(chunk);
        }
      } finally {
        await file.close();
      }
    }
  }

  metrics(): SourceMetrics {
    return { bytes: this.#bytes, storedBytes: this.#bytes, skipped: 0 };
  }

  async #count(read: Promise<ArrayBuffer>): Promise<ArrayBuffer> {
    const buffer = await read;
    this.#bytes += buffer.byteLength;
    return buffer;
  }
}
