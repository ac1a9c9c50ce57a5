import { columnRoom, nullCode } from '../kernel/column.ts';
import type { Memory } from '../memory/memory.ts';
import { utf8 } from '../schema/data-type.ts';
import { copyOut } from './_copy.ts';
import type { Dictionary } from './dictionary.ts';
import { Vector } from './vector.ts';

const owner = 'dictionary';

// Words of the header that the kernels read; see assembly/column/dictionary.ts.
const COUNT = 0;
const CAPACITY = 1;
const OFFSETS = 2;
const VALUES = 3;
const VALUES_CAPACITY = 4;
const HASHES = 5;
const TABLE = 6;
const MASK = 7;

/** What a dictionary holds in linear memory; apart from it, so that it can be freed when the dictionary is gone. */
interface Held {
  readonly memory: Memory;
  header: number;
}

const free = ({ memory, header }: Held): void => {
  if (header === 0) return;
  const words = memory.u32.slice(header >>> 2, (header >>> 2) + 8);
  for (const part of [OFFSETS, VALUES, HASHES, TABLE]) memory.free(words[part]!);
  memory.free(header);
};

let registry: FinalizationRegistry<Held> | undefined;

/**
 * A `Dictionary` that takes new values: each distinct text has one code, in order of first appearance.
 *
 * Its memory goes back when nobody refers to the dictionary any more, or at `dispose`.
 */
export class GrowingDictionary implements Dictionary {
  readonly memory: Memory;
  readonly #held: Held;
  #vector: Vector | undefined;
  /** Codes of the values of heap dictionaries that were added before. */
  readonly #added = new WeakMap<Vector, Codes>();

