import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { SchemaError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, i64 } from '../../src/schema/data-type.ts';

const [leftSchema, rightSchema] = [
  { t: i64(), k: i64(), x: f64() },
  { t: i64(), k: i64(), y: f64() },
];
const leftOf = (outOfOrder = 0): any => new DataFrame({ schema: leftSchema, index: 't', outOfOrder });
const rightOf = (outOfOrder = 0): any => new DataFrame({ schema: rightSchema, index: 't', outOfOrder });
const lefts = (...times: number[]): object[] => times.map(t => ({ t, k: 0, x: t }));
const rights = (...times: number[]): object[] => times.map(t => ({ t, k: 0, y: t }));

/** Start and number of rows of the windows that come out. */
function counted(rows: any): [start: number, rows: number][] {
  const list: [number, number][] = [];
  const results = rows.tumbling(10).agg('n = count()');
  results.sink((batch: Batch<any>) => {
    list.push(...batch.toArray().map(({ windowStart, n }: any): [number, number] => [Number(windowStart), n]));
  });
  return list;
}

const joins: Readonly<Record<string, (left: any, right: any) => any>> = {
  'as-of backward': (left, right) => left.mergeAsof(right, { by: 'k' }),
  'as-of forward': (left, right) => left.mergeAsof(right, { by: 'k', direction: 'forward' }),
  'as-of nearest, within 5': (left, right) => left.mergeAsof(right, { by: 'k', direction: 'nearest', tolerance: 5 }),
  interval: (left, right) => left.mergeInterval(right, { by: 'k', from: -3, to: 6, how: 'left' }),
  lookup: (left, right) => left.merge(right, { on: 'k', how: 'left' }),
};

describe('a watermark that is given to joined rows', () => {
  //  left    3    8    12          30 given
  //  right   1         11
  it.each(Object.entries(joins))('reaches both frames, and closes windows over what comes: %s', async (name, join) => {
    const [left, right] = [leftOf(1000), rightOf(1000)];
    const rows = join(left, right);
    const out = counted(rows);
    await right.emit(rights(1, 11));
    await left.emit(lefts(3, 8, 12));
    expect(out).toEqual([]);
    await rows.advanceWatermark(30);
    // forward without a tolerance, 12 still waits for a partner
    expect(out).toEqual(
      name === 'as-of forward'
        ? [[0, 2]]
        : [
            [0, 2],
            [10, 1],
          ],
    );
    await left.end();
    await right.end();
    rows.dispose();
  });

  it('holds for joins of joins, and of a frame with itself', async () => {
    const [left, right] = [leftOf(1000), rightOf(1000)];
    const self = left.mergeAsof(left, { on: 't' });
    const both = self.mergeAsof(right, { on: 't' });
    const out = counted(both);
    await left.emit(lefts(3, 8));
    await both.advanceWatermark(30);
    expect(out).toEqual([[0, 2]]);
  });

  it('reaches the rows that a table stands beside, under whatever name', async () => {
    const left = leftOf(1000);
    const out = counted(left.merge([{ k: 0, t: 7 }], { on: 'k' }));
    await left.emit(lefts(3, 8));
    await left.advanceWatermark(30);
    expect(out).toEqual([[0, 2]]);
  });

  it('is refused for times that the joined frames do not have', () => {
    const [left, right] = [leftOf(), rightOf()];
    const shifted = left.assign('t = t + 5').mergeAsof(right, { on: 't' });
    expect(() => shifted.advanceWatermark(1)).toThrow(SchemaError);
    expect(() => shifted.advanceWatermark(1)).toThrow(/times of a frame of this join are computed/);
    const other = left.mergeInterval(right, { by: 'k', from: 0, to: 1 });
    expect(() => other.setIndex('t_y').advanceWatermark(1)).toThrow(/ordered by "t_x", and not by "t_y"/);
  });
});

describe('windows over joined rows', () => {
  it('close when no row of theirs can come, without waiting for one that comes after', async () => {
    const [left, right] = [leftOf(), rightOf()];
    const out = counted(left.mergeAsof(right, { by: 'k' }));
    await right.emit(rights(1));
    await left.emit(lefts(3, 15));
    expect(out).toEqual([]);
    await right.emit(rights(12)); // 15 waits for partners up to 15: none before 15 comes
    expect(out).toEqual([[0, 1]]);
  });

  const times = fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 8 });
  const turns = fc.array(fc.tuple(fc.constantFrom('left', 'right', 'both'), times), { maxLength: 10 });
  it.each(Object.entries(joins))(
    'lose no row that is joined, whoever says how far time has come: %s',
    async (name, join) => {
      await fc.assert(
        fc.asyncProperty(turns, async steps => {
          const [left, right] = [leftOf(20), rightOf(20)];
          const rows = join(left, right);
          let [joined, inWindows, late] = [0, 0, 0];
          const results = rows.tumbling(10).agg('n = count()');
          results.sink((batch: Batch<any>) => {
            for (const { n } of batch.toArray() as any[]) inWindows += n;
          });
          results.late.sink((batch: Batch<any>) => {
            late += batch.length;
          });
          rows.sink((batch: Batch<any>) => {
            joined += batch.length;
          });
          let now = 0;
          for (const [side, list] of steps) {
            const fresh = list.map(t => now + t);
            if (side === 'left') await left.emit(lefts(...fresh));
            else if (side === 'right') await right.emit(rights(...fresh));
            else {
              now += 10;
              await rows.advanceWatermark(now);
            }
          }
          await left.end();
          await right.end();
          expect(inWindows + late).toBe(joined);
          // rows that are looked up come as the left's come, late ones too; joins in time leave those out
          if (name !== 'lookup') expect(late).toBe(0);
          left.dispose();
          right.dispose();
        }),
        { numRuns: 40 },
      );
    },
  );
});
