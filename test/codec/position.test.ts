import * as aa from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrow } from '../../src/codec/arrow.ts';
import type { Codec, DecoderOptions, DecoderPosition } from '../../src/codec/codec.ts';
import { csv } from '../../src/codec/csv.ts';
import { ndjson } from '../../src/codec/ndjson.ts';
import { riverRows } from '../../src/codec/river-rows.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { binary, dictionary, f64, i64, utf8 } from '../../src/schema/data-type.ts';
import { memory } from './_text.ts';

const columns = { i: i64(), x: f64(), s: utf8(), d: dictionary() };
type Row = { readonly i: bigint; readonly x: number | null; readonly s: string | null; readonly d: string | null };

const row: fc.Arbitrary<Row> = fc.record({
  i: fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
  x: fc.option(fc.integer()),
  s: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 })),
  d: fc.option(fc.constantFrom('a', 'b', 'long enough', 'é')),
});
const batches = fc.array(fc.array(row, { maxLength: 20 }), { minLength: 1, maxLength: 6 });

const encoded = (codec: Codec<any>, parts: readonly (readonly Row[])[]): Uint8Array => {
  const encoder = codec.encoder(batchOf([], columns).schema);
  return Buffer.concat([...parts.map(rows => encoder.encode(batchOf([...rows], columns))), encoder.end()]);
};
const json = (rows: readonly Row[]): string[] =>
  rows.map(({ i, ...others }) => JSON.stringify({ skipped: [1], i: String(i), ...others }));

interface Format {
  readonly codec: Codec<any>;
  readonly bytes: (parts: readonly (readonly Row[])[]) => Uint8Array;
}

const formats: Readonly<Record<string, Format>> = {
  NDJSON: { codec: ndjson(columns), bytes: parts => encoded(ndjson(columns), parts) },
  'NDJSON with a mark, blank lines and unknown keys': {
    codec: ndjson(columns),
    bytes: parts => Buffer.from(`\ufeff\n${json(parts.flat()).join('\r\n\n')}`),
  },
  'NDJSON with bad records': {
    codec: ndjson(columns),
    bytes: parts =>
      Buffer.from(
        json(parts.flat())
          .map((line, at) => (at % 3 === 0 ? `[1]\n{"i": \n${line}\n` : `${line}\n`))
          .join(''),
      ),
  },
  'an array of objects': {
    codec: ndjson(columns),
    bytes: parts => Buffer.from(` [\n${json(parts.flat()).join(' ,\n')}]\n\n`),
  },
  'an array with bad records': {
    codec: ndjson(columns),
    bytes: parts =>
      Buffer.from(
        `[${json(parts.flat())
          .map((line, at) => (at % 3 === 1 ? `7, ${line}` : line))
          .join(',')}]`,
      ),
  },
  CSV: { codec: csv(columns), bytes: parts => encoded(csv(columns), parts) },
  'CSV with a comment, bad records, and more columns': {
    codec: csv(columns, { comment: '#' }),
    bytes: parts =>
      Buffer.from(
        `# made by hand\nd,more,i,x,s\n${parts
          .flat()
          .map(
            ({ i, x, s, d }, at) =>
              `${d ?? ''},,${i},${x ?? ''},${s === null ? '' : `"${s.replaceAll('"', '""')}"`}\n${at % 4 === 0 ? 'bad\n' : ''}`,
          )
          .join('')}`,
      ),
  },
  'CSV without header': {
    codec: csv(columns, { header: false }),
    bytes: parts => encoded(csv(columns, { header: false }), parts),
  },
  'an Arrow stream with deltas': { codec: arrow(), bytes: parts => encoded(arrow(), parts) },
  'an Arrow file': { codec: arrow(), bytes: parts => encoded(arrow({ format: 'file' }), parts) },
  'Arrow streams one after the other': {
    codec: arrow(),
    bytes: parts => Buffer.concat(parts.map(rows => encoded(arrow(), [rows]))),
  },
  'an Arrow file with its schema at the end': {
    codec: arrow(),
    bytes: parts => {
      const { d: _, ...plain } = columns;
      return aa.tableToIPC(new aa.Table(parts.map(rows => batchOf([...rows], plain).toArrow())), 'file');
    },
  },
  "River's rows": {
    codec: riverRows({ i: i64(), x: f64() }),
    bytes: parts => {
      const codec = riverRows({ i: i64(), x: f64() });
      return codec.encoder(codec.schema!).encode(
        batchOf(
          parts.flat().map(({ i, x }) => ({ i, x })),
          codec.schema!,
        ),
      );
    },
  },
  "River's rows of variable width": {
    codec: riverRows({ s: binary() }, { bytes: 200 }),
    bytes: parts => {
      const codec = riverRows({ s: binary() }, { bytes: 200 });
      const rows = parts.flat().map(({ s }) => ({ s: new TextEncoder().encode(s ?? '') }));
      return codec.encoder(codec.schema!).encode(batchOf(rows, codec.schema!));
    },
  },
};

