// Every aggregation under every scheme, by group or not, of every sort of column: each answer is that of the rows which are there, wherever
// batches are cut, saved and restored between them or not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { bool, dictionary, f64, i64, timestamp, u8, utf8 } from '../../src/schema/data-type.ts';
import { type Answer, answers, eachRowsAnswers, type Row } from '../reference/table.ts';

const schema = {
  at: timestamp('ms'),
  k: utf8(),
  x: f64(),
  i: i64(),
  u: u8(),
  b: bool(),
  s: utf8(),
  d: dictionary(),
  t: timestamp('s'),
};
const texts = Object.fromEntries(Object.keys(answers).map((text, at) => [`a${at}`, text]));

/** A window: the rows it has, and where it begins, if it says so. */
interface Part {
  readonly rows: readonly Row[];
  readonly start?: number;
}

/** Which rows an answer is of. */
interface Scheme {
  /** By `k`, or of all rows. */
  open(df: any, keyed: boolean): any;
  /** What comes out after the rows up to each of `ends` have come, and the frame ended: the windows in their order, without groups. */
  parts(rows: readonly Row[], ends: readonly number[]): Part[];
  /** Each row has an answer of its own: of its group, NaN and missing alike, numbers as floats. */
  readonly perRow?: true;
}

const evicting = (
  open: (df: any) => any,
  inside: (row: Row, place: number, rows: readonly Row[]) => boolean,
): Scheme => ({
  open: (df, keyed) => (keyed ? open(df).groupby('k') : open(df)),
  parts: (rows, ends) => ends.map(end => ({ rows: rows.slice(0, end).filter(inside) })),
});
const lastRows = (count: number) => (_: Row, place: number, rows: readonly Row[]) => rows.length - place <= count;
const lastSecond = ({ at }: Row, _: number, rows: readonly Row[]): boolean => rows.at(-1)!.at - at < 1000;

const rolling = (window: number | string, inside: ReturnType<typeof lastRows>): Scheme => ({
  open: (df, keyed) => (keyed ? df.groupby('k') : df).rolling(window, { minPeriods: 0 }),
  parts: rows => rows.map((_, place) => ({ rows: rows.slice(0, place + 1).filter(inside) })),
  perRow: true,
});

/** Windows of `size` that begin every `step`, which have rows. */
const aligned = (rows: readonly Row[], size: number, step: number): Part[] => {
  const first = Math.floor((rows[0]?.at ?? 0) / step) * step - size;
  const last = rows.at(-1)?.at ?? first - 1;
  const starts = Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, n) => first + n * step);
  return starts
    .map(start => ({ start, rows: rows.filter(({ at }) => at >= start && at < start + size) }))
    .filter(part => part.rows.length > 0);
};

const sessions = (rows: readonly Row[], gap: number): Part[] => {
  const parts: Row[][] = [];
  for (const row of rows) {
    const newest = parts.at(-1);
    if (newest && row.at - newest.at(-1)!.at < gap) newest.push(row);
    else parts.push([row]);
  }
  return parts.map(part => ({ start: part[0]!.at, rows: part }));
};

const closing = (open: (df: any) => any, parts: (rows: readonly Row[]) => Part[]): Scheme => ({
  open: (df, keyed) => (keyed ? open(df).groupby('k') : open(df)),
  parts,
});

const schemes: Readonly<Record<string, Scheme>> = {
  'everything so far': {
    ...evicting(
      df => df,
      () => true,
    ),
    open: (df, keyed) => (keyed ? df.groupby('k') : df),
  },
  expanding: evicting(
    df => df.expanding(),
    () => true,
  ),
  'window of 5 rows': evicting(df => df.window(5), lastRows(5)),
  'window of 1 second': evicting(df => df.window('1s'), lastSecond),
  'rolling 5 rows': rolling(5, lastRows(5)),
  'rolling 1 second': rolling('1s', lastSecond),
  'tumbling 1 second': closing(
    df => df.tumbling('1s'),
    rows => aligned(rows, 1000, 1000),
  ),
  'sliding 2 seconds by 1': closing(
    df => df.sliding('2s', '1s'),
    rows => aligned(rows, 2000, 1000),
  ),
  'sessions of 300 ms': closing(
    df => df.session('300ms'),
    rows => sessions(rows, 300),
  ),
};

