import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f32, f64, i32, i64, timestamp, u8 } from '../../src/schema/data-type.ts';
import { exactSum } from '../reference/exact.ts';

const texts = [
  'sum = sum(x)',
  'mean = mean(x)',
  'count = count(x)',
  'var = var(x)',
  'skew = skew(x)',
  'min = min(x)',
  'max = max(x)',
  'first = first(x)',
  'last = last(x)',
  'all = all(x)',
];

/** What a window of these values answers, as plainly as can be: two passes, in BigInt where rounding matters. */
function plain(values: readonly (number | null)[]): Record<string, number | boolean | null> {
  const present = values.filter((x): x is number => x !== null && !Number.isNaN(x));
  const n = present.length;
  const sum = present.reduce((total, x) => total + x, 0);
  const mean = sum / n;
  const moment = (k: number): number => present.reduce((total, x) => total + (x - mean) ** k, 0);
  const m2 = moment(2);
  return {
    sum,
    mean: n === 0 ? null : mean,
    count: n,
    var: n < 2 ? null : m2 / (n - 1),
    skew: n < 3 ? null : m2 === 0 ? 0 : (Math.sqrt(n * (n - 1)) / (n - 2)) * (moment(3) / n / (m2 / n) ** 1.5),
    min: n === 0 ? null : present.reduce((best, x) => Math.min(best, x)),
    max: n === 0 ? null : present.reduce((best, x) => Math.max(best, x)),
    first: present[0] ?? null,
    last: present.at(-1) ?? null,
    all: present.every(x => x !== 0),
  };
}

function mustBeLike(found: Record<string, unknown>, wanted: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(wanted)) {
    // whole numbers below 2^20: sums are exact; squares and cubes of distances are not
    if (name === 'var' || name === 'skew') {
      if (value === null) expect(found[name], name).toBeNull();
      else
        expect(Math.abs((found[name] as number) - (value as number)), name).toBeLessThan(
          1e-9 * (1 + Math.abs(value as number)),
        );
    } else expect(found[name], name).toEqual(value);
  }
}

/** Moments come together in another order where the ring's rows lie otherwise: their last bits differ. All else is the same to the last. */
function mustBeTheSame(found: Record<string, unknown>, wanted: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(wanted)) {
    if ((name === 'var' || name === 'skew') && value !== null)
      expect(Math.abs((found[name] as number) - (value as number)), name).toBeLessThan(
        1e-12 * (name === 'skew' ? 1 : (value as number)),
      );
    else expect(found[name], name).toEqual(value);
  }
}

const cell = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, Number.NaN, 0, 900_000) },
);
/** Sizes of batches; from single rows to more than a window. */
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 6000 })), {
  minLength: 1,
  maxLength: 12,
});
/** Values in an array of this kind that begins `skew` elements into its buffer. */
function skewed<T extends Int32Array | Float32Array | Uint8Array>(
  kind: new (length: number) => T,
  values: Float64Array,
  skew: number,
): T {
  const array = new kind(values.length + skew);
  array.set(values, skew);
  return array.subarray(skew) as T;
}

const rowsOf = (size: number, seed: readonly (number | null)[], from: number): (number | null)[] =>
  Array.from({ length: size }, (_, i) => seed[((from + i) * 7919) % seed.length]!);

