import { type RiverRowsOptions, riverRows } from '../codec/river-rows.ts';
import type { StreamSchema } from '../codec/river-schema.ts';
import type { Batch } from '../column/batch.ts';
import { batchOf } from '../column/batch-of.ts';
import { exportChunk } from '../column/export-chunk.ts';
import { StreamDoesNotExistException, StreamReaderException } from '../errors.ts';
import { defaultMemory } from '../memory/memory.ts';
import { bufferFor, bytesOf, type SampleBuffer } from './_buffer.ts';
import { Cursor, type KeyChange, type RiverPosition, type Take } from './_cursor.ts';
import { type Entry, fieldOf, idOf } from './_entry.ts';
import { Link, pause } from './_link.ts';
import { factsOf, metadataHash, type StreamFacts, userMetadataOf } from './_metadata.ts';
import { connectionOf, type RedisPlace } from './connection.ts';

export interface StreamReaderOptions {
  /** Entries asked for at once; default 10,000. */
  readonly maxFetchSize?: number;
  /** How long to try to connect again when the connection breaks; default 0: not at all. Nothing is lost or read twice. */
  readonly reconnectMs?: number;
  /** Told of each key the reader goes to: ('', first), (old, next), and (last, '') at the end. */
  readonly onKeyChange?: KeyChange;
}

export interface WaitOptions {
  /** 0 or less: as long as it takes (`initialize`: one attempt). Default -1. */
  readonly timeoutMs?: number;
  /** Ends the wait; rejects with its reason unless samples were read already. */
  readonly signal?: AbortSignal;
}

export interface InitializeReaderOptions extends WaitOptions {
  /** Where to begin: at the first sample there is (default), behind the newest, or behind a saved position. */
  readonly start?: 'beginning' | 'end' | RiverPosition;
}

export interface ReadOptions extends WaitOptions {
  /** Samples to read; default: as many as fit the buffer (or `sizes`). */
  readonly n?: number;
  /** Receives the length of each sample; needed for variable width. */
  readonly sizes?: Int32Array;
  /** Receives the id of each entry. */
  readonly keys?: string[];
}

/** The sample that `tail` found last. */
export interface TailSample {
  readonly key: string;
  readonly index: number;
  /** Its length, which a variable-width sample does not tell otherwise. */
  readonly bytes: number;
}

/** A blocking wait is cut into pieces, so that a lost stream is noticed. */
const longestBlockMs = 1000;
/** With less time than this left, `tail` looks for the newest sample again and again instead of taking the first that comes. */
const pollBelowMs = 200;

/**
 * Reads a River stream, sample by sample or in batches.
 *
 * New until `initialize`, then good until the end marker is read or `stop` called; `read`, `tail` and `seek` give -1 when it is not
 * good. One call at a time.
 */
export class StreamReader {
  readonly #link: Link;
  readonly #maxFetchSize: number;
  readonly #onKeyChange: KeyChange | undefined;
  #name = '';
  #facts: StreamFacts | null = null;
  #cursor: Cursor | null = null;
  #total = 0;
  #stopped = false;
  #lastTail: TailSample | null = null;

  /** Connects when it is initialized. @throws StreamReaderException when maxFetchSize is not above 0 */
  constructor(
    connection?: RedisPlace,
    { maxFetchSize = 10_000, reconnectMs = 0, onKeyChange }: StreamReaderOptions = {},
  ) {
    if (!(maxFetchSize > 0))
      throw new StreamReaderException(`StreamReader: maxFetchSize is ${maxFetchSize}; give 1 or more`);
    this.#link = new Link(connectionOf(connection), reconnectMs);
    this.#maxFetchSize = Math.floor(maxFetchSize);
    this.#onKeyChange = onKeyChange;
  }

  /** Whether there may be more to read. */
  get good(): boolean {
    return this.#cursor !== null && this.#cursor.eofKey === '' && !this.#stopped;
  }

  /** Empty before `initialize`. */
  get streamName(): string {
    return this.#name;
  }

