// Instants as text, by a program of steps: pairs of bytes, what to write and its detail.
import { floorDiv, part, Part, weekdayOf } from './calendar';

/** As src/expr/time-format.ts numbers them. */
export const enum Step {
  /** The detail itself. */
  byte,
  /** A number of `detail` digits at least. */
  year, month, day, hour, hour12, minute, second, dayOfYear, yearOfCentury, week, weekYear,
  /** Weeks that begin on Sunday, on Monday; those before the first are 0. */
  sundayWeek, mondayWeek,
  /** From Sunday = 0, from Monday = 1. */
  sundayDay, mondayDay,
  /** `detail` digits behind the second. */
  fraction,
  /** AM, PM. */
  half,
  /** The first `detail` letters of a name. */
  weekdayName, monthName,
  /** +0200 */
  offset,
}

// @ts-ignore: decorator
@inline
function digits(out: usize, value: i64, count: i32): usize {
  for (let i = count - 1; i >= 0; i--, value /= 10) store<u8>(out + i, <u8>(48 + value % 10));
  return out + count;
}

/** A number of at least `least` digits. */
function number(out: usize, value: i64, least: i32): usize {
  if (value < 0) {
    store<u8>(out++, 45);
    value = -value;
  }
  let count = 1;
  for (let rest = value / 10; rest > 0; rest /= 10) count++;
  return digits(out, value, max(count, least));
}

/** Names lie 16 bytes apart: length, letters. */
function name(out: usize, at: usize, most: i32): usize {
  const length = min(<i32>load<u8>(at), most);
  memory.copy(out, at + 1, length);
  return out + length;
}

/**
 * Texts of `local` times, whose instants are at `utc`; `names` are those of the days from Monday on, then of the months. Writes offsets from
 * 0 and bytes; returns the bytes written.
 */
export function format(local: usize, utc: usize, length: i32, perSecond: i64, names: usize, program: usize, programEnd: usize, outOffsets: usize, out: usize): i32 {
  const begin = out;
  store<i32>(outOffsets, 0);
  for (let row = 0; row < length; row++) {
    const ticks = load<i64>(local + (<usize>row << 3));
    const seconds = floorDiv(ticks, perSecond), days = floorDiv(seconds, 86400);
    const second = <i32>(seconds - days * 86400), hour = second / 3600;
    for (let at = program; at < programEnd; at += 2) {
      const detail = <i32>load<u8>(at, 1);
      switch (<i32>load<u8>(at)) {
        case Step.byte: store<u8>(out++, <u8>detail); break;
        case Step.year: out = number(out, part(Part.year, days), detail); break;
        case Step.month: out = number(out, part(Part.month, days), detail); break;
        case Step.day: out = number(out, part(Part.day, days), detail); break;
        case Step.hour: out = number(out, hour, detail); break;
        case Step.hour12: out = number(out, (hour + 11) % 12 + 1, detail); break;
        case Step.minute: out = number(out, second / 60 % 60, detail); break;
        case Step.second: out = number(out, second % 60, detail); break;
        case Step.dayOfYear: out = number(out, part(Part.dayOfYear, days), detail); break;
        case Step.yearOfCentury: {
          const year = part(Part.year, days);
          out = number(out, (year % 100 + 100) % 100, detail);
          break;
        }
        case Step.week: out = number(out, part(Part.week, days), detail); break;
        case Step.weekYear: out = number(out, part(Part.weekYear, days), detail); break;
        case Step.sundayWeek: out = number(out, (part(Part.dayOfYear, days) + 6 - (weekdayOf(days) + 1) % 7) / 7, detail); break;
        case Step.mondayWeek: out = number(out, (part(Part.dayOfYear, days) + 6 - weekdayOf(days)) / 7, detail); break;
        case Step.sundayDay: out = number(out, (weekdayOf(days) + 1) % 7, 1); break;
        case Step.mondayDay: out = number(out, weekdayOf(days) + 1, 1); break;
        case Step.fraction: {
          let value = ticks - seconds * perSecond, scale = perSecond;
          for (let i = 0; i < detail; i++) {
            scale = scale > 1 ? scale / 10 : 0;
            store<u8>(out++, <u8>(48 + (scale > 0 ? value / scale % 10 : 0)));
          }
          break;
        }
        case Step.half: {
          store<u16>(out, hour < 12 ? 0x4d41 : 0x4d50);
          out += 2;
          break;
        }
        case Step.weekdayName: out = name(out, names + (<usize>weekdayOf(days) << 4), detail); break;
        case Step.monthName: out = name(out, names + (<usize>(6 + part(Part.month, days)) << 4), detail); break;
        default: {
          let offset = <i32>((ticks - load<i64>(utc + (<usize>row << 3))) / perSecond);
          store<u8>(out++, <u8>(offset < 0 ? 45 : 43));
          offset = abs(offset);
          out = digits(digits(out, offset / 3600, 2), offset / 60 % 60, 2);
        }
      }
    }
    store<i32>(outOffsets + (<usize>row << 2), <i32>(out - begin), 4);
  }
  return <i32>(out - begin);
}
