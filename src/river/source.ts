import { type RiverRowsCodec, type RowDecoder, riverRows } from '../codec/river-rows.ts';
import type { StreamSchema } from '../codec/river-schema.ts';
import type { Batch } from '../column/batch.ts';
import { type Chunk, chunkVector } from '../column/chunk.ts';
import { exportChunk } from '../column/export-chunk.ts';
import { DataError, OptionError, StreamDoesNotExistException, StreamReaderException } from '../errors.ts';
import { DataFrame } from '../frame/data-frame.ts';
import type { FrameSource, SourceMetrics } from '../frame/root.ts';
import { copyBytes } from '../memory/copy-bytes.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';
import { timestamp } from '../schema/data-type.ts';
import type { Duration } from '../schema/duration.ts';
import { type Columns, field, Schema } from '../schema/schema.ts';
import { Cursor, type RiverPosition } from './_cursor.ts';
import { type Entry, millisecondsOf } from './_entry.ts';
import { Link, pause } from './_link.ts';
import { factsOf, metadataHash, type StreamFacts } from './_metadata.ts';
import { connectionOf, type RedisPlace } from './connection.ts';

export interface FromRiverOptions {
  /** Default redis://127.0.0.1:6379. */
  readonly connection?: RedisPlace;
  /** Where to begin: at the first sample there is (default), behind the newest, or behind a saved `position`. */
  readonly start?: 'beginning' | 'end' | RiverPosition;
  /** How long to wait for the stream to appear; default 0. */
  readonly waitMs?: number;
  /** Entries asked for at once, which is the largest batch; default 10,000, or as many as have 8 MiB. */
  readonly maxFetchSize?: number;
  /** How long to try to connect again when the connection breaks; default 60,000. */
  readonly reconnectMs?: number;
  /** Other types for the same bytes: `{ at: timestamp('us'), symbol: utf8() }`. */
  readonly types?: Columns;
  /** Name of one more column: when Redis took the sample, `timestamp('ms')`. River stores no other time. */
  readonly timeColumn?: string;
  /** What to do about damaged entries, and samples that were trimmed away while reading: fail (default), or count them as skipped. */
  readonly onBadRecord?: 'throw' | 'skip';
  readonly memory?: Memory;
}

export interface RiverFrameOptions {
  /** The column that tells a row's time. */
  readonly index?: string;
  /** How much later than a newer row a row may come and still be in time. */
  readonly outOfOrder?: Duration;
  readonly signal?: AbortSignal;
}

const blockMs = 1000;
const mostFetched = 10_000;
const mostBytesFetched = 8 * 2 ** 20;

/**
 * The samples of a River stream as a source of frames and batches. Ends with the stream's end marker.
 *
 * ```ts
 * const eeg = await fromRiver('eeg', { connection: 'redis://lab:6379' }).toDataFrame({ index: 'at' });
 * ```
 * The connection is mended when it breaks, without loss or repetition; the next answer of Redis is fetched while the last is worked on, and no
 * more than that.
 */
export function fromRiver(name: string, options: FromRiverOptions = {}): RiverSource {
  return new RiverSource(name, options);
}

/** See `fromRiver`. */
export class RiverSource {
  readonly name: string;
  readonly #options: FromRiverOptions;
  readonly #link: Link;
  #facts: StreamFacts | null = null;
  #codec: RiverRowsCodec | null = null;
  #schema: Schema | null = null;
  #position: RiverPosition | null = null;
  #bytes = 0;
  #skipped = 0;

  /** @throws OptionError for options that make no sense */
  constructor(name: string, options: FromRiverOptions) {
    if (options.maxFetchSize !== undefined && !(options.maxFetchSize >= 1)) {
      throw new OptionError('maxFetchSize', `fromRiver: maxFetchSize is ${options.maxFetchSize}; give 1 or more`);
    }
    this.name = name;
    this.#options = options;
    this.#link = new Link(connectionOf(options.connection), options.reconnectMs ?? 60_000);
  }

  /** Behind the last sample that was worked off (all sinks done), or null before the first. Plain data; a `start` for later. */
  get position(): RiverPosition | null {
    return this.#position;
  }

  /** How often the connection was mended. */
  get reconnects(): number {
    return this.#link.reconnects;
  }

