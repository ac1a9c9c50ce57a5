import fc from 'fast-check';
import { expect } from 'vitest';
import type { Memory } from '../../src/memory/memory.ts';

export type Value = number | bigint;

interface Store {
  readonly bytes: number;
  readonly array: { from(values: Iterable<any>): ArrayBufferView & ArrayLike<Value> };
  readonly value: fc.Arbitrary<Value>;
}

const edges = (...values: Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);
const integer = (min: number, max: number): fc.Arbitrary<Value> =>
  fc.oneof(fc.integer({ min, max }), fc.integer({ min: Math.max(min, -3), max: 3 }), edges(min, max, 0, 1));
const big = (min: bigint, max: bigint): fc.Arbitrary<Value> =>
  fc.oneof(fc.bigInt({ min, max }), fc.bigInt({ min: min < 0n ? -3n : 0n, max: 3n }), edges(min, max, 0n, 1n));
const special = edges(0, -0, 0.5, -0.5, 1.5, 2.5, Number.NaN, Infinity, -Infinity);

/** The types of kernels: how wide, which typed array, which values are worth trying. */
export const stores: Readonly<Record<string, Store>> = {
  I8: { bytes: 1, array: Int8Array, value: integer(-128, 127) },
  U8: { bytes: 1, array: Uint8Array, value: integer(0, 255) },
  I16: { bytes: 2, array: Int16Array, value: integer(-32768, 32767) },
  U16: { bytes: 2, array: Uint16Array, value: integer(0, 65535) },
  I32: { bytes: 4, array: Int32Array, value: integer(-2147483648, 2147483647) },
  U32: { bytes: 4, array: Uint32Array, value: integer(0, 4294967295) },
  I64: { bytes: 8, array: BigInt64Array, value: big(-(2n ** 63n), 2n ** 63n - 1n) },
  U64: { bytes: 8, array: BigUint64Array, value: big(0n, 2n ** 64n - 1n) },
  F32: { bytes: 4, array: Float32Array, value: fc.oneof(fc.float(), fc.integer({ min: -9, max: 9 }), special) },
  F64: { bytes: 8, array: Float64Array, value: fc.oneof(fc.double(), fc.integer({ min: -9, max: 9 }), special) },
};

/** Lengths around whole bytes, vectors, and the 16 and 64 rows that kernels take at a time. */
export const lengths: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 128, 129),
  fc.nat(300),
);

export const columnOf = (type: string, length: number): fc.Arbitrary<Value[]> =>
  fc.array(stores[type]!.value, { minLength: length, maxLength: length });

export const bitsOf = (length: number): fc.Arbitrary<boolean[]> =>
  fc.constantFrom(0, 0.02, 0.5, 0.97, 1).chain(density =>
    fc.array(
      fc.integer({ min: 0, max: 999 }).map(x => x < density * 1000),
      { minLength: length, maxLength: length },
    ),
  );

/** A corner of linear memory: columns in, columns out, each between bytes that no kernel may touch. */
export class Bench {
  readonly #memory: Memory;
  readonly #guarded: { address: number; bytes: number }[] = [];

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  put(type: string, values: Iterable<Value>): number {
    const array = stores[type]!.array.from(values);
    return this.#place(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }

  putBits(bits: readonly boolean[]): number {
    const bytes = new Uint8Array((bits.length + 7) >> 3);
    for (const [i, bit] of bits.entries()) if (bit) bytes[i >> 3]! |= 1 << (i & 7);
    // what lies beyond the last bit of its byte is anybody's
    if (bits.length & 7) bytes[bytes.length - 1]! |= 0xff << (bits.length & 7);
    return this.#place(bytes);
  }

  room(bytes: number): number {
    return this.#place(new Uint8Array(bytes).fill(0x5a));
  }

  get(type: string, address: number, length: number): Value[] {
    const bytes = this.#memory.u8.slice(address, address + length * stores[type]!.bytes);
    return Array.from(new (stores[type]!.array as any)(bytes.buffer, 0, length) as ArrayLike<Value>);
  }

  getBits(address: number, length: number): boolean[] {
    return Array.from({ length }, (_, i) => ((this.#memory.u8[address + (i >> 3)]! >> (i & 7)) & 1) === 1);
  }

  /** Offsets that begin above 0, and bytes. */
  putTexts(list: readonly string[]): [offsets: number, values: number] {
    const encoded = list.map(text => new TextEncoder().encode(text));
    const offsets = [3];
    for (const bytes of encoded) offsets.push(offsets.at(-1)! + bytes.length);
    return [this.put('I32', offsets), this.put('U8', [1, 2, 3, ...encoded.flatMap(bytes => [...bytes])])];
  }

  /** The texts that two calls make: one writes offsets and tells the bytes, one writes those. */
  made(length: number, offsets: (out: number) => number, bytes: (out: number) => void): string[] {
    const ends = this.room((length + 1) * 4);
    const total = offsets(ends);
    const out = this.room(total);
    bytes(out);
    expect(this.get('I32', ends, length + 1).at(-1)).toBe(total);
    return this.texts(ends, out, length);
  }

  texts(offsets: number, values: number, length: number): string[] {
    const ends = this.get('I32', offsets, length + 1) as number[];
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return Array.from({ length }, (_, i) =>
      decoder.decode(this.#memory.u8.slice(values + ends[i]!, values + ends[i + 1]!)),
    );
  }

  /** Frees everything; true when the bytes around all columns are as they were. */
  close(): boolean {
    const { u8 } = this.#memory;
    const intact = this.#guarded.every(({ address, bytes }) => {
      const guard = [...u8.subarray(address - 64, address), ...u8.subarray(address + bytes, address + bytes + 64)];
      return guard.every(byte => byte === 0xee);
    });
    for (const { address } of this.#guarded) this.#memory.free(address - 64);
    this.#guarded.length = 0;
    return intact;
  }

  #place(bytes: Uint8Array): number {
    const address = this.#memory.allocate(bytes.length + 128, 'test') + 64;
    this.#memory.bulk.fill(address - 64, 0xee, bytes.length + 128);
    this.#memory.u8.set(bytes, address);
    this.#guarded.push({ address, bytes: bytes.length });
    return address;
  }
}
