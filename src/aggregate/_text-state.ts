import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { GrowingDictionary } from '../column/growing-dictionary.ts';
import type { Scratch } from '../memory/scratch.ts';
import { FlatAccumulator, type Part } from './_flat.ts';
import { joined, parted } from './_saved.ts';
import type { AccumulatorOptions, Parameters, Rows } from './accumulator.ts';

/** As assembly/aggregate/text.ts numbers them. */
const MODE = /* @__PURE__ */ Object.freeze({ min: 0, max: 1, first: 2, last: 3 });

/** Least, greatest, first or last text (or bytes) of each group, in a heap of its own. */
export class TextState extends FlatAccumulator {
  /** Texts of forgotten groups stay in the heap until it is packed. */
  override readonly sideBySide = false;
  readonly #owner: string;
  readonly #mode: number;
  /** [ top, capacity ] of the heap. */
  readonly #heap: number;
  #bytes: number;
  /** Bytes that were held when the heap was packed last. */
  #packed = -1;
  #vector: ChunkVector | undefined;
  /** The texts that were given as answers for a dictionary column. */
  #dictionary: GrowingDictionary | undefined;

  constructor(options: AccumulatorOptions, which: keyof typeof MODE) {
    super(options, { name: `${which} text`, stride: 12, initial: 0, forms: ['own'] });
    this.#owner = options.owner;
    this.#mode = MODE[which];
    this.#heap = this.memory.allocateZeroed(64, options.owner);
    this.#bytes = this.memory.allocate(1024, options.owner);
    this.#setHeap(0);
  }

  override onNew(rows: Rows): void {
    this.#vector = rows.vectors[0];
    super.onNew(rows);
  }

  protected feed({ states, ids, validity, mask, length }: Part): void {
    const { values, offsets, dictionary } = this.#vector!;
    const dictionaryCodes = dictionary === null ? 0 : values;
    for (let row = 0; ; this.#grow()) {
      row = this.room.keepText(
        states,
        ids,
        dictionary === null ? offsets : dictionary.offsets,
        dictionary === null ? values : dictionary.values,
        dictionaryCodes,
        validity,
        mask,
        row,
        length,
        this.#mode,
        this.#heap,
        this.#bytes,
      );
      if (row === length) return;
    }
  }

  override merge(from: this, map: number, groups: number): void {
    const others = from.#bytes;
    for (let done = 0; done < groups; ) {
      done = this.room.mergeText(
        this.states,
        from.states,
        others,
        map,
        done,
        groups,
        this.#mode,
        this.#heap,
        this.#bytes,
      );
      if (done < groups) this.#grow();
    }
  }

  protected join(): void {}

  override clear(): void {
    super.clear();
    this.#setHeap(0);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const [offsets, bits] = [scratch.take(count * 4 + 4), scratch.take((count >> 3) + 1)];
    const values = scratch.take(this.room.sizeText(this.states, ids, count));
    const nulls = this.room.resultText(this.states, ids, count, this.#bytes, offsets, values, bits);
    const type = this.types[0]!;
    const validity = nulls > 0 ? bits : 0;
    if (type.kind !== 'dictionary') return chunkVector(type, values, validity, offsets);
    this.#dictionary ??= new GrowingDictionary(this.memory);
    const codes = scratch.take(count * 4 + 4);
    this.#dictionary.encode(offsets, values, validity, count, codes);
    return chunkVector(type, codes, validity, 0, this.#dictionary);
  }

  override snapshot(): Uint8Array {
    const top = this.memory.u32[this.#heap >>> 2]!;
    return joined([super.snapshot(), this.memory.u8.slice(this.#bytes, this.#bytes + top)]);
  }

  override restore(bytes: Uint8Array): void {
    const [states, texts] = parted(bytes, 2, this.#owner) as [Uint8Array, Uint8Array];
    super.restore(states);
    this.#bytes = this.memory.reallocate(this.#bytes, 0, texts.length, this.#owner);
    this.memory.u8.set(texts, this.#bytes);
    this.#setHeap(texts.length);
  }

  override get stateBytes(): number {
    return super.stateBytes + this.memory.sizeOf(this.#bytes) + this.memory.sizeOf(this.#heap);
  }

  override dispose(): void {
    super.dispose();
    this.memory.free(this.#heap);
    this.memory.free(this.#bytes);
  }

  #setHeap(top: number): void {
    const { u32 } = this.memory;
    u32[this.#heap >>> 2] = top;
    u32[(this.#heap >>> 2) + 1] = this.memory.sizeOf(this.#bytes);
  }

  /** Packs the texts that are still held; makes twice the room when they are the greater part. */
  #grow(): void {
    const size = this.memory.sizeOf(this.#bytes);
    const bytes = this.memory.allocate(size, this.#owner);
    const top = this.room.packText(this.states, this.groups, this.#bytes, bytes);
    this.memory.free(this.#bytes);
    this.#bytes =
      top * 2 > size || top === this.#packed ? this.memory.reallocate(bytes, top, 2 * size, this.#owner) : bytes;
    this.#packed = top;
    this.#setHeap(top);
  }
}
