// Cells of text: utf8, binary, bool.
import { ENCODING, fail, Field, indexOf, K_BINARY, NO_ROOM, setBit, State, TYPE } from './field';
import { isUtf8, sameBytes } from './string';

// @ts-ignore: decorator
@inline
export function textStart(f: Field, row: i32): usize {
  return f.values + load<i32>(f.offsets + (<usize>row << 2));
}

// @ts-ignore: decorator
@inline
export function textEnds(f: Field, row: i32, at: usize): void {
  store<i32>(f.offsets + (<usize>row << 2), <i32>(at - f.values), 4);
}

export function noRoom(s: State, f: Field, at: usize): usize {
  s.field = indexOf(s, f);
  return fail(s, NO_ROOM, at);
}

/** Whether the spare space takes `bytes` bytes and a 0. */
export function hasSpare(s: State, bytes: usize): bool {
  s.extra = <i32>bytes + 32;
  return s.extra <= s.spareBytes;
}

/** Stores the bytes [at, end) of text as the cell of a utf8 or binary (base64) field; 0 when it fails. */
export function putText(s: State, f: Field, at: usize, end: usize, row: i32): usize {
  if (f.kind == K_BINARY) return putBase64(s, f, at, end, row);
  const length = <i32>(end - at);
  if (!isUtf8(at, end)) return fail(s, ENCODING, at);
  const out = textStart(f, row);
  if (out + length > f.values + f.capacity) return noRoom(s, f, at);
  memory.copy(out, at, length);
  textEnds(f, row, out + length);
  return end;
}

/** Value of a base64 (or base64url) character; −1 for others. */
function sextet(c: u32): i32 {
  if (c - 65 < 26) return c - 65;
  if (c - 97 < 26) return c - 71;
  if (c - 48 < 10) return c + 4;
  if (c == 43 || c == 45) return 62;
  if (c == 47 || c == 95) return 63;
  return -1;
}

function putBase64(s: State, f: Field, at: usize, end: usize, row: i32): usize {
  let out = textStart(f, row);
  if (out + (end - at) > f.values + f.capacity) return noRoom(s, f, at);
  let last = end;
  if (((end - at) & 3) == 0) {
    for (let i = 0; i < 2 && last > at && load<u8>(last - 1) == 61; i++) last--;
  }
  let bits: u32 = 0;
  let held = 0;
  for (let p = at; p < last; p++) {
    const value = sextet(load<u8>(p));
    if (value < 0) return fail(s, TYPE, at);
    bits = (bits << 6) | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      store<u8>(out++, bits >> held);
    }
  }
  if (held == 6 || (bits & ((1 << held) - 1)) != 0) return fail(s, TYPE, at);
  textEnds(f, row, out);
  return end;
}

/** `true` or `false` at `at`. */
export function boolCell(s: State, f: Field, at: usize, row: i32): usize {
  if (load<u32>(at) == 0x65757274) {
    setBit(f, row, 1);
    return at + 4;
  }
  if (load<u32>(at) == 0x736c6166 && load<u8>(at, 4) == 101) {
    setBit(f, row, 0);
    return at + 5;
  }
  return fail(s, TYPE, at);
}

/** true, false, t, f, 1, 0, in any case. */
export function boolWord(s: State, f: Field, at: usize, row: i32): usize {
  const c = load<u8>(at) | 32;
  if (c == 116 || c == 49 || c == 102 || c == 48) {
    const rest = load<u32>(at, 1) | 0x20202020;
    setBit(f, row, <u32>(c == 116 || c == 49));
    if (c == 116 && (rest & 0xffffff) == 0x657572) return at + 4;
    if (c == 102 && rest == 0x65736c61) return at + 5;
    return at + 1;
  }
  return fail(s, TYPE, at);
}

/** Whether the unquoted field of `length` bytes is one of the null texts. */
// @ts-ignore: decorator
@inline
export function isNullText(s: State, at: usize, length: i32): bool {
  // few lengths are those of a null text: the loop is seldom needed
  return ((s.nullLengths >> min(length, 63)) & 1) != 0 && isOneOf(s, at, length);
}

function isOneOf(s: State, at: usize, length: i32): bool {
  let entry = s.nullTexts;
  for (let i = 0; i < s.nullCount; i++, entry += 64) {
    if (load<i32>(entry) == length && sameBytes(entry + 4, at, length)) return true;
  }
  return false;
}