  constructor(memory: Memory, capacity = 64, bytes = 1024) {
    this.memory = memory;
    const rows = Math.max(capacity, 16);
    const slots = 2 ** Math.ceil(Math.log2(rows * 2 + 1));
    const header = memory.allocateZeroed(32, owner);
    const parts = [
      0,
      rows,
      memory.allocateZeroed((rows + 1) * 4, owner),
      memory.allocate(Math.max(bytes, 64), owner),
      Math.max(bytes, 64),
      memory.allocate(rows * 4, owner),
      memory.allocateZeroed(slots * 4, owner),
      slots - 1,
    ];
    memory.u32.set(parts, header >>> 2);
    this.#held = { memory, header };
    registry ??= new FinalizationRegistry(free);
    registry.register(this, this.#held, this);
  }

  get count(): number {
    return this.#word(COUNT);
  }
  get offsets(): number {
    return this.#word(OFFSETS);
  }
  get values(): number {
    return this.#word(VALUES);
  }

  /**
   * Writes the codes of `length` rows of a utf8 column (addresses in linear memory) to `target` (int32), adding values that are
   * new. Rows without a value get `nullAs`.
   */
  encode(offsets: number, values: number, validity: number, length: number, target: number, nullAs = 0): void {
    const room = columnRoom(this.memory);
    for (let done = 0; ; ) {
      done = room.encodeUtf8(this.#held.header, offsets, values, validity, done, length, target, nullAs);
      if (done >= length) return;
      const row = this.memory.u32.subarray((offsets >>> 2) + done, (offsets >>> 2) + done + 2);
      this.#grow(row[1]! - row[0]!);
    }
  }

  /** The code of each value of a heap dictionary (`nullCode` for null), as u32 at `address`; 0 when they are 0, 1, 2, … */
  add(vector: Vector): Codes {
    const known = this.#added.get(vector);
    if (known) return known;
    const { memory } = this;
    const room = columnRoom(memory);
    const { length } = vector;
    const start = vector.offsets![0] ?? 0;
    const bytes = (vector.offsets![length] ?? start) - start;
    const parts = [
      memory.allocate((length + 1) * 4, owner),
      memory.allocate(bytes, owner),
      vector.validity ? memory.allocate((length + 7) >> 3, owner) : 0,
      memory.allocate(length * 4, owner),
    ] as const;
    const [offsets, values, validity, target] = parts;
    memory.i32.set(vector.offsets!.subarray(0, length + 1), offsets >>> 2);
    room.rebaseOffsets(offsets, offsets, length);
    memory.write((vector.values as Uint8Array).subarray(start, start + bytes), values);
    if (vector.validity) memory.u8.set(vector.validity.subarray(0, (length + 7) >> 3), validity);
    this.encode(offsets, values, validity, length, target, nullCode);
    const identity = room.isIdentity(target, length) === 1;
    const codes: Codes = {
      map: identity ? null : copyOut(memory.u32, target, length),
      nulls: vector.validity !== null && room.countBits(validity, length) < length,
    };
    for (const part of parts) memory.free(part);
    this.#added.set(vector, codes);
    return codes;
  }

  toVector(): Vector {
    const { count } = this;
    if (this.#vector?.length === count) return this.#vector;
    const offsets = copyOut(this.memory.i32, this.offsets, count + 1);
    const values = copyOut(this.memory.u8, this.values, offsets[count]!);
    this.#vector = new Vector(utf8(), count, { values, offsets });
    this.#added.set(this.#vector, { map: null, nulls: false });
    remember(this.#vector, this);
    return this.#vector;
  }

  /** Frees linear memory; only for whoever knows that no code is in use any more. */
  dispose(): void {
    registry!.unregister(this);
    free(this.#held);
    this.#held.header = 0;
  }

  #word(place: number): number {
    return this.memory.u32[(this.#held.header >>> 2) + place]!;
  }

  /** Doubles what is full, so that at least one more value of `bytes` bytes fits. */
  #grow(bytes: number): void {
    const { memory } = this;
    const at = this.#held.header >>> 2;
    const words = memory.u32.slice(at, at + 8);
    const count = words[COUNT]!;
    const used = memory.u32[(words[OFFSETS]! >>> 2) + count]!;
    const set = (place: number, value: number) => {
      memory.u32[at + place] = value;
    };
    if (used + bytes > words[VALUES_CAPACITY]!) {
      const size = Math.max(words[VALUES_CAPACITY]! * 2, used + bytes);
      set(VALUES, memory.reallocate(words[VALUES]!, used, size, owner));
      set(VALUES_CAPACITY, size);
    }
    if (count < words[CAPACITY]! && count * 2 <= words[MASK]!) return;
    const rows = words[CAPACITY]! * 2;
    const slots = 2 ** Math.ceil(Math.log2(rows * 2 + 1));
    set(OFFSETS, memory.reallocate(words[OFFSETS]!, (count + 1) * 4, (rows + 1) * 4, owner));
    set(HASHES, memory.reallocate(words[HASHES]!, count * 4, rows * 4, owner));
    set(CAPACITY, rows);
    memory.free(words[TABLE]!);
    set(TABLE, memory.allocateZeroed(slots * 4, owner));
    set(MASK, slots - 1);
    columnRoom(memory).rehashDictionary(this.#held.header);
  }
}

/** Where the values of another dictionary are found in this one. */
export interface Codes {
  /** Code by the other's code, `nullCode` for a null; null: the codes are the same. */
  readonly map: Uint32Array | null;
  /** Some value is null. */
  readonly nulls: boolean;
}

const imported = /* @__PURE__ */ new WeakMap<Memory, WeakMap<Vector, GrowingDictionary>>();

/** The dictionary in `memory` that holds the values of this heap dictionary: the same one each time. */
export function dictionaryOf(vector: Vector, memory: Memory): GrowingDictionary {
  const known = imported.get(memory)?.get(vector);
  if (known) return known;
  const dictionary = new GrowingDictionary(memory, vector.length, (vector.values as Uint8Array).length);
  remember(vector, dictionary);
  return dictionary;
}

/** Lets `dictionaryOf` find the dictionary of a vector. */
function remember(vector: Vector, dictionary: GrowingDictionary): void {
  let known = imported.get(dictionary.memory);
  if (!known) imported.set(dictionary.memory, (known = new WeakMap()));
  known.set(vector, dictionary);
}
