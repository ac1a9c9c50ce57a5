import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FieldDefinition, type FieldType, StreamSchema } from '../../src/codec/river-schema.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import type { RiverPosition } from '../../src/river/_cursor.ts';
import { StreamReader } from '../../src/river/reader.ts';
import { StreamWriter } from '../../src/river/writer.ts';
import { packReference, type RiverCell } from '../reference/river.ts';
import { type PlainEntry, PlainReader, PlainStream } from '../reference/river-stream.ts';
import { type CuttingProxy, startProxy } from './_proxy.ts';
import { hasRedis, type RawRedis, rawRedis, startRedis, type TestRedis } from './_redis.ts';

type Row = readonly RiverCell[];

/** What is done with a stream. `at` picks an entry to seek, as a share of all there are. */
type Step =
  | { readonly kind: 'write'; readonly rows: readonly Row[]; readonly as: 'bytes' | 'batch' }
  | { readonly kind: 'read'; readonly n: number }
  | { readonly kind: 'readBatch'; readonly n: number }
  | { readonly kind: 'seek'; readonly at: number }
  | { readonly kind: 'tail' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'stop' };

interface Script {
  readonly schema: StreamSchema;
  readonly keysPerRedisStream: number;
  readonly batchSize: number;
  readonly maxFetchSize: number;
  readonly steps: readonly Step[];
}

const bytes = (least: number, most: number) => fc.uint8Array({ minLength: least, maxLength: most });

function cells({ type, size }: FieldDefinition): fc.Arbitrary<RiverCell> {
  if (type === 'DOUBLE') return fc.double();
  if (type === 'FLOAT') return fc.float();
  if (type === 'INT16') return fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 });
  if (type === 'INT32') return fc.integer();
  if (type === 'INT64') return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  return bytes(type === 'FIXED_WIDTH_BYTES' ? size : 0, size);
}

const types: readonly FieldType[] = ['DOUBLE', 'FLOAT', 'INT16', 'INT32', 'INT64', 'FIXED_WIDTH_BYTES'];
const fixedSchema = fc
  .array(fc.tuple(fc.constantFrom(...types), fc.integer({ min: 1, max: 19 })), { minLength: 1, maxLength: 6 })
  .map(
    fields =>
      new StreamSchema(
        fields.map(([type, size], i) => new FieldDefinition(`f${i}`, type, type === 'FIXED_WIDTH_BYTES' ? size : 0)),
      ),
  );
const variableSchema = fc.constant(new StreamSchema([new FieldDefinition('text', 'VARIABLE_WIDTH_BYTES', 40)]));

function stepsOf(schema: StreamSchema): fc.Arbitrary<Step[]> {
  const row = fc.tuple(...schema.fieldDefinitions.map(cells));
  const write = fc.record({
    kind: fc.constant('write' as const),
    rows: fc.array(row, { maxLength: 24 }),
    as: fc.constantFrom('bytes' as const, 'batch' as const),
  });
  const read = fc.record({ kind: fc.constantFrom('read' as const, 'readBatch' as const), n: fc.nat(30) });
  const seek = fc.record({ kind: fc.constant('seek' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) });
  const other = fc.constantFrom<Step>({ kind: 'tail' }, { kind: 'resume' }, { kind: 'stop' });
  const step = fc.oneof({ weight: 4, arbitrary: write }, { weight: 5, arbitrary: read }, seek, other);
  return fc.array(step, { minLength: 1, maxLength: 14 });
}

const scripts: fc.Arbitrary<Script> = fc
  .oneof({ weight: 4, arbitrary: fixedSchema }, { weight: 1, arbitrary: variableSchema })
  .chain(schema =>
    fc.record({
      schema: fc.constant(schema),
      keysPerRedisStream: fc.integer({ min: 1, max: 30 }),
      batchSize: fc.integer({ min: 1, max: 12 }),
      maxFetchSize: fc.integer({ min: 1, max: 20 }),
      steps: stepsOf(schema),
    }),
  );

const sampleOf = (schema: StreamSchema, row: Row): Uint8Array =>
  schema.hasVariableWidthField ? (row[0] as Uint8Array) : packReference(schema.fieldDefinitions, [row]);

/** One script on a real Redis and on lists, side by side. */
class Run {
  readonly #script: Script;
  readonly #url: string;
  readonly #raw: RawRedis;
  readonly #name: string;
  readonly #reconnectMs: number;
  readonly #writer: StreamWriter;
  readonly #plain: PlainStream;
  readonly #rows: Row[] = [];
  #reader: StreamReader;
  #plainReader: PlainReader;
  #stopped = false;

