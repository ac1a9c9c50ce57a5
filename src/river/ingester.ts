import { arrow } from '../codec/arrow.ts';
import type { Encoder } from '../codec/codec.ts';
import { Batch } from '../column/batch.ts';
import { exportChunk } from '../column/export-chunk.ts';
import type { Vector } from '../column/vector.ts';
import { vectorOf } from '../column/vector-of.ts';
import { DataError, OptionError, StreamReaderException, TransportError } from '../errors.ts';
import { i64, type Utf8, utf8 } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import { builtin } from '../transport/_node.ts';
import type { RiverPosition } from './_cursor.ts';
import { type Entry, fieldOf, idOf, millisecondsOf, numberOf } from './_entry.ts';
import { Link, pause } from './_link.ts';
import { factsOf, metadataHash, metadataKey, userMetadataOf } from './_metadata.ts';
import { connectionOf, type RedisPlace } from './connection.ts';
import { type RiverAnswer, RiverSource } from './source.ts';

export interface IngestOptions {
  readonly connection?: RedisPlace;
  /** One stream, to its end marker. */
  readonly stream?: string;
  /** Without `stream`: every stream whose whole name matches, also those that appear later; default all. */
  readonly streams?: RegExp;
  /** A folder; each stream has one of its own in it. */
  readonly folder: string;
  /** A file of the series is closed when its samples have so many bytes; default 128 MiB. */
  readonly segmentBytes?: number;
  /** … or when it is so old; default 60,000. */
  readonly segmentMs?: number;
  /** Removes from Redis the keys that are in closed files whole, and at the end the stream. Default false. */
  readonly trim?: boolean;
  /** Ends when nothing has come for a second, instead of waiting for more. Default false. */
  readonly once?: boolean;
  readonly reconnectMs?: number;
  /** Stops: what came is stored, `ingest` resolves. */
  readonly signal?: AbortSignal;
  /** Told of each file that was closed. */
  readonly onSegment?: (segment: IngestedSegment) => void;
}

export interface IngestedSegment {
  readonly stream: string;
  readonly path: string;
  readonly samples: number;
}

/** What a stream's folder says about itself, in `ingest.json`. */
interface Saved {
  readonly position: RiverPosition;
  /** Files that are closed; one with a higher number is a torn rest. */
  readonly segments: number;
  readonly samples: number;
  readonly completed: boolean;
}

const stateFile = 'ingest.json';
const defaultSegmentBytes = 128 * 2 ** 20;
const lookEveryMs = 1000;

/**
 * Stores River streams in Arrow files, and goes on where it stopped.
 *
 * `<folder>/<stream>/data_0000000000.arrow`, … hold the samples in order: `sample_index`, `key` (the entry's id), `timestamp_ms` (when Redis took it), then
 * the fields. A file appears under its name when it is whole and on the disk; then `ingest.json` tells the position behind it; only then may keys be
 * trimmed. So whatever happens, nothing is missing and nothing twice. `metadata.json` has the user metadata, and says when the stream is COMPLETED.
 *
 * @returns how many samples were stored
 * @throws TransportError when a file can't be written; RedisException, StreamReaderException, DataError as reading does
 */
export async function ingest(options: IngestOptions): Promise<number> {
  for (const name of ['segmentBytes', 'segmentMs'] as const) {
    if (options[name] !== undefined && !(options[name]! > 0)) {
      throw new OptionError(name, `ingest: ${name} is ${options[name]}; give a number above 0`);
    }
  }
  if (options.stream !== undefined) return new StreamIngester(options.stream, options).run();
  return ingestAll(options);
}

/** Every stream that matches, each by an ingester of its own; looks for new ones every second. */
async function ingestAll(options: IngestOptions): Promise<number> {
  const { streams = /.*/, signal, once = false } = options;
  const whole = new RegExp(`^(?:${streams.source})$`, streams.flags.replace(/[gy]/g, ''));
  const link = new Link(connectionOf(options.connection), options.reconnectMs ?? 60_000);
  const stop = new AbortController();
  const under = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const running = new Map<string, Promise<void>>();
  let samples = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    while (!under.aborted) {
      for (const name of await streamNames(link, under)) {
        if (running.has(name) || !whole.test(name)) continue;
        const work = new StreamIngester(name, { ...options, signal: under }).run().then(
          count => {
            samples += count;
            // With its keys removed the name is free, and may come again.
            if (options.trim && !once) running.delete(name);
          },
          error => {
            failure ??= { error };
            stop.abort();
          },
        );
        running.set(name, work);
      }
      if (once) break;
      await pause(lookEveryMs, under);
    }
  } catch (error) {
    if (!under.aborted) throw error;
  } finally {
    await Promise.all(running.values());
    link.close();
  }
  if (failure) throw failure.error;
  return samples;
}

