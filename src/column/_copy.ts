import type { Values } from './vector.ts';

export interface ArrayLike<T> {
  new (length: number): T;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

/** So few elements are copied one by one: a view to copy from costs more than they do. */
const few = 48;

// A small array of its own outside V8's heap costs 300 ns (72 bytes) to 2.1 µs (8 KB), a part of a buffer 20 to 30 ns and its share of the
// buffer: 8 KB copied out in 0.65 µs (Node 20). Arrays of up to 64 bytes lie on V8's heap itself, for 25 ns.
const onHeapBytes = 64;
const mostSharedBytes = 16 * 1024;
/** What one small array that is kept may keep with it. */
const slabBytes = 64 * 1024;

let slab: ArrayBuffer | null = null;
let slabUsed = 0;

// Memory that was in use before is zeroed for an array, only to be written over; Node gives it as it is. Columns of 8 MB, one batch after the other: sums
// of two 47 → 28 ms per 4 M rows. Below 1 MB there is no difference.
const leastUnzeroedBytes = 1024 * 1024;
/** Larger arrays are mapped anew each time, and then zero already. */
const mostUnzeroedBytes = 32 * 1024 * 1024;
const allocateUnzeroed: typeof Buffer.allocUnsafeSlow | null =
  typeof Buffer !== 'undefined' && typeof process !== 'undefined' && process.versions?.node
    ? Buffer.allocUnsafeSlow
    : null;

/** An array on the JavaScript heap, every byte of which must be written; small ones lie side by side in one buffer. */
export function heapArray<T extends Values>(make: ArrayLike<T>, length: number, width: number): T {
  const bytes = length * width;
  if (bytes >= leastUnzeroedBytes && bytes < mostUnzeroedBytes && allocateUnzeroed !== null)
    return new make(allocateUnzeroed(bytes).buffer, 0, length);
  if (bytes <= onHeapBytes || bytes > mostSharedBytes) return new make(length);
  if (slab === null || slabUsed + bytes > slabBytes) {
    slab = new ArrayBuffer(slabBytes);
    slabUsed = 0;
  }
  const array = new make(slab, slabUsed, length);
  slabUsed += (bytes + 7) & ~7;
  return array;
}

/**
 * `length` elements of a view of linear memory, from the byte address `from` on, on the heap.
 *
 * `new` + `set`, not `slice`: 12 against 7 GB/s from shared memory (Node 20). Bytes are copied from an 8-byte boundary on:
 * 4 times as fast as from any other.
 */
export function copyOut<T extends Values>(view: T, from: number, length: number): T {
  const make = view.constructor as unknown as ArrayLike<T>;
  const width = view.BYTES_PER_ELEMENT;
  // elements of 64-bit integer views would be made into bigints one by one
  if (length <= few && !(view instanceof BigInt64Array || view instanceof BigUint64Array)) {
    const copy = heapArray(make, length, width);
    for (let at = from / width, to = 0; to < length; at++, to++) copy[to] = view[at]!;
    return copy;
  }
  const skip = width === 1 ? from & 7 : 0;
  const at = (from - skip) / width;
  const copy = heapArray(make, length + skip, width);
  copy.set(view.subarray(at, at + length + skip) as never);
  return (skip === 0 ? copy : copy.subarray(skip)) as T;
}

/** Copies `length` elements of a view of linear memory, from the byte address `from` on, to element `at` of an array on the heap. */
export function fillFrom(to: Values, at: number, view: Values, from: number, length: number): void {
  const first = from / view.BYTES_PER_ELEMENT;
  to.set(view.subarray(first, first + length) as never, at);
}
