import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv } from '../../src/codec/csv.ts';
import { DataError, OptionError, SchemaError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import {
  binary,
  bool,
  type DataType,
  date32,
  dictionary,
  f32,
  f64,
  i32,
  i64,
  timestamp,
  u64,
  utf8,
} from '../../src/schema/data-type.ts';
import { arbitraryAnyBatch } from '../arbitrary.ts';
import { plainCsv } from '../reference/csv.ts';
import { storedRows } from '../reference/ndjson.ts';
import { decode, memories, memory, rowsOf } from './_text.ts';

const cuts = fc.array(fc.nat(4000), { maxLength: 6 });
const one = (type: DataType, text: string, options = {}): unknown =>
  (rowsOf(csv({ x: type, y: utf8() }, { header: false, ...options }), `${text},end\n`)[0] as any)?.x;

describe.each(memories)('csv in %s memory', (_, memory) => {
  it('reads what the plain writer wrote, cut anywhere, in chunks of any size', () => {
    const forms = fc.constantFrom([',', '\n'], [';', '\r\n'], ['\t', '\n'], ['|', '\r\n']);
    fc.assert(
      fc.property(arbitraryAnyBatch(), cuts, fc.constantFrom(1, 7, 64, 65_536), forms, (batch, at, chunkRows, form) => {
        const [delimiter, newline] = form as [string, string];
        const text = plainCsv(batch, delimiter, newline);
        const { batches } = decode(csv(batch.schema, { delimiter }), text, { memory, chunkRows }, at);
        expect(batches.every(({ length }) => length <= chunkRows)).toBe(true);
        expect(storedRows(batches)).toEqual(storedRows([batch]));
      }),
      { numRuns: 300 },
    );
  });
});

describe('csv fields', () => {
  it('may be quoted, hold delimiters, quotes and newlines', () => {
    const text = 'a,b\r\n"x,""y""\r\nz", plain "text" \r\n"",\r\n"12","3"\r\n';
    expect(rowsOf(csv({ a: utf8(), b: utf8() }), text)).toEqual([
      { a: 'x,"y"\r\nz', b: ' plain "text" ' },
      { a: '', b: null },
      { a: '12', b: '3' },
    ]);
    expect(rowsOf(csv({ a: dictionary(), b: i32() }), 'a,b\n"q""q","3"\n"","" \n'.replace(' ', ''))).toEqual([
      { a: 'q"q', b: 3 },
      { a: '', b: null },
    ]);
  });

  it('are null when empty or one of the null texts, unquoted', () => {
    const nulls = ['', 'NA', 'null', '-9'];
    const codec = csv({ a: utf8(), b: i32(), c: f64(), d: dictionary() }, { nulls });
    expect(rowsOf(codec, 'a,b,c,d\nNA,NA,null,NA\n"NA",-9,-9,"null"\n,-8,-9.5,x\n')).toEqual([
      { a: null, b: null, c: null, d: null },
      { a: 'NA', b: null, c: null, d: 'null' },
      { a: null, b: -8, c: -9.5, d: 'x' },
    ]);
    expect(rowsOf(csv({ a: utf8(), b: i32() }, { nulls: ['NA'] }), 'a,b\n,\nNA,NA\n')).toEqual([
      { a: '', b: null },
      { a: null, b: null },
    ]);
  });

  it.each([
    ['12', 12],
    [' 12 ', 12],
    ['+7', 7],
    ['007', 7],
    ['.5', 0.5],
    ['5.', 5],
    ['-1e-3', -0.001],
    ['inf', Infinity],
    ['-Infinity', -Infinity],
    ['123456789012345678901234567890', 123456789012345680000000000000],
  ])('reads the number %s', (text, value) => {
    expect(one(f64(), text)).toBe(value);
  });

  it('reads NaN, bools, exact int64, instants and days', () => {
    expect(one(f64(), 'nan')).toBeNaN();
    expect(['true', 'FALSE', 't', 'F', '1', '0'].map(text => one(bool(), text))).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(one(i64(), '-9223372036854775808')).toBe(-(2n ** 63n));
    expect(one(u64(), '18446744073709551615')).toBe(2n ** 64n - 1n);
    expect(one(timestamp('us'), '2001-01-01 00:01:00')).toBe(978307260000000n);
    expect(one(date32(), '2001/01/31')).toEqual(new Date('2001-01-31'));
    expect(one(binary(), 'AQI=')).toEqual(Uint8Array.of(1, 2));
  });

  it.each(['1x', '--1', '1 2', 'yes', '1e', '"1"2'])('refuses %s as a number', text => {
    expect(() => one(f64(), text)).toThrow(DataError);
  });
});

describe('csv records', () => {
  it('may begin with a byte order mark, and need no last newline', () => {
    expect(rowsOf(csv({ a: i32(), b: i32() }), '\ufeffa,b\n1,2\n\n\r\n3,4')).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    expect(rowsOf(csv({ a: i32(), b: i32() }), '')).toEqual([]);
    expect(rowsOf(csv({ a: i32(), b: i32() }), 'a,b')).toEqual([]);
  });

  it('keep a blank line as a null when there is one column', () => {
    expect(rowsOf(csv({ a: utf8() }), 'a\nx\n\n""\n')).toEqual([{ a: 'x' }, { a: null }, { a: '' }]);
  });

  it('are found by the names of the header; other columns are skipped', () => {
    const text = 'z,b,"a"\n"1,1",x,7\n,,8\n';
    expect(rowsOf(csv({ a: i32(), b: utf8() }), text)).toEqual([
      { a: 7, b: 'x' },
      { a: 8, b: null },
    ]);
    expect(rowsOf(csv({ z: utf8(), b: utf8(), a: i32() }), text, { columns: ['a'] })).toEqual([{ a: 7 }, { a: 8 }]);
    expect(() => rowsOf(csv({ missing: i32() }), text)).toThrow(SchemaError);
  });

  it('stand in order without a header, or under the names given', () => {
    expect(rowsOf(csv({ p: i32(), q: utf8() }, { header: false }), '1,x\n')).toEqual([{ p: 1, q: 'x' }]);
    expect(rowsOf(csv(undefined, { header: false }), '1,x\n')).toEqual([{ column0: 1, column1: 'x' }]);
    expect(rowsOf(csv(undefined, { header: ['p', 'q'] }), '1,x\n')).toEqual([{ p: 1, q: 'x' }]);
  });

  it('that begin with the comment character are skipped', () => {
    const text = '# by hand\na,b\n# one, two\n1,#\n';
    expect(rowsOf(csv({ a: i32(), b: utf8() }, { comment: '#' }), text)).toEqual([{ a: 1, b: '#' }]);
    expect(rowsOf(csv(undefined, { comment: '#' }), text)).toEqual([{ a: 1, b: '#' }]);
  });

  it('tell the types of the columns', () => {
    const decoder = csv().decoder({ memory });
    const text =
      'i,big,x,ok,d,t,u,s,n,mix\n1,3000000000,1,true,2001-01-31,2001-01-31 14:05,2001-01-31T00:00:00.123456Z,a,,1\n' +
      ',2,2.5,FALSE,2001-02-01,2001-01-31,2001-01-31 10:00,"b,c",,x\n';
    decoder.write(new TextEncoder().encode(text));
    decoder.end();
    expect(decoder.next()!.length).toBe(2);
    expect(String(decoder.schema)).toBe(
      '(i: i32, big: i64, x: f64, ok: bool, d: date32, t: timestamp[ms], u: timestamp[us], s: utf8, n: utf8, mix: utf8)',
    );
    decoder.dispose();
  });

  it('may be larger than any buffer', () => {
    const long = 'x'.repeat(300_000);
    const text = `a,b\n"${long}""",${long}\n`;
    expect(rowsOf(csv({ a: utf8(), b: dictionary() }), text)).toEqual([{ a: `${long}"`, b: long }]);
    expect(rowsOf(csv({ a: dictionary(), b: utf8() }), text)).toEqual([{ a: `${long}"`, b: long }]);
  });
});

describe('bad csv records', () => {
  const schema = { a: i32(), b: utf8(), c: f64() };

  it('are an error that says where', () => {
    const run = (text: string) => () => rowsOf(csv(schema), text, { source: 'in.csv' });
    expect(run('a,b,c\n1,x,2\nno,y,3\n')).toThrow('in.csv, record 2, byte 12, column "a": "no" is no i32');
    expect(run('a,b,c\n1,x\n')).toThrow('fewer fields than the 3 columns');
    expect(run('a,b,c\n1,x,2,3\n')).toThrow('more fields than the 3 columns');
    expect(run('a,b,c\n1,"x"y,2\n')).toThrow('follows a closing quote');
    expect(run('a,b,c\n1,"x,2\n')).toThrow('ends in the middle');
    expect(run('a,b,c\n99999999999,x,2\n')).toThrow('does not fit i32');
  });

  it('are skipped and counted, and leave no trace', () => {
    const bad = ['x,"y\n,""z",1', '1,2', '1,2,3,4', '5,"q"r,1', ',,nope', '99999999999,a,1', '"1,"x,2'];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.constantFrom(...bad))), cuts, (list, at) => {
        const good: object[] = [];
        let source = 'a,b,c\n';
        for (const [i, [fine, line]] of list.entries()) {
          if (fine) good.push({ a: i, b: `t\n${i}`, c: null });
          source += fine ? `${i},"t\n${i}",\n` : `${line}\n`;
        }
        const { batches, skipped } = decode(csv(schema), source, { onBadRecord: 'skip' }, at);
        expect(batches.flatMap(batch => batch.toArray())).toEqual(good);
        expect(skipped).toBe(list.length - good.length);
      }),
    );
  });
});

