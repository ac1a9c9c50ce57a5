import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type FieldDefinition, StreamSchema } from '../../src/codec/river-schema.ts';
import { StreamReader } from '../../src/river/reader.ts';
import type { StreamWriterOptions } from '../../src/river/writer.ts';
import { StreamWriter } from '../../src/river/writer.ts';
import { packReference, type RiverCell } from '../reference/river.ts';
import { hasRedis, type RawRedis, rawRedis, startRedis } from '../river/_redis.ts';
import { type Kind, NotUnderstood, type Outcome } from './family.ts';
import { text } from './streamz-core.ts';

/** Dumps: read back what River wrote, and write what it was asked to write. */
export const riverDumps: Kind = {
  name: 'dumps',
  accepts: recorded => recorded.format === 'river-redis-dump/1',
  run: recorded => withRedis(place => new DumpCase(recorded, place).run()),
};

/** Scenarios: calls on several readers and writers, in order. */
export const riverScenarios: Kind = {
  name: 'scenarios',
  accepts: recorded => recorded.format === 'river-scenario/1',
  run: recorded => withRedis(place => scenario(recorded, place)),
};

interface Place {
  readonly url: string;
  readonly raw: RawRedis;
}

async function withRedis(work: (place: Place) => Promise<Outcome>): Promise<Outcome> {
  if (!hasRedis) {
    // Installed where that may be, as before the tests.
    const { startServices } = (await import('../../scripts/services.mjs' as string)) as {
      startServices(): Promise<{ env: Record<string, string> }>;
    };
    const { env } = await startServices();
    if (!env.MILLRACE_REDIS_SERVER) return { problems: ['there is no redis-server'] };
    process.env.MILLRACE_REDIS_SERVER = env.MILLRACE_REDIS_SERVER;
  }
  const redis = await startRedis();
  const raw = await rawRedis(redis.port);
  try {
    return await work({ url: redis.url, raw });
  } finally {
    raw.close();
    await redis.stop();
  }
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

type StoredKeys = Record<string, any>;

/** Writes keys as they were recorded; `skip` tells those that are not there yet. */
async function load(
  { raw }: Place,
  keys: StoredKeys,
  skip: (key: string, entry?: string) => boolean = () => false,
): Promise<void> {
  for (const [key, stored] of Object.entries(keys)) {
    if (skip(key)) continue;
    if (stored.type === 'string') await raw.send('SET', key, bytesOf(stored.base64));
    if (stored.type === 'hash') {
      for (const [name, { base64 }] of Object.entries<any>(stored.fields))
        await raw.send('HSET', key, name, bytesOf(base64));
    }
    for (const [id, fields] of stored.entries ?? []) {
      if (!skip(key, id)) await raw.send('XADD', key, id, ...fields.map(bytesOf));
    }
  }
}

/** Hash fields and entries without ids, times left out; to be compared. */
async function contents({ raw }: Place): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const name of (await raw.send('KEYS', '*')) as Buffer[]) {
    const key = name.toString();
    const type = String(await raw.send('TYPE', key));
    if (type === 'hash') found[key] = hashOf((await raw.send('HGETALL', key)) as Buffer[]);
    else if (type === 'stream')
      found[key] = ((await raw.send('XRANGE', key, '-', '+')) as any[]).map(([, fields]) => fields.map(base64Of));
    else found[key] = base64Of(await raw.send('GET', key));
  }
  return sorted(found);
}

const base64Of = (value: Buffer): string => value.toString('base64');
const sorted = (object: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

const times = ['initialized_at_us', 'local_minus_server_clock_us'];

function hashOf(flat: readonly Buffer[]): Record<string, unknown> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!.toString();
    fields[name] = times.includes(name) ? '(a time)' : base64Of(flat[i + 1]!);
  }
  return sorted(fields);
}

function recordedContents(keys: StoredKeys): Record<string, unknown> {
  const entries = Object.entries(keys).map(([key, stored]) => {
    if (stored.type === 'string') return [key, stored.base64];
    if (stored.type === 'stream') return [key, stored.entries.map(([, fields]: [string, string[]]) => fields)];
    const flat = Object.entries<any>(stored.fields).flatMap(([name, { base64 }]) => [
      Buffer.from(name),
      bytesOf(base64),
    ]);
    return [key, hashOf(flat)];
  });
  return sorted(Object.fromEntries(entries));
}

