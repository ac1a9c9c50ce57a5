import type { ChunkVector } from '../column/chunk.ts';
import { chunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import { bool, isNumeric, u32 } from '../schema/data-type.ts';
import { FlatAccumulator, JOIN, type Part } from './_flat.ts';
import { demand, isAddable } from './_types.ts';
import type { AccumulatorKind, AccumulatorOptions, Aggregation, Parameters } from './accumulator.ts';
import { sumKind } from './sum.ts';

/** Rows with a value, whatever its type; all rows when there is no argument. u32: good for 4.29 G rows a group. */
class Count extends FlatAccumulator {
  override readonly reduction = 'count';

  constructor(options: AccumulatorOptions) {
    const forms = options.types.map(() => 'own' as const);
    super(options, { name: 'count', stride: 4, initial: 0, forms, join: JOIN.words });
  }

  protected feed({ states, ids, validity, mask, length }: Part, old: boolean): void {
    this.room.count(states, ids, validity, mask, length, old ? -1 : 1);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room.mergeCounts(states, from, map, groups, 1);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const out = scratch.take(count * 4 + 4);
    this.room.take32(this.states, ids, count, out);
    return chunkVector(u32(), out);
  }
}

/** [true, all], u32 each: any and all, also when rows leave. */
class Truth extends FlatAccumulator {
  constructor(options: AccumulatorOptions) {
    super(options, { name: 'truth', stride: 8, initial: 0, forms: ['f64'], join: JOIN.words });
  }

  protected feed({ states, ids, values, validity, mask, length }: Part, old: boolean): void {
    this.room.truth(states, ids, values, validity, mask, length, old ? -1 : 1);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room.mergeCounts(states, from, map, groups, 2);
  }

  result(name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const out = scratch.take((count >> 3) + 1);
    this.room.resultTruth(this.states, ids, count, name === 'all' ? 1 : 0, out);
    return chunkVector(bool(), out);
  }
}

const countKind: AccumulatorKind = {
  name: 'count',
  create: options => new Count(options),
  inBlocks: () => options => new Count(options),
};
const truthKind: AccumulatorKind = {
  name: 'truth',
  create: options => new Truth(options),
  inBlocks: () => options => new Truth(options),
};

/** Rows in the group, with and without values. */
export const size: Aggregation = {
  name: 'size',
  arity: [0, 0],
  parameters: {},
  resultType: () => u32(),
  kind: () => countKind,
};

/** Values in the group: neither null nor NaN; without an argument, rows. */
export const count: Aggregation = {
  name: 'count',
  arity: [0, 1],
  parameters: {},
  resultType: () => u32(),
  kind: types => (types.length === 1 && isNumeric(types[0]!) ? sumKind : countKind),
};

/** Whether any value is true (not 0); false of nothing. */
export const any: Aggregation = {
  name: 'any',
  arity: [1, 1],
  parameters: {},
  resultType(types) {
    demand('any', types, isAddable, 'bool or numbers');
    return bool();
  },
  kind: () => truthKind,
};

/** Whether all values are true (not 0); true of nothing. */
export const all: Aggregation = {
  name: 'all',
  arity: [1, 1],
  parameters: {},
  resultType(types) {
    demand('all', types, isAddable, 'bool or numbers');
    return bool();
  },
  kind: () => truthKind,
};
