import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../src/column/batch-of.ts';
import { ChunkBuilder } from '../../src/column/chunk-builder.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { importBatch } from '../../src/column/import-batch.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { dictionary, i32 } from '../../src/schema/data-type.ts';
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
});
