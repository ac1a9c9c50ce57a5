// Kernels work in blocks of a few thousand rows; these runs are longer than any of them.
import { describe, expect, it } from 'vitest';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { importVector } from '../../src/column/import-batch.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { type DataType, f32, f64, i32, typeText, u8 } from '../../src/schema/data-type.ts';
import { plainVector } from '../arbitrary.ts';
import * as plain from '../reference/aggregate.ts';
import { nearly, storedAt } from './contract.ts';

const memory = new Memory();
const scratch = new Scratch(memory, 'test');

const twins = {
  sum: plain.sum,
  mean: plain.mean,
  count: plain.count,
  min: plain.min,
  max: plain.max,
  var: plain.variance(1),
  skew: plain.skew,
  kurt: plain.kurt,
  any: plain.any,
  all: plain.all,
  first: plain.first,
  last: plain.last,
} as const;

const cellsOf = (type: DataType, length: number, nulls: boolean): unknown[] =>
  Array.from({ length }, (_, i) => {
    if (nulls && (i * 31) % 7 < 2) return null;
    const whole = ((i * 7919) % 251) + (i % 3);
    if (type.kind === 'uint8' || type.kind === 'int32') return whole;
    return i % 97 === 13 ? Number.NaN : 1000 + whole / 4;
  });

describe('runs longer than a block', () => {
  for (const type of [f64(), f32(), i32(), u8()]) {
    for (const length of [2047, 2049, 4095, 4097, 9001]) {
      for (const nulls of [false, true]) {
        it(`aggregates ${length} rows of ${typeText(type)}${nulls ? ' with nulls' : ''} as the plain twins do`, () => {
          scratch.reset();
          const cells = cellsOf(type, length, nulls);
          const vector = importVector(plainVector(type, cells), memory, scratch);
          const masked = cells.map((_, i) => (i * 13) % 5 < 3);
          const mask = scratch.takeZeroed((length >> 3) + 16);
          for (const [i, bit] of masked.entries()) if (bit) memory.u8[mask + (i >> 3)]! |= 1 << (i & 7);
          for (const [name, twin] of Object.entries(twins)) {
            const { kind, parameters } = aggregationOf(name);
            for (const bits of [0, mask]) {
              const accumulator = kind([type], parameters).create({
                memory,
                owner: 'test',
                types: [type],
                evicting: false,
              });
              accumulator.onNew({ length, vectors: [vector], groupIds: 0, mask: bits });
              const answer = accumulator.result(name, parameters, 0, 1, scratch);
              const got = storedAt(exportVector(answer, memory, 1), 0);
              const rows = cells.filter((_, i) => bits === 0 || masked[i]).map(cell => [cell]);
              const want = twin(rows, [type]);
              if (typeof want === 'number')
                expect(nearly(got as number, want), `${name}: ${got}, not ${want}`).toBe(true);
              else expect(got, name).toBe(want);
              accumulator.dispose();
            }
          }
        });
      }
    }
  }

  it('keeps the address of every group when states grow', () => {
    const types = [f64()];
    const state = aggregationOf('sum').kind(types, {}).create({ memory, owner: 'test', types, evicting: false });
    const length = 5000;
    const values = scratch.take(length * 8);
    const ids = scratch.take(length * 4);
    for (let i = 0; i < length; i++) {
      memory.f64[values / 8 + i] = i;
      memory.u32[ids / 4 + i] = i;
    }
    for (let groups = 1; groups <= length; groups = groups * 2 + 1) {
      state.reserve(groups);
      state.onNew({ length: groups, vectors: [chunkVector(f64(), values)], groupIds: ids, mask: 0 });
    }
    const counts = exportVector(state.result('count', {}, 0, 4095, scratch), memory, 4095);
    expect(counts.get(0)).toBe(12);
    expect(counts.get(4094)).toBe(1);
    state.dispose();
  });
});
