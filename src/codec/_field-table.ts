import { powersOfFive, type TextRoom, textRoom } from '../kernel/text.ts';
import type { Memory } from '../memory/memory.ts';
import {
  type DataType,
  type IntegerType,
  isInteger,
  type Kind,
  TICKS_PER_SECOND,
  widthOf,
} from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';

/** What a record may hold, in the order of the file (CSV) or in any (JSON); `type` null: skipped. */
export interface TextField {
  readonly name: string;
  readonly type: DataType | null;
}

/** The fields of a text that has just the columns of `schema`. */
export const fieldsOf = (schema: Schema): TextField[] => schema.fields.map(({ name, type }) => ({ name, type }));

const fieldKind: Readonly<Record<Kind, number>> = /* @__PURE__ */ Object.freeze({
  bool: 5,
  int8: 1,
  int16: 1,
  int32: 1,
  int64: 1,
  uint8: 1,
  uint16: 1,
  uint32: 1,
  uint64: 2,
  float32: 4,
  float64: 3,
  utf8: 6,
  dictionary: 6,
  binary: 7,
  timestamp: 8,
  date32: 9,
});

const INT64: readonly [bigint, bigint] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Limits of an integer column; uint64 says [1, 1], which the kernel knows. */
function limitsOf(type: DataType): readonly [bigint, bigint] {
  if (type.kind === 'date32') return [-(2n ** 31n), 2n ** 31n - 1n];
  if (!isInteger(type) || type.kind === 'int64') return INT64;
  if (type.kind === 'uint64') return [1n, 1n];
  const bits = BigInt(widthOf(type as IntegerType) * 8);
  return type.kind.startsWith('u') ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

/** As assembly/text/index.ts wants it. */
const scratchBytes = 24 * 1024 + 256;
const utf8Bytes = /* @__PURE__ */ new TextEncoder();

/** What a parse call left in the state. */
export interface Stop {
  /** Address of the first record that was not read. */
  readonly cursor: number;
  readonly rows: number;
  /** The field that stopped it; -1: none. */
  readonly field: number;
  readonly code: number;
  readonly at: number;
  readonly extra: number;
}

/** The kernels' state and their table of fields, in linear memory. */
export class FieldTable {
  readonly #memory: Memory;
  readonly #owner: string;
  readonly room: TextRoom;
  /** Address of the state. */
  state = 0;
  /** Address of the fields. */
  fields = 0;
  #spare = 0;

  constructor(memory: Memory, owner: string) {
    this.#memory = memory;
    this.#owner = owner;
    this.room = textRoom(memory);
  }

  /** Writes the state anew, and the table of `fields`. The format's options and the columns' places are to be set after it. */
  lay(fields: readonly TextField[]): void {
    const memory = this.#memory;
    const { room } = this;
    const stateBytes = (room.stateBytes.value + 63) & ~63;
    this.state ||= memory.allocate(stateBytes + scratchBytes, this.#owner);
    const keys = fields.map(({ name }) => utf8Bytes.encode(`"${name}"`));
    const slots = 2 ** Math.ceil(Math.log2(fields.length * 2 + 2));
    const fieldBytes = (fields.length * room.fieldBytes.value + 63) & ~63;
    const keyBytes = keys.reduce((sum, key) => sum + key.length + 16, 64);
    memory.free(this.fields);
    this.fields = memory.allocateZeroed(fieldBytes + slots * 4 + keyBytes, this.#owner);
    const slotsAt = this.fields + fieldBytes;
    const wanted = fields.filter(({ type }) => type !== null).length;
    const scratch = this.state + stateBytes;
    room.openState(this.state, this.fields, fields.length, wanted, slotsAt, slots - 1, powersOfFive(memory), scratch);
    this.#layFields(fields, keys, slotsAt + slots * 4);
    if (fields.length > 0) room.closeFields(this.fields, fields.length);
    room.indexKeys(this.state);
    if (this.#spare) room.setSpare(this.state, this.#spare, memory.sizeOf(this.#spare));
  }

  /** Space of at least `bytes` bytes for a text whose escapes are undone. */
  growSpare(bytes: number): void {
    this.#memory.free(this.#spare);
    this.#spare = 0;
    this.#spare = this.#memory.allocate(bytes * 2, this.#owner);
    this.room.setSpare(this.state, this.#spare, this.#memory.sizeOf(this.#spare));
  }

  stop(): Stop {
    const at = this.state >>> 2;
    const [cursor, rows, field, code, place, extra] = this.#memory.u32.subarray(at, at + 6);
    return { cursor: cursor!, rows: rows!, field: field! | 0, code: code!, at: place!, extra: extra! };
  }

  dispose(): void {
    for (const address of [this.state, this.fields, this.#spare]) this.#memory.free(address);
    this.state = this.fields = this.#spare = 0;
  }

  #layFields(fields: readonly TextField[], keys: readonly Uint8Array[], keysAt: number): void {
    let keyAt = keysAt;
    for (const [i, { type }] of fields.entries()) {
      const key = keys[i]!;
      this.#memory.u8.set(key, keyAt);
      const [low, high] = type ? limitsOf(type) : INT64;
      const kind = type ? fieldKind[type.kind] : 0;
      const width = type && type.kind !== 'dictionary' ? widthOf(type) : 0;
      const ticks = type?.kind === 'timestamp' ? TICKS_PER_SECOND[type.unit] : 1;
      this.room.setField(this.fields, i, kind, width, keyAt, key.length, low, high, ticks);
      keyAt += key.length + 16;
    }
  }
}
