import { describe, expect, it } from 'vitest';
import { Batch } from '../../src/column/batch.ts';
import { Vector } from '../../src/column/vector.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { dictionary, f32, f64, i32, i64, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';

const schema = schemaOf({ x: f64(), y: f64(), h: f32(), i: i32(), l: i64(), w: dictionary(), t: utf8() });
const words = ['a', 'bb', 'ccc', 'dddd'];

/** Rows whose sums are exact in any order; `nulls`: one row in seven has no x and no i, `nan`: one in eleven has no number in y. */
function batchOf(rows: number, seed: number, { nulls = false, nan = false } = {}): Batch {
  const at = (row: number, n: number): number => (Math.imul(row + seed, 0x9e3779b1) >>> 8) % n;
  const list = Array.from({ length: rows }, (_, row) => row);
  const bits = new Uint8Array((rows + 7) >> 3);
  for (const row of list) if (at(row, 7) > 0) bits[row >> 3]! |= 1 << (row & 7);
  const validity = nulls ? bits : null;
  const text = (of: readonly string[]): Vector => {
    const bytes = of.map(word => new TextEncoder().encode(word));
    const offsets = new Int32Array(of.length + 1);
    for (const [i, word] of bytes.entries()) offsets[i + 1] = offsets[i]! + word.length;
    return new Vector(utf8(), of.length, { values: Uint8Array.from(bytes.flatMap(word => [...word])), offsets });
  };
  const numbers = (n: number): number[] => list.map(row => at(row, n));
  const vectors = [
    new Vector(f64(), rows, { values: Float64Array.from(numbers(1000), x => x / 8), validity }),
    new Vector(f64(), rows, {
      values: Float64Array.from(numbers(512), y => (nan && y % 11 === 0 ? Number.NaN : y - 200)),
    }),
    new Vector(f32(), rows, { values: Float32Array.from(numbers(300), h => h / 4) }),
    new Vector(i32(), rows, { values: Int32Array.from(numbers(2000), i => i - 700), validity }),
    new Vector(i64(), rows, { values: BigInt64Array.from(numbers(5000), l => BigInt(l - 900) << 30n) }),
    new Vector(dictionary(), rows, { values: Int32Array.from(numbers(4)), dictionary: text(words) }),
    text(numbers(4).map(word => words[word]!)),
  ];
  return new Batch(schema, vectors, rows);
}

type Frame = DataFrame<any>;
const all = {
  sum: (t: any) => t.y.sum(),
  mean: (t: any) => t.x.mean(),
  low: (t: any) => t.y.min(),
  high: (t: any) => t.h.max(),
  wide: (t: any) => t.l.sum(),
  first: (t: any) => t.l.min(),
  whole: (t: any) => t.i.sum(),
  rows: (t: any) => t.i.count(),
  spread: (t: any) => t.x.var(),
  middle: (t: any) => t.i.median(),
  word: (t: any) => t.t.last(),
};

/** What comes before the aggregation; each takes a frame to a frame. */
const pipelines: Readonly<Record<string, (frame: Frame) => Frame>> = {
  nothing: frame => frame.assign({}),
  'a filter': frame => frame.filter(t => t.x.gt(30)),
  'two filters and a projection between': frame =>
    frame
      .filter(t => t.i.gt(0).and(t.h.lt(60)))
      .assign({ y: t => t.y.mul(2).add(t.i) })
      .filter(t => t.y.ne(4)),
  'a filter of words, which no loop does': frame =>
    frame.filter(t => t.w.ne('bb')).filter(t => t.l.lt(0).or(t.x.le(50))),
  'a filter that keeps one row in a hundred': frame => frame.filter(t => t.x.lt(1.25)),
  'a filter that keeps nothing': frame => frame.filter(t => t.h.lt(-1)),
};

const batches = [
  batchOf(70_001, 1),
  batchOf(5, 2),
  batchOf(40_000, 3, { nulls: true }),
  batchOf(4_099, 4, { nan: true }),
  batchOf(33_333, 5, { nulls: true, nan: true }),
  batchOf(0, 6),
];

/** Results after each batch; `apart` keeps the rows on their way in sight, so that nothing is fused. */
function run(pipeline: (frame: Frame) => Frame, apart: boolean): { results: unknown[]; counts: unknown[] } {
  const frame: Frame = new DataFrame({ schema });
  const before = pipeline(frame);
  const results: unknown[] = [];
  before.agg(all).sink(batch => {
    results.push(batch.toArray()[0]);
  });
  if (apart) before.sink(() => {});
  for (const batch of batches) frame.emit(batch);
  const { nodes } = frame.metrics();
  const counts = nodes
    .filter(({ kind }) => kind !== 'sink')
    .map(({ kind, rowsIn, rowsOut, batches }) => ({ kind, rowsIn, rowsOut, batches }));
  frame.dispose();
  return { results, counts };
}

describe('aggregations in one loop with what is before them', () => {
  for (const [name, pipeline] of Object.entries(pipelines)) {
    it(`answer as if every step were done by itself: ${name}`, () => {
      const [fused, apart] = [run(pipeline, false), run(pipeline, true)];
      for (const [at, want] of apart.results.entries()) {
        const { spread, ...rest } = want as { spread: number | null };
        const { spread: got, ...same } = fused.results[at] as { spread: number | null };
        expect(same).toEqual(rest);
        if (spread === null) expect(got).toBe(null);
        else expect(got).toBeCloseTo(spread, 9);
      }
      expect(fused.counts).toEqual(apart.counts);
    });
  }

  it('go on from a checkpoint', () => {
    const open = (): { frame: Frame; results: unknown[] } => {
      const frame: Frame = new DataFrame({ schema });
      const results: unknown[] = [];
      frame
        .filter(t => t.x.gt(30))
        .agg(all)
        .sink(batch => {
          results.push(batch.toArray()[0]);
        });
      return { frame, results };
    };
    const [whole, before, after] = [open(), open(), open()];
    for (const batch of batches) whole.frame.emit(batch);
    for (const batch of batches.slice(0, 3)) before.frame.emit(batch);
    after.frame.restore(before.frame.checkpoint());
    for (const batch of batches.slice(3)) after.frame.emit(batch);
    expect(after.results).toEqual(whole.results.slice(3));
    for (const { frame } of [whole, before, after]) frame.dispose();
  });

  it('leave the rows to whoever asks for them later', () => {
    const frame: Frame = new DataFrame({ schema });
    const kept = frame.filter(t => t.x.gt(100));
    const sums: number[] = [];
    kept.agg({ s: (t: any) => t.x.sum() }).sink(batch => {
      sums.push(batch.column('s').get(0) as number);
    });
    frame.emit(batches[0]);
    const rows: number[] = [];
    const stop = kept.sink(batch => {
      rows.push(batch.length);
    });
    frame.emit(batches[0]);
    stop?.();
    frame.emit(batches[0]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toBeGreaterThan(1000);
    expect(sums).toEqual([sums[0], 2 * sums[0]!, 3 * sums[0]!]);
    frame.dispose();
  });
});
