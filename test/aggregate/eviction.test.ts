// What left a window leaves no trace: long runs of arriving and leaving rows against fresh computations.
import { describe, expect, it } from 'vitest';
import type { Accumulator } from '../../src/aggregate/accumulator.ts';
import { aggregationOf } from '../../src/aggregate/aggregations.ts';
import { chunkVector } from '../../src/column/chunk.ts';
import { exportVector } from '../../src/column/export-chunk.ts';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { f64 } from '../../src/schema/data-type.ts';
import { exactSum, exactVar } from '../reference/exact.ts';

const memory = new Memory();
const scratch = new Scratch(memory, 'test');

/** A window over a stream of numbers, driven by hand. */
class Sliding {
  readonly #states = new Map<string, Accumulator>();
  readonly #values: number[] = [];
  readonly #zeroes: number;

  constructor(names: readonly string[], grouped: boolean) {
    for (const name of names) {
      const types = name === 'cov' || name === 'corr' ? [f64(), f64()] : [f64()];
      const options = { memory, owner: 'test', types, evicting: true };
      this.#states.set(name, aggregationOf(name).kind(types, {}).create(options));
    }
    this.#zeroes = grouped ? memory.allocateZeroed(1 << 20, 'test') : 0;
  }

  push(values: readonly number[]): void {
    this.#values.push(...values);
    this.#run(values, 'onNew');
  }

  drop(count: number): void {
    this.#run(this.#values.splice(0, count), 'onOld');
  }

  get values(): readonly number[] {
    return this.#values;
  }

  result(name: string): unknown {
    const { parameters } = aggregationOf(name);
    const answer = this.#states.get(name)!.result(name, parameters, 0, 1, scratch);
    const [value] = exportVector(answer, memory, 1);
    scratch.reset();
    return value;
  }

  #run(values: readonly number[], verb: 'onNew' | 'onOld'): void {
    const address = scratch.take(values.length * 8 + 8);
    memory.f64.set(values, address >>> 3);
    const vector = chunkVector(f64(), address);
    for (const [name, state] of this.#states) {
      const vectors = name === 'cov' || name === 'corr' ? [vector, vector] : [vector];
      state[verb]({ length: values.length, vectors, groupIds: this.#zeroes, mask: 0 });
    }
    scratch.reset();
  }
}

const close = (got: unknown, want: number, tolerance = 1e-12): void => {
  expect(Math.abs((got as number) - want)).toBeLessThanOrEqual(tolerance * Math.abs(want));
};

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32 + (Math.imul(state, 22695477) >>> 0) / 2 ** 64;
  };
}

const names = ['sum', 'mean', 'var', 'std', 'skew', 'kurt', 'prod', 'cov', 'corr'];

for (const grouped of [false, true]) {
  describe(`rows that leave, ${grouped ? 'grouped' : 'ungrouped'}`, () => {
    it('forgets 1e16 beside 1', () => {
      const window = new Sliding(names, grouped);
      window.push([1e16, 1, 1]);
      window.drop(1);
      expect(window.result('sum')).toBe(2);
      expect(window.result('mean')).toBe(1);
      expect(window.result('var')).toBe(0);
      expect(window.result('cov')).toBe(0);
      expect(window.result('corr')).toBeNull();
      window.push([4]);
      expect(window.result('sum')).toBe(6);
      close(window.result('var'), 3, 1e-15);
      close(window.result('skew'), Math.sqrt(3), 1e-14);
    });

    it('forgets infinities, NaN and sums that overflowed', () => {
      const window = new Sliding(names, grouped);
      window.push([Infinity, -Infinity, Number.NaN, 1.7e308, 1.7e308, 1, 2]);
      expect(window.result('sum')).toBeNaN();
      window.drop(1);
      expect(window.result('sum')).toBe(-Infinity);
      expect(window.result('var')).toBeNaN();
      window.drop(1);
      expect(window.result('sum')).toBe(Infinity);
      expect(window.result('var')).toBe(Infinity);
      window.drop(3);
      expect(window.result('sum')).toBe(3);
      expect(window.result('var')).toBe(0.5);
      expect(window.result('prod')).toBe(2);
      window.drop(2);
      expect(window.result('sum')).toBe(0);
      expect(window.result('mean')).toBeNull();
      expect(window.result('prod')).toBe(1);
    });

    it('forgets values of two larger scales', () => {
      const window = new Sliding(['sum', 'var'], grouped);
      window.push([1e100, 1e60, 0.1, 0.2, 0.7]);
      window.drop(1);
      close(window.result('sum'), 1e60, 1e-15);
      window.drop(1);
      close(window.result('sum'), exactSum(window.values), 1e-15);
    });

    for (const [what, offset, spread] of [
      ['prices', 100, 1],
      ['a large offset', 1e9, 1],
      ['milliseconds since 1970', 1.7e12, 0.001],
      ['values around 0', 0, 1e-3],
    ] as const) {
      it(`agrees with a fresh computation after many evictions of ${what}`, () => {
        const next = random(7);
        const window = new Sliding(['sum', 'mean', 'var', 'std'], grouped);
        const size = 1000;
        const batch = (): number[] => Array.from({ length: size }, () => offset + spread * (next() - 0.5));
        window.push(batch());
        for (let round = 0; round < 1000; round++) {
          window.push(batch());
          window.drop(size);
          expect(window.result('var')).toBeGreaterThanOrEqual(0);
        }
        const fresh = exactSum(window.values);
        close(window.result('sum'), fresh);
        close(window.result('mean'), fresh / size);
        close(window.result('var'), exactVar(window.values));
        close(window.result('std'), Math.sqrt(exactVar(window.values)));
      });
    }

    it('gives no variance to values that are alike', () => {
      const next = random(3);
      const window = new Sliding(['var', 'skew', 'kurt'], grouped);
      window.push(Array.from({ length: 500 }, () => 1e6 * next()));
      window.push(new Array<number>(50).fill(0.1));
      window.drop(500);
      // squares of 1e6 were in the sums: 160 bits below them
      expect(window.result('var')).toBeLessThan(1e-30);
      expect(window.result('var')).toBeGreaterThanOrEqual(0);
      expect(window.result('skew')).toBe(0);
      expect(window.result('kurt')).toBe(0);
    });

    it('takes factors away from products without drift', () => {
      const next = random(5);
      const window = new Sliding(['prod'], grouped);
      const batch = (): number[] => Array.from({ length: 1000 }, () => 1e-3 + 1e3 * next() ** 4);
      window.push(batch());
      for (let round = 0; round < 100; round++) {
        window.push(batch());
        window.drop(1000);
      }
      window.drop(990);
      close(
        window.result('prod'),
        window.values.reduce((a, b) => a * b, 1),
        1e-14,
      );
    });
  });
}
