import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i64, utf8 } from '../../src/schema/data-type.ts';
import { type Event, type PlainWindow, plainEvicting, plainSessions, plainSliding } from '../reference/windows.ts';

const memories = [new Memory({ shared: false }), new Memory({ shared: true })];
const schema = { t: i64(), k: utf8(), x: f64() };

/** Small whole numbers: sums are exact, so answers are compared exactly. */
const event = fc.record({
  t: fc.integer({ min: -60, max: 120 }),
  k: fc.constantFrom('a', 'b', 'c', 'a', 'b', null),
  x: fc.option(fc.integer({ min: -9, max: 9 }), { freq: 6 }),
});
const events = fc.array(event, { maxLength: 60 });
const ordered = events.map(list => [...list].sort((a, b) => a.t - b.t));
const cuts = fc.array(fc.nat(60), { maxLength: 6 });

function batchesOf(rows: readonly Event[], at: readonly number[]): Event[][] {
  const bounds = [0, ...at.map(cut => Math.min(cut, rows.length)).sort((a, b) => a - b), rows.length];
  return bounds.slice(1).map((end, i) => rows.slice(bounds[i], end));
}

const aggregates = {
  sum: 'sum(x)',
  n: 'count(x)',
  size: 'count()',
  low: 'min(x)',
  high: 'max(x)',
} as const;

function answer({ start, end, key, rows }: PlainWindow, bounds: boolean) {
  const xs = rows.map(({ x }) => x).filter(x => x !== null);
  return {
    ...(bounds ? { windowStart: BigInt(start), windowEnd: BigInt(end) } : {}),
    k: key,
    sum: xs.reduce((sum, x) => sum + x, 0),
    n: xs.length,
    size: rows.length,
    low: xs.length > 0 ? Math.min(...xs) : null,
    high: xs.length > 0 ? Math.max(...xs) : null,
  };
}

function run(
  batches: readonly (readonly Event[])[],
  verbs: (frame: any) => any,
  outOfOrder: number,
  memory: Memory,
): Batch<any>[] {
  const frame = new DataFrame({ schema, index: 't', outOfOrder, memory });
  const results = verbs(frame).sinkToList();
  for (const batch of batches) frame.emit(batch.map(({ t, k, x }) => ({ t: BigInt(t), k, x })));
  frame.end();
  frame.dispose();
  return results;
}

const rowsOf = (results: readonly Batch<any>[]): unknown[] =>
  results.flatMap(batch => batch.toArray()).map(row => ({ ...row, sum: Number(row.sum) + 0 }));
const plus = (row: object & { sum: number }): object => ({ ...row, sum: row.sum + 0 }); // -0 and 0 are one

