import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { dictionary, i32, i64, utf8 } from '../../src/schema/data-type.ts';
import { inTime, plainAsof, plainInterval, type Timed } from '../reference/join.ts';

const side = { t: i64(), k: utf8(), n: i32() };

/** Rows of both sides in the turns in which they come: pushed as batches, until one comes for the other side or a cut. */
const turns = (spread: number): fc.Arbitrary<Turn[]> =>
  fc.array(
    fc.record({
      left: fc.boolean(),
      cut: fc.boolean(),
      step: fc.integer({ min: -spread, max: 6 }),
      k: fc.option(fc.constantFrom('a', 'b', 'c', 'a'), { freq: 9 }),
      untimed: fc.integer({ min: 0, max: 19 }).map(x => x === 0),
    }),
    { maxLength: 60 },
  );
interface Turn {
  readonly left: boolean;
  readonly cut: boolean;
  readonly step: number;
  readonly k: string | null;
  readonly untimed: boolean;
}

/** The rows of both sides, whose times mostly climb, and the batches in their turns. */
function flowOf(list: readonly Turn[]) {
  const rows = { left: [] as Timed[], right: [] as Timed[] };
  const batches: { side: 'left' | 'right'; rows: Timed[] }[] = [];
  const at = { left: 0, right: 0 };
  for (const [n, { left, cut, step, k, untimed }] of list.entries()) {
    const name = left ? 'left' : 'right';
    at[name] += step;
    const row = { t: untimed ? null : at[name], k, n };
    rows[name].push(row);
    const last = batches.at(-1);
    if (cut || last?.side !== name) batches.push({ side: name, rows: [row] });
    else last.rows.push(row);
  }
  return { ...rows, batches };
}

const stored = (rows: readonly Timed[]): object[] =>
  rows.map(row => ({ ...row, t: row.t === null ? null : BigInt(row.t) }));

/** Pairs of row numbers that a join gives; null: no partner. */
const pairsOf = (results: readonly Batch<any>[]): [number, number | null][] =>
  results.flatMap(batch => batch.toArray() as any[]).map(row => [row.n_x, row.n_y]);
const numbers = (pairs: readonly [Timed, Timed | null][]): [number, number | null][] =>
  pairs.map(([row, one]) => [row.n, one ? one.n : null]);

function framesOf(memory: Memory, leftDelay = 0, rightDelay = 0): { left: any; right: any } {
  return {
    left: new DataFrame({ schema: side, index: 't', outOfOrder: leftDelay, memory }),
    right: new DataFrame({ schema: { ...side, k: dictionary() }, index: 't', outOfOrder: rightDelay, memory }),
  };
}

const joins: Readonly<Record<string, (left: any, right: any) => any>> = {
  'as of backward': (left, right) => left.mergeAsof(right, { by: 'k' }),
  'as of backward, within 4': (left, right) => left.mergeAsof(right, { by: 'k', tolerance: 4 }),
  'as of forward': (left, right) => left.mergeAsof(right, { by: 'k', direction: 'forward' }),
  'as of nearest': (left, right) => left.mergeAsof(right, { direction: 'nearest', allowExactMatches: false }),
  interval: (left, right) => left.mergeInterval(right, { by: 'k', from: -3, to: 3, how: 'left' }),
  'a changing table': (left, right) => left.merge(right, { on: 'k', how: 'left' }),
  'a changing table, inner': (left, right) => left.merge(right, { on: 'k' }),
  'a changing table, semi': (left, right) => left.merge(right, { on: 'k', how: 'semi' }).rename({ n: 'n_x' }),
  'a changing table, anti': (left, right) => left.merge(right, { on: 'k', how: 'anti' }).rename({ n: 'n_x' }),
  'a table': left => left.merge(table, { on: 'k', how: 'left' }),
};
const table = batchOf(
  [
    { k: 'a', n: 1 },
    { k: 'b', n: 2 },
    { k: 'a', n: 3 },
  ],
  { k: utf8(), n: i32() },
);

