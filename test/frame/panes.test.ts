import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i64, utf8 } from '../../src/schema/data-type.ts';
import {
  type PlainEmission,
  type PlainPane,
  type PlainRun,
  plainSessionPanes,
  plainWindowPanes,
} from '../reference/panes.ts';
import type { Event } from '../reference/windows.ts';

const memories = [new Memory({ shared: false }), new Memory({ shared: true })];
const schema = { t: i64(), k: utf8(), x: f64() };

const event = fc.record({
  t: fc.integer({ min: -60, max: 120 }),
  k: fc.constantFrom('a', 'b', 'c', 'a', 'b', null),
  x: fc.option(fc.integer({ min: -9, max: 9 }), { freq: 6 }),
});
/** Rows that drift forward in time, some of them far behind. */
const events = fc
  .array(fc.tuple(event, fc.nat(3)), { maxLength: 50 })
  .map(list => list.map(([one, ahead], at) => (ahead === 0 ? one : { ...one, t: at * 2 + (one.t % 7) })));
const cuts = fc.array(fc.nat(50), { maxLength: 8 });

function batchesOf(rows: readonly Event[], at: readonly number[]): Event[][] {
  const bounds = [0, ...at.map(cut => Math.min(cut, rows.length)).sort((a, b) => a - b), rows.length];
  return bounds.slice(1).map((end, i) => rows.slice(bounds[i], end));
}

const aggregates = { sum: 'sum(x)', size: 'count()', low: 'min(x)', mid: 'median(x)', kinds: 'nunique(x)' } as const;

function median(sorted: readonly number[]): number | null {
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function answer({ start, end, key, pane, retract, rows }: PlainPane): object {
  const xs = rows.map(({ x }) => x).filter(x => x !== null);
  return {
    windowStart: BigInt(start),
    windowEnd: BigInt(end),
    pane,
    retract,
    k: key,
    sum: xs.reduce((sum, x) => sum + x, 0) + 0,
    size: rows.length,
    low: xs.length > 0 ? Math.min(...xs) : null,
    mid: median(xs.toSorted((a, b) => a - b)),
    kinds: BigInt(new Set(xs).size),
  };
}

/** What comes out after each batch, and which rows were late. */
function run(
  batches: readonly (readonly Event[])[],
  windowed: (frame: any, allowedLateness: number) => any,
  { emit, mode, delay, lateness }: PlainEmission,
  grouped: boolean,
  memory: Memory,
): { batches: any[][]; late: Event[] } {
  const frame = new DataFrame({ schema, index: 't', outOfOrder: delay, memory });
  const window = windowed(frame, lateness);
  const results = (grouped ? window.groupby('k') : window).agg(aggregates, { emit, panes: mode });
  let taken: Batch<any>[] = [];
  const late: any[] = [];
  results.sink((batch: Batch<any>) => taken.push(batch));
  results.late.sink((batch: Batch<any>) => late.push(...batch.toArray()));
  const out: any[][] = [];
  const take = (): void => {
    const rows = taken.flatMap(batch => batch.toArray());
    out.push(rows.map((row: any) => ({ k: 'all', ...row, retract: row.retract ?? false, sum: row.sum + 0 })));
    taken = [];
  };
  for (const batch of batches) {
    frame.emit(batch.map(({ t, k, x }) => ({ t: BigInt(t), k, x })));
    take();
  }
  frame.end();
  take();
  frame.dispose();
  return { batches: out, late: late.map(({ t, k, x }) => ({ t: Number(t), k: grouped ? k : 'all', x })) };
}

const text = (row: object): string =>
  JSON.stringify(Object.entries(row).sort(), (_, one) => (typeof one === 'bigint' ? `${one}n` : one));
const sorted = (rows: readonly object[]): string[] => rows.map(text).sort();

function expectSame(got: { batches: any[][]; late: Event[] }, wanted: PlainRun, marked: boolean): void {
  const plain = wanted.batches.map(panes => panes.map(answer));
  expect(got.late).toEqual(wanted.late);
  for (const [at, rows] of got.batches.entries()) {
    expect(sorted(rows.map(row => (marked ? row : { ...row, pane: undefined })))).toEqual(
      sorted(plain[at]!.map(row => (marked ? row : { ...row, pane: undefined }))),
    );
    // what is taken back comes before what takes its place
    const places = new Map<string, boolean>();
    for (const { windowStart, k, retract } of rows) {
      const name = `${windowStart} ${k}`;
      if (retract) expect(places.get(name) ?? true).toBe(true);
      places.set(name, retract);
    }
  }
}

const emission = (delays: fc.Arbitrary<number>): fc.Arbitrary<PlainEmission> =>
  fc
    .record({
      emit: fc.constantFrom('onClose' as const, 'onUpdate' as const),
      mode: fc.constantFrom('accumulating' as const, 'discarding' as const, 'retracting' as const),
      delay: delays,
      lateness: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 80 })),
    })
    .map(one => (one.emit === 'onClose' && one.lateness === 0 ? { ...one, mode: 'accumulating' as const } : one));

