import { describe, expect, it } from 'vitest';
import type { Accumulator } from '../../src/aggregate/accumulator.ts';
import { AGGREGATIONS, aggregationOf } from '../../src/aggregate/aggregations.ts';
import { OptionError, SchemaError, StateError } from '../../src/errors.ts';
import { Memory } from '../../src/memory/memory.ts';
import { type DataType, f64, i32, timestamp, u8, utf8 } from '../../src/schema/data-type.ts';

const memory = new Memory();

const make = (name: string, types: readonly DataType[], evicting = false): Accumulator =>
  aggregationOf(name).kind(types, aggregationOf(name).parameters).create({ memory, owner: 'test', types, evicting });

describe('aggregationOf', () => {
  it('gives every aggregation its own name', () => {
    for (const [name, aggregation] of Object.entries(AGGREGATIONS)) expect(aggregation.name).toBe(name);
  });

  it('suggests the nearest name for an unknown one', () => {
    expect(() => aggregationOf('meen')).toThrow('agg: no aggregation is called "meen"; did you mean "mean"?');
    expect(() => aggregationOf('meen', 'window')).toThrow(OptionError);
    expect(() => aggregationOf('constructor')).toThrow(OptionError);
  });

  it('refuses types that an aggregation lacks, and says which it takes', () => {
    expect(() => aggregationOf('sum').resultType([utf8()])).toThrow(SchemaError);
    expect(() => aggregationOf('sum').resultType([utf8()])).toThrow('sum: takes numbers or bool, not utf8');
    expect(() => aggregationOf('mean').resultType([timestamp('ms')])).toThrow('mean: takes numbers or bool');
    expect(() => aggregationOf('corr').resultType([f64(), utf8()])).toThrow('corr: takes two columns of numbers');
  });

  it('refuses a ddof that is no number', () => {
    expect(() => aggregationOf('var').kind([f64()], { ddof: 'one' })).toThrow(OptionError);
    expect(() => aggregationOf('var').kind([f64()], { ddof: -1 })).toThrow('var: ddof is -1');
  });

  it('lets sum, mean and count of a numeric column share one state', () => {
    for (const type of [f64(), i32(), u8()]) {
      const kinds = ['sum', 'mean', 'count'].map(name => aggregationOf(name).kind([type], {}));
      expect(new Set(kinds).size).toBe(1);
    }
    const spreads = ['var', 'std', 'sem'].map(name => aggregationOf(name).kind([f64()], {}));
    expect(new Set(spreads).size).toBe(1);
  });
});

describe('an accumulator', () => {
  it('refuses rows that leave unless it was made for them', () => {
    const sum = make('sum', [f64()]);
    expect(() => sum.onOld({ length: 0, vectors: [], groupIds: 0, mask: 0 })).toThrow(StateError);
    sum.dispose();
  });

  it('refuses the saved state of another kind', () => {
    const [sum, variance, exact, text] = [
      make('sum', [f64()]),
      make('var', [f64()]),
      make('sum', [f64()], true),
      make('max', [utf8()]),
    ];
    for (const other of [variance, exact, text]) {
      expect(() => sum.restore(other.snapshot())).toThrow(StateError);
      expect(() => other.restore(sum.snapshot())).toThrow(StateError);
    }
    expect(() => sum.restore(new Uint8Array(3))).toThrow(StateError);
    for (const one of [sum, variance, exact, text]) one.dispose();
  });

  it('gives its memory back', () => {
    make('min', [f64()], true).dispose(); // a buffer that all such states of a memory share
    for (const name of ['sum', 'var', 'kurt', 'prod', 'min', 'first', 'any', 'count']) {
      for (const evicting of [false, true]) {
        const before = memory.stats().heldBytes;
        const one = make(name, [f64()], evicting);
        one.reserve(1000);
        expect(one.stateBytes).toBeGreaterThan(0);
        one.dispose();
        expect(memory.stats().heldBytes).toBe(before);
      }
    }
  });
});
