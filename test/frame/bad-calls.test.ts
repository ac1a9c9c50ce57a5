import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userAggregation } from '../../src/aggregate/user-aggregation.ts';
import { csv } from '../../src/codec/csv.ts';
import { ndjson } from '../../src/codec/ndjson.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { MillraceError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { openFrame } from '../../src/frame/open-frame.ts';
import { toFile } from '../../src/frame/to-file.ts';
import { f64, i32, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';

const schema = { at: timestamp('ms'), symbol: utf8(), price: f64(), qty: i32() };
const frame = (): any => new DataFrame({ schema, index: 'at' });
const make = DataFrame as any;

// What a program without types may call by mistake: each is an error of ours that says what was there and how to go on.
const calls: readonly (readonly [name: string, call: () => unknown, text: RegExp])[] = [
  ['a frame of nothing', () => make(), /neither schema nor example tells the columns/],
  ['a text as schema', () => make({ schema: 'price: f64' }), /string names no columns; give types by name/],
  [
    'a name as type',
    () => make({ schema: { a: 'f64' } }),
    /column "a" is "f64", which is no type; give one, as f64\(\)/,
  ],
  [
    'a type that is not called',
    () => make({ schema: { a: f64 } }),
    /column "a" is a function, which is no type; call it/,
  ],
  ['keys one by one', () => frame().groupby('symbol', 'qty'), /several keys as one array/],
  ['keys of a window one by one', () => frame().window(9).groupby('symbol', 'qty'), /several keys as one array/],
  ['an option of no frame', () => make({ schema, idnex: 'at' }), /no option "idnex"; did you mean "index"\?/],
  ['a unit of no timestamp', () => timestamp('m' as 'ms'), /timestamp: "m" is no unit; give s, ms, us or ns/],
  ['a timestamp without unit', () => (timestamp as any)(), /timestamp: no unit is given/],
  [
    'emit of a window',
    () => frame().tumbling('1s', { emit: 'end' }),
    /tumbling: there is no option "emit"; the verb that agg/,
  ],
  [
    'lateness of a window',
    () => frame().sliding('2s', '1s', { outOfOrder: 1 }),
    /sliding: .* "outOfOrder"; the frame takes it/,
  ],
  ['a zone of sessions', () => frame().session('1s', { timeZone: 'UTC' }), /session: there is no option "timeZone"/],
  ['options that are none', () => frame().tumbling('1s', 5), /tumbling: options are an object, not number/],
  [
    'a setting of no agg',
    () => frame().agg({ a: 'max(price)' }, { emitt: 'end' }),
    /agg: .* "emitt"; did you mean "emit"/,
  ],
  ['a setting of no max', () => frame().window(3).max({ ddof: 1, when: 'end' }), /max: there is no option "when"/],
  [
    'a setting of no series',
    () => frame().price.max({ when: 'end' }),
    /max: there is no option "when"; there are emit/,
  ],
  [
    'a quantile of 2',
    () => frame().agg({ a: (t: any) => t.price.quantile(2) }),
    /quantile: q is 2; give a number from 0/,
  ],
  ['weights of nothing', () => frame().price.ewm(), /ewm: no decay is given/],
  ['bins of nothing', () => frame().price.cut(), /cut: give the edges/],
  ['a list of nothing', () => frame().price.isIn(), /isIn: give a list/],
  ['a type of no name', () => frame().price.astype('flot'), /astype: "flot" is no type/],
  ['a sink that is none', () => frame().sink(), /sink: undefined takes no results; give a function/],
  [
    'a row in place of rows',
    () => frame().emit({ at: new Date(), symbol: 'x', price: 1, qty: 1 }),
    /no list of cells; give columns as arrays, or rows/,
  ],
  ['a join with no frame', () => frame().mergeAsof([{ at: 1 }]), /mergeAsof: joins two frames; .* use merge/],
  [
    'a span without ends',
    () => frame().mergeInterval(frame(), { by: 'symbol' }),
    /mergeInterval: "from" is missing; say how far/,
  ],
  [
    'an option of no merge',
    () => frame().merge(frame(), { on: 'symbol', how: 'inner', left: 1 }),
    /merge: .* "left"; did you/,
  ],
  [
    'an option of no join',
    () => frame().mergeAsof(frame(), { tolerence: '1s' }),
    /"tolerence"; did you mean "tolerance"/,
  ],
  ['a checkpoint of nothing', () => frame().restore(), /restore: undefined is no checkpoint/],
  [
    'rows of no function',
    () => (DataFrame as any).fromPeriodic(),
    /fromPeriodic: undefined makes no rows; give a function/,
  ],
  ['an aggregation without its methods', () => userAggregation({} as any), /there is no initial\(\); give an object/],
  ['no aggregation', () => (userAggregation as any)(), /there is no initial\(\)/],
  [
    'a policy for a codec',
    () => ndjson({ a: f64() }, { onBadRecord: 'skip' } as any),
    /ndjson: .*; openFrame and toDataFrame take it/,
  ],
  [
    'a separator for a delimiter',
    () => csv({ a: f64() }, { separator: ';' } as any),
    /csv: there is no option "separator"/,
  ],
  ['a stream of no option', () => new Stream().toDataFrame({ a: f64() }, { idx: 'a' } as any), /toDataFrame: .* "idx"/],
  [
    'a policy of no stream',
    () => new Stream().toDataFrame(ndjson({ a: f64() }), { onBadRecord: 'ignore' } as any),
    /onBadRecord is "ignore"; give "throw", or "skip"/,
  ],
  ['no path', () => (openFrame as any)(), /openFrame: undefined is no path/],
  ['a codec that is none', () => openFrame('x.csv', { codec: {} as any }), /openFrame: this is no codec/],
  ['an option of no file', () => openFrame('x.csv', { formt: 'csv' } as any), /"formt"; did you mean "format"/],
];

it('tells rows and sinks of a frame that was disposed of that nobody is there', () => {
  const df = frame();
  df.sink(() => {});
  df.dispose();
  const text = /: this frame was disposed of; make a new one/;
  expect(() => df.emit([])).toThrow(text);
  expect(() => df.filter('price > 1').sink(() => {})).toThrow(text);
});

it('says where columns come from that were told by a function of no rows', () => {
  const df = new DataFrame({ schema: { x: f64() } });
  df.mapPartitions(rows => batchOf({ y: rows.column('x').toArray() })).sink(() => {});
  expect(() => df.emit([{ x: 1 }])).toThrow(
    /the columns are \(y: f64\), wanted are \(y: utf8\); \(y: utf8\) is what it gave for no rows, so say its columns/,
  );
});

describe('a file that is none of its format', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-bad-'));
    mkdirSync(join(folder, 'folder.csv'));
    for (const format of ['ndjson', 'csv', 'arrow', 'parquet']) {
      writeFileSync(join(folder, `empty.${format}`), '');
      writeFileSync(join(folder, `words.${format}`), 'hello, these are words\n');
    }
    writeFileSync(join(folder, 'words.csv.gz'), 'hello, these are words\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['none.csv', /none\.csv: there is no such file/],
    ['folder.csv', /folder\.csv is a folder; name the files in it/],
    ['empty.ndjson', /holds no records that tell its columns; give a schema/],
    ['empty.csv', /holds no records that tell its columns; give a schema/],
    ['empty.arrow', /no Arrow stream: there are no bytes/],
    ['empty.parquet', /parquet: 0 bytes are no Parquet file/],
    ['words.ndjson', /words\.ndjson, record 1, byte 0: no record is an object with a key/],
    ['words.arrow', /words\.arrow, byte 0: these bytes are no Arrow stream or file/],
    ['words.parquet', /words\.parquet: parquet: the bytes are no Parquet file: they do not end in PAR1/],
    ['words.csv.gz', /words\.csv\.gz, byte 0: gzip: /],
  ])('is told by name: %s', async (name, text) => {
    const error = await openFrame(join(folder, name)).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MillraceError);
    expect((error as Error).message).toMatch(text);
  });

  it('is not written where there is no folder', async () => {
    const df = frame();
    df.sink(toFile(join(folder, 'none', 'x.csv')));
    await expect(Promise.resolve(df.emit([{ at: new Date(0), symbol: 'a', price: 1, qty: 1 }]))).rejects.toThrow(
      /write: .*x\.csv: there is no such folder; make it first/,
    );
  });

  it('is no folder for checkpoints', async () => {
    writeFileSync(join(folder, 'rows.ndjson'), '{"a":1}\n');
    const df = await openFrame(join(folder, 'rows.ndjson'));
    df.sink(() => {});
    await expect(df.run({ checkpoint: { dir: join(folder, 'rows.ndjson') } })).rejects.toThrow(
      /run: .*rows\.ndjson: it is there already, and no folder/,
    );
  });
});

describe('a call that makes no sense', () => {
  it.each(calls)('is refused with what to do: %s', async (_, call, text) => {
    const error = await Promise.resolve()
      .then(call)
      .then(
        () => null,
        (thrown: unknown) => thrown,
      );
    expect(error).toBeInstanceOf(MillraceError);
    expect((error as Error).message).toMatch(text);
  });
});
