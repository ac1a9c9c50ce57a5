import * as rows from './steps';
import * as texts from './texts';
import * as zfp from './zfp';

/** Packed rows of `stride` bytes to columns: each step moves a field, or a group of neighbours; `block` rows (a multiple of 8) at a time. */
export function unpackRows(from: usize, stride: i32, count: i32, steps: usize, stepCount: i32, block: i32): void { rows.unpack(from, stride, count, steps, stepCount, block); }

/** Columns to packed rows of `stride` bytes, by the same steps. */
export function packRows(to: usize, stride: i32, count: i32, steps: usize, stepCount: i32, block: i32): void { rows.pack(to, stride, count, steps, stepCount, block); }

/** Offsets of `count` values of one width: 0, width, 2·width, …, count·width. */
export function rampOffsets(offsets: usize, count: i32, width: i32): void { texts.ramp(offsets, count, width); }

/** Takes the NULs off the ends of values of fixed width, in place; returns the bytes left. */
export function trimNuls(values: usize, width: i32, count: i32, offsets: usize): i32 { return texts.trim(values, width, count, offsets); }

/** Brings values to a fixed width with NULs; returns the first row that is longer, or -1. */
export function padBytes(offsets: usize, values: usize, count: i32, width: i32, to: usize): i32 { return texts.pad(offsets, values, count, width, to); }

/** Reads up to `limit` values, each behind its u32 length, into `room` bytes at `values`; writes the address of the rest at `ends`. Returns the rows, or the complement of the row whose length exceeds `most`. */
export function splitValues(at: usize, end: usize, limit: i32, most: i32, values: usize, room: i32, offsets: usize, ends: usize): i32 { return texts.split(at, end, limit, most, values, room, offsets, ends); }

/** Writes each value behind its u32 length; returns the first row longer than `most`, or -1. */
export function joinValues(offsets: usize, values: usize, count: i32, most: i32, to: usize): i32 { return texts.join(offsets, values, count, most, to); }

/** Writes NaN over the values whose validity bit is 0; `width` is 4 or 8. */
export function nanWhereNull(validity: usize, values: usize, count: i32, width: i32): void { texts.nanWhereNull(validity, values, count, width); }

/** Decodes a ZFP stream of two dimensions into rows of `columns` values: type 1 i32, 2 i64, 3 f32, 4 f64, 5 i16. `work` has 512 bytes. Returns the rows, or -1 no such stream, -2 another type or width, -3 too short, -4 over `limit` rows. */
export function decodeZfp(from: usize, length: i32, type: i32, columns: i32, limit: i32, to: usize, work: usize): i32 { return zfp.decode(from, length, type, columns, limit, to, work); }
