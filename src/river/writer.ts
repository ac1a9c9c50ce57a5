import type { PackedRows } from '../codec/river-encoder.ts';
import { StreamSchema } from '../codec/river-schema.ts';
import { RedisException, StreamWriterException } from '../errors.ts';
import { type Columns, type Schema, schemaOf } from '../schema/schema.ts';
import { bufferFor, type SampleBuffer } from './_buffer.ts';
import { claim } from './_claim.ts';
import { type Argument, type Client, isPassing } from './_client.ts';
import { type Compression, uncompressed } from './_compression.ts';
import { type Entry, fieldOf, numberOf } from './_entry.ts';
import { Link } from './_link.ts';
import { metadataHash, metadataKey, type UserMetadata, userMetadataOf, userMetadataText } from './_metadata.ts';
import { SamplePacker, type Samples } from './_packer.ts';
import { connectionOf, type RedisPlace } from './connection.ts';

export interface StreamWriterOptions {
  /** Samples after which a new Redis key is begun, at the next batch; default 16,777,216. */
  readonly keysPerRedisStream?: number;
  /** Samples sent before their answers are awaited; default 1536. */
  readonly batchSize?: number;
  /** Compression needs River's server module, which millrace does not speak: anything but `UNCOMPRESSED` fails in `initialize`. */
  readonly compression?: { readonly name: string; readonly params?: Readonly<Record<string, string>> };
  /** How long to try to connect again when the connection breaks; default 0: not at all. Nothing is lost or written twice. */
  readonly reconnectMs?: number;
}

export interface InitializeWriterOptions {
  readonly userMetadata?: UserMetadata | ReadonlyMap<string, string> | null;
  /** Measures how far this clock is ahead of the server's and stores it. */
  readonly computeLocalMinusServerClock?: boolean;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  /** How many of the samples in the buffer; default all. */
  readonly n?: number;
  /** Lengths of the samples: needed for bytes of variable width. */
  readonly sizes?: ArrayLike<number>;
  readonly signal?: AbortSignal;
}

const defaultKeysPerRedisStream = 2 ** 24;
const defaultBatchSize = 1536;
const longestName = 255;
const mostBytesAtOnce = 8 * 2 ** 20;
/** XADD key * val VALUE … */
const valuePlace = 4;

/**
 * Writes a River stream. One writer a stream: `initialize` claims the name, atomically.
 *
 * New until `initialize`, then open until `stop`, which writes the end marker. A writer that is dropped without it leaves the stream open
 * for ever.
 */
export class StreamWriter {
  readonly #link: Link;
  readonly #keysPerRedisStream: number;
  readonly #batchSize: number;
  readonly #compression: Compression;
  #state: 'new' | 'open' | 'stopped' = 'new';
  #failure: unknown;
  #name = '';
  #schema: StreamSchema | null = null;
  #packer: SamplePacker | null = null;
  #initializedAtUs = 0n;
  #total = 0;
  #confirmed = 0;
  /** Number of the key in use, and whether anything is in it. */
  #suffix = 0;
  #begun = false;
  /** Broken connections that Redis may still be reading from. */
  readonly #old = new Set<Client>();
  /** The call in hand: calls take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  /** Connects when it is initialized. @throws StreamWriterException when a size is not above 0 */
  constructor(
    connection?: RedisPlace,
    {
      keysPerRedisStream = defaultKeysPerRedisStream,
      batchSize = defaultBatchSize,
      compression,
      reconnectMs = 0,
    }: StreamWriterOptions = {},
  ) {
    for (const [name, value] of Object.entries({ keysPerRedisStream, batchSize })) {
      if (!(value > 0)) throw new StreamWriterException(`StreamWriter: ${name} is ${value}; give 1 or more`);
    }
    this.#link = new Link(connectionOf(connection), reconnectMs);
    this.#keysPerRedisStream = Math.floor(keysPerRedisStream);
    this.#batchSize = Math.floor(batchSize);
    this.#compression = { ...uncompressed, ...compression };
  }

