import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrow } from '../../src/codec/arrow.ts';
import type { Codec } from '../../src/codec/codec.ts';
import { csv } from '../../src/codec/csv.ts';
import { ndjson } from '../../src/codec/ndjson.ts';
import { riverRows } from '../../src/codec/river-rows.ts';
import { StreamSchema } from '../../src/codec/river-schema.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { defaultMemory } from '../../src/memory/memory.ts';
import { f64, i32 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { Stream } from '../../src/stream/stream.ts';

const columns = { n: i32(), x: f64() };
const schema = schemaOf(columns);
type Row = { n: number; x: number };

/** Codecs, and how their messages are made. */
const codecs: [string, Codec<typeof columns>, (rows: Row[]) => Uint8Array][] = [
  ['ndjson', ndjson(columns)],
  ['csv with a header', csv(columns)],
  ['csv without header', csv(columns, { header: false })],
  ['arrow streams', arrow({ schema: columns })],
  ['arrow files', arrow({ schema: columns, format: 'file' })],
].map(([name, codec]) => [name as string, codec as Codec<typeof columns>, encoded(codec as Codec<typeof columns>)]);

function encoded(codec: Codec<typeof columns>): (rows: Row[]) => Uint8Array {
  return rows => {
    const encoder = codec.encoder(schema);
    return Buffer.concat([encoder.encode(batchOf(rows, schema)), encoder.end()]);
  };
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const messages = fc.array(
  fc.array(fc.record({ n: fc.integer({ min: -9, max: 9 }), x: fc.constantFrom(0.5, -1, 2e9) }), {
    minLength: 1,
    maxLength: 4,
  }),
  { maxLength: 8 },
);

/** Writes messages, taking chunks when the decoder says so, or `often`. */
function decode(codec: Codec<typeof columns>, list: readonly Uint8Array[], often: boolean): Row[] {
  const decoder = codec.decoder({ memory: defaultMemory(), onBadRecord: 'throw' });
  const rows: Row[] = [];
  const take = (): void => {
    for (let chunk = decoder.next(); chunk; chunk = decoder.next())
      rows.push(...(exportChunk(chunk).toArray() as unknown as Row[]));
  };
  for (const bytes of list) {
    decoder.write(bytes);
    if (!decoder.endMessage() || often) take();
  }
  decoder.end();
  if (list.length > 0) take();
  decoder.dispose();
  return rows;
}

describe.each(codecs)('messages in %s', (_name, codec, message) => {
  it('are read like one text, whether chunks are taken early or late', () => {
    fc.assert(
      fc.property(messages, fc.boolean(), (list, often) => {
        expect(decode(codec, list.map(message), often)).toEqual(list.flat());
      }),
    );
  });

  it('may lack the last newline', () => {
    const list = [[{ n: 1, x: 0.5 }], [{ n: 2, x: 2 }]];
    const trimmed = list.map(rows => {
      const bytes = message(rows);
      return codec.name === 'arrow' ? bytes : bytes.subarray(0, bytes.length - 1);
    });
    expect(decode(codec, trimmed, false)).toEqual(list.flat());
  });

  it('that are cut off leave the next alone, and fail themselves', () => {
    const source = new Stream<Uint8Array>();
    const sums: number[] = [];
    source
      .toDataFrame(codec, { messages: true })
      .x.sum()
      .sink(sum => sums.push(sum as number));
    source.emit(message([{ n: 1, x: 1 }]));
    const cut = codec.name === 'arrow' ? 300 : 5;
    const bad = codec.name === 'csv' ? text('n,x\n7') : message([{ n: 1, x: 100 }]).subarray(0, -cut);
    expect(() => source.emit(bad)).toThrow();
    source.emit(message([{ n: 2, x: 2 }]));
    expect(sums).toEqual([1, 3]);
  });
});

describe('messages', () => {
  it('in NDJSON may be arrays', () => {
    const list = ['[{"n":1,"x":1},{"n":2,"x":2}]', ' [\n{"n":3,"x":3}]', '[]', '[{"x":4,"n":4}]'].map(text);
    expect(decode(ndjson(columns), list, false).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  });

  it('in CSV may have their columns in another order, and a byte order mark each', () => {
    const list = ['n,x\n1,1', '\ufeffx,more,n\n2,-,2\n3,-,3', '"n","x"\r\n4,4\r\n'].map(text);
    expect(decode(csv(columns), list, false)).toEqual([1, 2, 3, 4].map(n => ({ n, x: n })));
  });

  it("in River's rows end where they end", () => {
    const codec = riverRows(StreamSchema.fromSchema(schema)) as unknown as Codec<typeof columns>;
    const message = encoded(codec);
    const list = [
      [{ n: 1, x: 1 }],
      [
        { n: 2, x: 2 },
        { n: 3, x: 3 },
      ],
    ];
    expect(decode(codec, list.map(message), false)).toEqual(list.flat());
    const decoder = codec.decoder({ memory: defaultMemory() });
    decoder.write(message(list[0]!).subarray(0, 5));
    decoder.endMessage();
    expect(() => decoder.next()).toThrow('5 bytes are left');
    decoder.dispose();
  });

  it('must be taken before more is written, where they do not join', () => {
    const decoder = csv(columns).decoder({ memory: defaultMemory() });
    decoder.write(text('n,x\n1,1'));
    expect(decoder.endMessage()).toBe(false);
    expect(() => decoder.write(text('n,x\n'))).toThrow(
      'write: the message before is not read to its end; call next() until it gives null',
    );
    decoder.dispose();
  });

  it('come in arrays as well, and are then one batch where the format lets them', () => {
    const source = new Stream<string | string[]>();
    const batches: number[] = [];
    source.toDataFrame(ndjson(columns), { messages: true }).sink(batch => {
      batches.push(batch.length);
    });
    source.emit('{"n":1,"x":1}');
    source.emit(['{"n":2,"x":2}', '{"n":3,"x":3}\n{"n":4,"x":4}']);
    expect(batches).toEqual([1, 3]);
  });
});