/** Names of all streams in the database. */
async function streamNames(link: Link, signal?: AbortSignal): Promise<string[]> {
  const names = new Set<string>();
  const suffix = metadataKey('');
  let cursor = '0';
  do {
    const question = cursor;
    const [next, keys] = (await link.ask(
      client => client.send('SCAN', question, 'MATCH', `*${suffix}`, 'COUNT', '1000'),
      signal,
    )) as [string, string[]];
    for (const key of keys) names.add(key.slice(0, -suffix.length));
    cursor = next;
  } while (cursor !== '0');
  return [...names].sort();
}

/** One stream on its way into files. */
class StreamIngester {
  readonly #name: string;
  readonly #options: IngestOptions;
  readonly #folder: string;
  readonly #link: Link;
  readonly #fs = builtin('fs').promises;
  readonly #join = builtin('path').join;
  #saved: Saved | null = null;
  #segment: Segment | null = null;
  #samples = 0;

  constructor(name: string, options: IngestOptions) {
    this.#name = name;
    this.#options = options;
    this.#folder = this.#join(options.folder, folderName(name));
    this.#link = new Link(connectionOf(options.connection), options.reconnectMs ?? 60_000);
  }

  async run(): Promise<number> {
    try {
      await this.#restore();
      if (!this.#saved?.completed) await this.#store();
      else if (this.#options.trim) await this.#trim(this.#saved.position, true);
      return this.#samples;
    } catch (error) {
      throw failed(this.#folder, error);
    } finally {
      await this.#segment?.discard();
      this.#link.close();
    }
  }

  async #store(): Promise<void> {
    const { connection, signal, once, reconnectMs, segmentMs = 60_000 } = this.#options;
    const source = new RiverSource(this.#name, { connection, reconnectMs, start: this.#saved?.position });
    const columns = await source.schema(signal);
    const schema = new Schema([...leading, ...columns.fields]);
    await this.#writeMetadata('IN_PROGRESS');
    let position = this.#saved?.position;
    for await (const answer of source.answers(columns.names, signal)) {
      position = answer.position;
      if (answer.chunk) {
        this.#segment ??= await Segment.create(this.#path(this.#saved?.segments ?? 0), schema);
        await this.#segment.add(batchOfAnswer(schema, answer), answer.samples.length);
      }
      const { bytes, beganAt } = this.#segment ?? { bytes: 0, beganAt: performance.now() };
      const full = bytes >= (this.#options.segmentBytes ?? defaultSegmentBytes);
      const old = performance.now() - beganAt >= segmentMs;
      if (full || old || answer.over) await this.#close(position, answer.over);
      if (once && answer.idle) break;
    }
    if (position && !this.#saved?.completed) await this.#close(position, false);
  }

  /** Makes durable what came up to `position`: the file, then the state, then (if wanted) the keys go. */
  async #close(position: RiverPosition, completed: boolean): Promise<void> {
    const segment = this.#segment;
    if (!segment && !completed) return;
    const { segments, samples } = this.#saved ?? { segments: 0, samples: 0 };
    if (segment) {
      await segment.close();
      this.#segment = null;
      this.#samples += segment.samples;
      this.#options.onSegment?.({ stream: this.#name, path: segment.path, samples: segment.samples });
    }
    if (completed) await this.#writeMetadata('COMPLETED');
    this.#saved = {
      position,
      segments: segments + (segment ? 1 : 0),
      samples: samples + (segment?.samples ?? 0),
      completed,
    };
    await writeDurably(this.#join(this.#folder, stateFile), `${JSON.stringify(this.#saved, null, 2)}\n`);
    if (this.#options.trim) await this.#trim(position, completed);
  }

  /** Removes the keys before the position, and behind the end marker all. */
  async #trim({ key }: RiverPosition, completed: boolean): Promise<void> {
    await this.#link.ask(async client => {
      const hash = metadataKey(this.#name);
      let first = (await client.send('HGET', hash, 'first_stream_key')) as string | null;
      while (first !== null && first !== key) {
        const next = await this.#nextKey(first);
        if (next === null) return; // not a chain that leads to us: nothing is removed
        await client.send('HSET', hash, 'first_stream_key', next);
        await client.send('UNLINK', first);
        first = next;
      }
      if (completed && first !== null) {
        await client.send('UNLINK', key);
        await client.send('DEL', hash);
      }
    });
  }

  async #nextKey(key: string): Promise<string | null> {
    const question = this.#link.ask(client => client.sendBinary('XREVRANGE', key, '+', '-', 'COUNT', '1'));
    const [last] = (await question) as Entry[];
    return last ? (fieldOf(last, 'next_stream_key')?.toString('utf8') ?? null) : null;
  }

  /** Reads what a former run left, and clears away what it had not finished. */
  async #restore(): Promise<void> {
    await this.#fs.mkdir(this.#folder, { recursive: true });
    const text = await this.#fs.readFile(this.#join(this.#folder, stateFile), 'utf8').catch(error => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text !== null) this.#saved = savedOf(text, this.#folder);
    if (this.#saved) await this.#mustBeTheSame(this.#saved);
    const files = await this.#fs.readdir(this.#folder);
    for (const file of files) {
      const number = /^data_(\d{10})\.arrow$/.exec(file)?.[1];
      const torn = number === undefined ? file.endsWith('.part') : Number(number) >= (this.#saved?.segments ?? 0);
      if (torn) await this.#fs.unlink(this.#join(this.#folder, file));
    }
  }

  /** Files of another stream of this name must not be mixed with this one's. */
  async #mustBeTheSame({ position, completed }: Saved): Promise<void> {
    const fields = await this.#link.ask(client => metadataHash(client, this.#name));
    if (!fields) {
      if (completed) return;
      throw new StreamReaderException(`ingest: the stream "${this.#name}" was deleted before all of it was stored`);
    }
    if (String(factsOf(this.#name, fields).initializedAtUs) === position.initializedAtUs) return;
    throw new StreamReaderException(
      `ingest: ${this.#folder} holds another stream of the name "${this.#name}"; move the folder away`,
    );
  }

  async #writeMetadata(status: 'IN_PROGRESS' | 'COMPLETED'): Promise<void> {
    const fields = await this.#link.ask(client => metadataHash(client, this.#name));
    if (!fields) return;
    const { initializedAtUs, localMinusServerClockUs } = factsOf(this.#name, fields);
    const facts = {
      ...userMetadataOf(fields),
      stream_name: this.#name,
      local_minus_server_clock_us: String(localMinusServerClockUs),
      initialized_at_us: String(initializedAtUs),
      ingestion_status: status,
    };
    await writeDurably(this.#join(this.#folder, 'metadata.json'), `${JSON.stringify(facts, null, 2)}\n`);
  }

  #path(number: number): string {
    return this.#join(this.#folder, `data_${String(number).padStart(10, '0')}.arrow`);
  }
}

/** A file of the series while it is written. */
class Segment {
  readonly path: string;
  readonly beganAt = performance.now();
  samples = 0;
  bytes = 0;
  readonly #file: import('node:fs').promises.FileHandle;
  readonly #encoder: Encoder;
  #open = true;

  private constructor(path: string, file: import('node:fs').promises.FileHandle, schema: Schema) {
    this.path = path;
    this.#file = file;
    this.#encoder = arrow({ format: 'file' }).encoder(schema);
  }

  static async create(path: string, schema: Schema): Promise<Segment> {
    return new Segment(path, await builtin('fs').promises.open(`${path}.part`, 'w'), schema);
  }

  async add(batch: Batch, samples: number): Promise<void> {
    const bytes = this.#encoder.encode(batch);
    await this.#file.writeFile(bytes);
    this.samples += samples;
    this.bytes += bytes.length;
  }

  /** The file is on the disk, under its name. */
  async close(): Promise<void> {
    await this.#file.writeFile(this.#encoder.end());
    await this.#file.sync();
    await this.#file.close();
    this.#open = false;
    await builtin('fs').promises.rename(`${this.path}.part`, this.path);
    await syncFolder(this.path);
  }

  async discard(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close();
    await builtin('fs').promises.rm(`${this.path}.part`, { force: true });
  }
}

const leading = /* @__PURE__ */ Object.freeze([
  field('sample_index', i64(), false),
  field('key', utf8(), false),
  field('timestamp_ms', i64(), false),
]);

function batchOfAnswer(schema: Schema, { chunk, samples }: RiverAnswer): Batch {
  const index = new BigInt64Array(samples.length);
  const times = new BigInt64Array(samples.length);
  const ids = new Array<string>(samples.length);
  for (const [row, entry] of samples.entries()) {
    index[row] = BigInt(numberOf(fieldOf(entry, 'i')) ?? -1);
    times[row] = BigInt(millisecondsOf(entry[0]));
    ids[row] = idOf(entry);
  }
  const { vectors } = exportChunk(chunk!);
  const keys = vectorOf(utf8(), ids) as Vector<Utf8>;
  const all: Vector<any>[] = [vectorOf(i64(), index), keys, vectorOf(i64(), times), ...vectors];
  return new Batch(schema, all, samples.length);
}

function savedOf(text: string, folder: string): Saved {
  try {
    const saved = JSON.parse(text) as Saved;
    if (typeof saved.position.key === 'string' && Number.isInteger(saved.segments)) return saved;
  } catch {
    // told below
  }
  throw new DataError(`${stateFile} can't be read; it tells where to go on`, { source: folder });
}

/** Names of streams may be anything; names of folders not. */
const folderName = (stream: string): string =>
  /^\.+$/.test(stream) ? stream.replaceAll('.', '%2E') : encodeURIComponent(stream);

/** Writes beside, and moves into place: there is always one whole file. */
async function writeDurably(path: string, text: string): Promise<void> {
  const { open, rename } = builtin('fs').promises;
  const file = await open(`${path}.part`, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
  await syncFolder(path);
}

/** A new name is on the disk when its folder is. Not every system lets one ask for it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await builtin('fs')
    .promises.open(builtin('path').dirname(path), 'r')
    .catch(() => null);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function failed(folder: string, error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  return syscall && code ? new TransportError(`ingest: ${folder}: ${message}`, { cause: error }) : error;
}
