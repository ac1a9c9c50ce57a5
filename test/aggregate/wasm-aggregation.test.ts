import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Aggregation } from '../../src/aggregate/accumulator.ts';
import { wasmAggregation } from '../../src/aggregate/wasm-aggregation.ts';
import { OptionError, SchemaError, StateError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f32, f64, i32, i64, utf8 } from '../../src/schema/data-type.ts';
import { energyModule, moduleWith, weightedModule } from './wasm-modules.ts';

const memories = [new Memory({ shared: false }), new Memory({ shared: true })];
const schema = { t: i64(), k: utf8(), x: f64(), n: i32() };
const row = fc.record({
  t: fc.integer({ min: 0, max: 99 }),
  k: fc.constantFrom('a', 'b', 'c', null),
  x: fc.option(fc.integer({ min: -9, max: 9 }), { freq: 5 }),
  n: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 5 }),
});
type Row = { t: number; k: string | null; x: number | null; n: number | null };
const batches = fc.array(fc.array(row, { maxLength: 30 }), { maxLength: 6 });

let weighted: Aggregation;
let energy: Aggregation;
beforeAll(async () => {
  weighted = wasmAggregation(await weightedModule(), { name: 'weighted', takes: [f64(), f64()] });
  energy = wasmAggregation(energyModule(), { name: 'energy' });
});

const plainWeighted = (rows: readonly Row[]): number | null => {
  const both = rows.filter(({ x, n }) => x !== null && n !== null);
  const weights = both.reduce((sum, { n }) => sum + n!, 0);
  return weights === 0 ? null : both.reduce((sum, { x, n }) => sum + x! * n!, 0) / weights;
};

function run(verbs: (frame: any) => any, input: readonly (readonly Row[])[], memory: Memory): any[] {
  const frame = new DataFrame({ schema, index: 't', memory });
  const results = verbs(frame).sinkToList();
  for (const rows of input) frame.emit(rows.map(one => ({ ...one, t: BigInt(one.t) })));
  frame.end();
  frame.dispose();
  return results.map((batch: any) => batch.toArray());
}

const grouped = (rows: readonly Row[]): object[] =>
  [...new Set(rows.map(({ k }) => k).filter(k => k !== null))]
    .sort()
    .map(k => ({ k, w: plainWeighted(rows.filter(one => one.k === k)) }));
const w = { w: (t: any) => t.x.aggregate(weighted, t.n) };

/** Frames that rows leave, or not. */
const schemes: [string, (frame: any) => any][] = [
  ['of everything', frame => frame],
  ['by group', frame => frame.groupby('k')],
  ['over a window of 2 rows', frame => frame.window(2)],
  ['over a window of 2 rows by group', frame => frame.window(2).groupby('k')],
  ['over the last 2 rows of each row', frame => frame.rolling(2, { minPeriods: 0 })],
  ['over the last 2 rows of each row by group', frame => frame.groupby('k').rolling(2, { minPeriods: 0 })],
];
/** What a module does that it must not, and what is said of it. */
const bad: Record<string, [Record<string, string>, RegExp]> = {
  traps: [{ on_new: 'ROWS (unreachable)' }, /on_new\(\) failed: unreachable/],
  'traps when asked': [{ result: '(param i32) (result f64) (unreachable)' }, /result\(\) failed: unreachable/],
  'writes behind its state': [
    { on_new: 'ROWS (f64.store (i32.add (local.get $states) (i32.const 8)) (f64.const 1))' },
    /wrote outside its state of 8 bytes/,
  ],
  'writes before its states': [
    { on_new: 'ROWS (f64.store (i32.sub (local.get $states) (i32.const 8)) (f64.const 1))' },
    /wrote outside its state of 8 bytes/,
  ],
  'writes outside its memory': [
    { on_new: 'ROWS (f64.store (i32.const -8) (f64.const 1))' },
    /on_new\(\) failed: memory access out of bounds/,
  ],
};

const badAtLeaving: typeof bad = {
  'traps when rows leave': [{ on_old: 'ROWS (unreachable)' }, /on_old\(\) failed: unreachable/],
  'writes behind its state when rows leave': [
    { on_old: 'ROWS (f64.store (i32.add (local.get $states) (i32.const 8)) (f64.const 1))' },
    /on_old\(\) wrote outside its state of 8 bytes/,
  ],
};