describe('csv options', () => {
  it.each([
    { delimiter: 'ab' },
    { delimiter: '1' },
    { delimiter: '\n' },
    { quote: 'x' },
    { delimiter: '"' },
    { comment: ',' },
  ])('refuses %o', options => {
    expect(() => csv(undefined, options)).toThrow(OptionError);
  });

  it('take another quote, or none', () => {
    expect(rowsOf(csv(undefined, { quote: "'" }), "a,b\n'x,''y',2\n")).toEqual([{ a: "x,'y", b: 2 }]);
    expect(rowsOf(csv(undefined, { quote: null }), 'a,b\n"x,2\n')).toEqual([{ a: '"x', b: 2 }]);
  });
});

describe('csv decoding any bytes', () => {
  const pieces = fc.constantFrom(
    'a,b,c\n',
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    '\r',
    '1',
    '-',
    '1e999',
    'true',
    '2001-01-01',
    ' 10:00',
    'é',
    '\u0000',
    'nan',
    '#',
    ' ',
  );
  const types = {
    a: i32(),
    b: utf8(),
    c: f64(),
    t: timestamp('ns'),
    d: dictionary(),
    o: bool(),
    y: binary(),
    f: f32(),
    u: u64(),
  };

  // A comment character keeps to the parser that reads one field after the other; without, fields are found first.
  it('gives the same rows and bad records however it is read', () => {
    const schema = { a: utf8(), b: i32(), c: bool() };
    const nulls = ['', 'NA'];
    const bits = fc.constantFrom(
      'x',
      '"x"',
      '"x,y"',
      '"a\nb"',
      '"q""q"',
      'x"y',
      '"x"y',
      '',
      '""',
      '12',
      '"12"',
      '-7',
      'ø€',
      ' ',
      'NA',
      '"NA"',
      'true',
      'f',
    );
    const row = fc.array(bits, { minLength: 2, maxLength: 4 }).map(list => list.join(','));
    const odd = fc.constantFrom('"', '\n', ',', '\r\n', 'x'.repeat(70), ',,');
    const line = fc.oneof({ weight: 5, arbitrary: row.map(text => `${text}\n`) }, { weight: 1, arbitrary: odd });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 120 }), cuts, (list, at) => {
        const text = list.join('');
        const read = (comment?: string) =>
          decode(csv(schema, { header: false, nulls, ...(comment && { comment }) }), text, { onBadRecord: 'skip' }, at);
        const quick = read();
        const careful = read('\u0001');
        expect(storedRows(quick.batches)).toEqual(storedRows(careful.batches));
        expect(quick.skipped).toBe(careful.skipped);
      }),
      { numRuns: 500 },
    );
  });

  it('neither traps nor hangs nor keeps memory', () => {
    const own = new Memory();
    const run = (bytes: Uint8Array, at: number[]) => {
      for (const onBadRecord of ['skip', 'throw'] as const) {
        for (const codec of [
          csv(types, { header: false }),
          csv(),
          csv({ a: utf8() }, { comment: '#', header: false }),
        ]) {
          try {
            decode(codec, bytes, { memory: own, onBadRecord, chunkRows: 5 }, at);
          } catch (error) {
            expect((error as { code?: string }).code).toMatch(/^(DATA|SCHEMA)$/);
          }
        }
      }
    };
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), cuts, (list, at) =>
        run(new TextEncoder().encode(list.join('')), at),
      ),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), cuts, run), { numRuns: 300 });
    const { owners } = own.stats();
    expect(Object.keys(owners).filter(owner => owner !== 'dictionary' && owner !== 'text')).toEqual([]);
  });
});
