import type { ChunkVector } from '../column/chunk.ts';
import { OptionError } from '../errors.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, f64 } from '../schema/data-type.ts';
import { FlatAccumulator, JOIN, type Part } from './_flat.ts';
import { kindOf } from './_kinds.ts';
import { demand, isAddable } from './_types.ts';
import type { AccumulatorOptions, Aggregation, Parameters } from './accumulator.ts';

/** Up to which power: 2 for the variance, 4 for skewness and kurtosis as well. */
type Order = 2 | 4;

/** Results, as the kernels number them. */
export const MOMENT: Readonly<Record<string, number>> = /* @__PURE__ */ Object.freeze({
  var: 0,
  std: 1,
  sem: 2,
  skew: 3,
  kurt: 4,
});

/** Bytes of work space the kernels ask for. */
const workBytes = 128;

abstract class MomentAccumulator extends FlatAccumulator {
  protected readonly order: Order;
  protected readonly work: number;

  constructor(options: AccumulatorOptions, order: Order, name: string, stride: number, join?: number) {
    super(options, { name, stride, initial: 0, forms: ['f64'], ...(join !== undefined && { join }) });
    this.order = order;
    this.work = options.memory.allocate(workBytes, options.owner);
  }

  result(name: string, parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const [out, bits] = [scratch.take(count * 8 + 8), scratch.take((count >> 3) + 1)];
    const ddof = Number(parameters['ddof'] ?? 1);
    const [exact, { room, states, order, work }] = [this.evicting ? 1 : 0, this];
    const nulls = room.resultMoments(states, ids, count, MOMENT[name]!, ddof, order, exact, work, out, bits);
    return this.answer(f64(), out, bits, nulls);
  }

  override dispose(): void {
    super.dispose();
    this.memory.free(this.work);
  }
}

/** Moments around the mean. */
class CentralMoments extends MomentAccumulator {
  constructor(options: AccumulatorOptions, order: Order) {
    super(options, order, `moments ${order}`, order === 2 ? 24 : 40, JOIN[`moments${order}`]);
  }

  protected feed({ states, ids, values, validity, mask, length }: Part): void {
    if (this.order === 2) this.room.moments2(states, ids, values, validity, mask, length, this.work);
    else this.room.moments4(states, ids, values, validity, mask, length, this.work);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room[this.order === 2 ? 'mergeMoments2' : 'mergeMoments4'](states, from, map, groups);
  }
}

/** Power sums of some 160 bits, for rows that leave: what left is gone to the last bit. */
class PowerSums extends MomentAccumulator {
  constructor(options: AccumulatorOptions, order: Order) {
    super(options, order, `powers ${order}`, order === 2 ? 64 : 112);
  }

  protected feed({ states, ids, values, validity, mask, length }: Part, old: boolean): void {
    const kernel = this.order === 2 ? this.room.exact2 : this.room.exact4;
    kernel(states, ids, values, validity, mask, length, old ? -1 : 1);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room[this.order === 2 ? 'mergeExact2' : 'mergeExact4'](states, from, map, groups);
  }
}

const momentKind = (order: Order): ReturnType<typeof kindOf> =>
  kindOf(
    `moments ${order}`,
    options => new CentralMoments(options, order),
    options => new PowerSums(options, order),
    { blocks: () => options => new CentralMoments(options, order), byGroup: true },
  );

export const secondKind = /* @__PURE__ */ momentKind(2);
const fourthKind = /* @__PURE__ */ momentKind(4);

function moment(name: string, order: Order): Aggregation {
  return {
    name,
    arity: [1, 1],
    parameters: order === 2 ? { ddof: 1 } : {},
    resultType(types: readonly DataType[]): DataType {
      demand(name, types, isAddable, 'numbers or bool');
      return f64();
    },
    kind(_types, parameters) {
      const ddof = parameters['ddof'];
      if (ddof !== undefined && !(typeof ddof === 'number' && ddof >= 0)) {
        throw new OptionError('ddof', `${name}: ddof is ${ddof}; give a number of at least 0, such as 1 or 0`);
      }
      return order === 2 ? secondKind : fourthKind;
    },
  };
}

// `var` is a reserved word, so these wear a longer name here.

/** The variance; `ddof` (1) is taken off the divisor. Null where there are no more than `ddof` values. */
export const variance: Aggregation = /* @__PURE__ */ moment('var', 2);
/** The standard deviation. */
export const std: Aggregation = /* @__PURE__ */ moment('std', 2);
/** The standard error of the mean. */
export const sem: Aggregation = /* @__PURE__ */ moment('sem', 2);
/** The skewness with pandas' correction for bias; null below 3 values, 0 when all are alike. */
export const skew: Aggregation = /* @__PURE__ */ moment('skew', 4);
/** The excess kurtosis with pandas' correction for bias; null below 4 values, 0 when all are alike. */
export const kurt: Aggregation = /* @__PURE__ */ moment('kurt', 4);
