import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ndjson } from '../../src/codec/ndjson.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { DataError, SchemaError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import {
  binary,
  bool,
  type DataType,
  date32,
  dictionary,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  timestamp,
  u8,
  u64,
  utf8,
} from '../../src/schema/data-type.ts';
import { arbitraryAnyBatch, arbitraryBatch } from '../arbitrary.ts';
import { plainJson, plainNdjson, storedRows } from '../reference/ndjson.ts';
import { decode, memories, memory, rowsOf } from './_text.ts';

const one = (type: DataType, json: string): unknown => (rowsOf(ndjson({ x: type }), `{"x":${json}}`)[0] as any)?.x;
const cuts = fc.array(fc.nat(4000), { maxLength: 6 });

/** What JSON can't say becomes null. */
const asJson = (rows: unknown[][]): unknown[][] =>
  rows.map(cells => cells.map(cell => (typeof cell === 'number' && !Number.isFinite(cell) ? null : cell)));

/** -0 is 0 to JSON.stringify. */
const plus = (rows: unknown[][]): unknown[][] => rows.map(cells => cells.map(cell => (Object.is(cell, -0) ? 0 : cell)));

describe.each(memories)('ndjson in %s memory', (_, memory) => {
  it('reads what the plain writer wrote, cut anywhere, in chunks of any size', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), cuts, fc.constantFrom(1, 7, 64, 65_536), (batch, at, chunkRows) => {
        const { batches } = decode(ndjson(batch.schema), plainNdjson(batch), { memory, chunkRows }, at);
        expect(batches.every(({ length }) => length <= chunkRows)).toBe(true);
        expect(plus(storedRows(batches))).toEqual(plus(asJson(storedRows([batch]))));
      }),
      { numRuns: 300 },
    );
  });

  it('reads keys in any order, with spaces, left out when null, between unknown ones', () => {
    const schema = { a: i32(), b: utf8(), c: f64(), 'd"é': bool() };
    const junk: fc.Arbitrary<string> = fc.constantFrom(
      '"z":1',
      '"y":{"a":[1,{"b":"]}\\""}]}',
      '"x":"a,\\"b\\"}"',
      '"w":[[],{}]',
      '"v":null',
    );
    fc.assert(
      fc.property(
        arbitraryBatch(schema),
        fc.array(junk),
        fc.infiniteStream(fc.nat(99)),
        cuts,
        (batch, extra, dice, at) => {
          const roll = (below: number) => dice.next().value! % below;
          const space = () => ['', ' ', '\t ', ' '][roll(4)]!;
          let text = '';
          for (let row = 0; row < batch.length; row++) {
            const pairs = extra.slice(0, roll(extra.length + 1));
            for (const [i, name] of batch.schema.names.entries()) {
              const value = plainJson(batch.vectors[i]!, row);
              if (value === 'null' && roll(2)) continue;
              pairs.splice(roll(pairs.length + 1), 0, `${JSON.stringify(name)}${space()}:${space()}${value}`);
            }
            text += `${space()}{${space()}${pairs.join(`${space()},${space()}`)}${space()}}${space()}${['\n', '\r\n', '\n\n'][roll(3)]}`;
          }
          const { batches } = decode(ndjson(schema), text, { memory }, at);
          expect(plus(storedRows(batches))).toEqual(plus(asJson(storedRows([batch]))));
        },
      ),
    );
  });

  it('reads an array of objects as it reads lines', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), cuts, (batch, at) => {
        const lines = plainNdjson(batch).trimEnd();
        const text = ` [${lines.split('\n').join(',\n')}\n] \n`;
        const { batches } = decode(ndjson(batch.schema), text, { memory }, at);
        expect(storedRows(batches)).toEqual(storedRows(decode(ndjson(batch.schema), lines).batches));
      }),
    );
  });
});

