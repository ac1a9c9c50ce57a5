import type { Parameters } from '../aggregate/accumulator.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { chunkVector } from '../column/chunk.ts';
import { ChunkBuilder } from '../column/chunk-builder.ts';
import { GrowingDictionary } from '../column/growing-dictionary.ts';
import { OptionError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import type { RollingColumnSpec } from '../rolling/rolling-set.ts';
import { SHIFTED } from '../rolling/rollings.ts';
import { type DataType, isVariable, widthOf } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import { Ring } from '../window/ring.ts';
import { loadRows, type SavedRows, saveRows } from '../window/saved-rows.ts';
import { RollingWindows } from './rolling-windows.ts';
import type { Scan, ScanKind, ScanOptions } from './scan.ts';

/** The value `n` rows before; null for the first n rows. */
class Shift implements Scan {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #type: DataType;
  readonly #n: number;
  readonly #ring: Ring;
  readonly #builder: ChunkBuilder;

  constructor({ memory, scratch, owner, types }: ScanOptions, n: number) {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#type = types[0]!;
    this.#n = n;
    this.#ring = new Ring({ memory, owner, types: [this.#type] });
    this.#builder = new ChunkBuilder(memory, new Schema([field('value', this.#type)]), owner, true);
    this.reset();
  }

  rows([vector]: readonly ChunkVector[], length: number): readonly ChunkVector[] {
    if (this.#n === 0) return [vector!];
    this.#builder.append(this.#ring.rows(this.#scratch), this.#n);
    this.#builder.append([vector!], length);
    this.#ring.push([vector!], length);
    this.#ring.drop(length);
    return this.#builder.finish().vectors;
  }

  /** The rows before the first are null. */
  reset(): void {
    this.#ring.clear();
    if (this.#n === 0) return;
    const bits = this.#scratch.takeZeroed((this.#n + 7) >> 3);
    const bytes = isVariable(this.#type) ? 0 : Math.max(this.#n * widthOf(this.#type), (this.#n + 7) >> 3);
    const offsets = isVariable(this.#type) ? this.#scratch.takeZeroed((this.#n + 1) * 4) : 0;
    const none = this.#type.kind === 'dictionary' ? new GrowingDictionary(this.#memory) : null;
    this.#ring.push([chunkVector(this.#type, this.#scratch.takeZeroed(bytes), bits, offsets, none)], this.#n);
  }

  snapshot(): SavedRows {
    return saveRows(this.#memory, this.#ring.rows(this.#scratch), this.#ring.length);
  }

  restore(saved: SavedRows): void {
    this.#ring.clear();
    this.#ring.push(loadRows(this.#memory, this.#scratch, saved, this.#ring.types), saved.length);
  }

  dispose(): void {
    this.#ring.dispose();
    this.#builder.dispose();
  }
}

/** @throws OptionError unless n is a whole number, 0 or more */
function rowsBack(parameters: Parameters): number {
  const n = Number(parameters['n']);
  if (Number.isSafeInteger(n) && n >= 0) return n;
  throw new OptionError(
    'n',
    `shift: n is ${parameters['n']}; a stream only looks back: give a whole number, 0 or more`,
  );
}

/** By group: of a window of n + 1 rows the oldest, if it is full. */
const oldestOfFull: RollingColumnSpec = /* @__PURE__ */ Object.freeze({
  kind: SHIFTED,
  args: [0],
  parameters: {},
  minPeriods: 0,
});

/** The value `n` rows before. */
export const shift: ScanKind = {
  name: 'shift',
  arity: [1, 1],
  parameters: { n: 1 },
  inputs: types => types,
  result: ([type]) => type!,
  keyed: true,
  create(options) {
    const n = rowsBack(options.parameters);
    return options.keyed ? new RollingWindows(options, n + 1, [oldestOfFull]) : new Shift(options, n);
  },
};