/** What the recorded commands of a writer leave in Redis. */
function contentsOfCommands(commands: readonly (readonly (string | { base64: string })[])[]): Record<string, unknown> {
  const bytes = (argument: string | { base64: string }): Buffer =>
    typeof argument === 'string' ? Buffer.from(argument) : bytesOf(argument.base64);
  const hashes = new Map<string, Buffer[]>();
  const streams: Record<string, string[][]> = {};
  for (const [name, key, ...rest] of commands) {
    if (name === 'HSET') {
      const old = hashes.get(key as string) ?? [];
      for (let i = 0; i < rest.length; i += 2) {
        const [field, value] = [bytes(rest[i]!), bytes(rest[i + 1]!)];
        const at = old.findIndex((known, place) => place % 2 === 0 && known.equals(field));
        if (at < 0) old.push(field, value);
        else old[at + 1] = value;
      }
      hashes.set(key as string, old);
    }
    if (name === 'XADD') (streams[key as string] ??= []).push(rest.slice(1).map(value => base64Of(bytes(value))));
  }
  return sorted({ ...Object.fromEntries([...hashes].map(([key, flat]) => [key, hashOf(flat)])), ...streams });
}

const differences = (what: string, got: unknown, want: unknown): string[] =>
  isDeepStrictEqual(got, want) ? [] : [`${what}: ${text(got).slice(0, 300)}, recorded ${text(want).slice(0, 300)}`];

function contentDifferences(got: Record<string, unknown>, want: Record<string, unknown>): string[] {
  const keys = new Set([...Object.keys(got), ...Object.keys(want)]);
  return [...keys].flatMap(key => differences(`key ${key}`, got[key], want[key]));
}

class DumpCase {
  readonly #recorded: any;
  readonly #place: Place;
  readonly #schema: StreamSchema;

  constructor(recorded: any, place: Place) {
    this.#recorded = recorded;
    this.#place = place;
    this.#schema = StreamSchema.fromJson(JSON.stringify(recorded.schema));
  }