describe('numbers in ndjson', () => {
  const texts = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.integer({ min: -360, max: 320 })).map(([m, e]) => `${m}e${e}`),
    fc.tuple(fc.nat(), fc.stringMatching(/^[0-9]{1,40}$/)).map(([m, f]) => `-${m}.${f}`),
    // midpoints between two doubles, and their neighbours
    fc
      .tuple(
        fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }),
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom(-1n, 0n, 1n),
      )
      .map(([m, k, d]) => String((2n * m + 1n) * 2n ** BigInt(k) * 10n ** 3n + d)),
    fc.constantFrom(
      '5e-324',
      '2.4703282292062327e-324',
      '2.4703282292062328e-324',
      '1.7976931348623157e308',
      '1e309',
      '-0',
    ),
    fc.constantFrom(
      '9007199254740993',
      '9007199254740992.999999999999999999999',
      '0.000000000000000000000000000001',
      '1E+2',
    ),
    fc.constantFrom(
      '2.2250738585072011e-308',
      '2.2250738585072014e-308',
      `0.${'0'.repeat(400)}1`,
      `1${'0'.repeat(300)}.5e-10`,
    ),
    fc.constantFrom(
      `179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880`,
    ),
  );

  it('rounds float64 as Number does', () => {
    fc.assert(
      fc.property(texts, text => {
        expect(one(f64(), text)).toBe(Number(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('rounds float32 once, to the nearest', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), value => {
        expect(one(f32(), String(value))).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 1000 },
    );
    // just above the middle of two floats, but its double is the middle: rounding twice would go to even
    expect(one(f32(), '1.00000005960464477539062500000001')).toBe(1.0000001192092896);
    expect(one(f32(), '1.000000059604644775390625')).toBe(1);
  });

  it('keeps int64 and uint64 exact', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (a, b) => {
          expect(one(i64(), String(a))).toBe(a);
          expect(one(u64(), String(b))).toBe(b);
          expect(one(i64(), `"${a}"`)).toBe(a);
        },
      ),
    );
  });

  it.each([
    [i8(), '128'],
    [i8(), '-129'],
    [u8(), '-1'],
    [i32(), '2147483648'],
    [i64(), '9223372036854775808'],
    [i64(), '-9223372036854775809'],
    [u64(), '18446744073709551616'],
    [u64(), '99999999999999999999999'],
    [u64(), '-1'],
    [i32(), '1.5'],
    [i32(), '1e10'],
  ])('says that %o has no room for %s', (type, text) => {
    expect(() => one(type, text)).toThrow(/does not fit/);
  });

  it('takes whole numbers with a fraction or exponent into integer columns', () => {
    expect(one(i32(), '5.0')).toBe(5);
    expect(one(i16(), '-2e3')).toBe(-2000);
    expect(one(u64(), '7.0')).toBe(7n);
  });

  it.each(['01', '+1', '1.', '.5', '-', '1e', '0x10', '1_000', 'tru', '--1', '1 2'])('refuses %s', text => {
    expect(() => one(f64(), text)).toThrow(DataError);
    expect(() => one(i32(), text)).toThrow(DataError);
  });
});