describe('a window kept by blocks', () => {
  it('answers as its rows do, however large it is and wherever batches are cut', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 400, max: 20_000 })),
        sizes,
        fc.array(cell, { minLength: 1, maxLength: 97 }),
        (width, cuts, seed) => {
          const frame = new DataFrame({ schema: { x: f64() } });
          let found: Record<string, unknown> = {};
          frame
            .window(width)
            .agg(texts.join(', '))
            .sink(batch => {
              found = batch.toArray()[0]!;
            });
          const all: (number | null)[] = [];
          for (const size of cuts) {
            const x = rowsOf(size, seed, all.length);
            all.push(...x);
            frame.emit({ x });
            mustBeLike(found, plain(all.slice(-width)));
          }
          frame.dispose();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('answers so of every sort of column, each where it is brought', () => {
    const sorts = ['sum', 'mean', 'var', 'skew', 'min', 'max', 'first', 'last', 'all', 'count'];
    const types = { i: i64(), j: i32(), g: f32(), f: f64(), b: u8() };
    const aggregates = Object.keys(types).flatMap(name => sorts.map(sort => `${sort}_${name} = ${sort}(${name})`));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9000 }),
        sizes,
        fc.integer({ min: 0, max: 3 }),
        fc.boolean(),
        (width, cuts, skew, twice) => {
          const frame = new DataFrame({ schema: types });
          const found: Record<string, unknown>[] = [];
          for (let sink = 0; sink < (twice ? 2 : 1); sink++) {
            frame
              .window(width)
              .agg(
                ['size = count()', 'corr = corr(f, g)', 'prod = prod(b)', 'fprod = prod(f)', ...aggregates].join(', '),
              )
              .sink(batch => {
                found[sink] = batch.toArray()[0]!;
              });
          }
          const all: number[] = [];
          for (const size of cuts) {
            const x = Float64Array.from({ length: size }, (_, row) => ((all.length + row) * 7919) % 251);
            all.push(...x);
            frame.emit({
              i: BigInt64Array.from(x, BigInt),
              j: skewed(Int32Array, x, skew),
              g: skewed(Float32Array, x, skew),
              f: x,
              b: skewed(Uint8Array, x, skew),
            });
            const wanted = plain(all.slice(-width));
            for (const answer of found) {
              expect(answer['size']).toBe(Math.min(width, all.length));
              if (wanted['var'] === null || wanted['var'] === 0) expect(answer['corr']).toBeNull();
              else expect(answer['corr']).toBeCloseTo(1, 12);
              const rows = all.slice(-width);
              expect(answer['prod']).toBe(
                rows.reduce((product, value) => BigInt.asUintN(64, product * BigInt(value)), 1n),
              );
              const floats = rows.reduce((product, value) => product * value, 1);
              if (Number.isFinite(floats) && floats !== 0)
                expect((answer['fprod'] as number) / floats).toBeCloseTo(1, 9);
              for (const name of Object.keys(types)) {
                const one = sorts.map(sort => [sort, answer[`${sort}_${name}`]]);
                const plainly = one.map(([sort, value]) => [sort, typeof value === 'bigint' ? Number(value) : value]);
                mustBeLike(Object.fromEntries(plainly), wanted);
              }
            }
          }
          frame.dispose();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('answers so over time, when rows come out of order too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9000 }),
        sizes,
        fc.array(cell, { minLength: 1, maxLength: 97 }),
        fc.array(fc.integer({ min: -3, max: 9 }), { minLength: 1, maxLength: 31 }),
        (range, cuts, seed, steps) => {
          const frame = new DataFrame({ schema: { at: timestamp('ms'), x: f64() }, index: 'at' });
          let found: Record<string, unknown> = {};
          frame
            .window(`${range}ms`)
            .agg(['sum = sum(x)', 'count = count(x)', 'max = max(x)', 'var = var(x)'].join(', '))
            .sink(batch => {
              found = batch.toArray()[0]!;
            });
          let kept: { at: number; x: number | null }[] = [];
          let [rows, time, newest] = [0, 100_000, 0];
          for (const size of cuts) {
            const x = rowsOf(size, seed, rows);
            const at = x.map((_, i) => (time = Math.max(50_000, time + steps[(rows + i) % steps.length]!)));
            rows += size;
            frame.emit({ at: BigInt64Array.from(at, BigInt), x });
            for (const one of at) newest = Math.max(newest, one);
            kept = [...kept, ...at.map((one, i) => ({ at: one, x: x[i]! }))].filter(row => row.at > newest - range);
            const { sum, count, max, var: variance } = plain(kept.map(row => row.x));
            mustBeLike(found, { sum, count, max, var: variance });
          }
          frame.dispose();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes on from a checkpoint as if never interrupted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), sizes, fc.integer({ min: 0, max: 11 }), (width, cuts, at) => {
        const make = (): { frame: any; results: Record<string, unknown>[] } => {
          const frame = new DataFrame({ schema: { x: f64() } });
          const results: Record<string, unknown>[] = [];
          frame
            .window(width)
            .agg(texts.join(', '))
            .sink(batch => {
              results.push(batch.toArray()[0]!);
            });
          return { frame, results };
        };
        const whole = make();
        let current = make();
        let rows = 0;
        for (const [i, size] of cuts.entries()) {
          const x = Float64Array.from({ length: size }, (_, row) => Math.sin(rows + row) * 10 ** ((rows + row) % 9));
          rows += size;
          whole.frame.emit({ x });
          current.frame.emit({ x });
          mustBeTheSame(current.results.at(-1)!, whole.results.at(-1)!);
          if (i !== at) continue;
          const saved = current.frame.checkpoint();
          current.frame.dispose();
          current = make();
          current.frame.restore(saved);
        }
        whole.frame.dispose();
        current.frame.dispose();
      }),
      { numRuns: 40 },
    );
  });

  it('adds values of any size to the last bit but one, where they cancel too', () => {
    const value = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -20, max: 20 }));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 60, maxLength: 300 }),
        fc.integer({ min: 1, max: 9 }),
        (given, times) => {
          const values = given.map(([x, exponent]) => x * 2 ** exponent);
          const all = Array.from({ length: times }, () => values).flat();
          all.push(...all.slice(5).map(x => -x));
          const frame = new DataFrame({ schema: { x: f64() } });
          let sum = Number.NaN;
          frame
            .window(1e6)
            .agg({ sum: t => t.x.sum() })
            .sink(batch => {
              sum = batch.column('sum').values[0] as number;
            });
          frame.emit({ x: Float64Array.from(all) });
          frame.dispose();
          const wanted = exactSum(all);
          // the largest is 2^20: 2^-76 of it and of a thousand rows, or the last bit
          expect(Math.abs(sum - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 2 ** -52 + 2 ** -54);
        },
      ),
    );
  });

  it('forgets large values and infinities that left', () => {
    const frame = new DataFrame({ schema: { x: f64() } });
    const sums: number[] = [];
    frame
      .window(100)
      .agg({ sum: t => t.x.sum(), var: t => t.x.var() })
      .sink(batch => {
        sums.push(batch.column('sum').values[0] as number);
      });
    frame.emit({ x: Float64Array.of(1e300, Number.POSITIVE_INFINITY, -1e300, 1e16) });
    frame.emit({ x: new Float64Array(100).fill(0.1) });
    expect(sums.at(-1)).toBe(10);
    frame.dispose();
  });
});