  constructor(script: Script, name: string, url: string, raw: RawRedis, reconnectMs: number) {
    const { keysPerRedisStream, batchSize, maxFetchSize } = script;
    this.#script = script;
    this.#name = name;
    this.#url = url;
    this.#raw = raw;
    this.#reconnectMs = reconnectMs;
    this.#writer = new StreamWriter(url, { keysPerRedisStream, batchSize, reconnectMs });
    this.#reader = this.#newReader();
    this.#plain = new PlainStream(name, keysPerRedisStream, batchSize);
    this.#plainReader = new PlainReader(this.#plain, maxFetchSize);
  }

  async begin(): Promise<void> {
    await this.#writer.initialize(this.#name, this.#script.schema);
    await this.#reader.initialize(this.#name);
  }

  async end(): Promise<void> {
    if (!this.#stopped) await this.#stop();
    await this.#read(this.#plain.total + 1, 'read');
    expect(this.#reader.good).toBe(false);
  }

  close(): void {
    this.#writer.abandon();
    this.#reader.stop();
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'write') return this.#stopped ? undefined : this.#write(step.rows, step.as);
    if (step.kind === 'stop') return this.#stopped ? undefined : this.#stop();
    if (step.kind === 'resume') return this.#resume();
    if (step.kind === 'tail') return this.#tail();
    if (step.kind === 'seek') return this.#seek(step.at);
    return this.#read(step.n, step.kind);
  }

  async #write(rows: readonly Row[], as: 'bytes' | 'batch'): Promise<void> {
    const { schema } = this.#script;
    const samples = rows.map(row => sampleOf(schema, row));
    const columns = schema.fieldDefinitions.map(({ name }, i) => [name, rows.map(row => row[i])]);
    const lengths = samples.map(({ length }) => length);
    if (as === 'batch') await this.#writer.write(batchOf(Object.fromEntries(columns), schema.toSchema()));
    else
      await this.#writer.write(Buffer.concat(samples), { sizes: schema.hasVariableWidthField ? lengths : undefined });
    this.#rows.push(...rows);
    this.#plain.write(samples);
    expect(this.#writer.totalSamplesWritten).toBe(this.#plain.total);
    await this.#compareKeys();
  }

  async #stop(): Promise<void> {
    await this.#writer.stop();
    this.#stopped = true;
    this.#plain.stop();
    await this.#compareKeys();
  }

  /** Every entry as River would have written it. */
  async #compareKeys(): Promise<void> {
    for (const { key, entries } of this.#plain.keys) {
      const there = (await this.#raw.send('XRANGE', key, '-', '+')) as [Buffer, Buffer[]][];
      const fields = there.map(([, texts]) => texts.map(text => text.toString('latin1')));
      expect(fields).toEqual(entries.map(fieldsOf));
      for (const [i, [id]] of there.entries()) entries[i]!.id = String(id);
    }
  }

  async #read(wanted: number, how: 'read' | 'readBatch'): Promise<void> {
    const ahead = this.#plainReader.ahead.filter(({ kind }) => kind === 'sample').length;
    // What is not there yet would be waited for.
    const n = this.#stopped ? wanted : Math.min(wanted, ahead);
    if (!this.#plainReader.good) {
      expect(await this.#reader.read(new Uint8Array(99))).toBe(-1);
      return;
    }
    const { returned, entries } = this.#plainReader.read(n);
    if (how === 'readBatch') await this.#compareBatch(n, returned, entries);
    else await this.#compareBytes(n, returned, entries);
    this.#compareState();
  }

