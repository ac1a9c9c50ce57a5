// What a page, a worker of a page and Node each run, to give the same answers; page.test.ts compares them.
import { Table, tableFromIPC, tableToIPC } from 'apache-arrow';
import {
  arrow,
  type Batch,
  batchOf,
  csv,
  DataError,
  DataFrame,
  type Decoder,
  dictionary,
  exportChunk,
  type FrameSource,
  f64,
  filenames,
  fromHttpServer,
  fromProcess,
  fromTcp,
  fromTextfile,
  i16,
  i32,
  loadPlugins,
  Memory,
  memoryStats,
  ndjson,
  openFrame,
  parquet,
  type RandomAccess,
  SchemaError,
  Stream,
  sinkToTextfile,
  timestamp,
  utf8,
} from 'millrace';
import { fromArrow, toArrow } from 'millrace/arrow';
import { toMermaid, toPng, toSvg } from 'millrace/view';

const columns = { at: timestamp('ms'), symbol: utf8(), price: f64(), qty: i32() };

type Answer = (base: string) => unknown;

/** Each asks the server at `base` for its data, if it wants any, and gives what `JSON` and `plain` can show. */
const answers: Record<string, Answer> = {
  'a stream': async () => {
    const source = new Stream<number>();
    const seen = source
      .filter(x => x % 2 === 1)
      .map(x => x * x)
      .accumulate((sum, x) => sum + x)
      .slidingWindow(2)
      .sinkToList();
    for (let x = 0; x < 10; x++) await source.emit(x);
    return seen;
  },

  'a loop over a stream': async () => {
    const seen: number[] = [];
    for await (const x of Stream.from([1, 2, 3]).map(x => x * 10)) seen.push(x);
    return seen;
  },

  'a web stream': async () => {
    const seen: string[] = [];
    const reader = Stream.from(['a', 'b', 'c'])
      .map(x => x.toUpperCase())
      .toReadableStream()
      .getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) seen.push(next.value);
    return seen;
  },

  'filter, assign, windows and groups of NDJSON': async base => {
    const source = await body(`${base}/trades.ndjson`);
    const trades = source.toDataFrame(ndjson(columns), { index: 'at' });
    const minutes = trades
      .filter(t => t.qty.gt(0))
      .assign({ notional: t => t.price.mul(t.qty), bare: t => t.symbol.str.lower() })
      .tumbling('1m')
      .groupby('bare')
      .agg({ vwap: t => t.notional.sum().div(t.qty.sum()), high: t => t.price.max(), middle: t => t.price.median() })
      .sinkToList();
    const slides = trades.sliding('10m', '5m').agg({ rows: 'count()', mean: 'mean(price)' }).sinkToList();
    const sessions = trades.session('250ms').agg({ rows: 'count()' }).sinkToList();
    const medians = trades.select({ median: t => t.price.rolling(101).median() }).sinkToList();
    const words = trades
      .groupby('symbol')
      .agg({ rows: 'count()', first: t => t.at.min() }, { emit: 'end' })
      .sinkToList();
    await source.start();
    trades.dispose();
    return {
      minutes: rowsOf(minutes),
      slides: rowsOf(slides),
      sessions: sessions.reduce((sum, { length }) => sum + length, 0),
      medians: rowsOf(medians).slice(-500),
      words: rowsOf(words),
    };
  },

  'gzipped CSV': async base => {
    const response = await fetch(`${base}/trades.csv.gz`);
    const source = Stream.from(response.body!.pipeThrough(new DecompressionStream('gzip')));
    const shape = csv({ ...columns, symbol: dictionary() });
    const trades = source.toDataFrame(shape, { source: 'trades.csv.gz' });
    const totals = trades
      .groupby('symbol')
      .agg({ qty: t => t.qty.sum(), middle: t => t.price.median() }, { emit: 'end' })
      .sinkToList();
    const late = trades
      .filter(t => t.at.dt.minute().ge(30))
      .window(1000)
      .agg({ words: 'nunique(symbol)' })
      .sinkToList();
    await source.start();
    trades.dispose();
    return { totals: rowsOf(totals), late: rowsOf(late).at(-1) };
  },

  'Arrow IPC out and in': () => {
    const batch = sample();
    const codec = arrow();
    const encoder = codec.encoder(batch.schema);
    const bytes = [encoder.encode(batch), encoder.encode(batch), encoder.end()];
    const decoder = codec.decoder({ memory: new Memory() });
    // as from a worker to its page: given away, not copied
    const sent = bytes.map(piece => structuredClone(piece, { transfer: [piece.buffer] }));
    const rows = sent.flatMap(piece => rowsOf(decoded(decoder, piece)));
    decoder.dispose();
    return { schema: String(batch.schema), rows };
  },

  'Arrow IPC of others': async base => {
    const source = await body(`${base}/flights-200k.arrow`);
    const flights = source.toDataFrame(arrow({ schema: { distance: i16(), delay: i16() } }));
    const results = flights.filter('distance > 500').agg({ rows: 'count()', late: 'mean(delay)' }, { emit: 'end' });
    const seen = results.sinkToList();
    await source.start();
    flights.dispose();
    return rowsOf(seen);
  },

  'apache-arrow in and out': () => {
    const batch = sample();
    const record = toArrow(batch);
    const table = tableFromIPC(tableToIPC(new Table([record])));
    const frame = new DataFrame({ schema: batch.schema });
    const seen = frame.groupby('word').agg({ rows: 'count()' }).sinkToList();
    frame.emit(table);
    return { text: record.toArray().map(String), back: rowsOf([fromArrow(table)]), counts: rowsOf(seen) };
  },

  'text out and in': () => {
    const batch = sample();
    const texts = [ndjson(), csv()].map(codec => {
      const encoder = codec.encoder(batch.schema);
      const text = new TextDecoder().decode(encoder.encode(batch));
      const decoder = codec.withSchema!(batch.schema).decoder({ memory: new Memory() });
      const rows = rowsOf(decoded(decoder, new TextEncoder().encode(text), true));
      decoder.dispose();
      return { text, rows };
    });
    return texts;
  },

  Parquet: async base => {
    const response = await fetch(`${base}/flights-3m.parquet`);
    const blob = await response.blob();
    const file = { byteLength: blob.size, slice: (a: number, b: number) => blob.slice(a, b).arrayBuffer() };
    const memory = new Memory();
    const frame = new DataFrame({ schema: await parquet().schemaOf(file), source: new Stored(file, memory), memory });
    const results = frame.groupby('origin').agg({ late: 'mean(delay)', rows: 'count()' }, { emit: 'end' });
    const seen: Batch[] = [];
    for await (const batch of results) seen.push(batch);
    frame.dispose();
    return rowsOf(seen);
  },

  'a graph as a picture': async () => {
    const source = new Stream<number>({ name: 'numbers' });
    source.map(x => x + 1).sinkToList();
    return [toMermaid(source), (await toSvg(source)).replace(/<!--[\s\S]*?-->/g, '')];
  },

  'user functions and saved states': () => {
    const begin = () => {
      const frame = new DataFrame({ schema: { x: f64() } });
      const tails = frame
        .mapPartitions(batch => batch.toArray().map(({ x }) => ({ twice: x! * 2 })), { schema: { twice: f64() } })
        .window(3)
        .agg({ sum: 'sum(twice)', low: 'min(twice)' });
      return { frame, tails, seen: tails.sinkToList() };
    };
    const first = begin();
    first.frame.emit([{ x: 1 }, { x: 2 }, { x: 3 }]);
    const second = begin();
    second.tails.restore(first.tails.checkpoint());
    second.frame.emit([{ x: 4 }]);
    return rowsOf([...first.seen, ...second.seen]);
  },

  'much memory': () => {
    const frame = new DataFrame({ schema: { key: utf8(), x: f64() } });
    const results = frame
      .groupby('key')
      .agg({ sum: t => t.x.sum(), n: 'nunique(x)' }, { emit: 'end' })
      .sinkToList();
    const before = memoryStats().totalBytes;
    for (let n = 0; n < 20; n++) {
      const key = Array.from({ length: 10_000 }, (_, i) => `ключ ${(n * 7919 + i) % 150_000}`);
      frame.emit({ key, x: Float64Array.from(key, (_, i) => i / 8) });
    }
    frame.end();
    const [batch] = results;
    const total = batch!
      .column('sum')
      .toArray()
      .reduce((sum: number, x) => sum + Number(x), 0);
    const grew = memoryStats().totalBytes > before;
    frame.dispose();
    return { grew, keys: batch!.length, total, last: batch!.column('key').get(batch!.length - 1) };
  },

  errors: () => {
    const frame = new DataFrame({ schema: columns });
    const decoder = ndjson({ x: f64() }).decoder({ memory: new Memory(), source: 'ticks' });
    return [
      said(() => frame.filter('prize > 3'), SchemaError),
      said(() => frame.emit([{ at: 'no time', symbol: 'A', price: 1, qty: 1 }])),
      said(() => decoded(decoder, new TextEncoder().encode('{"x":1}\n{"x":"many"}\n'), true), DataError),
    ];
  },
};