interface Read {
  readonly rows: unknown[];
  readonly position: DecoderPosition;
}

/** Writes pieces of `size` bytes until `most` chunks have come, or to the end. */
function read(
  codec: Codec<any>,
  bytes: Uint8Array,
  options: Partial<DecoderOptions>,
  size: number,
  most: number,
): Read {
  const { resume, ...others } = options;
  const decoder = codec.decoder({ memory, chunkRows: 7, onBadRecord: 'skip', resume, ...others });
  const rows: unknown[] = [];
  let chunks = 0;
  const take = (): boolean => {
    while (chunks < most) {
      const chunk = decoder.next();
      if (!chunk) return false;
      rows.push(...exportChunk(chunk).toArray());
      chunks++;
    }
    return true;
  };
  try {
    for (const [from, to] of resume?.before ?? []) decoder.write(bytes.subarray(from, to));
    let enough = take();
    for (let at = resume?.bytes ?? 0; at < bytes.length && !enough; at += size) {
      decoder.write(bytes.subarray(at, at + size));
      enough = take();
    }
    if (!enough) {
      decoder.end();
      take();
    }
    return { rows, position: JSON.parse(JSON.stringify(decoder.position)) };
  } finally {
    decoder.dispose();
  }
}

describe("a decoder's position", () => {
  it.each(Object.entries(formats))('lets another go on as if there was one: %s', (_, { codec, bytes: bytesOf }) => {
    const pieces = fc.constantFrom(1, 5, 64, 1000, 1 << 20);
    fc.assert(
      fc.property(batches, fc.array(fc.nat(5), { maxLength: 3 }), pieces, fc.boolean(), (parts, stops, size, some) => {
        const bytes = bytesOf(parts);
        const options = some && codec.name === 'csv' ? { columns: ['i', 'd'] } : {};
        const whole = read(codec, bytes, options, 1 << 20, Number.POSITIVE_INFINITY).rows;
        const rows: unknown[] = [];
        let resume: DecoderPosition | undefined;
        for (const most of [...stops, Number.POSITIVE_INFINITY]) {
          const part = read(codec, bytes, { ...options, resume }, size, most);
          rows.push(...part.rows);
          resume = part.position;
        }
        expect(rows).toEqual(whole);
        expect(read(codec, bytes, { ...options, resume }, size, Number.POSITIVE_INFINITY).rows).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  it.each(['ndjson', 'array'])('stands before a bad record that is not skipped: %s', form => {
    const lines = ['{"i": 1}', '{"i": 2}', '{"i": nonsense}', '{"i": 3}'];
    const bytes = Buffer.from(form === 'array' ? `[${lines.join(',')}]` : `${lines.join('\n')}\n`);
    const codec = ndjson({ i: i64() });
    const { rows, position } = read(codec, bytes, { onBadRecord: 'throw' }, 1000, 1);
    expect(rows).toHaveLength(2);
    expect(() => read(codec, bytes, { onBadRecord: 'throw', resume: position }, 1000, 1)).toThrow(/^record 3, byte/);
  });
});