  async run(): Promise<Outcome> {
    const { keys, reader_traces, producer } = this.#recorded;
    await load(this.#place, keys);
    const problems = [...(await this.#columns())];
    let byRule = false;
    for (const { label, trace } of reader_traces) {
      const player = new Player(this.#place, { schema: this.#recorded.schema, exactIds: true });
      problems.push(...(await player.play(trace)).map(problem => `${label}: ${problem}`));
      byRule ||= player.byRule;
      await player.close();
    }
    if (!producer.river_redis_module_loaded) problems.push(...(await this.#writer()));
    return { problems, byRule };
  }

  /** Everything at once, as columns: the values recorded for what can still be read. */
  async #columns(): Promise<string[]> {
    const { columns, stream_name, stopped } = this.#recorded;
    if (!columns) return [];
    await using reader = new StreamReader(this.#place.url);
    await reader.initialize(stream_name);
    const { position } = reader;
    const batch = await reader.readBatch(this.#recorded.sample_count + 1, { timeoutMs: stopped ? -1 : 300 });
    const got = batch ? batch.schema.names.map((_, i) => batch.vectors[i]!.toArray().map(plainCell)) : [];
    const skipped = this.#recorded.sample_count - (batch?.length ?? 0);
    const trimmed = position!.key !== `${stream_name}-0`;
    const names = Object.keys(columns);
    const want = names.map(name => columns[name].map(String).slice(trimmed ? skipped : 0));
    if (this.#recorded.sample_count === 0) return differences('samples', batch?.length ?? 0, 0);
    return differences('columns', got, want);
  }

  async #writer(): Promise<string[]> {
    const { raw } = this.#place;
    await raw.send('FLUSHALL');
    const { writer_script, writer_commands, keys, producer } = this.#recorded;
    const player = new Player(this.#place, { schema: this.#recorded.schema, exactIds: false, rows: this.#rows() });
    const problems = await player.play(
      writer_script.map((step: any) => ({ ...step, call: { ...step.call, id: 'w' } })),
    );
    await player.close();
    const written = await contents(this.#place);
    const edited = !/^recorded$/.test(producer.kind);
    const want = edited ? contentsOfCommands(writer_commands) : recordedContents(keys);
    return [...problems, ...contentDifferences(written, want)].map(problem => `writer: ${problem}`);
  }

  #rows(): Buffer {
    const { rows_base64, columns } = this.#recorded;
    if (rows_base64) return Buffer.concat(rows_base64.map(bytesOf));
    const { fieldDefinitions } = this.#schema;
    const lists = fieldDefinitions.map(({ name, type }) => columns[name].map((cell: unknown) => cellOf(cell, type)));
    return Buffer.from(
      packReference(
        fieldDefinitions,
        lists[0]!.map((_: unknown, row: number) => lists.map(list => list[row]!)),
      ),
    );
  }
}

function cellOf(cell: unknown, type: FieldDefinition['type']): RiverCell {
  if (type === 'INT64') return BigInt(cell as string);
  if (type.endsWith('BYTES')) return bytesOf(cell as string);
  return cell === '-0' ? -0 : Number(cell);
}

/** Decoded cells in the form of the recordings, as texts. */
function plainCell(cell: unknown): string {
  if (cell instanceof Uint8Array) return base64Of(Buffer.from(cell));
  return Object.is(cell, -0) ? '-0' : String(cell);
}

interface PlayerOptions {
  /** Stands for the schema `(as above)`. */
  readonly schema?: unknown;
  /** Entries were loaded with their ids, so that ids can be compared. */
  readonly exactIds: boolean;
  /** Stands for the data `(rows, in order)`. */
  readonly rows?: Buffer;
  /** Whether a stream was loaded, for scenarios of both sorts. */
  readonly isLoaded?: (stream: string) => boolean;
  /** Recorded keys, to find the entry that a recorded id means. */
  readonly keys?: StoredKeys;
  /** Called when a step begins. */
  readonly onStep?: (step: any) => void;
}

interface Held {
  reader?: StreamReader;
  writer?: StreamWriter;
  changes: [string, string][];
  stream: string;
  /** Samples that the recorded reader counted twice. */
  over: number;
  /** The last call was a read that went to another key. */
  crossed: boolean;
}

const filler = 0xee;
const ours = [
  'RedisException',
  'StreamWriterException',
  'StreamExistsException',
  'StreamReaderException',
  'StreamDoesNotExistException',
];

/** Replays recorded calls and compares what they give. */
class Player {
  readonly #place: Place;
  readonly #options: PlayerOptions;
  readonly #held = new Map<string, Held>();
  #rowsAt = 0;
  /** Something differed from the recording in the way that the specification advises. */
  byRule = false;

  constructor(place: Place, options: PlayerOptions) {
    this.#place = place;
    this.#options = options;
  }

  async play(trace: readonly any[]): Promise<string[]> {
    const problems: string[] = [];
    for (const [at, step] of trace.entries()) {
      this.#options.onStep?.(step);
      const { call, result } = step;
      const held = this.#heldFor(call.id ?? (call.op.startsWith('reader') || result.good !== undefined ? 'r' : 'w'));
      const began = performance.now();
      const got = await this.#call(call, held);
      const elapsedMs = performance.now() - began;
      const found = [...this.#compare(call, result, got, held), ...waited(call, result, elapsedMs)];
      problems.push(...found.map(problem => `step ${at} ${call.op}${call.id ? ` ${call.id}` : ''}: ${problem}`));
    }
    return problems;
  }

  async close(): Promise<void> {
    for (const { reader } of this.#held.values()) reader?.stop();
    // A writer is not stopped: that would write.
  }

  #heldFor(id: string): Held {
    let held = this.#held.get(id);
    if (!held) this.#held.set(id, (held = { changes: [], stream: '', over: 0, crossed: false }));
    return held;
  }

  async #call(call: any, held: Held): Promise<any> {
    const state = (): object => {
      const { reader, writer } = held;
      if (reader) {
        const { good, totalSamplesRead, eofKey } = reader;
        return { good, total_samples_read: totalSamplesRead, eof_key: eofKey, key_changes: held.changes };
      }
      return writer ? { total_samples_written: writer.totalSamplesWritten } : {};
    };
    try {
      const result = await this.#do(call, held);
      return { ...result, ...state() };
    } catch (error) {
      if (error instanceof NotUnderstood) throw error;
      const name = (error as Error).constructor.name;
      return { error: ours.includes(name) ? name : 'std::exception', ...state(), message: String(error) };
    }
  }

  async #do(call: any, held: Held): Promise<object> {
    const { url } = this.#place;
    switch (call.op) {
      case 'writer_new': {
        const options: StreamWriterOptions = {
          keysPerRedisStream: call.keys_per_redis_stream,
          batchSize: call.batch_size,
          compression: call.compression,
        };
        held.writer = new StreamWriter(url, options);
        return {};
      }
      case 'writer_init': {
        held.stream = call.stream;
        const json = call.schema === '(as above)' ? this.#options.schema : call.schema;
        await held.writer!.initialize(call.stream, StreamSchema.fromJson(JSON.stringify(json)), {
          userMetadata: call.user_metadata,
          computeLocalMinusServerClock: call.compute_clock,
        });
        return {};
      }
      case 'write':
        await held.writer!.write(this.#data(call, held), { n: call.n, sizes: call.sizes });
        return {};
      case 'writer_stop':
        await held.writer!.stop();
        return {};
      case 'set_metadata':
        await held.writer!.setMetadata(call.user_metadata);
        return {};
      case 'writer_metadata':
        return { metadata: await held.writer!.metadata };
      case 'writer_schema':
        return { schema: JSON.parse(held.writer!.schema.toJson()) };
      case 'writer_info':
        return { stream_name: held.writer!.streamName, initialized_at_us: String(held.writer!.initializedAtUs) };
      case 'reader_new':
        held.reader = new StreamReader(url, {
          maxFetchSize: call.max_fetch_size,
          onKeyChange: (from, to) => held.changes.push([from, to]),
        });
        return {};
      case 'reader_init':
        held.stream ||= call.stream;
        await held.reader!.initialize(call.stream, { timeoutMs: call.timeout_ms });
        return {};
      case 'reader_info': {
        const { initializedAtUs, localMinusServerClockUs, streamName } = held.reader!;
        return {
          initialized_at_us: String(initializedAtUs),
          local_minus_server_clock_us: String(localMinusServerClockUs),
          stream_name: streamName,
        };
      }
      case 'reader_schema':
        return { schema: JSON.parse(held.reader!.schema.toJson()) };
      case 'reader_metadata':
        return { metadata: await held.reader!.metadata };
      case 'reader_stop':
        held.reader!.stop();
        return {};
      case 'read':
        return this.#read(call, held.reader!);
      case 'tail':
        return this.#tail(call, held.reader!);
      case 'seek':
        return { returned: await held.reader!.seek(await this.#idNow(call.key, held)) };
      default:
        throw new NotUnderstood(`nothing here knows the call ${call.op}`);
    }
  }

  #data({ data_base64, sizes, n }: any, held: Held): Buffer {
    if (!data_base64.startsWith('(')) return bytesOf(data_base64);
    const { sampleSize } = held.writer!.schema;
    const length = sizes ? sizes.reduce((sum: number, size: number) => sum + size, 0) : n * sampleSize;
    return this.#options.rows!.subarray(this.#rowsAt, (this.#rowsAt += length));
  }

  async #read({ n, timeout_ms, no_sizes }: any, reader: StreamReader): Promise<object> {
    const size = reader.good ? reader.schema.sampleSize : 0;
    const buffer = new Uint8Array(Math.max(0, n * size)).fill(filler);
    const sizes = new Int32Array(Math.max(0, n)).fill(-7);
    const keys: string[] = Array.from({ length: Math.max(0, n) }, () => '');
    const returned = await reader.read(buffer, { n, timeoutMs: timeout_ms, keys, sizes: no_sizes ? undefined : sizes });
    if (returned <= 0) return { returned };
    const lengths = reader.schema.hasVariableWidthField
      ? sizes.slice(0, returned).reduce((sum, one) => sum + one, 0)
      : returned * size;
    const data = Buffer.from(buffer.subarray(0, lengths));
    return {
      returned,
      sizes: [...sizes.subarray(0, returned)],
      keys: keys.slice(0, returned),
      first_key: keys[0],
      last_key: keys[returned - 1],
      data_base64: base64Of(data),
      data_bytes: data.length,
      data_sha256: createHash('sha256').update(data).digest('hex'),
    };
  }

  async #tail({ timeout_ms }: any, reader: StreamReader): Promise<object> {
    const buffer = new Uint8Array(reader.good ? reader.schema.sampleSize : 0).fill(filler);
    const returned = await reader.tail(buffer, { timeoutMs: timeout_ms });
    if (returned <= 0) return { returned };
    const { key, index } = reader.lastTail!;
    return { returned, key, sample_index: index, data_base64: base64Of(Buffer.from(buffer)) };
  }

  /** The id that the entry has here which had the recorded id there. */
  async #idNow(id: string, held: Held): Promise<string> {
    if (this.#isExact(held)) return id;
    for (const [key, stored] of Object.entries(this.#options.keys ?? {})) {
      const at = stored.entries?.findIndex(([entry]: [string]) => entry === id) ?? -1;
      if (at < 0 || !key.startsWith(`${held.stream}-`)) continue;
      const entries = (await this.#place.raw.send('XRANGE', key, '-', '+', 'COUNT', String(at + 1))) as [Buffer][];
      if (entries[at]) return entries[at][0].toString();
    }
    return id;
  }

  #isExact(held: Held): boolean {
    return this.#options.isLoaded ? this.#options.isLoaded(held.stream) : this.#options.exactIds;
  }

  #compare(call: any, result: any, got: any, held: Held): string[] {
    const problems: string[] = [];
    const exact = this.#isExact(held);
    const overcount = call.op === 'tail' && held.crossed && result.returned > got.returned && got.returned > 0;
    if (overcount) {
      // The recorded reader counts from the sample before the answer that ended in a tombstone; ours from the last one read.
      held.over += result.returned - got.returned;
      this.byRule = true;
    }
    const before = held.changes.length;
    for (const [name, recorded] of Object.entries<any>(result)) {
      if (name === 'elapsed_ms') continue;
      let want = recorded;
      let have = got[name];
      if (name === 'total_samples_read') have += held.over;
      if (name === 'returned' && overcount) want = have;
      if (name === 'initialized_at_us' && !exact) [want, have] = [Number(want) > 0, Number(have) > 0];
      if (name === 'initialized_at_us' && call.op === 'writer_init') have = want;
      if (name === 'local_minus_server_clock_us' && !exact) have = want;
      if (name === 'eof_key' && !exact) [want, have] = [want !== '', have !== ''];
      if (['keys', 'key', 'first_key', 'last_key'].includes(name) && !exact) {
        [want, have] = [[want].flat().length, [have].flat().length];
      }
      problems.push(...differences(name, have, want));
    }
    if (got.error && !result.error) problems.push(`threw ${got.message}`);
    held.crossed = call.op === 'read' && result.key_changes?.length > 1 && before > 1;
    return problems;
  }
}

/** A wait that ended because time was up took its time, and not much more. Other times are those of another machine. */
function waited(call: any, result: any, elapsedMs: number): string[] {
  const timeout = call.timeout_ms ?? -1;
  if (call.op !== 'read' || timeout <= 0 || result.returned !== 0 || !result.good || call.n === 0) return [];
  const right = elapsedMs >= timeout - 2 && elapsedMs < timeout + 1000;
  return right ? [] : [`took ${Math.round(elapsedMs)} ms of ${timeout}`];
}

async function scenario(recorded: any, place: Place): Promise<Outcome> {
  const { trace, keys } = recorded;
  const written = new Set<string>(
    trace.filter(({ call }: any) => call.op === 'writer_init').map(({ call }: any) => call.stream),
  );
  const ofWriter = (key: string): boolean =>
    keys[key].type !== 'string' &&
    [...written].some(
      stream => key === `${stream}-metadata` || (/^-\d+$/.test(key.slice(stream.length)) && key.startsWith(stream)),
    );
  const late = lateEntries(recorded, ofWriter);
  await load(
    place,
    keys,
    (key, id) => ofWriter(key) || (id !== undefined && late.some(one => one.key === key && one.ids.includes(id))),
  );
  const additions: Promise<unknown>[] = [];
  const player = new Player(place, {
    exactIds: true,
    keys,
    isLoaded: stream => !written.has(stream),
    onStep: step => {
      for (const { key, ids, step: when, afterMs } of late) {
        if (when !== step) continue;
        additions.push(
          pause(afterMs).then(() =>
            load(place, { [key]: keys[key] }, (_, id) => id !== undefined && !ids.includes(id)),
          ),
        );
      }
    },
  });
  const problems = await player.play(trace);
  await Promise.all(additions);
  await player.close();
  problems.push(
    ...contentDifferences(await contents(place), recordedContents(keys)).map(problem => `afterwards: ${problem}`),
  );
  return { problems, byRule: player.byRule };
}

interface Late {
  readonly key: string;
  readonly ids: readonly string[];
  /** The call that waited for them, and how long. */
  readonly step: unknown;
  readonly afterMs: number;
}

/** Entries of loaded streams that came while a call waited: those that it returned after a while, and what follows them. */
function lateEntries({ trace, keys }: any, ofWriter: (key: string) => boolean): Late[] {
  const late: Late[] = [];
  for (const step of trace) {
    const { call, result } = step;
    if (!(result.elapsed_ms >= 100) || !(result.returned > 0)) continue;
    if (call.op === 'read' && result.returned < call.n && result.good) continue;
    const id = result.key ?? result.keys?.at(-1) ?? result.last_key;
    for (const [key, stored] of Object.entries<any>(keys)) {
      if (stored.type !== 'stream' || ofWriter(key) || late.some(one => one.key === key)) continue;
      const at = stored.entries.findIndex(([entry]: [string]) => entry === id);
      if (at >= 0)
        late.push({
          key,
          ids: stored.entries.slice(at).map(([entry]: [string]) => entry),
          step,
          afterMs: result.elapsed_ms,
        });
    }
  }
  return late;
}
