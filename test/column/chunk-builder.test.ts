import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../src/column/batch-of.ts';
import { ChunkBuilder } from '../../src/column/chunk-builder.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { type Dictionaries, importBatch } from '../../src/column/import-batch.ts';
import { MemoryError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { dictionary, i32, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';

describe('bits', () => {
  it('copies any range of bits to any place, leaving its neighbours alone', () => {
    const memory = new Memory({ shared: false });
    const [from, to] = [memory.allocate(64, 'test'), memory.allocate(64, 'test')];
    const bit = (address: number, at: number) => (memory.u8[address + (at >> 3)]! >> (at & 7)) & 1;
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 40, maxLength: 40 }),
        fc.uint8Array({ minLength: 40, maxLength: 40 }),
        fc.nat(40),
        fc.nat(40),
        fc.nat(200),
        (source, target, sourceBit, targetBit, count) => {
          memory.u8.set(source, from);
          memory.u8.set(target, to);
          const before = Array.from({ length: 320 }, (_, at) => bit(to, at));
          memory.bulk.copyBits(to, targetBit, from, sourceBit, count);
          for (let at = 0; at < 320; at++) {
            const inside = at >= targetBit && at < targetBit + count;
            expect(bit(to, at)).toBe(inside ? bit(from, at - targetBit + sourceBit) : before[at]);
          }
          memory.bulk.fillBits(to, targetBit, 1, count);
          for (let at = targetBit; at < targetBit + count; at++) expect(bit(to, at)).toBe(1);
        },
      ),
    );
  });
});

describe('a builder that keeps texts', () => {
  it.each([true, false])('takes blocks with dictionaries of their own; shared memory: %s', shared => {
    const memory = new Memory({ shared });
    const schema = schemaOf({ key: dictionary(), n: i32() });
    const builder = new ChunkBuilder(memory, schema, 'test', true);
    const blocks = [
      { key: ['b', 'a', null, 'b'], n: [1, 2, 3, 4] },
      { key: ['a', '', 'c'], n: [5, 6, 7] },
    ];
    for (let round = 0; round < 2; round++) {
      for (const block of blocks) {
        const scratch = new Scratch(memory, 'test');
        const { vectors, length } = importBatch(batchOf(block, schema), memory, scratch);
        builder.append(vectors, length);
        scratch.dispose();
      }
      const rows = exportChunk(builder.finish()).toArray();
      expect(rows.map(({ key }) => key)).toEqual(blocks.flatMap(({ key }) => key));
      expect(rows.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    }
    builder.dispose();
  });

  it('takes a dictionary that grows from block to block, and others between', () => {
    const memory = new Memory({ shared: false });
    const schema = schemaOf({ key: dictionary() });
    const cells = fc.array(fc.option(fc.constantFrom('', 'a', 'b', 'cc', 'é')), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), cells), { maxLength: 8 }), blocks => {
        const [builder, scratch] = [new ChunkBuilder(memory, schema, 'test', true), new Scratch(memory, 'test')];
        const growing: Dictionaries = new Map();
        for (const [own, key] of blocks) {
          const batch = batchOf({ key }, schema);
          const { vectors, length } = importBatch(batch, memory, scratch, ['key'], own ? undefined : growing);
          builder.append(vectors, length);
        }
        const rows = exportChunk(builder.chunk()).toArray();
        expect(rows.map(({ key }) => key)).toEqual(blocks.flatMap(([, key]) => key));
        expect(builder.finish().length).toBe(rows.length);
        builder.dispose();
        scratch.dispose();
      }),
    );
  });

  it('is as before when a block finds no room', () => {
    const memory = new Memory({ shared: false, maximumBytes: 2 << 20 });
    const builder = new ChunkBuilder(memory, schemaOf({ n: i32(), text: utf8() }), 'test');
    const scratch = new Scratch(memory, 'test');
    const small = importBatch(batchOf({ n: [1, 2], text: ['a', 'bc'] }, builder.schema), memory, scratch);
    const large = importBatch(batchOf({ n: [3], text: ['x'.repeat(400_000)] }, builder.schema), memory, scratch);
    builder.append(small.vectors, 2);
    expect(() => {
      for (let at = 0; at < 10; at++) builder.append(large.vectors, 1);
    }).toThrow(MemoryError);
    const { length } = builder;
    builder.append(small.vectors, 2);
    const rows = exportChunk(builder.chunk()).toArray();
    expect(rows.length).toBe(length + 2);
    expect(rows.slice(-2)).toEqual([
      { n: 1, text: 'a' },
      { n: 2, text: 'bc' },
    ]);
    expect(rows.slice(2, -2).every(({ n, text }) => n === 3 && (text as string).length === 400_000)).toBe(true);
  });
});
