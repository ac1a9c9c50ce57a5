import { describe, expect, it } from 'vitest';
import { OrderKeys, tileRows } from '../../src/aggregate/order-keys.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { utf8 } from '../../src/schema/data-type.ts';
import { plainVector } from '../arbitrary.ts';

describe('OrderKeys', () => {
  it('keeps only the texts that are held when it is renewed', () => {
    const memory = new Memory();
    const scratch = new Scratch(memory, 'test');
    const keys = new OrderKeys(memory, 'test', utf8());
    const texts = Array.from({ length: 5 * tileRows }, (_, i) => `text ${i}`);
    const vector = importVector(plainVector(utf8(), texts), memory, scratch);
    for (let start = 0; start < texts.length; start += tileRows) keys.read(vector, start, tileRows);
    expect(keys.dictionary.count).toBe(texts.length);
    expect([keys.isStale(0), keys.isStale(2000)]).toEqual([true, false]);
    const codes = scratch.take(64);
    memory.u32.set([9999, 3, 9999, 77], codes / 4);
    keys.renew(codes, 4, scratch);
    expect(keys.dictionary.count).toBe(3);
    expect([...memory.u32.slice(codes / 4, codes / 4 + 4)]).toEqual([0, 1, 0, 2]);
    const held = scratch.take(32);
    memory.i64.set([2n, 0n, 1n, 0n], held / 8);
    const back = exportVector(keys.vector(held, 0, 4, scratch), memory, 4).toArray();
    expect(back).toEqual(['text 77', 'text 9999', 'text 3', 'text 9999']);
    keys.dispose();
  });
});
