// Dates and times: parts, clocks of places, rounding, text. Ticks are i64 in any unit; rows without a value are written as 0.
import * as calendar from './calendar';
import * as formats from './format';
import * as rounding from './round';
import { Unit } from './round';
import * as zones from './zone';
import { Zone } from './zone';

/** Bytes of the records that TypeScript makes room for, zeroed. */
export const zoneBytes: i32 = offsetof<Zone>();
export const unitBytes: i32 = offsetof<Unit>();

/** out[i] (i32) = a part of the date days[i] (i32) after 1970-01-01; `which` as in calendar.ts. */
export function datePart(which: i32, days: usize, out: usize, length: i32): void { for (let i: usize = 0, bytes = <usize>length << 2; i < bytes; i += 4) store<i32>(out + i, calendar.part(which, load<i32>(days + i))); }

/** out[i] (i32) = (⌊ticks[i] / size⌋ mod cycle): the hour is that of size 3600 s, cycle 24. */
export function tickPart(ticks: usize, size: i64, cycle: i64, out: usize, length: i32): void { for (let i: usize = 0, rows = <usize>length; i < rows; i++) { const whole = calendar.floorDiv(load<i64>(ticks + (i << 3)), size); store<i32>(out + (i << 2), <i32>(whole - calendar.floorDiv(whole, cycle) * cycle)); } }

/** Describes a clock: spans that begin at `at` (i64 × count), ahead of UTC by `offset`; known for instants in [low, high). */
export function setZone(zone: usize, at: usize, offset: usize, count: i32, low: i64, high: i64): void { const z = changetype<Zone>(zone); z.at = at; z.offset = offset; z.count = count; z.low = low; z.high = high; z.last = 0; }

/** Describes where units begin by the local clock: at origin + k × size ticks; or every `months` months, `size` then is a day. */
export function setUnit(unit: usize, size: i64, origin: i64, months: i32, whole: i32): void { const u = changetype<Unit>(unit); u.size = size; u.origin = origin; u.months = months; u.calendar = whole; u.start = 0; u.end = 0; }

/** Instants as times of a clock, from `row` on; returns how many rows were done: those before the first that the zone does not know. */
export function toLocal(zone: usize, ticks: usize, validity: usize, row: i32, length: i32, out: usize): i32 { return zones.convert(changetype<Zone>(zone), true, ticks, validity, row, length, out); }

/** Times of a clock as instants, from `row` on; returns how many rows were done, as `toLocal`. A time that comes twice is the first; one left out is the jump. */
export function toInstant(zone: usize, ticks: usize, validity: usize, row: i32, length: i32, out: usize): i32 { return zones.convert(changetype<Zone>(zone), false, ticks, validity, row, length, out); }

/** Down (0), up (1), to the nearest (2) beginning of a unit, by a clock or (zone = 0) UTC; from `row` on, returns how many rows were done, as `toLocal`. */
export function roundTime(unit: usize, zone: usize, mode: i32, ticks: usize, validity: usize, row: i32, length: i32, out: usize): i32 { return rounding.round(changetype<Unit>(unit), changetype<Zone>(zone), mode, ticks, validity, row, length, out); }

/** Texts of times of a clock whose instants are at `utc`, by a program of pairs of bytes as in format.ts; writes offsets and bytes, returns the number of bytes. */
export function formatTime(local: usize, utc: usize, length: i32, perSecond: i64, names: usize, program: usize, programEnd: usize, outOffsets: usize, out: usize): i32 { return formats.format(local, utc, length, perSecond, names, program, programEnd, outOffsets, out); }
