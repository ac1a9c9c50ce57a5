import { groupOf, idAt, markAbsent, NONE } from './rows';

// Values travel as 64 raw bits. `nan` tells which of them are NaN and skipped: 0 none, 4 those of f32, 8 those of f64.

// @ts-ignore: decorator
@inline
function skipped(bits: u64, nan: i32): bool {
  return nan == 8 ? (bits & 0x7fff_ffff_ffff_ffff) > 0x7ff0_0000_0000_0000 : nan == 4 && (bits & 0x7fff_ffff) > 0x7f80_0000;
}

/** State: [ value u64 | seen u32 | unused ]. */
// @ts-ignore: decorator
@inline
export function first(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, nan: i32, last: bool): void {
  for (let row = 0; row < length; row++) {
    const bits = load<u64>(values + (<usize>row << 3));
    const at = states + (<usize>(groupOf(ids, validity, mask, row) | (0 - u32(skipped(bits, nan)))) << 4);
    if (!last && load<u32>(at, 8) != 0) continue;
    store<u64>(at, bits);
    store<u32>(at, 1, 8);
  }
}

/** `from` holds later rows. */
export function mergeFirst(states: usize, from: usize, map: usize, groups: i32, last: i32): void {
  for (let i = 0; i < groups; i++) {
    const at = from + (<usize>i << 4), to = states + (<usize>idAt(map, i) << 4);
    if (load<u32>(at, 8) != 0 && (last != 0 || load<u32>(to, 8) == 0)) v128.store(to, v128.load(at));
  }
}

/** The values of states of `stride` bytes, `value` and `seen` bytes into them; returns the number of nulls. */
export function resultTaken(states: usize, stride: i32, value: i32, seen: i32, ids: usize, groups: i32, out: usize, bits: usize): i32 {
  let nulls = 0;
  for (let i = 0; i < groups; i++) {
    const at = states + <usize>idAt(ids, i) * <usize>stride, found = load<u32>(at + <usize>seen) != 0;
    if (!found) markAbsent(bits, i, groups, nulls++);
    store<u64>(out + (<usize>i << 3), found ? load<u64>(at + <usize>value) : 0);
  }
  return nulls;
}

/**
 * The first column's value where the second is least (or greatest; the earliest row of several). Rows where either is null or NaN are skipped.
 *
 * State: [ best f64, or i64 with `flip` | value u64 | seen u32 | unused ] 24 bytes.
 */
// @ts-ignore: decorator
@inline
export function arg<T>(states: usize, ids: usize, values: usize, by: usize, validity: usize, byValidity: usize, mask: usize, length: i32, nan: i32, flip: i64, least: bool): void {
  for (let row = 0; row < length; row++) {
    let id = groupOf(ids, validity, mask, row);
    if (byValidity != 0) id |= groupOf(0, byValidity, 0, row);
    let y = load<T>(by + (<usize>row << 3));
    if (isInteger<T>()) y = <T>(<i64>y ^ flip);
    if (isFloat<T>()) id |= 0 - u32(y != y);
    const bits = load<u64>(values + (<usize>row << 3));
    put<T>(states + <usize>(id | (0 - u32(skipped(bits, nan)))) * 24, y, bits, least);
  }
}

// @ts-ignore: decorator
@inline
function put<T>(at: usize, y: T, value: u64, least: bool): void {
  const best = load<T>(at);
  if (load<u32>(at, 16) != 0 && !(least ? y < best : y > best)) return;
  store<T>(at, y);
  store<u64>(at, value, 8);
  store<u32>(at, 1, 16);
}

// @ts-ignore: decorator
@inline
export function mergeArg<T>(states: usize, from: usize, map: usize, groups: i32, least: bool): void {
  for (let i = 0; i < groups; i++) {
    const at = from + <usize>i * 24, id = idAt(map, i);
    if (id == NONE || load<u32>(at, 16) == 0) continue;
    put<T>(states + <usize>id * 24, load<T>(at), load<u64>(at, 8), least);
  }
}
