import type { ChunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import { f64, i64, isFloat, isUnsigned, u64 } from '../schema/data-type.ts';
import { FlatAccumulator, JOIN, type Part } from './_flat.ts';
import { kindOf } from './_kinds.ts';
import { demand, isAddable } from './_types.ts';
import type { AccumulatorOptions, Aggregation, Parameters } from './accumulator.ts';

/** The product of floats with an exponent of its own, or of integers modulo 2^64; factors can leave. */
class Product extends FlatAccumulator {
  readonly #float: boolean;

  constructor(options: AccumulatorOptions) {
    const float = isFloat(options.types[0]!);
    super(options, {
      name: float ? 'product f64' : 'product i64',
      stride: float ? 40 : 24,
      initial: 0,
      forms: [float ? 'f64' : 'i64'],
      join: float ? JOIN.productF64 : JOIN.productI64,
    });
    this.#float = float;
  }

  protected feed({ states, ids, values, validity, mask, length }: Part, old: boolean): void {
    const kernel = this.#float ? this.room.productF64 : this.room.productI64;
    kernel(states, ids, values, validity, mask, length, old ? -1 : 1);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room[this.#float ? 'mergeProductF64' : 'mergeProductI64'](states, from, map, groups);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const out = scratch.take(count * 8 + 8);
    this.room[this.#float ? 'resultProductF64' : 'resultProductI64'](this.states, ids, count, out);
    return this.answer(prod.resultType(this.types), out, 0, 0);
  }
}

const product = (options: AccumulatorOptions): FlatAccumulator => new Product(options);
const productKind = /* @__PURE__ */ kindOf('product', product, product, { blocks: () => product });

/** The product; 1 of nothing. Integers wrap as in numpy. Nulls and NaN are skipped. */
export const prod: Aggregation = {
  name: 'prod',
  arity: [1, 1],
  parameters: {},
  resultType(types) {
    demand('prod', types, isAddable, 'numbers or bool');
    const [type] = types;
    return isFloat(type!) ? f64() : isUnsigned(type!) ? u64() : i64();
  },
  kind: () => productKind,
};