  async #compareBytes(n: number, returned: number, entries: readonly PlainEntry[]): Promise<void> {
    const buffer = new Uint8Array(n * this.#script.schema.sampleSize);
    const sizes = new Int32Array(n);
    const keys: string[] = [];
    expect(await this.#reader.read(buffer, { n, sizes, keys })).toBe(returned);
    const expected = Buffer.concat(entries.map(({ value }) => value));
    expect(Buffer.from(buffer.subarray(0, expected.length))).toEqual(expected);
    expect([...sizes.subarray(0, entries.length)]).toEqual(entries.map(({ value }) => value.length));
    expect(keys).toEqual(entries.map(({ id }) => id));
  }

  async #compareBatch(n: number, returned: number, entries: readonly PlainEntry[]): Promise<void> {
    const batch = await this.#reader.readBatch(n);
    const names = this.#script.schema.fieldDefinitions.map(({ name }) => name);
    const found = batch?.toArray().map(row => names.map(name => (row as Record<string, unknown>)[name]));
    expect(found).toEqual(returned < 0 ? undefined : entries.map(({ index }) => this.#rows[index]));
  }

  async #tail(): Promise<void> {
    if (this.#plainReader.good && this.#plainReader.ahead.length === 0) return;
    const { returned, entry } = this.#plainReader.good ? this.#plainReader.seek() : { returned: -1, entry: null };
    const buffer = new Uint8Array(this.#script.schema.sampleSize);
    expect(await this.#reader.tail(buffer)).toBe(returned);
    if (entry) {
      expect(buffer.subarray(0, entry.value.length)).toEqual(entry.value);
      expect(this.#reader.lastTail).toEqual({ key: entry.id, index: entry.index, bytes: entry.value.length });
    }
    this.#compareState();
  }

  async #seek(at: number): Promise<void> {
    const all = this.#plain.keys.flatMap(({ entries }) => entries);
    const target = all[Math.floor(at * (all.length - 1))];
    if (!target) return;
    const returned = this.#plainReader.good ? this.#plainReader.seek(target.id).returned : -1;
    expect(await this.#reader.seek(target.id)).toBe(returned);
    this.#compareState();
  }

  /** Another reader goes on where this one stands. */
  async #resume(): Promise<void> {
    if (!this.#plainReader.good) return;
    const start = JSON.parse(JSON.stringify(this.#reader.position)) as RiverPosition;
    this.#reader.stop();
    this.#reader = this.#newReader();
    await this.#reader.initialize(this.#name, { start });
    this.#plainReader.total = 0;
  }

  #compareState(): void {
    expect(this.#reader.good).toBe(this.#plainReader.good);
    expect(this.#reader.totalSamplesRead).toBe(this.#plainReader.total);
  }

  #newReader(): StreamReader {
    const { maxFetchSize } = this.#script;
    return new StreamReader(this.#url, { maxFetchSize, reconnectMs: this.#reconnectMs });
  }
}

const latin1 = (value: Uint8Array): string => Buffer.from(value).toString('latin1');

function fieldsOf({ kind, value, index }: PlainEntry): string[] {
  if (kind === 'sample') return ['val', latin1(value), 'i', String(index)];
  if (kind === 'eof') return ['eof', '1', 'sample_index', String(index)];
  return ['tombstone', '1', 'next_stream_key', latin1(value), 'sample_index', String(index)];
}

describe.skipIf(!hasRedis)('any use of a River stream', () => {
  let redis: TestRedis;
  let raw: RawRedis;
  let proxy: CuttingProxy;
  let count = 0;

  beforeAll(async () => {
    redis = await startRedis();
    raw = await rawRedis(redis.port);
    proxy = await startProxy(redis.port);
  });
  afterAll(async () => {
    raw?.close();
    await proxy?.close();
    await redis?.stop();
  });
  afterEach(() => {
    proxy.cutAnswersAfter = null;
  });

  test('stores and gives back what plain lists would', async () => {
    const law = fc.asyncProperty(scripts, async script => {
      const run = new Run(script, `plain-${count++}`, redis.url, raw, 0);
      try {
        await run.begin();
        for (const step of script.steps) await run.take(step);
        await run.end();
      } finally {
        run.close();
      }
    });
    await fc.assert(law, { numRuns: 150 });
  }, 60_000);

  test('does so over connections that break in the middle of answers', async () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 8 });
    const law = fc.asyncProperty(scripts, cuts, async (script, sizes) => {
      const run = new Run(script, `cut-${count++}`, proxy.url, raw, 20_000);
      try {
        await run.begin();
        // Those two connections break now, later ones after so many bytes of answers; then they hold.
        const left = [...sizes];
        proxy.cutAnswersAfter = () => left.pop() ?? Number.POSITIVE_INFINITY;
        await raw.send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        // The place of a reader is asked of a new connection, which nobody mends.
        for (const step of script.steps) if (step.kind !== 'resume') await run.take(step);
        await run.end();
      } finally {
        proxy.cutAnswersAfter = null;
        run.close();
      }
    });
    await fc.assert(law, { numRuns: 30 });
  }, 60_000);
});