/** Rows as the plain twin groups them. */
const groupedRows = (batches: readonly Event[][], grouped: boolean): Event[][] =>
  grouped ? [...batches] : batches.map(rows => rows.map(row => ({ ...row, k: 'all' })));

const isMarked = ({ emit, lateness }: PlainEmission): boolean => emit === 'onUpdate' || lateness > 0;

describe.each(memories)('panes of event-time windows, shared memory $shared', memory => {
  const holds = (
    plain: (batches: Event[][], numbers: readonly number[], how: PlainEmission) => PlainRun,
    windowed: (frame: any, numbers: readonly number[], allowedLateness: number) => any,
    ...numbers: readonly fc.Arbitrary<number>[]
  ): void =>
    fc.assert(
      fc.property(
        events,
        cuts,
        fc.tuple(...numbers),
        emission(fc.nat(30)),
        fc.boolean(),
        (rows, at, given, how, grouped) => {
          const batches = batchesOf(rows, at);
          const verbs = (frame: any, allowedLateness: number): any => windowed(frame, given, allowedLateness);
          const got = run(batches, verbs, how, grouped, memory);
          expectSame(got, plain(groupedRows(batches, grouped), given, how), isMarked(how));
        },
      ),
      { numRuns: 300 },
    );

  it('tumbling windows show early, on-time and late results, and every row is in them or late', () => {
    holds(
      (batches, [size, offset], how) => plainWindowPanes(batches, { size: size!, step: size!, offset: offset! }, how),
      (frame, [size, offset], allowedLateness) => frame.tumbling(size, { offset, allowedLateness }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(9),
    );
  });

  it('sliding windows do, whatever the overlap', () => {
    holds(
      (batches, [size, step, offset], how) =>
        plainWindowPanes(batches, { size: size!, step: step!, offset: offset! }, how),
      (frame, [size, step, offset], allowedLateness) => frame.sliding(size, step, { offset, allowedLateness }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(9),
    );
  });

  it('sessions do, and take back what they showed of sessions that became part of them', () => {
    holds(
      (batches, [gap], how) => plainSessionPanes(batches, gap!, how),
      (frame, [gap], allowedLateness) => frame.session(gap, { allowedLateness }),
      fc.integer({ min: 1, max: 20 }),
    );
  });
});

const schemes: Readonly<Record<string, (frame: any, options: object) => any>> = {
  tumbling: (frame, options) => frame.tumbling(20, options),
  sliding: (frame, options) => frame.sliding(20, 7, options),
  session: (frame, options) => frame.session(9, options),
};
/** All that does not depend on the order in which rows come. */
const unordered = [
  ...['sum', 'mean', 'count', 'var', 'std', 'sem', 'skew', 'kurt', 'prod', 'min', 'max', 'median', 'any', 'all'],
  ...['nunique', 'mode', 'approx_nunique', 'approx_quantile', 'top_k'],
].map(name => `${name} = ${name}(x)`);
const every = [
  ...unordered,
  'n = size()',
  'q = quantile(x, 0.3)',
  'c = corr(x, t)',
  'v = cov(x, t)',
  'a = argmin(t, x)',
];

describe.each(memories)('rows out of order, shared memory $shared', memory => {
  /** What each window and group shows last. */
  function last(
    rows: readonly any[],
    scheme: string,
    grouped: boolean,
    late: 'outOfOrder' | 'allowedLateness',
  ): Map<string, any> {
    const frame: any = new DataFrame({ schema: { t: i64(), k: utf8(), x: f64() }, index: 't', memory });
    const window = schemes[scheme]!(frame, { allowedLateness: late === 'allowedLateness' ? 500 : 0 });
    const settings = { emit: 'onClose', outOfOrder: late === 'outOfOrder' ? 500 : 0 };
    const results = (grouped ? window.groupby('k') : window).agg(every.join(', '), settings);
    const found = new Map<string, any>();
    results.sink((batch: Batch<any>) => {
      for (const row of batch.toArray() as any[]) {
        const { pane, ...rest } = row;
        found.set(`${row.windowStart} ${scheme === 'session' ? '' : row.windowEnd} ${row.k}`, rest);
      }
    });
    for (let at = 0; at < rows.length; at += 5) frame.emit(rows.slice(at, at + 5));
    frame.end();
    frame.dispose();
    return found;
  }

  it.each(Object.keys(schemes))('%s: in any order within the lateness the last results are the same', scheme => {
    const row = fc.record({ t: fc.integer({ min: 0, max: 200 }), k: fc.constantFrom('a', 'b') });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 40 }),
        fc.infiniteStream(fc.nat()),
        fc.boolean(),
        fc.constantFrom('outOfOrder' as const, 'allowedLateness' as const),
        (list, random, grouped, late) => {
          // every x once: argmin has one answer
          const rows = list.map(({ t, k }, at) => ({ t: BigInt(t), k, x: ((at * 7) % 41) - 20 }));
          const shuffled = rows
            .map(one => [random.next().value!, one] as const)
            .sort(([a], [b]) => a - b)
            .map(([, one]) => one);
          const inOrder = [...rows].sort((a, b) => Number(a.t - b.t));
          const [wanted, got] = [last(inOrder, scheme, grouped, late), last(shuffled, scheme, grouped, late)];
          // sessions that became part of others have shown results that were not taken back
          for (const [window, result] of wanted) {
            for (const [name, value] of Object.entries(result)) {
              const other = got.get(window)?.[name];
              if (typeof value === 'number' && typeof other === 'number') expect(other).toBeCloseTo(value, 6);
              else expect(other).toEqual(value);
            }
          }
          if (scheme !== 'session') expect(got.size).toBe(wanted.size);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('minutes over a thousand keys', () => {
  const minute = 60_000;
  const verbs: typeof schemes = {
    tumbling: (frame, options) => frame.tumbling(minute, options),
    sliding: (frame, options) => frame.sliding(5 * minute, minute, options),
    session: (frame, options) => frame.session(2 * minute, options),
  };

  it.each<[string, number, string, object]>([
    ['tumbling', 365, 'sum = sum(x), high = max(x)', {}],
    ['sliding', 60, 'sum = sum(x), kinds = nunique(x)', { panes: 'retracting' }],
    ['session', 60, 'sum = sum(x), kinds = nunique(x)', { panes: 'retracting' }],
  ])(
    'hold no more memory in the end than in the beginning: %s windows, %i days',
    (scheme, days, aggregates, settings) => {
      const memory = new Memory({ shared: false });
      const frame: any = new DataFrame({ schema: { t: i64(), k: i64(), x: f64() }, index: 't', memory });
      let results = 0;
      const windows = verbs[scheme]!(frame, { allowedLateness: 10 * minute }).groupby('k');
      windows.agg(aggregates, settings).sink((batch: Batch<any>) => (results += batch.length));
      const held: number[] = [];
      const rows = 4 * 60 * 24; // a day, four rows a minute
      const [t, k, x] = [new BigInt64Array(rows), new BigInt64Array(rows), new Float64Array(rows)];
      for (let day = 0; day < days; day++) {
        for (let at = 0; at < rows; at++) {
          const late = at % 50 === 0 ? 5 * minute : 0;
          t[at] = BigInt((day * 1440 + (at >> 2)) * minute - late);
          k[at] = BigInt(((day * rows + at) * 7) % 1000);
          x[at] = at % 9;
        }
        frame.emit({ t, k, x });
        if (day === days - 1 || day === Math.floor(days / 10)) held.push(memory.stats().heldBytes);
      }
      expect(held[1]! / held[0]!).toBeLessThan(1.2);
      expect(results).toBeGreaterThan(days * rows * 0.9);
      frame.dispose();
    },
    120_000,
  );
});