describe('values in ndjson', () => {
  it.each([
    ['2001-01-31', 980899200000],
    ['2001/01/31 14:05', 980949900000],
    ['2001-01-31T14:05:06.123Z', 980949906123],
    ['2001-01-31 14:05:06+02:00', 980942706000],
    ['2001-01-31T14:05:06.1-0530', 980969706100],
    ['2001-01-31T14:05+02', 980942700000],
    ['0001-01-01T00:00:00Z', -62135596800000],
    ['1969-12-31T23:59:59.999Z', -1],
    ['+010000-01-01T00:00:00.000Z', 253402300800000],
    ['-000001-12-31T00:00:00.000Z', Date.parse('-000001-12-31T00:00:00.000Z')],
    ['-271821-04-20T00:00:00.000Z', -8640000000000000],
    ['2000-02-29 24:00', 951868800000],
  ])('reads the instant %s', (text, ms) => {
    const value = one(timestamp('ms'), JSON.stringify(text)) as Date;
    expect(value.getTime()).toBe(ms);
    expect((one(timestamp('us'), JSON.stringify(text)) as bigint) / 1000n).toBe(BigInt(ms));
  });

  it('reads every day of 800 years as Date.parse does', () => {
    const days = Array.from({ length: 292_194 }, (_, i) => i - 200_000);
    const text = days.map(day => `{"d":"${new Date(day * 86_400_000).toISOString().slice(0, 10)}"}\n`).join('');
    const { batches } = decode(ndjson({ d: date32() }), text);
    expect(storedRows(batches).every(([day], i) => day === days[i])).toBe(true);
  });

  it('reads instants of the same day one after the other, in all forms', () => {
    const ms = fc.integer({ min: 0, max: 2 * 86_400_000 }).map(offset => 980_899_200_000 + offset);
    const forms = fc.constantFrom(
      (iso: string) => iso,
      (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 19)}`,
      (iso: string) => iso.slice(0, 16),
      (iso: string) => iso.slice(0, 10),
      (iso: string) => `${iso.slice(0, 21)}Z`,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(ms, forms), { minLength: 1 }), list => {
        const texts = list.map(([value, form]) => form(new Date(value).toISOString()));
        const { batches } = decode(ndjson({ t: timestamp('ms') }), texts.map(text => `{"t":"${text}"}\n`).join(''));
        const wanted = texts.map(text =>
          Date.parse(/\d:\d/.test(text) ? `${text.replace(/Z$/, '').replace(' ', 'T')}Z` : text),
        );
        expect(storedRows(batches).map(([value]) => Number(value))).toEqual(wanted);
      }),
    );
    for (const bad of ['2001-01-31 10:6a:00', '2001-01-31 1::00:00', '2001-01-31 10:00:60', '2001-01-31_10:00:00']) {
      expect(() => rowsOf(ndjson({ t: timestamp('ms') }), `{"t":"2001-01-31 10:00"}\n{"t":"${bad}"}`)).toThrow(
        DataError,
      );
    }
  });

  it.each([
    '2001-02-29',
    '2001-13-01',
    '2001-00-10',
    '2001-1-1',
    '2001-01-01 25:00',
    '2001-01/01',
    '2001-01-01T10:61',
    '',
  ])('refuses the instant "%s"', text => {
    expect(() => one(timestamp('ms'), JSON.stringify(text))).toThrow(DataError);
  });

  it('reads epoch numbers in the unit of the column', () => {
    expect(one(timestamp('s'), '980949906')).toEqual(new Date(980949906000));
    expect(one(timestamp('ns'), '980949906123456789')).toBe(980949906123456789n);
    expect(one(date32(), '31')).toEqual(new Date('1970-02-01'));
  });

  it('undoes escapes, surrogate pairs too, and replaces half ones', () => {
    const text = String.raw`"\"\\\/\b\f\n\r\t\u00e9\u20ac\ud83d\ude00 plain text behind it"`;
    for (const type of [utf8(), dictionary()]) expect(one(type, text)).toBe(JSON.parse(text));
    expect(one(utf8(), String.raw`"a\ud83db"`)).toBe('a\ufffdb');
    expect(one(utf8(), String.raw`"\ude00\ud83d\ud83d\ude00"`)).toBe('\ufffd\ufffd😀');
    expect(rowsOf(ndjson({ café: i32() }), String.raw`{"caf\u00e9":7}`)).toEqual([{ café: 7 }]);
  });

  it('keeps what is no string as its JSON text in a text column', () => {
    expect(one(utf8(), '{"a":[1,2]}')).toBe('{"a":[1,2]}');
    expect(one(utf8(), '12.50')).toBe('12.50');
    expect(one(dictionary(), 'true')).toBe('true');
  });

  it('lets the last of two equal keys win', () => {
    expect(rowsOf(ndjson({ a: i32(), b: utf8() }), '{"a":1,"b":"x","a":null,"b":"yz"}\n{"a":null,"a":2}')).toEqual([
      { a: null, b: 'yz' },
      { a: 2, b: null },
    ]);
  });

  it('reads base64', () => {
    expect(one(binary(), '"AQID/w=="')).toEqual(Uint8Array.of(1, 2, 3, 255));
    expect(() => one(binary(), '"A"')).toThrow(DataError);
  });

  it('reads texts that are larger than any buffer, and escapes in them', () => {
    const long = 'x'.repeat(300_000);
    const text = `{"a":"${long}","b":"\\n${long}"}\n`;
    const rows = rowsOf(ndjson({ a: utf8(), b: dictionary() }), text.repeat(3));
    expect(rows).toEqual(Array(3).fill({ a: long, b: `\n${long}` }));
  });

  it('has no validity buffer for columns without nulls', () => {
    const decoder = ndjson({ a: i32(), b: i32() }).decoder({ memory });
    decoder.write(new TextEncoder().encode('{"a":1,"b":null}\n'));
    const chunk = decoder.next()!;
    expect(chunk.vectors.map(({ validity }) => validity !== 0)).toEqual([false, true]);
    expect(chunk.vectors.every(({ values }) => values % 64 === 0)).toBe(true);
    decoder.write(new TextEncoder().encode('{"a":1,"b":2}\n'));
    expect(decoder.next()!.vectors[1]!.validity).toBe(0);
    decoder.dispose();
  });
});

describe('the frame around ndjson records', () => {
  it('skips a byte order mark, blank lines and CR, and needs no last newline', () => {
    expect(rowsOf(ndjson({ a: i32() }), '\ufeff\r\n\n{"a":1}\r\n  \n{"a":2}')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(rowsOf(ndjson({ a: i32() }), '')).toEqual([]);
    expect(rowsOf(ndjson({ a: i32() }), '[]')).toEqual([]);
    expect(rowsOf(ndjson({ a: i32() }), '{}')).toEqual([{ a: null }]);
  });

  it('reads only the columns asked for, in schema order', () => {
    const text = '{"a":1,"b":"x","c":2.5}\n{"c":3,"b":{"deep":[1]},"a":4}\n';
    const codec = ndjson({ a: i32(), b: i32(), c: f64() });
    expect(rowsOf(codec, text, { columns: ['c', 'a'] })).toEqual([
      { a: 1, c: 2.5 },
      { a: 4, c: 3 },
    ]);
    expect(() => codec.decoder({ memory, columns: ['nope'] })).toThrow(SchemaError);
  });

  it('gives the rows it has before more bytes come', () => {
    const decoder = ndjson({ a: i32() }).decoder({ memory });
    const into = decoder.reserve(20);
    into.set(new TextEncoder().encode('{"a":1}\n{"a":'));
    decoder.commit(13);
    expect(exportChunk(decoder.next()!).toArray()).toEqual([{ a: 1 }]);
    expect(decoder.next()).toBeNull();
    decoder.write(new TextEncoder().encode('2}\n'));
    expect(exportChunk(decoder.next()!).toArray()).toEqual([{ a: 2 }]);
    decoder.dispose();
  });

  it('finds the columns in the first records', () => {
    const text =
      '{"i":1,"big":5000000000,"x":1,"d":"2001-01-31","t":"2001/01/31 14:05","s":"a","ok":true,"n":null}\n' +
      '{"x":2.5,"i":null,"s":"2001-01-31","d":"2001-02-01","t":"2001-01-31","late":"z"}\n';
    for (const form of [text, `[${text.trim().replace('\n', ',')}]`]) {
      const decoder = ndjson().decoder({ memory });
      decoder.write(new TextEncoder().encode(form));
      decoder.end();
      const chunk = decoder.next()!;
      expect(String(decoder.schema)).toBe(
        '(i: i32, big: i64, x: f64, d: date32, t: timestamp[ms], s: utf8, ok: bool, n: utf8, late: utf8)',
      );
      expect(chunk.length).toBe(2);
      decoder.dispose();
    }
  });

  it('waits for enough records to find the columns in', () => {
    const decoder = ndjson(undefined, { inferRows: 2 }).decoder({ memory });
    decoder.write(new TextEncoder().encode('{"a":1}\n'));
    expect(decoder.next()).toBeNull();
    expect(decoder.schema).toBeNull();
    decoder.write(new TextEncoder().encode('{"a":1.5}\n'));
    expect(exportChunk(decoder.next()!).toArray()).toEqual([{ a: 1 }, { a: 1.5 }]);
    decoder.dispose();
  });
});

describe('bad ndjson records', () => {
  const schema = { a: i32(), b: utf8() };
  const text = '{"a":1,"b":"x"}\n{"a":"no","b":"y"}\n\n{"a":3,"b":"z"}\n';

  it('are an error that says where, after the rows before them', () => {
    const decoder = ndjson(schema).decoder({ memory, source: 'in.ndjson' });
    decoder.write(new TextEncoder().encode(text));
    expect(decoder.next()!.length).toBe(1);
    expect(() => decoder.next()).toThrow('in.ndjson, record 2, byte 16, column "a": "no" is no i32');
    expect(() => decoder.next()).toThrow(DataError);
    decoder.dispose();
  });

  it('are skipped and counted, and leave no trace', () => {
    const bad = [
      '{"a":1,"b":"x"',
      '{"a":null,"b":null}}',
      '{"b":null,"a":x}',
      'nonsense',
      '{"b":"\\q"}',
      '{"a":1 "b":2}',
      '[1]',
      '{"a":1,}',
    ];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(...bad))), cuts, (list, at) => {
        const good: object[] = [];
        let skipped = 0;
        let source = '{"a":0,"b":"first"}\n';
        for (const [i, [kind, line]] of list.entries()) {
          if (kind < 5) {
            good.push({ a: i, b: `t${i}` });
            source += `{"a":${i},"b":"t${i}"}\n`;
          } else {
            skipped++;
            source += `${line}\n`;
          }
        }
        const result = decode(ndjson(schema), source, { onBadRecord: 'skip' }, at);
        expect(result.batches.flatMap(batch => batch.toArray())).toEqual([{ a: 0, b: 'first' }, ...good]);
        expect(result.skipped).toBe(skipped);
      }),
    );
  });

  it('are skipped inside an array', () => {
    const source = '[{"a":1,"b":"x"},\n{"a":"?"}, 7, {"a":{"q":[1,2]}},{"a":2,"b":"y"}]';
    const { batches, skipped } = decode(ndjson(schema), source, { onBadRecord: 'skip' });
    expect(batches.flatMap(batch => batch.toArray())).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
    expect(skipped).toBe(3);
    expect(() => rowsOf(ndjson(schema), '[{"a":1}')).toThrow('not closed');
    expect(() => rowsOf(ndjson(schema), '[{"a":1}] {"a":2}')).toThrow('behind the end');
  });

  it('are not valid UTF-8', () => {
    const bytes = new TextEncoder().encode('{"b":"ab?cd"}\n');
    bytes[8] = 0xff;
    expect(() => decode(ndjson(schema), bytes)).toThrow('not UTF-8');
  });

  it('are longer than the limit', () => {
    const source = `{"a":1}\n{"b":"${'x'.repeat(5000)}"}\n{"a":2}\n`;
    const codec = ndjson(schema, { maxRecordBytes: 1000 });
    const at = Array.from({ length: 12 }, (_, i) => i * 500);
    expect(() => decode(codec, source, {}, at)).toThrow('longer than 1000 bytes');
    const { batches, skipped } = decode(codec, source, { onBadRecord: 'skip' }, at);
    expect(batches.flatMap(batch => batch.toArray()).map(row => row.a)).toEqual([1, 2]);
    expect(skipped).toBe(1);
  });
});

describe('ndjson decoding any bytes', () => {
  const pieces = fc.constantFrom(
    '{"a":',
    '"b":"',
    '}',
    '\n',
    ',',
    '"',
    '\\',
    '\\u12',
    'null',
    'tru',
    '-',
    '1e999',
    '123456789012345678901',
    '[',
    ']',
    ' ',
    '"c":2001-',
    '{"t":"2001-01-01',
    'T00:00',
    '\ud83d',
    '\u0000',
    '{',
    ':',
    '"a"',
    '.5',
    'e-400',
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

  it('neither traps nor hangs nor keeps memory', () => {
    const own = new Memory();
    const run = (bytes: Uint8Array, at: number[]) => {
      for (const onBadRecord of ['skip', 'throw'] as const) {
        for (const codec of [ndjson(types), ndjson()]) {
          try {
            decode(codec, bytes, { memory: own, onBadRecord, chunkRows: 5 }, at);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
            expect((error as { code?: string }).code).toMatch(/^(DATA|SCHEMA)$/);
          }
        }
      }
    };
    run(new TextEncoder().encode('{"d":"x"}'), []);
    const held = own.stats().heldBytes;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), cuts, (list, at) =>
        run(new TextEncoder().encode(list.join('')), at),
      ),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), cuts, run), { numRuns: 300 });
    // dictionaries go when they are collected; nothing else stays
    const { owners } = own.stats();
    expect(Object.entries(owners).filter(([owner]) => owner !== 'dictionary' && owner !== 'text')).toEqual([]);
    expect(own.stats().totalBytes).toBeLessThan(held + (256 << 20));
  });
});
