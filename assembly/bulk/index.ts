export const heapBase: usize = __heap_base;

/** Sets `bytes` bytes at `target` to `value`. */
export function fill(target: usize, value: i32, bytes: usize): void { memory.fill(target, <u8>value, bytes); }

/** Copies `bytes` bytes; the ranges may overlap. */
export function copy(target: usize, source: usize, bytes: usize): void { memory.copy(target, source, bytes); }

/** 1 when the `bytes` bytes at `a` and `b` are the same, else 0. */
export function equal(a: usize, b: usize, bytes: i32): i32 { return i32(memory.compare(a, b, bytes) == 0); }