const cell = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 5 });
const small = fc.integer({ min: -3, max: 3 });
const float = fc.oneof(
  { weight: 9, arbitrary: fc.oneof(small, fc.constantFrom(0.5, 1000)) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
);
const step = fc.record({
  gap: fc.oneof(fc.nat(400), fc.constant(1500)),
  k: fc.constantFrom('a', 'b', 'c'),
  x: cell(float),
  i: cell(fc.oneof({ weight: 6, arbitrary: small.map(BigInt) }, { weight: 1, arbitrary: fc.constant(1000n) })),
  u: cell(fc.constantFrom(0, 1, 2, 255)),
  b: cell(fc.boolean()),
  s: cell(fc.constantFrom('', 'a', 'b', 'ba', 'Ω', 'longer than sixteen bytes')),
  d: cell(fc.constantFrom('', 'x', 'y', 'xyz')),
  t: cell(fc.integer({ min: -3, max: 3 }).map(seconds => new Date(seconds * 1000))),
});
const given = fc.record({
  steps: fc.array(step, { maxLength: 40 }),
  cuts: fc.array(fc.nat(40), { maxLength: 3 }),
  saves: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
});

describe.each(Object.keys(schemes))('every aggregation over %s', name => {
  const memory = new Memory();
  const { open, parts, perRow = false } = schemes[name]!;

  /** Emits the rows up to each of `ends`; before some batches another frame goes on from the state of the one before. */
  const run = (
    rows: readonly Row[],
    ends: readonly number[],
    saves: readonly boolean[],
    keyed: boolean,
  ): Answer[][] => {
    const found: Answer[][] = [];
    const made = (): { df: any; out: any } => {
      const df = new DataFrame({ schema, index: 'at', memory });
      const out = open(df, keyed).agg(texts);
      out.sink((batch: any) => found.push(batch.toArray()));
      return { df, out };
    };
    let now = made();
    for (const [place, end] of ends.entries()) {
      if (saves[place]) {
        const next = made();
        next.out.restore(now.out.checkpoint());
        now.df.dispose();
        now = next;
      }
      now.df.emit(rows.slice(ends[place - 1] ?? 0, end));
    }
    now.df.end();
    now.df.dispose();
    return found;
  };

  const rowsOf = (steps: readonly any[]): Row[] => {
    let at = 0;
    return steps.map(({ gap, ...cells }) => ({ at: (at += gap), ...cells }));
  };
  const endsOf = (cuts: readonly number[], length: number): number[] => [
    ...cuts.map(cut => Math.min(cut, length)).sort((a, b) => a - b),
    length,
  ];

  it('is that of the rows which are there', () => {
    fc.assert(
      fc.property(given, ({ steps, cuts, saves }) => {
        const rows = rowsOf(steps);
        const ends = endsOf(cuts, rows.length);
        const found = run(rows, ends, saves, false).flat();
        const wanted = parts(rows, ends);
        expect(found.length).toBe(wanted.length);
        for (const [place, part] of wanted.entries()) agrees(found[place]!, part, perRow);
      }),
      { numRuns: 30 },
    );
  });

  it('is that of the rows of each group', () => {
    fc.assert(
      fc.property(given, ({ steps, cuts, saves }) => {
        const rows = rowsOf(steps);
        const ends = endsOf(cuts, rows.length);
        const found = run(rows, ends, saves, true).flat();
        // what closes in one batch comes in this order
        if (name.startsWith('sessions'))
          found.sort((a: any, b: any) => a.windowStart - b.windowStart || (a.k < b.k ? -1 : 1));
        const wanted = groupsOf(name, rows, ends);
        expect(found.map(({ k }) => k)).toEqual(wanted.map(({ k }) => k));
        for (const [place, part] of wanted.entries()) agrees(found[place]!, part, perRow);
      }),
      { numRuns: 30 },
    );
  });
});

/** The windows of each group: of all rows cut by key, or (rolling, sessions) of the rows of each key. */
function groupsOf(name: string, rows: readonly Row[], ends: readonly number[]): (Part & { readonly k: string })[] {
  const { parts, perRow } = schemes[name]!;
  const of = (part: readonly Row[], k: string): Row[] => part.filter(row => row.k === k);
  if (perRow) {
    return rows.map(({ k }, place) => ({ k, ...parts(of(rows.slice(0, place + 1), k), ends).at(-1)! }));
  }
  const keys = ['a', 'b', 'c'];
  if (name.startsWith('sessions')) {
    const each = keys.flatMap(k => parts(of(rows, k), ends).map(part => ({ ...part, k })));
    return each.sort((a, b) => a.start! - b.start! || (a.k < b.k ? -1 : 1));
  }
  return parts(rows, ends).flatMap(part =>
    keys.map(k => ({ ...part, k, rows: of(part.rows, k) })).filter(group => group.rows.length > 0),
  );
}

function agrees(answer: Answer, { rows, start }: Part, perRow: boolean): void {
  if (start !== undefined) expect(answer['windowStart']).toEqual(new Date(start));
  for (const [name, text] of Object.entries(texts)) {
    const want = (perRow ? eachRowsAnswers : answers)[text]!(rows);
    const got = answer[name];
    if (!alike(got, want, perRow)) expect(got, `${text} of ${JSON.stringify(rows, shown)}`).toEqual(want);
  }
}

/** Floats may differ in their last places; each row's own answers are floats, and none of them is NaN. */
function alike(got: unknown, want: unknown, perRow: boolean): boolean {
  if (perRow && (want === undefined || Number.isNaN(want))) return got === null;
  if (perRow && typeof want === 'boolean' && typeof got === 'number') return got === Number(want);
  if (typeof want === 'bigint') return got !== null && BigInt(got as number) === want;
  if (typeof want !== 'number') return got instanceof Date ? got.getTime() === (want as Date)?.getTime() : got === want;
  return (
    typeof got === 'number' &&
    (Object.is(got, want) || got === want || Math.abs(got - want) <= 1e-7 * Math.max(1, Math.abs(want)))
  );
}

const shown = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}n` : typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value;