describe.each(memories)('aggregations by modules, shared memory $shared', memory => {
  it('run like built-ins: of everything, of the last rows, per group', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 40 }), (input, n) => {
        const seen = input.map((_, at) => input.slice(0, at + 1).flat());
        expect(run(f => f.agg(w), input, memory)).toEqual(seen.map(rows => [{ w: plainWeighted(rows) }]));
        expect(run(f => f.filter('n > 3').agg(w), input, memory)).toEqual(
          seen.map(rows => [{ w: plainWeighted(rows.filter(one => one.n !== null && one.n > 3)) }]),
        );
        expect(run(f => f.groupby('k').agg(w), input, memory)).toEqual(seen.map(grouped));
        expect(run(f => f.window(n).groupby('k').agg(w), input, memory)).toEqual(
          seen.map(rows => grouped(rows.slice(-n))),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('are merged where windows share slices', () => {
    const input = [
      [
        { t: 1, k: 'a', x: 1, n: 1 },
        { t: 11, k: 'a', x: 4, n: 2 },
        { t: 40, k: 'b', x: 0, n: 1 },
      ],
    ];
    const got = run(f => f.sliding('20', '10').agg({ w: (t: any) => t.x.aggregate(weighted, t.n) }), input, memory);
    expect(got.flat().map(({ windowEnd, w }: any) => [Number(windowEnd), w])).toEqual([
      [10, 1],
      [20, 3],
      [30, 4],
      [50, 0],
      [60, 0],
    ]);
  });

  it('take thousands of rows and groups, and a module of text', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => ({ t: i, k: `k${i % 3000}`, x: i % 7, n: 1 }));
    const [got] = run(
      f => f.groupby('k').agg({ e: (t: any) => t.x.aggregate(energy), s: 'sum(x * x)' }),
      [rows],
      memory,
    );
    expect(got).toHaveLength(3000);
    for (const { e, s } of got) expect(e).toBe(s);
  });

  it('run over the windows of each row, of all rows and of its group', () => {
    const rolled = (rows: readonly Row[], n: number): (number | null)[] =>
      rows.map((_, at) => plainWeighted(rows.slice(Math.max(0, at + 1 - n), at + 1)));
    const ofGroups = (rows: readonly Row[], n: number): (number | null)[] =>
      rows.map(({ k }, at) =>
        k === null
          ? null
          : plainWeighted(
              rows
                .slice(0, at + 1)
                .filter(one => one.k === k)
                .slice(-n),
            ),
      );
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 12 }), fc.nat(5), (input, n, cut) => {
        const rows = input.flat().map((one, at) => ({ ...one, t: at }));
        const whole = [rows.slice(0, cut * 7), rows.slice(cut * 7)];
        const all = run(f => f.rolling(n, { minPeriods: 0 }).agg(w), whole, memory).flat();
        expect(all.map(one => one.w)).toEqual(rolled(rows, n));
        const keyed = run(f => f.groupby('k').rolling(n, { minPeriods: 0 }).agg(w), whole, memory).flat();
        expect(keyed.map(one => one.w)).toEqual(ofGroups(rows, n));
        const timed = run(f => f.rolling(`${n}`, { minPeriods: 0 }).agg(w), whole, memory).flat();
        expect(timed.map(one => one.w)).toEqual(rolled(rows, n));
      }),
      { numRuns: 25 },
    );
  });

  it.each(schemes)(
    'fail their frame %s, and others go on, when a module traps or writes outside its state',
    (scheme, open) => {
      const leaves = scheme.includes('2 rows');
      for (const [name, [functions, message]] of Object.entries({ ...bad, ...(leaves && badAtLeaving) })) {
        const frame = new DataFrame({ schema, index: 't', memory });
        const other = new DataFrame({ schema, index: 't', memory });
        const broken = wasmAggregation(moduleWith({ on_old: 'ROWS', ...functions }), { name });
        open(frame)
          .agg({ y: (t: any) => t.x.aggregate(broken) })
          .sinkToList();
        const sums = open(other).agg({ s: 'sum(x)' }).sinkToList();
        const rows = [{ t: 1n, k: 'a', x: 2, n: 1 }];
        const more = [
          { t: 2n, k: 'a', x: 3, n: 1 },
          { t: 3n, k: 'a', x: 4, n: 1 },
        ];
        const emits = (): void => {
          frame.emit(rows);
          frame.emit(more);
        };
        expect(emits, name).toThrow(message);
        expect(() => frame.emit([{ t: 4n, k: 'a', x: 2, n: 1 }]), name).toThrow(StateError); // and stays failed
        other.emit(rows);
        other.emit(more);
        expect(sums.at(-1)!.toArray().at(-1)!.s).toBe(leaves ? 7 : 9);
        frame.dispose();
        other.dispose();
      }
    },
  );

  it.each(schemes)('are refused %s when they lie about the size of their states', (_, open) => {
    for (const size of [0, -4, 1 << 30]) {
      const lying = wasmAggregation(moduleWith({ on_old: 'ROWS', state_size: `(result i32) (i32.const ${size})` }));
      const frame = new DataFrame({ schema, index: 't', memory });
      const out = open(frame).agg({ y: (t: any) => t.x.aggregate(lying) });
      expect(() => out.sinkToList()).toThrow(/state_size\(\) says/);
    }
  });

  it('refuse rows that leave without on_old, and states that are added without merge', () => {
    const growing = wasmAggregation(moduleWith({}), { name: 'growing' });
    const frame = new DataFrame({ schema, index: 't', memory });
    expect(() => frame.window(3).agg({ y: t => t.x.aggregate(growing) })).toThrow(OptionError);
    for (const window of [frame.sliding('20', '10'), frame.session('5')]) {
      expect(() => window.agg({ y: t => t.x.aggregate(growing) })).toThrow(
        /adds states to states, and those of growing can't be: the module exports no merge/,
      );
    }
    frame.dispose();
  });
});

