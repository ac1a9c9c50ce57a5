// Texts (utf8 columns: i32 offsets and bytes), by code points. Kernels that make texts write offsets from 0.
import * as pads from './pad';
import * as parts from './parts';
import { asciiCase, lengths, slice } from './points';
import * as ends from './strip';

/** Code points of each text, i32. */
export function lengthUtf8(offsets: usize, values: usize, out: usize, length: i32): void { lengths(offsets, values, out, length); }

/** Code points [start, stop) of each text, negative places from its end. Writes offsets and, unless `out` is 0, bytes; returns the number of bytes. */
export function sliceUtf8(offsets: usize, values: usize, start: i32, stop: i32, outOffsets: usize, out: usize, length: i32): i32 { return slice(offsets, values, start, stop, outOffsets, out, length); }

/** ASCII text in upper case; 1 when a byte is not ASCII, and `out` is of no use. */
export function upperAscii(values: usize, out: usize, bytes: i32): i32 { return asciiCase(values, 0x61, out, bytes); }

/** ASCII text in lower case; 1 when a byte is not ASCII, and `out` is of no use. */
export function lowerAscii(values: usize, out: usize, bytes: i32): i32 { return asciiCase(values, 0x41, out, bytes); }

/** Texts without white space at their start (1), end (2) or both (3). */
export function strip(offsets: usize, values: usize, which: i32, length: i32, outOffsets: usize, out: usize): void { ends.strip(offsets, values, which, length, outOffsets, out); }

/** Place of a text in each text, in code points from 0; -1 where it is not. */
export function find(offsets: usize, values: usize, text: usize, bytes: i32, out: usize, length: i32): void { parts.places(offsets, values, text, bytes, out, length); }

/** How often a text, which is not empty, occurs in each text (i32), without overlaps. */
export function occurrences(offsets: usize, values: usize, text: usize, bytes: i32, out: usize, length: i32): void { for (let i: usize = 0, rows = <usize>length << 2; i < rows; i += 4) store<i32>(out + i, parts.occurrences(values + load<i32>(offsets + i), values + load<i32>(offsets + i, 4), text, bytes)); }

/** Part n of each text, cut at a text that is not empty; from its end when n is negative. Bits are 0 where there are too few parts. */
export function splitPart(offsets: usize, values: usize, text: usize, bytes: i32, n: i32, length: i32, outOffsets: usize, out: usize, bits: usize): void { parts.part(offsets, values, text, bytes, n, length, outOffsets, out, bits); }

/** Texts with every occurrence of a text that is not empty replaced; with `out` 0 only offsets. Returns the number of bytes, or -1 when it passes 2³¹ − 1. */
export function replace(offsets: usize, values: usize, text: usize, bytes: i32, by: usize, byBytes: i32, length: i32, outOffsets: usize, out: usize): i32 { return parts.replace(offsets, values, text, bytes, by, byBytes, length, outOffsets, out); }

/** Texts of at least `width` code points, filled at their start (0), end (1), or behind a sign (2), with one code point; with `out` 0 only offsets. Returns as `replace`. */
export function pad(offsets: usize, values: usize, width: i32, fill: usize, fillBytes: i32, side: i32, length: i32, outOffsets: usize, out: usize): i32 { return pads.pad(offsets, values, width, fill, fillBytes, side, length, outOffsets, out); }

/** Texts `times` times; with `out` 0 only offsets. Returns as `replace`. */
export function repeat(offsets: usize, values: usize, times: i32, length: i32, outOffsets: usize, out: usize): i32 { return pads.repeat(offsets, values, times, length, outOffsets, out); }