  /** Empty before `initialize`. */
  get streamName(): string {
    return this.#name;
  }

  /** @throws StreamWriterException before `initialize` */
  get schema(): StreamSchema {
    if (this.#schema) return this.#schema;
    throw new StreamWriterException('schema: the writer is not initialized');
  }

  /** Samples of the batches that were written whole. */
  get totalSamplesWritten(): number {
    return this.#total;
  }

  /** Samples that Redis has confirmed: after a failed write, where to go on. */
  get confirmedSamples(): number {
    return this.#confirmed;
  }

  /** Microseconds since the epoch; 0n before `initialize`. */
  get initializedAtUs(): bigint {
    return this.#initializedAtUs;
  }

  /** The user metadata as it is in Redis now. @throws StreamWriterException when the stream is not there */
  get metadata(): Promise<Record<string, string>> {
    return this.#metadata();
  }

  /** Puts this in the place of all user metadata; also after `stop`. @throws StreamWriterException before `initialize` */
  async setMetadata(metadata: UserMetadata | ReadonlyMap<string, string>): Promise<void> {
    if (this.#state === 'new') throw new StreamWriterException('setMetadata: the writer is not initialized');
    const text = userMetadataText(metadata);
    await this.#link.ask(client => client.send('HSET', metadataKey(this.#name), 'user_metadata', text));
    if (this.#state === 'stopped') this.#link.close();
  }

  /**
   * Claims the name and stores the schema. A second call does nothing.
   *
   * @param schema River's, or columns that River has types for
   * @throws StreamExistsException when there is such a stream
   * @throws StreamWriterException after `stop`, for a name of 0 or over 255 bytes, or other fields beside one of variable width
   */
  async initialize(
    name: string,
    schema: StreamSchema | Schema | Columns,
    options: InitializeWriterOptions = {},
  ): Promise<void> {
    if (this.#state === 'stopped')
      throw new StreamWriterException('initialize: the writer was stopped; make a new one');
    if (this.#state === 'open') return;
    const bytes = Buffer.byteLength(name);
    if (bytes === 0 || bytes > longestName || /[\0\p{Surrogate}]/u.test(name)) {
      throw new StreamWriterException(`initialize: the name has ${bytes} bytes; give 1 to ${longestName}, without NUL`);
    }
    const fields = schema instanceof StreamSchema ? schema : StreamSchema.fromSchema(schema);
    const userMetadata = userMetadataText(options.userMetadata);
    const client = await this.#link.open(options.signal);
    try {
      this.#initializedAtUs = await claim(client, {
        name,
        schema: fields,
        userMetadata,
        compression: this.#compression,
        computeLocalMinusServerClock: options.computeLocalMinusServerClock,
      });
    } catch (error) {
      this.#link.close();
      throw error;
    }
    this.#name = name;
    this.#schema = fields;
    const columns = schema instanceof StreamSchema ? schema.toSchema() : schemaOf(schema as Columns);
    this.#packer = new SamplePacker(fields, columns);
    this.#state = 'open';
    if (this.#compression.name !== 'UNCOMPRESSED') {
      // As River does: the name stays claimed. What is on the wire is the same.
      this.#failure = new StreamWriterException(
        `initialize: ${this.#compression.name} needs River's server module; write uncompressed`,
      );
      this.#link.close();
      throw this.#failure;
    }
  }

  /** A buffer for `n` samples: a typed array for a stream of one number, else bytes. @throws StreamWriterException before `initialize` */
  newBuffer(n: number): SampleBuffer {
    return bufferFor(this.schema, n);
  }

  /**
   * Writes samples; resolves when Redis has confirmed them all.
   *
   * @param data packed samples in a buffer; values of a variable-width field, as buffers in an array, or one behind the other with `sizes`; or rows: a
   *   batch, a chunk, an Arrow table, row objects, columns by name
   * @throws StreamWriterException when the writer is not open, or Redis refuses: then `confirmed` samples are stored, and the writer can't go on
   * @throws RedisException when the connection broke (and was not mended in time)
   * @throws SchemaError, DataError for rows that the stream can't hold
   */
  async write(data: Samples, options: WriteOptions = {}): Promise<void> {
    if (options.n !== undefined && options.n <= 0) return;
    this.#mustBeOpen('write');
    const packed = this.#packer!.pack(data, options);
    await this.#inTurn(() => this.#send(packed, options.signal));
  }

  /**
   * Writes the end marker, when the writes in hand are done, and closes the connection. A writer that never was initialized, or has
   * failed, writes nothing.
   *
   * @throws StreamWriterException when Redis refuses
   */
  async stop(): Promise<void> {
    if (this.#state !== 'open') return;
    await this.#inTurn(async () => {
      if (this.#state !== 'open') return;
      this.#state = 'stopped';
      try {
        const last = Math.max(0, this.#total - 1);
        if (!this.#failure) await this.#mark('eof', ['eof', '1', 'sample_index', String(last)]);
      } finally {
        this.#link.close();
      }
    });
  }

  /** Closes the connection without an end marker: the stream stays open, as if the writer had crashed. */
  abandon(): void {
    this.#state = 'stopped';
    this.#link.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #send({ bytes, count, sizes }: PackedRows, signal?: AbortSignal): Promise<void> {
    this.#mustBeOpen('write');
    const buffer = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
    const { sampleSize } = this.schema;
    for (let first = 0, at = 0; first < count; first += this.#batchSize) {
      signal?.throwIfAborted();
      const many = Math.min(this.#batchSize, count - first);
      await this.#rollOver();
      const key = this.#key;
      const commands: Argument[][] = new Array(many);
      for (let i = 0; i < many; i++) {
        const end = at + (sizes ? sizes[first + i]! : sampleSize);
        commands[i] = ['XADD', key, '*', 'val', buffer.subarray(at, end), 'i', String(this.#total + i)];
        at = end;
      }
      await this.#guarded(() => this.#batch(commands));
    }
  }

  /** Sends the samples of a batch; what got lost when the connection broke is sent again, and nothing else. */
  async #batch(commands: readonly (readonly Argument[])[]): Promise<void> {
    const before = this.#total;
    for (let done = 0; done < commands.length; ) {
      try {
        const client = await this.#link.open();
        const sent = await client.sendAll(nextOf(commands, done));
        done += sent.done;
        if (sent.error) throw sent.error;
      } catch (error) {
        this.#confirmed = before + done;
        const { samples } = await this.#mend(error);
        this.#mustBeWhole(samples, this.#confirmed, before + commands.length);
        done = samples - before;
      }
      this.#begun ||= done > 0;
      this.#confirmed = before + done;
    }
    this.#total = before + commands.length;
  }

  /** Begins the next key when the one in use has its share. */
  async #rollOver(): Promise<void> {
    const suffix = Math.floor(this.#total / this.#keysPerRedisStream);
    if (suffix === this.#suffix) return;
    const next = `${this.#name}-${suffix}`;
    await this.#mark('tombstone', ['tombstone', '1', 'next_stream_key', next, 'sample_index', String(this.#total - 1)]);
    this.#suffix = suffix;
    this.#begun = false;
  }

  /** Adds a marker, once. */
  #mark(kind: 'eof' | 'tombstone', fields: readonly string[]): Promise<void> {
    return this.#guarded(async () => {
      for (let there = false; !there; ) {
        try {
          const client = await this.#link.open();
          await client.send('XADD', this.#key, '*', ...fields);
          there = true;
        } catch (error) {
          const { newest, samples } = await this.#mend(error);
          this.#mustBeWhole(samples, this.#total, this.#total);
          there = newest !== null && fieldOf(newest, kind) !== null;
        }
      }
    });
  }

  /**
   * Connects again, and finds out what was stored. Nothing of an old connection can happen after that: Redis may not have read yet all that was
   * sent there, and would add it behind our back, so it is told to close it.
   *
   * @throws `cause` when it does not pass, or a later failure when the time is up
   */
  async #mend(cause: unknown): Promise<{ newest: Entry | null; samples: number }> {
    let failure = cause;
    while (this.#link.canRetry && isPassing(failure)) {
      if (this.#link.last) this.#old.add(this.#link.last);
      const client = await this.#link.reopen(failure);
      try {
        for (const { id, run } of this.#old) {
          if (id !== null && run === client.run) await client.send('CLIENT', 'KILL', 'ID', id).catch(unlessRefused);
        }
        this.#old.clear();
        return await this.#stored(client);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** The newest entry of the key in use, and how many samples the stream has up to it. */
  async #stored(client: Client): Promise<{ newest: Entry | null; samples: number }> {
    const entries = (await client.sendBinary('XREVRANGE', this.#key, '+', '-', 'COUNT', '16')) as Entry[];
    for (const entry of entries) {
      const index = numberOf(fieldOf(entry, 'i'));
      if (index !== null) return { newest: entries[0]!, samples: index + 1 };
    }
    return { newest: entries[0] ?? null, samples: this.#begun ? -1 : this.#total };
  }

  #mustBeWhole(samples: number, least: number, most: number): void {
    if (samples >= least && samples <= most) return;
    const there = samples < 0 ? 'no samples' : `${samples} samples`;
    throw new StreamWriterException(
      `write: Redis came back with ${there} of "${this.#name}" where ${least} to ${most} must be; it lost data, or somebody else writes too`,
      { confirmed: this.#confirmed },
    );
  }

  /** An error leaves the writer useless: nobody knows what of a batch was stored. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const refused = error instanceof RedisException && error.reply !== undefined;
      const { reply } = error as RedisException;
      this.#failure = refused
        ? new StreamWriterException(`write: ${this.#key}: ${reply}`, { confirmed: this.#confirmed, cause: error })
        : error;
      throw this.#failure;
    }
  }

  get #key(): string {
    return `${this.#name}-${this.#suffix}`;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #mustBeOpen(verb: string): void {
    if (this.#state !== 'open') {
      const how = this.#state === 'new' ? 'is not initialized' : 'was stopped';
      throw new StreamWriterException(`${verb}: the writer ${how}`, { confirmed: this.#confirmed });
    }
    if (this.#failure) {
      throw new StreamWriterException(
        `${verb}: the writer failed before; ${this.#confirmed} samples are stored for certain`,
        {
          confirmed: this.#confirmed,
          cause: this.#failure,
        },
      );
    }
  }

  async #metadata(): Promise<Record<string, string>> {
    if (this.#state === 'new') throw new StreamWriterException('metadata: the writer is not initialized');
    const fields = await this.#link.ask(client => metadataHash(client, this.#name));
    if (this.#state === 'stopped') this.#link.close();
    if (!fields) throw new StreamWriterException(`metadata: the stream "${this.#name}" was deleted`);
    return userMetadataOf(fields);
  }
}

/** The commands from `first` on that are sent at once: images of a megabyte each must not all wait in the process. */
function nextOf(commands: readonly (readonly Argument[])[], first: number): readonly (readonly Argument[])[] {
  let bytes = 0;
  let end = first;
  while (end < commands.length && bytes < mostBytesAtOnce) bytes += commands[end++]![valuePlace]!.length;
  return first === 0 && end === commands.length ? commands : commands.slice(first, end);
}

/** The connection to be closed may be gone already, or the user may not close any. */
function unlessRefused(error: RedisException): void {
  if (error.lost) throw error;
}
