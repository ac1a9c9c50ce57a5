import type { ChunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, f64 } from '../schema/data-type.ts';
import { FlatAccumulator, JOIN, type Part } from './_flat.ts';
import { kindOf } from './_kinds.ts';
import { demand, isAddable } from './_types.ts';
import type { AccumulatorOptions, Aggregation, Parameters } from './accumulator.ts';

/** Second moments of two columns, of the rows where both have a value: around the means, or as exact sums when rows leave. */
class PairMoments extends FlatAccumulator {
  readonly #work: number;

  constructor(options: AccumulatorOptions) {
    const { evicting } = options;
    super(options, {
      name: evicting ? 'pair sums' : 'pair moments',
      stride: evicting ? 136 : 48,
      initial: 0,
      forms: ['f64', 'f64'],
      join: JOIN.pairs,
    });
    this.#work = options.memory.allocate(64, options.owner);
  }

  protected feed({ states, ids, values, values2, validity, validity2, mask, length }: Part, old: boolean): void {
    const { room } = this;
    if (!this.evicting) room.pairs(states, ids, values, values2, validity, validity2, mask, length, this.#work);
    else room.exactPairs(states, ids, values, values2, validity, validity2, mask, length, old ? -1 : 1);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room[this.evicting ? 'mergeExactPairs' : 'mergePairs'](states, from, map, groups);
  }

  result(name: string, parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const [out, bits] = [scratch.take(count * 8 + 8), scratch.take((count >> 3) + 1)];
    const [what, ddof, exact] = [name === 'cov' ? 0 : 1, Number(parameters['ddof'] ?? 1), this.evicting ? 1 : 0];
    const nulls = this.room.resultPairs(this.states, ids, count, what, ddof, exact, this.#work, out, bits);
    return this.answer(f64(), out, bits, nulls);
  }

  override dispose(): void {
    super.dispose();
    this.memory.free(this.#work);
  }
}

const pairMoments = (options: AccumulatorOptions): FlatAccumulator => new PairMoments(options);
const pairKind = /* @__PURE__ */ kindOf('pair', pairMoments, pairMoments, {
  blocks: () => pairMoments,
  byGroup: true,
});

const numbers = (name: string, types: readonly DataType[]): DataType => {
  demand(name, types, isAddable, 'two columns of numbers');
  return f64();
};

/** The covariance of two columns; `ddof` (1) is taken off the divisor. */
export const cov: Aggregation = {
  name: 'cov',
  arity: [2, 2],
  parameters: { ddof: 1 },
  resultType: types => numbers('cov', types),
  kind: () => pairKind,
};

/** Pearson's correlation of two columns; null where one of them does not vary. */
export const corr: Aggregation = {
  name: 'corr',
  arity: [2, 2],
  parameters: {},
  resultType: types => numbers('corr', types),
  kind: () => pairKind,
};
