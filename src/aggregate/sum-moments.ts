import type { ChunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, f64, isFloat, u32 } from '../schema/data-type.ts';
import { FlatAccumulator, JOIN, type Part } from './_flat.ts';
import type { AccumulatorKind, AccumulatorOptions, Parameters } from './accumulator.ts';
import { MOMENT, secondKind } from './moments.ts';
import { SUM, sumKind } from './sum.ts';

/** Bytes of the sum, in front of the moments. */
const sumBytes = 56;
const workBytes = 64;

/** Sum and central moments of a float column, of group 0 alone: what is read once serves both. */
class SumMoments extends FlatAccumulator {
  readonly #work: number;

  constructor(options: AccumulatorOptions) {
    super(options, { name: 'sum moments', stride: 80, initial: 0, forms: ['f64'], join: JOIN.sumMoments });
    this.#work = options.memory.allocate(workBytes, options.owner);
  }

  protected feed({ states, values, validity, mask, length }: Part): void {
    this.room.sumMoments(states, values, validity, mask, length, this.#work);
  }

  /** Not by groups: see `JOIN`. */
  protected join(): void {}

  result(name: string, parameters: Parameters, _ids: number, _count: number, scratch: Scratch): ChunkVector {
    const [out, bits] = [scratch.take(8), scratch.take(1)];
    const { room, states } = this;
    const what = SUM[name];
    if (what !== undefined) {
      const nulls = room.resultExact1(states, 0, 1, what, out, bits);
      return this.answer(name === 'count' ? u32() : f64(), out, bits, nulls);
    }
    const ddof = Number(parameters['ddof'] ?? 1);
    const nulls = room.resultMoments(states + sumBytes, 0, 1, MOMENT[name]!, ddof, 2, 0, this.#work, out, bits);
    return this.answer(f64(), out, bits, nulls);
  }

  override dispose(): void {
    super.dispose();
    this.memory.free(this.#work);
  }
}

/** One state for what else takes these two, in windows that are kept by blocks; null where there is none. */
export function togetherInBlocks(
  one: AccumulatorKind,
  other: AccumulatorKind,
  [type]: readonly DataType[],
): ((options: AccumulatorOptions) => FlatAccumulator) | null {
  const both = (one === sumKind && other === secondKind) || (one === secondKind && other === sumKind);
  return both && isFloat(type!) ? options => new SumMoments(options) : null;
}
