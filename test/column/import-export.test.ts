import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batch } from '../../src/column/batch.ts';
import { exportChunk } from '../../src/column/export-chunk.ts';
import { GrowingDictionary } from '../../src/column/growing-dictionary.ts';
import { type Dictionaries, importBatch } from '../../src/column/import-batch.ts';
import { Vector } from '../../src/column/vector.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { dictionary, i32, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { arbitraryAnyBatch, plainVector } from '../arbitrary.ts';

describe.each([true, false])('import and export, shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const scratch = new Scratch(memory, 'test');

  it('gives back the rows that were imported', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), batch => {
        scratch.reset();
        const back = exportChunk(importBatch(batch, memory, scratch));
        expect(back.toArray()).toEqual(batch.toArray());
        expect(String(back.schema)).toBe(String(batch.schema));
      }),
    );
  });

  it('gives back large columns', () => {
    const values = Int32Array.from({ length: 20_001 }, (_, i) => Math.imul(i, 2654435761)).subarray(1);
    const batch = new Batch({ wide: i32() }, [new Vector(i32(), values.length, { values })]);
    scratch.reset();
    expect(exportChunk(importBatch(batch, memory, scratch)).vectors[0]!.values).toEqual(values);
  });

  it('gives the rows of a selection, in its order, each as often as it is there', () => {
    fc.assert(
      fc.property(arbitraryAnyBatch(), fc.array(fc.nat(), { maxLength: 70 }), (batch, picks) => {
        scratch.reset();
        const rows = batch.length === 0 ? [] : picks.map(pick => pick % batch.length);
        const chunk = importBatch(batch, memory, scratch);
        const selection = scratch.take(rows.length * 4);
        memory.u32.set(rows, selection >>> 2);
        const back = exportChunk(chunk, { selection, count: rows.length });
        expect(back.toArray()).toEqual(rows.map(row => batch.row(row)));
      }),
    );
  });

  it('imports only the columns named, in schema order', () => {
    const schema = schemaOf({ a: utf8(), b: dictionary(), c: utf8() });
    const cells = ['x', null, 'y'];
    const batch = new Batch(
      schema,
      schema.fields.map(({ type }) => plainVector(type, cells)),
    );
    const chunk = importBatch(batch, memory, scratch, ['c', 'a']);
    expect(chunk.schema.names).toEqual(['a', 'c']);
    expect(exportChunk(chunk).toArray()).toEqual(cells.map(cell => ({ a: cell, c: cell })));
  });

  it('shares a dictionary: the same object in memory each time, and the same vector on the heap', () => {
    const batch = new Batch({ s: dictionary() }, [plainVector(dictionary(), ['b', 'a', 'b', null])]);
    const one = importBatch(batch, memory, scratch);
    const two = importBatch(batch, memory, scratch);
    expect(two.vectors[0]!.dictionary).toBe(one.vectors[0]!.dictionary);
    const back = exportChunk(one);
    expect(exportChunk(two).vectors[0]!.dictionary).toBe(back.vectors[0]!.dictionary);
    expect(importBatch(back, memory, scratch).vectors[0]!.dictionary).toBe(one.vectors[0]!.dictionary);
  });

  it('brings different dictionaries together when asked to', () => {
    const dictionaries: Dictionaries = new Map();
    const first = new Batch({ s: dictionary() }, [plainVector(dictionary(), ['b', 'a'])]);
    const second = new Batch({ s: dictionary() }, [plainVector(dictionary(), ['c', 'a', null, 'b'])]);
    const one = importBatch(first, memory, scratch, undefined, dictionaries);
    const two = importBatch(second, memory, scratch, undefined, dictionaries);
    expect(two.vectors[0]!.dictionary).toBe(one.vectors[0]!.dictionary);
    expect([...memory.i32.subarray(two.vectors[0]!.values >>> 2).subarray(0, 4)]).toEqual([2, 1, 0, 0]);
    expect(exportChunk(two).toArray()).toEqual(second.toArray());
  });

  it('merges equal values of a heap dictionary, and reads its nulls as nulls', () => {
    const values = plainVector(utf8(), ['a', 'b', 'a', null]);
    const vector = plainVector(dictionary(), ['0', '1', '2', '3', '1']);
    const batch = new Batch({ s: dictionary() }, [
      new (vector.constructor as any)(dictionary(), 5, { values: vector.values, dictionary: values }),
    ]);
    const chunk = importBatch(batch, memory, scratch);
    expect(chunk.vectors[0]!.dictionary!.count).toBe(2);
    expect(exportChunk(chunk).toArray()).toEqual(['a', 'b', 'a', null, 'b'].map(s => ({ s })));
  });

  it('keeps the codes of a dictionary while it grows', () => {
    const words = Array.from({ length: 20_000 }, (_, i) => `word ${i % 7919} ${'x'.repeat((i % 7919) % 40)}`);
    const codes = new Map<string, number>();
    for (const word of words) if (!codes.has(word)) codes.set(word, codes.size);
    const vector = plainVector(utf8(), words);
    const into = new GrowingDictionary(memory);
    const { map } = into.add(vector);
    expect(into.count).toBe(codes.size);
    expect([...map!]).toEqual(words.map(word => codes.get(word)));
    expect(into.toVector().toArray()).toEqual([...codes.keys()]);
    const held = memory.stats().owners['dictionary']!;
    into.dispose();
    expect(memory.stats().owners['dictionary'] ?? 0).toBeLessThan(held);
  });
});
