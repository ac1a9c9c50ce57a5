// Float sums by group whose rows leave: most values are added on two grids, without rounding; the others by a cascade.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumKind } from '../../src/aggregate/sum.ts';
import { chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { f64 } from '../../src/schema/data-type.ts';
import { exactSum } from '../reference/exact.ts';

const memory = new Memory();
const scratch = new Scratch(memory, 'test');
const groups = 5;

interface Row {
  readonly group: number;
  readonly value: number | null;
}

/** The sum by group as it should be: rounded once. */
const plain = (rows: readonly Row[], group: number): number => {
  const values = rows.flatMap(row => (row.group === group && row.value !== null ? [row.value] : []));
  const finite = values.filter(Number.isFinite);
  const endless = values.filter(x => Math.abs(x) === Infinity);
  if (endless.length > 0) return endless.reduce((a, b) => a + b);
  return finite.length === 0 ? 0 : exactSum(finite);
};

const summing = () => sumKind.create({ memory, owner: 'test', types: [f64()], evicting: true });
type Sums = ReturnType<typeof summing>;

function feed(sums: Sums, verb: 'onNew' | 'onOld', rows: readonly Row[]): void {
  scratch.reset();
  const values = scratch.take(rows.length * 8 + 8);
  const ids = scratch.take(rows.length * 4 + 4);
  const validity = scratch.takeZeroed((rows.length >> 3) + 1);
  for (const [at, { group, value }] of rows.entries()) {
    memory.f64[values / 8 + at] = value ?? 1e300;
    memory.u32[ids / 4 + at] = group < groups ? group : 0xffff_ffff;
    if (value !== null) memory.u8[validity + (at >> 3)]! |= 1 << (at & 7);
  }
  const whole = rows.every(({ value }) => value !== null);
  const vectors = [chunkVector(f64(), values, whole ? 0 : validity)];
  sums.reserve(groups);
  sums[verb]({ length: rows.length, vectors, groupIds: ids, mask: 0 });
}

function mustHold(sums: Sums, rows: readonly Row[]): void {
  const found = exportVector(sums.result('sum', {}, 0, groups, scratch), memory, groups).toArray();
  for (let group = 0; group < groups; group++) {
    const [got, want] = [found[group] as number, plain(rows, group)];
    if (Number.isFinite(want)) expect(Math.abs(got - want)).toBeLessThanOrEqual(2 ** -52 * Math.abs(want));
    else expect(got).toBe(want);
  }
}

/** Within the 160 bits that states have. */
const value = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -1e9, max: 1e9 }).map(x => x / 7e6) },
  { weight: 4, arbitrary: fc.integer({ min: -1e6, max: 1e6 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, Number.NaN, Infinity, -Infinity, 0, -0, 1e16, 1e-12, 1.5e300) },
);
const row = fc.record({ group: fc.nat(groups), value });
const parts = fc.array(fc.record({ rows: fc.array(row, { maxLength: 40 }), gone: fc.nat(60) }), { maxLength: 8 });

describe('sums by group of rows that leave', () => {
  it('are those of the rows that are there, rounded once, also after a checkpoint', () => {
    fc.assert(
      fc.property(parts, fc.boolean(), (steps, saved) => {
        let sums = summing();
        let inside: Row[] = [];
        for (const { rows, gone } of steps) {
          feed(sums, 'onNew', rows);
          inside = [...inside, ...rows];
          feed(sums, 'onOld', inside.slice(0, gone));
          inside = inside.slice(gone);
          mustHold(sums, inside);
          if (!saved) continue;
          const bytes = sums.snapshot();
          sums.dispose();
          sums = summing();
          sums.restore(bytes);
          mustHold(sums, inside);
        }
        sums.dispose();
      }),
      { numRuns: 300 },
    );
  });

  it('stay so when values grow and shrink by scales, through many more rows than the grids take at a time', () => {
    const sums = summing();
    let inside: Row[] = [];
    for (let step = 0; step < 60; step++) {
      const scale = 10 ** (((step * 7) % 20) - 10);
      const rows = Array.from({ length: 1500 }, (_, i) => ({
        group: (i * 31 + step) % groups,
        value: scale * Math.sin(i + step),
      }));
      feed(sums, 'onNew', rows);
      inside = [...inside, ...rows];
      const gone = inside.length > 4000 ? 1700 : 0;
      feed(sums, 'onOld', inside.slice(0, gone));
      inside = inside.slice(gone);
      if (step % 10 === 9) mustHold(sums, inside);
    }
    feed(sums, 'onOld', inside);
    mustHold(sums, []);
    sums.dispose();
  });

  it('of merged states are those of the rows of both', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.array(row, { maxLength: 60 }), (ones, others) => {
        const [a, b] = [summing(), summing()];
        feed(a, 'onNew', ones);
        feed(b, 'onNew', others);
        const map = scratch.take(groups * 4);
        for (let i = 0; i < groups; i++) memory.u32[map / 4 + i] = i;
        a.merge(b, map, groups);
        mustHold(a, [...ones, ...others]);
        a.dispose();
        b.dispose();
      }),
      { numRuns: 200 },
    );
  });
});