describe.each(memories)('event-time windows, shared memory $shared', memory => {
  it('tumbling: the same rows in each window, wherever batches are cut and however late rows are', () => {
    fc.assert(
      fc.property(
        events,
        cuts,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(20),
        fc.nat(50),
        (rows, at, size, offset, delay) => {
          const results = run(
            batchesOf(rows, at),
            f => f.tumbling(size, { offset }).groupby('k').agg(aggregates),
            delay,
            memory,
          );
          const plain = plainSliding(rows, { size, step: size, offset, delay });
          expect(rowsOf(results)).toEqual(plain.map(window => plus(answer(window, true))));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('sliding: every step, aligned or not, wherever batches are cut and however late rows are', () => {
    fc.assert(
      fc.property(
        events,
        cuts,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(20),
        fc.nat(50),
        (rows, at, size, step, offset, delay) => {
          const results = run(
            batchesOf(rows, at),
            f => f.sliding(size, step, { offset }).groupby('k').agg(aggregates),
            delay,
            memory,
          );
          const plain = plainSliding(rows, { size, step, offset, delay });
          expect(rowsOf(results)).toEqual(plain.map(window => plus(answer(window, true))));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('sliding: answers by the order of rows do not depend on where batches are cut', () => {
    const inOrder = { first: 'first(x)', last: 'last(x)', second: 'nth(x, 1)', least: 'argmin(t, x)' };
    fc.assert(
      fc.property(
        events,
        cuts,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (rows, at, size, step) => {
          const windowed = (f: any) => f.sliding(size, step).groupby('k').agg(inOrder);
          const whole = rowsOf(run([rows], windowed, 5, memory));
          expect(rowsOf(run(batchesOf(rows, at), windowed, 5, memory))).toEqual(whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('session: rows of a group less than a gap apart, wherever batches are cut and however late rows are', () => {
    fc.assert(
      fc.property(events, cuts, fc.integer({ min: 1, max: 30 }), fc.nat(50), (rows, at, gap, delay) => {
        const results = run(batchesOf(rows, at), f => f.session(gap).groupby('k').agg(aggregates), delay, memory);
        const plain = plainSessions(rows, { gap, delay });
        expect(rowsOf(results)).toEqual(plain.map(window => plus(answer(window, true))));
      }),
      { numRuns: 300 },
    );
  });
});

describe.each(memories)('windows that are still open, shared memory $shared', memory => {
  it.each(['tumbling', 'sliding'])('%s: everyBatch shows what closed and what is open, as it is so far', kind => {
    fc.assert(
      fc.property(
        events,
        cuts,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(50),
        (rows, at, size, everyStep, delay) => {
          const step = kind === 'tumbling' ? size : everyStep;
          const windowed = (f: any) => (kind === 'tumbling' ? f.tumbling(size) : f.sliding(size, step));
          const frame = new DataFrame({ schema, index: 't', outOfOrder: delay, memory });
          const results = windowed(frame)
            .groupby('k')
            .agg(aggregates, { emit: 'everyBatch' })
            .sinkToList() as Batch<any>[];
          let closed = Number.NEGATIVE_INFINITY;
          let seen: Event[] = [];
          for (const batch of batchesOf(rows, at)) {
            results.length = 0;
            frame.emit(batch.map(({ t, k, x }) => ({ t: BigInt(t), k, x })));
            seen = [...seen, ...batch];
            const windows = plainSliding(seen, { size, step, offset: 0, delay }).filter(({ end }) => end > closed);
            expect(rowsOf(results)).toEqual(windows.map(window => plus(answer(window, true))));
            closed = Math.max(...seen.map(({ t }) => t)) - delay;
          }
          frame.dispose();
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe.each(memories)('windows that rows leave, shared memory $shared', memory => {
  it('last n rows: after every batch just those, by group', () => {
    fc.assert(
      fc.property(events, cuts, fc.nat(30), (rows, at, n) => {
        const batches = batchesOf(rows, at);
        const results = run(batches, f => f.window(n).groupby('k').agg(aggregates), 0, memory);
        const plain = plainEvicting(batches, { rows: n });
        expect(results.map(batch => rowsOf([batch]))).toEqual(
          plain.map(groups => groups.map(group => plus(answer(group, false)))),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('range: rows above newest - range, in order or not', () => {
    fc.assert(
      fc.property(fc.oneof(ordered, events), cuts, fc.integer({ min: 1, max: 60 }), (rows, at, range) => {
        const batches = batchesOf(rows, at);
        const results = run(batches, f => f.window(String(range)).groupby('k').agg(aggregates), 0, memory);
        const plain = plainEvicting(batches, { range });
        expect(results.map(batch => rowsOf([batch]))).toEqual(
          plain.map(groups => groups.map(group => plus(answer(group, false)))),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe.each(memories)('groups that come and go, shared memory $shared', memory => {
  it.each<[string, (frame: any) => any]>([
    ['the last 300 rows', frame => frame.window(300)],
    ['the last 300 ticks', frame => frame.window('300')],
    ['sessions', frame => frame.session(50)],
    ['tumbling windows', frame => frame.tumbling(100)],
  ])('leave no memory behind in %s', (_, windowed) => {
    const frame = new DataFrame({ schema, index: 't', memory });
    let last: Batch<any> | null = null;
    windowed(frame)
      .groupby('k')
      .agg({ n: 'count()', low: 'min(x)', mid: 'median(x)' })
      .sink((batch: Batch<any>) => {
        last = batch;
      });
    const held: number[] = [];
    for (let at = 0; at < 60; at++) {
      const from = at * 500;
      frame.emit(
        Array.from({ length: 500 }, (_, i) => ({ t: BigInt(from + i), k: `key ${from + i}`, x: (from + i) % 7 })),
      );
      if (at % 20 === 19) held.push(memory.stats().heldBytes);
    }
    expect(held[2]! / held[0]!).toBeLessThan(1.2);
    const { n, low, mid } = last!.row(last!.length - 1) as any;
    expect(n).toBe(1);
    expect(low).toBe(mid);
    frame.dispose();
  });
});
