import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { OptionError } from '../errors.ts';
import { sketchRoom } from '../kernel/sketch.ts';
import type { SketchRoom } from '../kernel/wasm/sketch.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, i64 } from '../schema/data-type.ts';
import { FlatAccumulator, type Part } from './_flat.ts';
import { demand } from './_types.ts';
import type { AccumulatorOptions, Aggregation, Parameters, Rows } from './accumulator.ts';
import { OrderKeys, tileRows } from './order-keys.ts';

/** Registers of one byte, 2^precision for each group: the longest run of zeros among the hashes that fell to each. */
class DistinctSketch extends FlatAccumulator {
  readonly #sketch: SketchRoom;
  readonly #precision: number;
  readonly #keys: OrderKeys;
  #vector: ChunkVector | undefined;

  /** @throws OptionError when rows would leave: a register does not tell what made it */
  constructor(options: AccumulatorOptions, precision: number) {
    if (options.evicting) {
      throw new OptionError(
        'name',
        'approx_nunique: rows leave this window, and a sketch of distinct values forgets none; use nunique, or windows that close',
      );
    }
    super(options, { name: `approx_nunique ${precision}`, stride: 2 ** precision, initial: 0, forms: ['own'] });
    this.#sketch = sketchRoom(options.memory);
    this.#precision = precision;
    this.#keys = new OrderKeys(options.memory, options.owner, options.types[0]!);
  }

  override onNew(rows: Rows): void {
    this.#vector = rows.vectors[0];
    super.onNew(rows);
  }

  protected feed({ states, ids, mask, length }: Part): void {
    const vector = this.#vector!;
    if (this.#keys.isText) {
      const { dictionary, values, offsets, validity } = vector;
      const [starts, bytes, codes] = dictionary
        ? [dictionary.offsets, dictionary.values, values]
        : [offsets, values, 0];
      this.#sketch.distinctTexts(states, this.#precision, ids, starts, bytes, codes, validity, mask, length);
      return;
    }
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const { keys, present } = this.#keys.read(vector, start, rows, mask);
      this.#sketch.distinctKeys(states, this.#precision, ids === 0 ? 0 : ids + start * 4, keys, present, rows);
    }
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.#sketch.distinctMerge(states, from, map, groups, this.#precision);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const out = scratch.take(count * 8);
    this.#sketch.distinctResult(this.states, this.#precision, ids, count, out);
    return chunkVector(i64(), out);
  }

  override dispose(): void {
    super.dispose();
    this.#keys.dispose();
  }
}

const isCountable = ({ kind }: DataType): boolean => kind !== 'binary';

/**
 * About how many distinct values there are, as i64, in 2^precision bytes for each group, however many there are. The standard error is
 * 1.04 / √2^precision: 1.6 % by default, half of it for two more. Nulls and NaN are skipped.
 *
 * HyperLogLog with 64-bit hashes and Ertl's estimator, which needs no tables of biases for small counts.
 *
 * @throws OptionError when the precision is no whole number from 4 to 18
 */
export const approxNunique: Aggregation = {
  name: 'approx_nunique',
  arity: [1, 1],
  parameters: { precision: 12 },
  resultType(types) {
    demand('approx_nunique', types, isCountable, 'any column but bytes');
    return i64();
  },
  kind(_types, parameters) {
    const precision = Number(parameters['precision']);
    if (!(Number.isInteger(precision) && precision >= 4 && precision <= 18)) {
      throw new OptionError('precision', `approx_nunique: precision is ${parameters['precision']}; give 4 to 18`);
    }
    return { name: `approx_nunique ${precision}`, create: options => new DistinctSketch(options, precision) };
  },
};
