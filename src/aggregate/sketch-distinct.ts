import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { OptionError } from '../errors.ts';
import { sketchRoom } from '../kernel/sketch.ts';
import type { SketchRoom } from '../kernel/wasm/sketch.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, i64 } from '../schema/data-type.ts';
import { FlatAccumulator, type Part } from './_flat.ts';
import { Hashes } from './_hashes.ts';
import { kindOf } from './_kinds.ts';
import { demand } from './_types.ts';
import type { AccumulatorOptions, Aggregation, Parameters, Rows } from './accumulator.ts';
import { SlidingDistinct } from './sketch-sliding.ts';

/** Bytes of the numbers of registers with each rank; see assembly/sketch/distinct.ts. */
const rankBytes = 256;

/** Registers of one byte, 2^precision for each group: the longest run of zeros among the hashes that fell to each. */
class DistinctSketch extends FlatAccumulator {
  readonly #sketch: SketchRoom;
  readonly #precision: number;
  readonly #stride: number;
  readonly #hashes: Hashes;
  #vector: ChunkVector | undefined;

  constructor(options: AccumulatorOptions, precision: number) {
    const stride = 2 ** precision + rankBytes;
    super(options, { name: `approx_nunique ${precision}`, stride, initial: 0, forms: ['own'] });
    this.#sketch = sketchRoom(options.memory);
    this.#precision = precision;
    this.#stride = stride;
    this.#hashes = new Hashes(options.memory, options.owner, options.types[0]!);
  }

  override get stateBytes(): number {
    return super.stateBytes + this.#hashes.stateBytes;
  }

  override onNew(rows: Rows): void {
    this.#vector = rows.vectors[0];
    super.onNew(rows);
  }

  protected feed({ states, ids, mask, length }: Part): void {
    this.#hashes.each({ length, vectors: [this.#vector!], groupIds: ids, mask }, tile => {
      this.#sketch.distinctPush(
        states,
        this.#stride,
        this.#precision,
        tile.ids,
        tile.hashes,
        tile.present,
        tile.length,
      );
    });
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.#sketch.distinctMerge(states, this.#stride, this.#precision, from, map, groups);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const out = scratch.take(count * 8);
    const ranks = this.states + 2 ** this.#precision;
    this.#sketch.distinctResult(ranks, this.#stride, this.#precision, ids, count, out);
    return chunkVector(i64(), out);
  }

  override dispose(): void {
    super.dispose();
    this.#hashes.dispose();
  }
}

const isCountable = ({ kind }: DataType): boolean => kind !== 'binary';

/**
 * About how many distinct values there are, as i64, in 2^precision + 256 bytes for each group, however many there are. The standard error
 * is 1.04 / √2^precision: 1.6 % by default, half of it for two more. Nulls and NaN are skipped. Over windows that rows leave a register
 * holds the rows that can still be its greatest, some log₂ of the rows that fall to it, 24 bytes each.
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
    return kindOf(
      `approx_nunique ${precision}`,
      options => new DistinctSketch(options, precision),
      options => new SlidingDistinct(options, precision),
    );
  },
};