describe('a module', () => {
  it('is refused when it is none, lacks a function, or wants more than a memory', () => {
    expect(() => wasmAggregation(Uint8Array.of(1, 2, 3))).toThrow(/no WebAssembly module/);
    expect(() => wasmAggregation(moduleWith({ result: '' }))).toThrow(/exports no function result\(\)/);
    expect(() => wasmAggregation(moduleWith({}, '(import "fs" "read" (func)) (memory (export "memory") 1)'))).toThrow(
      /imports function fs.read/,
    );
    expect(() => wasmAggregation(moduleWith({}, ''))).toThrow(/neither imports a memory nor exports one/);
    expect(() => wasmAggregation(moduleWith({}), { takes: [utf8()] })).toThrow(/no fixed width/);
  });

  it('is refused when its functions take other parameters, or its states have no size', () => {
    const open = (functions: Record<string, string>, takes = [f64()]) => {
      const frame = new DataFrame({ schema });
      const made = wasmAggregation(moduleWith(functions), { takes });
      frame.agg({ y: t => t.x.aggregate(made, ...takes.slice(1).map(() => t.n)) }).sinkToList();
    };
    expect(() => open({}, [f64(), f64()])).toThrow(/on_new\(\) takes 6 parameters, and is called with 8 for 2 columns/);
    for (const size of [0, -4, 1 << 30]) {
      expect(() => open({ state_size: `(result i32) (i32.const ${size})` })).toThrow(/state_size\(\) says/);
    }
    expect(() =>
      open({ initial: '(param $state i32) (f64.store (i32.add (local.get $state) (i32.const 4)) (f64.const 0))' }),
    ).toThrow(/initial\(\) wrote outside its state/);
  });

  it('imports a memory with the limits it asks for, shared or not', () => {
    for (const limits of ['(memory 2 40)', '(memory 3)', '(memory 1 64 shared)']) {
      const frame = new DataFrame({ schema });
      const made = wasmAggregation(moduleWith({}, `(import "env" "memory" ${limits})`));
      const got = frame.agg({ y: t => t.x.aggregate(made) }).sinkToList();
      frame.emit([{ t: 1n, x: 1 }]);
      expect(got[0]!.toArray()).toEqual([{ y: 0 }]);
      frame.dispose();
    }
    const frame = new DataFrame({ schema });
    const small = wasmAggregation(moduleWith({}, '(memory (export "memory") 1 1)'));
    expect(() => frame.agg({ y: t => t.x.aggregate(small) }).sinkToList()).toThrow(/declare a higher maximum/);
  });

  it('says the type of its result and of its columns', () => {
    const frame = new DataFrame({ schema });
    const odd = wasmAggregation(moduleWith({ result: '(param $state i32) (result i64) (i64.const 5)' }));
    frame.agg({ y: t => t.x.aggregate(odd) }).sinkToList();
    expect(() => frame.emit([])).toThrow(/result\(\) gives an i64, which is no f64/);
    const whole = wasmAggregation(moduleWith({ result: '(param $state i32) (result i64) (i64.const 5)' }), {
      returns: i64(),
      takes: [f32()],
    });
    expect(() => frame.agg({ y: t => t.x.aggregate(whole) })).toThrow(SchemaError);
    const fresh = new DataFrame({ schema });
    const got = fresh
      .assign({ x: 'cast(x, "f32")' })
      .agg({ y: t => t.x.aggregate(whole) })
      .sinkToList();
    fresh.emit([{ t: 1n, x: 1 }]);
    expect(got[0]!.toArray()).toEqual([{ y: 5n }]);
    fresh.dispose();
  });
});
