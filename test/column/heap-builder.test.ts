import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Batch } from '../../src/column/batch.ts';
import { HeapBuilder } from '../../src/column/heap-builder.ts';
import { importBatch } from '../../src/column/import-batch.ts';
import { takeVector } from '../../src/column/take.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { arbitraryAnyBatch } from '../arbitrary.ts';

it.each([true, false])('gives back the rows of all blocks, shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const scratch = new Scratch(memory, 'test');
  const fixed = arbitraryAnyBatch().map(batch => {
    const kept = batch.schema.fields.filter(({ type }) => !/utf8|binary|dictionary|bool/.test(type.kind));
    return new Batch(
      batch.schema.select(kept.map(({ name }) => name)),
      kept.map(({ name }) => batch.column(name)),
      batch.length,
    );
  });
  fc.assert(
    fc.property(fixed, fc.integer({ min: 1, max: 3 }), (batch, eights) => {
      scratch.reset();
      expect(HeapBuilder.takes(batch.schema)).toBe(true);
      const chunk = importBatch(batch, memory, scratch);
      const builder = new HeapBuilder(memory, batch.schema);
      builder.open(batch.length);
      for (let start = 0; start < batch.length; start += eights * 8) {
        const rows = Math.min(eights * 8, batch.length - start);
        const selection = scratch.take(rows * 4);
        memory.bulk.iota(selection, start, rows);
        builder.append(
          chunk.vectors.map(vector => takeVector(memory, scratch, vector, selection, rows)),
          rows,
        );
      }
      const { length } = builder;
      expect(new Batch(batch.schema, builder.finish(), length).toArray()).toEqual(batch.toArray());
    }),
  );
});