describe.each([true, false])('joins in time, shared memory %s', shared => {
  const memory = new Memory({ shared });
  const given = fc.tuple(fc.nat(9), fc.nat(9)).chain(([leftDelay, rightDelay]) =>
    fc.record({
      leftDelay: fc.constant(leftDelay),
      rightDelay: fc.constant(rightDelay),
      list: turns(Math.max(leftDelay, rightDelay) > 4 ? 9 : 1),
      by: fc.boolean(),
    }),
  );
  const keyless = (rows: readonly Timed[]): Timed[] => rows.map(row => ({ ...row, k: '' }));

  it.each(['backward', 'forward', 'nearest'] as const)(
    'as of %s: the same rows in the same order, in whatever batches and turns they come',
    direction => {
      fc.assert(
        fc.property(
          given,
          fc.option(fc.nat(8)),
          fc.boolean(),
          ({ leftDelay, rightDelay, list, by }, tolerance, exact) => {
            const { left, right } = framesOf(memory, leftDelay, rightDelay);
            const options = { direction, allowExactMatches: exact, ...(tolerance === null ? {} : { tolerance }) };
            const joined = left.mergeAsof(right, by ? { ...options, by: 'k' } : options);
            const results = joined.sinkToList();
            const flow = flowOf(list);
            for (const batch of flow.batches) (batch.side === 'left' ? left : right).emit(stored(batch.rows));
            left.end();
            right.end();
            const rowsOf = (rows: readonly Timed[], delay: number) => inTime(by ? rows : keyless(rows), delay);
            const wanted = plainAsof(rowsOf(flow.left, leftDelay), rowsOf(flow.right, rightDelay), {
              direction,
              tolerance: tolerance ?? Number.POSITIVE_INFINITY,
              exact,
            });
            expect(pairsOf(results)).toEqual(numbers(wanted));
            const { late, untimed } = joined.metrics();
            const timed = [...flow.left, ...flow.right].filter(({ t }) => t !== null).length;
            expect(untimed).toBe(flow.left.length + flow.right.length - timed);
            expect(late).toBe(timed - rowsOf(flow.left, leftDelay).length - rowsOf(flow.right, rightDelay).length);
            for (const frame of [joined, left, right]) frame.dispose();
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it.each(['inner', 'left'] as const)(
    'interval, %s: all pairs in the order of both, in whatever batches and turns they come',
    how => {
      fc.assert(
        fc.property(
          given,
          fc.integer({ min: -9, max: 9 }),
          fc.nat(9),
          ({ leftDelay, rightDelay, list, by }, from, length) => {
            const { left, right } = framesOf(memory, leftDelay, rightDelay);
            const options = { from, to: from + length, how };
            const joined = left.mergeInterval(right, by ? { ...options, by: 'k' } : options);
            const results = joined.sinkToList();
            const flow = flowOf(list);
            for (const batch of flow.batches) (batch.side === 'left' ? left : right).emit(stored(batch.rows));
            right.end();
            left.end();
            const rowsOf = (rows: readonly Timed[], delay: number) => inTime(by ? rows : keyless(rows), delay);
            const wanted = plainInterval(rowsOf(flow.left, leftDelay), rowsOf(flow.right, rightDelay), {
              from,
              to: from + length,
              outer: how === 'left',
            });
            expect(pairsOf(results)).toEqual(numbers(wanted));
            for (const frame of [joined, left, right]) frame.dispose();
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it.each(Object.keys(joins))('%s: the same rows, wherever the batches of a turn are cut', name => {
    fc.assert(
      fc.property(given, ({ leftDelay, rightDelay, list }) => {
        const rowsOf = (cut: boolean): unknown[] => {
          const { left, right } = framesOf(memory, leftDelay, rightDelay);
          const joined = joins[name]!(left, right);
          const results: Batch[] = joined.sinkToList();
          const { batches } = flowOf(list.map(turn => ({ ...turn, cut: cut || turn.cut })));
          for (const batch of batches) (batch.side === 'left' ? left : right).emit(stored(batch.rows));
          left.end();
          right.end();
          for (const frame of [joined, left, right]) frame.dispose();
          return results.flatMap(batch => batch.toArray());
        };
        expect(rowsOf(true)).toEqual(rowsOf(false));
      }),
      { numRuns: shared ? 40 : 10 },
    );
  });

  it.each(Object.keys(joins))('%s: goes on from a checkpoint as if never interrupted', name => {
    const join = joins[name]!;
    fc.assert(
      fc.property(given, fc.nat(60), fc.boolean(), ({ leftDelay, rightDelay, list }, at, filtered) => {
        const flow = flowOf(list);
        const cut = Math.min(at, flow.batches.length);
        const open = () => {
          const { left, right } = framesOf(memory, leftDelay, rightDelay);
          // what the sides remember is part of the checkpoint
          const from = filtered ? left.assign({ sum: 'cumsum(n)' }).filter('sum % 3 != 0') : left;
          const joined = join(from, right);
          const out = joined.assign({ running: 'cumsum(n_x)' });
          const rows: unknown[] = [];
          out.sink((batch: Batch) => rows.push(...batch.toArray()));
          const push = (batches: typeof flow.batches): void => {
            for (const batch of batches) (batch.side === 'left' ? left : right).emit(stored(batch.rows));
          };
          const end = (): void => {
            left.end();
            right.end();
          };
          const close = (): void => {
            for (const frame of [out, left, right]) frame.dispose();
          };
          return { out, rows, push, end, close };
        };
        const whole = open();
        whole.push(flow.batches);
        whole.end();
        const first = open();
        first.push(flow.batches.slice(0, cut));
        const saved = first.out.checkpoint();
        first.close();
        const second = open();
        second.out.restore(saved);
        second.push(flow.batches.slice(cut));
        const again = second.out.checkpoint();
        second.end();
        expect([...first.rows, ...second.rows]).toEqual(whole.rows);
        expect(second.out.metrics().late).toBe(whole.out.metrics().late);
        const third = open();
        third.out.restore(again);
        third.end();
        expect(whole.rows.slice(whole.rows.length - third.rows.length)).toEqual(third.rows);
        for (const one of [whole, second, third]) one.close();
      }),
      { numRuns: shared ? 50 : 15 },
    );
  });

  it('frees everything that it holds', () => {
    const before = memory.stats().heldBytes;
    const { left, right } = framesOf(memory);
    const joined = left.mergeAsof(right, { by: 'k', direction: 'nearest' });
    joined.sinkToList();
    left.emit(stored([{ t: 1, k: 'a', n: 1 }]));
    right.emit(stored([{ t: 1, k: 'a', n: 2 }]));
    for (const frame of [joined, left, right]) frame.dispose();
    // dictionaries go when nobody refers to them any more
    const { owners } = memory.stats();
    expect(memory.stats().heldBytes - (owners['dictionary'] ?? 0)).toBeLessThanOrEqual(before);
  });
});
