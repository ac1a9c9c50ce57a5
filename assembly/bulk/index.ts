import { copyBits as copyBitRange, fillBits as fillBitRange } from './bits';

export const heapBase: usize = __heap_base;

/** Sets `bytes` bytes at `target` to `value`. */
export function fill(target: usize, value: i32, bytes: usize): void { memory.fill(target, <u8>value, bytes); }

/** Copies `bytes` bytes; the ranges may overlap. */
export function copy(target: usize, source: usize, bytes: usize): void { memory.copy(target, source, bytes); }

/** 1 when the `bytes` bytes at `a` and `b` are the same, else 0. */
export function equal(a: usize, b: usize, bytes: i32): i32 { return i32(memory.compare(a, b, bytes) == 0); }

/** Copies `count` bits, from bit `sourceBit` at `source` to bit `targetBit` at `target`; other bits stay. Ranges must not overlap. */
export function copyBits(target: usize, targetBit: i32, source: usize, sourceBit: i32, count: i32): void { copyBitRange(target, targetBit, source, sourceBit, count); }

/** Sets `count` bits from bit `targetBit` at `target` to `value` (0 or 1); other bits stay. */
export function fillBits(target: usize, targetBit: i32, value: i32, count: i32): void { fillBitRange(target, targetBit, value, count); }

/** Writes `count` offsets (i32) at `target`: those at `source` plus `delta`. */
export function shiftOffsets(target: usize, source: usize, count: i32, delta: i32): void {
  const end = source + (<usize>count << 2), blockEnd = source + ((<usize>count << 2) & ~15);
  const by = i32x4.splat(delta);
  for (; source < blockEnd; source += 16, target += 16) v128.store(target, i32x4.add(v128.load(source), by));
  for (; source < end; source += 4, target += 4) store<i32>(target, load<i32>(source) + delta);
}

/** Writes `count` copies of the i64 `value` at `target`. */
export function fillI64(target: usize, value: i64, count: i32): void {
  const end = target + (<usize>count << 3);
  for (; target < end; target += 8) store<i64>(target, value);
}

/** Writes the u32 numbers from, from + 1, … (`count` of them) at `target`. */
export function iota(target: usize, from: u32, count: i32): void {
  const end = target + (<usize>count << 2);
  for (; target < end; target += 4) store<u32>(target, from++);
}