  /**
   * Asks for the columns, once.
   *
   * @throws StreamDoesNotExistException when there is no such stream in time
   */
  async schema(signal?: AbortSignal): Promise<Schema> {
    if (this.#schema) return this.#schema;
    const facts = await this.#find(signal);
    this.#link.close();
    this.#facts = facts;
    this.#codec = riverRows(facts.schema, { types: this.#options.types });
    const { timeColumn } = this.#options;
    const columns = this.#codec.schema!.fields;
    this.#schema = new Schema(
      timeColumn === undefined ? columns : [...columns, field(timeColumn, timestamp('ms'), false)],
    );
    return this.#schema;
  }

  /** A frame that reads the stream when it runs. @throws StreamDoesNotExistException, SchemaError for an index that can't be one */
  async toDataFrame({ index, outOfOrder, signal }: RiverFrameOptions = {}): Promise<DataFrame> {
    const schema = await this.schema(signal);
    return new DataFrame({
      schema,
      index: index ?? null,
      outOfOrder,
      memory: this.#options.memory,
      source: new RiverFrames(this),
    });
  }

  /** Batches as they come. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Batch> {
    for await (const { chunk } of this.answers((await this.schema()).names)) if (chunk) yield exportChunk(chunk);
  }

  metrics(): SourceMetrics {
    return { bytes: this.#bytes, storedBytes: this.#bytes, skipped: this.#skipped };
  }

  /** @internal What Redis answers, one by one; about once a second also when nothing comes. */
  async *answers(
    columns: readonly string[],
    signal?: AbortSignal,
    start = this.#options.start,
  ): AsyncGenerator<RiverAnswer> {
    const { memory = defaultMemory() } = this.#options;
    try {
      const cursor = await this.#begin(start, signal);
      const codec = this.#codec!;
      const count = this.#options.maxFetchSize ?? fetchSizeFor(codec.streamSchema);
      const wanted = codec.schema!.names.filter(name => columns.includes(name));
      const answer = new Answer(codec, memory, this.name, wanted, count, columns, this.#options.timeColumn);
      try {
        let next = cursor.fetch(count, 0, signal);
        while (true) {
          const entries = await next;
          const rows = this.#take(cursor, entries, answer);
          const { position } = cursor;
          const over = cursor.eofKey !== '';
          if (!over) {
            next = cursor.fetch(count, entries.length === count ? 0 : blockMs, signal);
            next.catch(() => {}); // awaited in the next turn, if there is one
          }
          const chunk = rows > 0 ? answer.chunk() : null;
          yield { chunk, samples: answer.samples, position, over, idle: entries.length === 0 };
          this.#position = position;
          if (over) return;
        }
      } finally {
        answer.dispose();
      }
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      this.#link.close();
    }
  }

  async #begin(start: FromRiverOptions['start'], signal?: AbortSignal): Promise<Cursor> {
    await this.schema(signal);
    const cursor = new Cursor(this.name, this.#facts!, this.#link);
    if (typeof start === 'object') await cursor.restore(start, signal);
    if (start === 'end') await cursor.toEnd(signal);
    this.#position = cursor.position;
    return cursor;
  }

  /** Puts an answer's samples into the decoder; returns how many there were. */
  #take(cursor: Cursor, entries: readonly Entry[], answer: Answer): number {
    const skip = this.#options.onBadRecord === 'skip';
    const before = cursor.lastIndex;
    let samples: number;
    answer.begin(entries.length);
    try {
      samples = cursor.apply(entries, (bytes, entry) => answer.add(bytes, entry));
    } catch (error) {
      if (!skip || !(error instanceof StreamReaderException)) throw error;
      samples = (error as { samples?: number }).samples ?? 0;
      this.#skipped += entries.length - samples;
      answer.commit();
      this.#bytes += answer.bytes;
      return samples;
    }
    answer.commit();
    this.#bytes += answer.bytes;
    const missing = cursor.lastIndex - before - samples;
    // The first sample that is left of a trimmed stream may have any index.
    if (samples > 0 && missing !== 0 && before >= 0) this.#missing(missing, cursor, before, skip);
    return samples;
  }

  #missing(missing: number, cursor: Cursor, before: number, skip: boolean): void {
    if (missing > 0 && skip) {
      this.#skipped += missing;
      return;
    }
    const problem =
      missing > 0
        ? `${missing} samples behind sample ${before} are gone: trimmed before they were read`
        : `two samples have one index up to ${cursor.lastIndex}: somebody else writes to the stream`;
    throw new DataError(problem, { source: this.name, record: before + 2 });
  }

  async #find(signal?: AbortSignal): Promise<StreamFacts> {
    const until = performance.now() + (this.#options.waitMs ?? 0);
    while (true) {
      const fields = await this.#link.ask(client => metadataHash(client, this.name), signal);
      if (fields) return factsOf(this.name, fields);
      if (performance.now() >= until) {
        this.#link.close();
        throw new StreamDoesNotExistException(`fromRiver: there is no stream "${this.name}"`);
      }
      await pause(10, signal);
    }
  }
}

