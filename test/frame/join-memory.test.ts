// Long streams: what joins remember is bounded, and what they clear away is not needed any more.
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { dictionary, i32, i64 } from '../../src/schema/data-type.ts';

const rows = 1000;
const turns = 400;
const schema = { t: i64(), k: i32(), s: dictionary(), n: i32() };

interface Columns {
  readonly t: BigInt64Array;
  readonly k: Int32Array;
  readonly s: readonly string[];
  readonly n: Int32Array;
}

/** Batch number `at` of a side: a row a tick; keys come and go, a tick's key for a while only. */
function batch(at: number, seed: number): Columns {
  const t = BigInt64Array.from({ length: rows }, (_, row) => BigInt(at * rows + row));
  const n = Int32Array.from({ length: rows }, (_, row) => at * rows + row);
  const k = n.map(number => Math.floor(number / 500) * 50 + ((Math.imul(number + seed, 2654435761) >>> 9) % 50));
  return { t, k, s: Array.from(k, key => `text ${key % 100}`), n };
}

/** Rows out of order: each stretch of 8 backwards. */
const disordered = (given: Columns): Columns => {
  const place = (row: number): number => row ^ 7;
  return {
    t: given.t.map((_, row) => given.t[place(row)]!),
    k: given.k.map((_, row) => given.k[place(row)]!),
    s: given.s.map((_, row) => given.s[place(row)]!),
    n: given.n.map((_, row) => given.n[place(row)]!),
  };
};

/** Times of each key's rows in ascending order. */
function byKey(seed: number): Map<number, number[]> {
  const times = new Map<number, number[]>();
  for (let at = 0; at < turns; at++) {
    const { k, n } = batch(at, seed);
    for (const [row, key] of k.entries()) {
      const list = times.get(key);
      if (list) list.push(n[row]!);
      else times.set(key, [n[row]!]);
    }
  }
  return times;
}

const partners = byKey(7);
const within = (key: number, from: number, to: number): number[] =>
  (partners.get(key) ?? []).filter(time => time >= from && time <= to);

const cases: Readonly<
  Record<string, { join: (l: any, r: any) => any; expected: (key: number, t: number) => (number | null)[] }>
> = {
  'as of backward': {
    join: (left, right) => left.mergeAsof(right, { by: 'k', tolerance: 300 }),
    expected: (key, t) => [within(key, t - 300, t).at(-1) ?? null],
  },
  'as of forward': {
    join: (left, right) => left.mergeAsof(right, { by: 'k', direction: 'forward', tolerance: 300 }),
    expected: (key, t) => [within(key, t, t + 300)[0] ?? null],
  },
  'as of nearest': {
    join: (left, right) =>
      left.mergeAsof(right, { by: 'k', direction: 'nearest', tolerance: 300, allowExactMatches: false }),
    expected: (key, t) => {
      const [before, after] = [within(key, t - 300, t - 1).at(-1), within(key, t + 1, t + 300)[0]];
      if (before === undefined || after === undefined) return [before ?? after ?? null];
      return [t - before <= after - t ? before : after];
    },
  },
  interval: {
    join: (left, right) => left.mergeInterval(right, { by: 'k', from: -100, to: 40, how: 'left' }),
    expected: (key, t) => {
      const found = within(key, t - 100, t + 40);
      return found.length > 0 ? found : [null];
    },
  },
};

describe.each(Object.keys(cases))('%s over a long stream', name => {
  it.each([
    ['in order', 0],
    ['out of order', 8],
  ] as const)(
    'finds every partner of rows %s, in a memory that stays as it was',
    (_, outOfOrder) => {
      const { join, expected } = cases[name]!;
      const memory = new Memory();
      const left: any = new DataFrame({ schema, index: 't', memory, outOfOrder });
      const right: any = new DataFrame({ schema, index: 't', memory, outOfOrder });
      const given = (turn: number, seed: number) =>
        batchOf<any>((outOfOrder > 0 ? disordered : (one: Columns) => one)(batch(turn, seed)) as any, schema);
      const joined = join(left, right);
      let [at, done] = [0, 0];
      let wanted: (number | null)[] = [];
      let keys: Int32Array = new Int32Array(0);
      joined.sink((result: Batch<any>) => {
        const [t, k, other, text] = ['n_x', 'k', 'n_y', 's_y'].map(column => result.column(column)) as any[];
        for (let row = 0; row < result.length; row++) {
          if (done === wanted.length) {
            if (at % rows === 0) keys = batch(at / rows, 3).k;
            [wanted, done] = [expected(keys[at % rows]!, at), 0];
            at++;
          }
          const partner = wanted[done++]!;
          // expect() for each row would take minutes
          const right = t.get(row) === at - 1 && k.get(row) === keys[(at - 1) % rows] && other.get(row) === partner;
          const texts = text.get(row) === (partner === null ? null : `text ${k.get(row) % 100}`);
          if (!right || !texts)
            expect([t.get(row), k.get(row), other.get(row), text.get(row)]).toEqual([at - 1, partner]);
        }
      });
      let early = 0;
      // what the join itself remembers: rows within reach of the watermarks
      const states = { early: 0, late: 0 };
      for (let turn = 0; turn < turns; turn++) {
        right.emit(given(turn, 7));
        left.emit(given(turn, 3));
        if (turn === turns / 4) early = memory.stats().heldBytes;
        const half = turn < turns / 4 ? 'early' : 'late';
        states[half] = Math.max(states[half], joined.metrics().stateBytes);
      }
      const late = memory.stats().heldBytes;
      expect(states.early).toBeGreaterThan(0);
      expect(states.late).toBeLessThanOrEqual(states.early * 1.1);
      expect(states.late).toBeLessThan(8 << 20);
      joined.end();
      expect(at).toBe(turns * rows);
      expect(late).toBeLessThanOrEqual(early * 1.1);
      expect(late).toBeLessThan(16 << 20);
      for (const frame of [joined, left, right]) frame.dispose();
    },
    60_000,
  );
});

describe('a changing table', () => {
  it('holds a row for each key, however often they change', () => {
    const memory = new Memory();
    const left: any = new DataFrame({ schema: { k: i32() }, memory });
    const right: any = new DataFrame({ schema: { k: i32(), s: dictionary(), n: i32() }, memory });
    const results: Batch<any>[] = left.merge(right, { on: 'k' }).sinkToList();
    const keys = Int32Array.from({ length: rows }, (_, row) => row);
    let early = 0;
    for (let turn = 0; turn < turns; turn++) {
      const n = keys.map(key => key + turn);
      right.emit(
        batchOf({ k: keys, s: Array.from(n, one => `text ${one % 7}`), n }, { k: i32(), s: dictionary(), n: i32() }),
      );
      if (turn === 20) early = memory.stats().heldBytes;
    }
    expect(memory.stats().heldBytes).toBeLessThanOrEqual(early);
    left.emit({ k: keys });
    expect(Array.from(results[0]!.column('n'))).toEqual(Array.from(keys, key => key + turns - 1));
    expect(results[0]!.column('s').get(5)).toBe(`text ${(5 + turns - 1) % 7}`);
  });
});
