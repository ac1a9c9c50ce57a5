import type { Batch } from '../column/batch.ts';
import type { Chunk } from '../column/chunk.ts';
import { OptionError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Columns, Schema } from '../schema/schema.ts';

/** What to do with a record that can't be read: fail with a `DataError`, or count it and go on. */
export type OnBadRecord = 'throw' | 'skip';

/** @throws OptionError for a policy that there is not */
export function checkPolicy(verb: string, onBadRecord: OnBadRecord | undefined): void {
  if (onBadRecord === undefined || onBadRecord === 'throw' || onBadRecord === 'skip') return;
  throw new OptionError(
    'onBadRecord',
    `${verb}: onBadRecord is ${JSON.stringify(onBadRecord)}; give "throw", or "skip" to count bad records and go on`,
  );
}

/** What codecs say of an option that is for those who read with them. */
export const policyElsewhere: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({
  onBadRecord: 'openFrame and toDataFrame take it',
});

/** Where what a decoder has handed out ends: plain data for `resume` of another decoder of the same codec and columns. */
export interface DecoderPosition {
  /** Offset in the source of the first byte that it must be given. */
  readonly bytes: number;
  /** Ranges of earlier bytes that it must be given before, in order: what the later ones can't be understood without. */
  readonly before?: readonly (readonly [from: number, to: number])[];
  /** The codec's own. */
  readonly state?: unknown;
}

/** What a decoder needs to know about its place. */
export interface DecoderOptions {
  /** Where columns are written. */
  readonly memory: Memory;
  /** Name of the source, for errors: a file name, a topic. */
  readonly source?: string;
  /** Default `'throw'`. */
  readonly onBadRecord?: OnBadRecord;
  /** Only these columns are wanted; the others may be skipped unparsed. Default: all. Chunks then hold them in schema order. */
  readonly columns?: readonly string[];
  /** Rows a chunk should have at most; default 65,536. */
  readonly chunkRows?: number;
  /** Go on at a saved position: the bytes of its `before` are written first, then those from `bytes` on. Default: at the beginning. */
  readonly resume?: DecoderPosition | undefined;
}

/**
 * Turns bytes, cut anywhere, into chunks.
 *
 * ```
 * decoder.write(bytes);                      // or: bytes read straight into reserve(n), then commit(n)
 * while ((chunk = decoder.next())) use(chunk);
 * …
 * decoder.end();
 * while ((chunk = decoder.next())) use(chunk);
 * ```
 * Memory does not grow with the length of the input: take the chunks after each write.
 */
export interface Decoder<C extends Columns = Columns> {
  /** Null until it is known: inferred from the first rows, or read from a header. */
  readonly schema: Schema<C> | null;
  /** Records that were skipped under `onBadRecord: 'skip'`. */
  readonly skipped: number;
  /** Where the chunks that were handed out end; a record that is not read to its end comes behind it. Absent: it can't tell. */
  readonly position?: DecoderPosition;
  /** Takes a copy of `bytes`. @throws DataError */
  write(bytes: Uint8Array): void;
  /** A view of at least `bytes` free bytes in linear memory for a reader to fill; valid until the next call. */
  reserve(bytes: number): Uint8Array;
  /** The first `bytes` bytes of the reserved view were filled. */
  commit(bytes: number): void;
  /**
   * The bytes so far are a whole message: its last record may lack its newline, and what is written next begins anew, with a
   * header if the format has one.
   *
   * @returns whether more may be written at once; else the chunks must be taken first, until `next` gives null
   */
  endMessage(): boolean;
  /** No more bytes will come: what is left is the last record. */
  end(): void;
  /**
   * The next chunk, or null when more bytes are needed (or, after `end`, when all is said). A chunk is valid until the next
   * call of any method.
   *
   * @throws DataError for a bad record under `'throw'`; the decoder can't be used after that
   */
  next(): Chunk | null;
  /** Frees linear memory. */
  dispose(): void;
}

/** Turns batches and chunks of one schema into bytes. */
export interface Encoder {
  /** The bytes of these rows; safe to keep. */
  encode(rows: Batch | Chunk): Uint8Array;
  /** What closes the stream (may be empty). */
  end(): Uint8Array;
  /** What another encoder must know to go on behind the bytes so far: values that a checkpoint keeps. Absent: none can. */
  readonly state?: unknown;
}

/** A format: immutable description that makes decoders and encoders. */
export interface Codec<C extends Columns = Columns> {
  /** `ndjson`, `csv`, `arrow`, … */
  readonly name: string;
  /** The columns when they are known beforehand. */
  readonly schema: Schema<C> | null;
  decoder(options: DecoderOptions): Decoder<C>;
  /** @param state of an encoder of these columns whose bytes are to be followed */
  encoder(schema: Schema, state?: unknown): Encoder;
  /** The same format with these columns, for codecs that otherwise infer them. */
  withSchema?(schema: Schema): Codec<any>;
}

/** Bytes that can be read at any place: a file, a blob. */
export interface RandomAccess {
  readonly byteLength: number;
  /** Bytes [start, end). */
  slice(start: number, end: number): Promise<ArrayBuffer>;
}

export interface FileReadOptions extends Omit<DecoderOptions, 'resume'> {
  /** So many rows of the file are left out; default 0. */
  readonly skipRows?: number;
}

/** A format that must be read from its end (Parquet, Arrow file): only for sources with random access. */
export interface FileCodec<C extends Columns = Columns> {
  readonly name: string;
  readonly schema: Schema<C> | null;
  /** The columns of a file; `source` is its name, for errors. @throws DataError when it is no such file */
  schemaOf(file: RandomAccess, source?: string): Promise<Schema<C>>;
  /** Chunks in row order, each valid until the next is asked for. */
  read(file: RandomAccess, options: FileReadOptions): AsyncIterable<Chunk>;
}
