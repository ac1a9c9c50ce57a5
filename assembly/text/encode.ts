// Columns into NDJSON or CSV, row by row.
import { K_BINARY, K_BOOL, K_DATE, K_FLOAT32, K_FLOAT64, K_INT, K_TIMESTAMP, K_UINT64, K_UTF8 } from './field';
import { sameBytes } from './string';
import { writeFloat, writeSigned, writeUnsigned } from './write-number';
import { copyPlain, writeBase64, writeDay, writeInstant, writeJsonString, writeQuoted } from './write-text';

/** Beyond the kinds of fields: text by int32 codes; unsigned integers of less than 64 bits. */
export const K_CODES: i32 = 10;
export const K_UNSIGNED: i32 = 11;

/** No more than this is touched by a cell without its text and prefix, and by the end of the row. */
const MOST_PLAIN: i32 = 96;

@unmanaged
export class Output {
  // TypeScript reads these as int32 after each call.
  end: usize;
  column: i32;
  columns: usize;
  count: i32;
  /** 1: CSV. */
  csv: i32;
  delimiter: i32;
  /** 0: fields that need quotes fail. */
  quote: i32;
  comment: i32;
  powers: usize;
  /** As in State; the first is what null is written as. */
  nullTexts: usize;
  nullCount: i32;
  /** 1: a value may look like a null text. */
  nullsFirst: i32;
}

@unmanaged
export class Source {
  kind: i32;
  width: i32;
  values: usize;
  validity: usize;
  offsets: usize;
  ticks: i32;
  /** Of the dictionary. */
  textOffsets: usize;
  textValues: usize;
  /** What stands before the value: `{"a":`, `,"b":`, a delimiter. */
  prefix: usize;
  prefixLength: i32;
}

function isNullText(o: Output, at: usize, length: i32): bool {
  let entry = o.nullTexts;
  for (let i = 0; i < o.nullCount; i++, entry += 64) {
    if (load<i32>(entry) == length && sameBytes(entry + 4, at, length)) return true;
  }
  return false;
}

// @ts-ignore: decorator
@inline
function copyShort(out: usize, at: usize, length: i32): usize {
  for (let i: i32 = 0; i < length; i += 16) v128.store(out + i, v128.load(at + i));
  return out + length;
}

/** A CSV text field, quoted where it must be; 0 when it must but there are no quotes. */
function writeCsvText(o: Output, out: usize, at: usize, length: i32, first: bool): usize {
  const plain = copyPlain(out, at, length, o.delimiter, o.quote ? o.quote : o.delimiter) &&
    !(first && o.comment && length && load<u8>(at) == <u8>o.comment) &&
    !isNullText(o, at, length) && (length != 0);
  if (plain) return out + length;
  if (!o.quote) return length == 0 ? out : 0;
  return writeQuoted(out, at, length, o.quote);
}

/** A float that JSON has no number for is null, as JSON.stringify has it; CSV has words. */
function writeNumber(o: Output, out: usize, value: f64): usize {
  if (abs(value) < Infinity) {
    if (!o.csv && value == 0) value = 0; // -0 is 0 to JSON.stringify
    return writeFloat(out, value, o.powers);
  }
  if (!o.csv) {
    store<u32>(out, 0x6c6c756e);
    return out + 4;
  }
  if (value != value) {
    store<u32>(out, 0x4e614e);
    return out + 3;
  }
  if (value < 0) store<u8>(out++, 45);
  store<u64>(out, 0x7974696e69666e49);
  return out + 8;
}

// @ts-ignore: decorator
@inline
function writeInteger(c: Source, out: usize, row: i32): usize {
  switch (c.width) {
    case 1: return writeSigned(out, load<i8>(c.values + row));
    case 2: return writeSigned(out, load<i16>(c.values + (<usize>row << 1)));
    case 4: return writeSigned(out, load<i32>(c.values + (<usize>row << 2)));
    default: return writeSigned(out, load<i64>(c.values + (<usize>row << 3)));
  }
}

function writeSmallUnsigned(c: Source, out: usize, row: i32): usize {
  switch (c.width) {
    case 1: return writeUnsigned(out, load<u8>(c.values + row));
    case 2: return writeUnsigned(out, load<u16>(c.values + (<usize>row << 1)));
    default: return writeUnsigned(out, load<u32>(c.values + (<usize>row << 2)));
  }
}