/** All answers by name, and whether the engine's memory is shared. */
export async function run(base: string): Promise<{ shared: boolean; answers: Record<string, unknown> }> {
  const found: Record<string, unknown> = {};
  for (const [name, answer] of Object.entries(answers)) {
    try {
      found[name] = plain(await answer(base));
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).stack}`);
    }
  }
  return { shared: memoryStats().shared, answers: found };
}

/** The first bytes of a graph's picture, as a page paints it. */
export async function picture(): Promise<number[]> {
  return Array.from((await toPng(Stream.from([1]).map(x => x))).subarray(0, 8));
}

/** What is said by sources and sinks that only Node can be. */
export async function nodeOnly(): Promise<Record<string, string>> {
  const start = (source: Stream<any>) => () => source.start();
  const uses: Record<string, () => unknown> = {
    openFrame: () => openFrame('trades.csv', { schema: columns }).then(frame => frame.run()),
    fromTextfile: start(fromTextfile('trades.csv')),
    filenames: start(filenames('*.csv')),
    fromProcess: start(fromProcess('ls')),
    fromTcp: start(fromTcp(9000)),
    fromHttpServer: start(fromHttpServer(9000)),
    sinkToTextfile: () => {
      const lines = new Stream<string>();
      lines.through(sinkToTextfile('out.txt'));
      return lines.emit('a');
    },
    loadPlugins: () => loadPlugins(),
    toArrow: () => sample().toArrow(),
  };
  const texts: Record<string, string> = {};
  for (const [name, use] of Object.entries(uses)) {
    texts[name] = await Promise.resolve()
      .then(use)
      .then(
        () => 'no error',
        error => `${error.name} ${error.code}: ${error.message}`,
      );
  }
  return texts;
}

/** The bytes of an answer as a stream of pieces, as the network cut them. */
async function body(url: string): Promise<Stream<Uint8Array>> {
  const response = await fetch(url);
  return Stream.from<Uint8Array>(response.body!);
}

/** A Parquet file as a source of rows. */
class Stored implements FrameSource {
  readonly #file: RandomAccess;
  readonly #memory: Memory;

  constructor(file: RandomAccess, memory: Memory) {
    this.#file = file;
    this.#memory = memory;
  }

  async run(push: (rows: unknown) => void | Promise<void>, columns: readonly string[]): Promise<void> {
    for await (const chunk of parquet().read(this.#file, { memory: this.#memory, columns })) await push(chunk);
  }

  metrics(): { bytes: number; storedBytes: number; skipped: number } {
    return { bytes: this.#file.byteLength, storedBytes: this.#file.byteLength, skipped: 0 };
  }
}

/** A row of each kind of value, and nulls. */
const sample = (): Batch =>
  batchOf([
    { id: 2n ** 60n, word: 'Mühle', x: 1.5, ok: true, at: new Date(1e12), bytes: new Uint8Array([1, 2]) },
    { id: null, word: null, x: null, ok: null, at: null, bytes: null },
    { id: -1n, word: '水車 🎡', x: Number.NEGATIVE_INFINITY, ok: false, at: new Date(-1), bytes: new Uint8Array(0) },
    { id: 3n, word: 'Mühle', x: -0, ok: true, at: new Date(0), bytes: new Uint8Array([255]) },
  ]) as Batch;

function decoded(decoder: Decoder<any>, bytes: Uint8Array, isAll = false): Batch[] {
  const batches: Batch[] = [];
  decoder.write(bytes);
  if (isAll) decoder.end();
  for (let chunk = decoder.next(); chunk; chunk = decoder.next()) batches.push(exportChunk(chunk));
  return batches;
}

const rowsOf = (batches: readonly Batch<any>[]): object[] => batches.flatMap(batch => batch.toArray());

function said(use: () => unknown, kind: new (...args: any[]) => Error = Error): string {
  try {
    use();
  } catch (error) {
    return `${error instanceof kind} ${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'no error';
}

/** The value as JSON can say it, with nothing lost. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'number') return Number.isFinite(value) ? value : `number ${value}`;
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array, plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