  /** @throws StreamReaderException before `initialize` */
  get schema(): StreamSchema {
    if (this.#facts) return this.#facts.schema;
    throw new StreamReaderException('schema: the reader is not initialized');
  }

  /**
   * The user metadata as it is in Redis now.
   *
   * @throws StreamReaderException when the reader is not initialized, was stopped, or the stream is gone; DataError for other than texts
   */
  get metadata(): Promise<Record<string, string>> {
    return this.#metadata();
  }

  /** Microseconds since the epoch, by the writer's clock; 0n before `initialize`. */
  get initializedAtUs(): bigint {
    return this.#facts?.initializedAtUs ?? 0n;
  }

  get localMinusServerClockUs(): bigint {
    return this.#facts?.localMinusServerClockUs ?? 0n;
  }

  /** Samples read, and those that `tail` and `seek` stepped over. */
  get totalSamplesRead(): number {
    return this.#total;
  }

  /** Id of the end marker that `read` met, else empty. */
  get eofKey(): string {
    return this.#cursor?.eofKey ?? '';
  }

  get lastTail(): TailSample | null {
    return this.#lastTail;
  }

  /** Where the reader stands; give it to `initialize` of another as `start`. Null before `initialize`. */
  get position(): RiverPosition | null {
    return this.#cursor?.position ?? null;
  }

  /**
   * Finds the stream, waiting up to `timeoutMs` for it to appear. A second call does nothing.
   *
   * @throws StreamDoesNotExistException when it is not there in time; the reader may try again
   * @throws StreamReaderException after `stop`, for damaged metadata, or a saved position that is gone
   */
  async initialize(
    name: string,
    { timeoutMs = -1, signal, start = 'beginning' }: InitializeReaderOptions = {},
  ): Promise<void> {
    if (this.#stopped) throw new StreamReaderException('initialize: the reader was stopped; make a new one');
    if (this.#cursor) return;
    const until = performance.now() + timeoutMs;
    let fields = await this.#link.ask(client => metadataHash(client, name), signal);
    while (!fields && performance.now() < until) {
      await pause(1, signal);
      fields = await this.#link.ask(client => metadataHash(client, name), signal);
    }
    if (!fields) throw new StreamDoesNotExistException(`initialize: there is no stream "${name}"`);
    const facts = factsOf(name, fields);
    const cursor = new Cursor(name, facts, this.#link, this.#onKeyChange);
    if (typeof start === 'object') await cursor.restore(start, signal);
    cursor.begin();
    if (start === 'end') await cursor.toEnd(signal);
    this.#name = name;
    this.#facts = facts;
    this.#cursor = cursor;
  }

  /** A buffer for `n` samples: a typed array for a stream of one number, else bytes. @throws StreamReaderException before `initialize` */
  newBuffer(n: number): SampleBuffer {
    return bufferFor(this.schema, n);
  }

  /**
   * Reads `n` samples, one behind the other, and waits for them: fewer come only at the end or when time is up.
   *
   * @returns how many were read, or -1: the end was met with nothing read, or the reader is not good
   * @throws StreamReaderException for a damaged entry; the next read goes on behind it
   * @throws RedisException when the connection broke (and was not mended in time)
   */
  async read(buffer: SampleBuffer, { n, timeoutMs = -1, sizes, keys, signal }: ReadOptions = {}): Promise<number> {
    if (!this.good) return -1;
    const { schema } = this;
    const variable = schema.hasVariableWidthField;
    const target = bytesOf(buffer, schema);
    if (!target)
      throw new StreamReaderException(
        `read: ${this.#fields()} don't fit a ${buffer.constructor.name}; use newBuffer()`,
      );
    const wanted = n ?? (variable ? (sizes?.length ?? 0) : Math.floor(target.length / schema.sampleSize));
    if (variable && !sizes) return -1;
    if (!variable && wanted * schema.sampleSize > target.length) {
      throw new StreamReaderException(
        `read: ${wanted} samples need ${wanted * schema.sampleSize} bytes, the buffer has ${target.length}`,
      );
    }
    let at = 0;
    let taken = 0;
    return this.#collect(wanted, timeoutMs, signal, (bytes, entry, own) => {
      if (at + bytes.length > target.length)
        throw new StreamReaderException(`read: the buffer of ${target.length} bytes is full`);
      target.set(bytes, at);
      at += bytes.length;
      if (own) {
        if (sizes) sizes[taken] = fieldOf(entry, 'val')!.length;
        if (keys) keys[taken] = idOf(entry);
      }
      taken++;
    });
  }

  /**
   * As `read`, into columns.
   *
   * @returns null where `read` returns -1
   */
  async readBatch(n: number, options: WaitOptions & Pick<RiverRowsOptions, 'types'> = {}): Promise<Batch | null> {
    if (!this.good) return null;
    const { schema } = this;
    const memory = defaultMemory();
    const codec = riverRows(schema, { types: options.types });
    const decoder = codec.decoder({ memory, source: this.#name, chunkRows: Math.max(1, n) });
    const take = schema.hasVariableWidthField
      ? (bytes: Uint8Array): void => decoder.writeValue(bytes)
      : (bytes: Uint8Array): void => decoder.write(bytes);
    try {
      const read = await this.#collect(n, options.timeoutMs ?? -1, options.signal, take);
      if (read < 0) return null;
      const chunk = decoder.next();
      return chunk ? exportChunk(chunk) : batchOf([], codec.schema!);
    } finally {
      decoder.dispose();
    }
  }

  /**
   * Reads the newest sample behind the place of the reader and skips those before it. If there is none, waits for the first to come.
   *
   * @returns how many samples were stepped over, the one read included; 0 when time is up; -1 at the end marker (which stays unread) or
   *   when the reader is not good
   */
  async tail(buffer: SampleBuffer, { timeoutMs = -1, signal }: WaitOptions = {}): Promise<number> {
    if (!this.good) return -1;
    const cursor = this.#cursor!;
    const until = timeoutMs > 0 ? performance.now() + timeoutMs : Number.POSITIVE_INFINITY;
    while (true) {
      let entry = await cursor.newest('+', signal);
      if (!entry) {
        const left = until - performance.now();
        if (left <= 0) return 0;
        if (left > pollBelowMs) entry = (await cursor.fetch(1, blockFor(left), signal))[0] ?? null;
        else await pause(1, signal);
        if (!entry) continue;
      }
      if (fieldOf(entry, 'eof')) return -1;
      if (cursor.follow(entry)) continue;
      const { steps, index, bytes } = await cursor.stepTo(entry, signal);
      this.#total += steps;
      this.#lastTail = { key: idOf(entry), index, bytes: bytes.length };
      const target = bytesOf(buffer, this.schema);
      if (!target || target.length < bytes.length) {
        throw new StreamReaderException(`tail: a sample of ${bytes.length} bytes does not fit the buffer`);
      }
      target.set(bytes);
      return steps;
    }
  }

  /**
   * Goes behind the sample with this entry id, or the last before it.
   *
   * @returns how many samples were stepped over; 0 when the id lies behind the reader; -1 at the end marker or when the reader is not good
   * @throws RedisException for what is no id
   */
  async seek(key: string, { signal }: Pick<WaitOptions, 'signal'> = {}): Promise<number> {
    if (!this.good) return -1;
    const cursor = this.#cursor!;
    while (true) {
      const entry = await cursor.newest(key, signal);
      if (!entry) return 0;
      if (fieldOf(entry, 'eof')) return -1;
      if (cursor.follow(entry)) continue;
      const { steps } = await cursor.stepTo(entry, signal);
      this.#total += steps;
      return steps;
    }
  }

  /** Closes the connection. What the reader knows stays. */
  stop(): void {
    this.#stopped = true;
    this.#link.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
  }

  async #collect(wanted: number, timeoutMs: number, signal: AbortSignal | undefined, take: Take): Promise<number> {
    const cursor = this.#cursor!;
    const until = timeoutMs > 0 ? performance.now() + timeoutMs : Number.POSITIVE_INFINITY;
    let fetched = 0;
    let waiting = false;
    while (fetched < wanted) {
      const left = until - performance.now();
      if (left <= 0) break;
      const count = Math.min(wanted - fetched, this.#maxFetchSize);
      const entries = await this.#fetch(count, waiting ? blockFor(left) : 0, signal, fetched);
      if (!entries) break;
      waiting = entries.length === 0;
      try {
        const samples = cursor.apply(entries, take);
        fetched += samples;
        this.#total += samples;
      } catch (error) {
        this.#total += (error as { samples?: number }).samples ?? 0;
        throw error;
      }
      if (cursor.eofKey !== '') {
        // Nothing more is read: the connection need not keep the process alive.
        this.#link.close();
        return fetched || -1;
      }
    }
    return fetched;
  }

  /** Entries, or null when the wait was ended after samples had been read already. */
  async #fetch(
    count: number,
    blockMs: number,
    signal: AbortSignal | undefined,
    fetched: number,
  ): Promise<readonly Entry[] | null> {
    try {
      return await this.#cursor!.fetch(count, blockMs, signal);
    } catch (error) {
      if (fetched > 0 && signal?.aborted) return null;
      throw error;
    }
  }

  async #metadata(): Promise<Record<string, string>> {
    if (!this.#cursor || this.#stopped) {
      throw new StreamReaderException(`metadata: the reader ${this.#stopped ? 'was stopped' : 'is not initialized'}`);
    }
    const fields = await this.#link.ask(client => metadataHash(client, this.#name));
    if (!this.good) this.#link.close();
    if (!fields) throw new StreamReaderException(`metadata: the stream "${this.#name}" was deleted`);
    return userMetadataOf(fields);
  }

  #fields(): string {
    return `samples of ${this.schema.fieldDefinitions.map(({ type }) => type).join(', ')}`;
  }
}

const blockFor = (leftMs: number): number => Math.max(1, Math.min(longestBlockMs, Math.ceil(leftMs)));