function writeBool(out: usize, value: u32): usize {
  if (value) {
    store<u32>(out, 0x65757274);
    return out + 4;
  }
  store<u64>(out, 0x65736c6166);
  return out + 5;
}

/** A cell that is no text; the address behind it. */
// @ts-ignore: decorator
@inline
function writePlain(o: Output, c: Source, out: usize, row: i32): usize {
  const quote = o.csv ? 0 : 34;
  switch (c.kind) {
    case K_INT: return writeInteger(c, out, row);
    case K_UNSIGNED: return writeSmallUnsigned(c, out, row);
    case K_UINT64: return writeUnsigned(out, load<u64>(c.values + (<usize>row << 3)));
    case K_FLOAT64: return writeNumber(o, out, load<f64>(c.values + (<usize>row << 3)));
    case K_FLOAT32: return writeNumber(o, out, load<f32>(c.values + (<usize>row << 2)));
    case K_BOOL: return writeBool(out, (<u32>load<u8>(c.values + (row >> 3)) >> (row & 7)) & 1);
    case K_DATE: return writeDay(out, load<i32>(c.values + (<usize>row << 2)), quote);
    default: return writeInstant(out, load<i64>(c.values + (<usize>row << 3)), c.ticks, quote);
  }
}

/**
 * Rows [row, rows) to [out, limit); how many were written whole. state.end is behind them. −1: state.column of row 0 needs
 * quotes and there are none.
 */
export function encode(o: Output, row: i32, rows: i32, out: usize, limit: usize): i32 {
  const begin = row;
  const columns = o.columns;
  const last = columns + <usize>o.count * offsetof<Source>();
  for (; row < rows; row++) {
    const rowStart = out;
    let full = false;
    let first = true;
    for (let at = columns; at < last; at += offsetof<Source>()) {
      const c = changetype<Source>(at);
      let text: usize = 0;
      let length = 0;
      let need: i64 = MOST_PLAIN + c.prefixLength;
      const present = !c.validity || ((<u32>load<u8>(c.validity + (row >> 3)) >> (row & 7)) & 1) != 0;
      const isText = c.kind == K_UTF8 || c.kind == K_BINARY || c.kind == K_CODES;
      if (isText && present) {
        let place = c.offsets + (<usize>row << 2);
        text = c.values;
        if (c.kind == K_CODES) {
          place = c.textOffsets + (<usize>load<u32>(c.values + (<usize>row << 2)) << 2);
          text = c.textValues;
        }
        const from = load<u32>(place);
        length = load<u32>(place, 4) - from;
        text += from;
        need += <i64>length * (o.csv ? 2 : 6);
      }
      if (<i64>out + need > <i64>limit) {
        full = true;
        break;
      }
      out = copyShort(out, c.prefix, c.prefixLength);
      const cell = out;
      if (!present) {
        if (!o.csv) {
          store<u32>(out, 0x6c6c756e);
          out += 4;
        } else if (o.nullCount) out = copyShort(out, o.nullTexts + 4, load<i32>(o.nullTexts));
      } else if (isText) {
        if (c.kind == K_BINARY) {
          if (!o.csv) store<u8>(out++, 34);
          if (o.csv && length == 0 && o.quote) {
            store<u16>(out, o.quote | (o.quote << 8));
            out += 2;
          } else out = writeBase64(out, text, length);
          if (!o.csv) store<u8>(out++, 34);
        } else if (!o.csv) out = writeJsonString(out, text, length);
        else {
          out = writeCsvText(o, out, text, length, first);
          if (!out) {
            o.end = rowStart;
            o.column = <i32>((at - columns) / offsetof<Source>());
            return row == begin ? -1 : row - begin;
          }
        }
      } else {
        out = writePlain(o, c, out, row);
        if (o.nullsFirst && o.quote && isNullText(o, cell, <i32>(out - cell))) {
          memory.copy(cell + 1, cell, out - cell);
          store<u8>(cell, o.quote);
          store<u8>(out, o.quote, 1);
          out += 2;
        }
      }
      first = false;
    }
    if (full) {
      out = rowStart;
      break;
    }
    if (!o.csv) store<u8>(out++, 125);
    store<u8>(out++, 10);
  }
  o.end = out;
  return row - begin;
}