/** A stream as the source of a frame. */
class RiverFrames implements FrameSource {
  readonly #source: RiverSource;
  /** Behind what was pushed last, whether its sinks are done or not. */
  #pushed: RiverPosition | null = null;
  #start: RiverPosition | undefined;

  constructor(source: RiverSource) {
    this.#source = source;
  }

  async run(
    push: (rows: unknown) => void | Promise<void>,
    columns: readonly string[],
    signal?: AbortSignal,
  ): Promise<void> {
    for await (const { chunk, position } of this.#source.answers(columns, signal, this.#start)) {
      this.#pushed = position;
      if (chunk) await push(chunk);
    }
  }

  metrics(): SourceMetrics {
    return this.#source.metrics();
  }

  position(): RiverPosition | null {
    return this.#pushed ?? this.#start ?? this.#source.position;
  }

  seek(position: RiverPosition): void {
    this.#start = position;
  }
}

/** How many samples are asked for at once: answers of 8 MiB. Values of variable width are mostly shorter than they may be. */
function fetchSizeFor({ sampleSize, hasVariableWidthField }: StreamSchema): number {
  const least = hasVariableWidthField ? 256 : 1;
  return Math.max(least, Math.min(mostFetched, Math.floor(mostBytesFetched / sampleSize)));
}

/** One answer of Redis. */
export interface RiverAnswer {
  /** Its samples, valid until the next is asked for; null when there are none. */
  readonly chunk: Chunk | null;
  /** The entries of these samples, valid as long. */
  readonly samples: readonly Entry[];
  /** Behind the last of them. */
  readonly position: RiverPosition;
  /** The end marker was met. */
  readonly over: boolean;
  /** Nothing has come, not even a marker. */
  readonly idle: boolean;
}

/** The samples of one answer of Redis on their way into columns. */
class Answer {
  readonly samples: Entry[] = [];
  readonly #decoder: RowDecoder;
  readonly #memory: Memory;
  readonly #variable: boolean;
  readonly #sampleSize: number;
  readonly #timeColumn: string | undefined;
  /** Address of the times, 0 when they are not wanted. */
  #times = 0;
  #view: Uint8Array = new Uint8Array(0);
  /** Bytes of the samples of this answer. */
  bytes = 0;

  constructor(
    codec: RiverRowsCodec,
    memory: Memory,
    source: string,
    wanted: readonly string[],
    chunkRows: number,
    columns: readonly string[],
    timeColumn: string | undefined,
  ) {
    this.#decoder = codec.decoder({ memory, source, columns: wanted, chunkRows });
    this.#memory = memory;
    this.#variable = codec.streamSchema.hasVariableWidthField;
    this.#sampleSize = codec.streamSchema.sampleSize;
    this.#timeColumn = timeColumn;
    if (timeColumn !== undefined && columns.includes(timeColumn)) this.#times = memory.allocate(chunkRows * 8, 'river');
  }

  begin(entries: number): void {
    this.samples.length = this.bytes = 0;
    if (!this.#variable && entries > 0) this.#view = this.#decoder.reserve(entries * this.#sampleSize);
  }

  add(bytes: Uint8Array, entry: Entry): void {
    if (this.#variable) this.#decoder.writeValue(bytes);
    else copyBytes(bytes, this.#view, this.bytes);
    this.bytes += bytes.length;
    if (this.#times !== 0) {
      const ms = millisecondsOf(entry[0]);
      const at = (this.#times >>> 2) + this.samples.length * 2;
      this.#memory.u32[at] = ms;
      this.#memory.u32[at + 1] = ms / 2 ** 32;
    }
    this.samples.push(entry);
  }

  commit(): void {
    if (!this.#variable) this.#decoder.commit(this.bytes);
  }

  chunk(): Chunk | null {
    const chunk = this.#decoder.next();
    if (!chunk || this.#times === 0) return chunk;
    const time = timestamp('ms');
    const schema = new Schema([...chunk.schema.fields, field(this.#timeColumn!, time, false)]);
    return { ...chunk, schema, vectors: [...chunk.vectors, chunkVector(time, this.#times)] };
  }

  dispose(): void {
    this.#decoder.dispose();
    this.#memory.free(this.#times);
  }
}
