import { eightBits, groupOf, idAt, putBit, unlessNaN } from './rows';
import { lanes } from './sum';

/** State: f64, NaN while empty; so holds for every type of at most 32 bits and for floats. */
// @ts-ignore: decorator
@inline
export function extremeF64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, least: bool): void {
  let row = 0;
  if (ids == 0) {
    let best = f64x2.splat(least ? Infinity : -Infinity), other = best, seen = i64x2.splat(0);
    const worst = best;
    for (; row + 8 <= length; row += 8) {
      const at = values + (<usize>row << 3);
      let p = v128.load(at), q = v128.load(at, 16), r = v128.load(at, 32), s = v128.load(at, 48);
      if ((validity | mask) != 0) {
        const bits = i64x2.splat(<i64>eightBits(validity, mask, row));
        const pp = lanes(bits, i64x2(1, 2)), qq = lanes(bits, i64x2(4, 8)), rr = lanes(bits, i64x2(16, 32)), ss = lanes(bits, i64x2(64, 128));
        seen = v128.or(seen, v128.or(
          v128.or(v128.and(pp, f64x2.eq(p, p)), v128.and(qq, f64x2.eq(q, q))),
          v128.or(v128.and(rr, f64x2.eq(r, r)), v128.and(ss, f64x2.eq(s, s)))));
        p = v128.bitselect(p, worst, pp);
        q = v128.bitselect(q, worst, qq);
        r = v128.bitselect(r, worst, rr);
        s = v128.bitselect(s, worst, ss);
      } else {
        seen = v128.or(seen, v128.or(v128.or(f64x2.eq(p, p), f64x2.eq(q, q)), v128.or(f64x2.eq(r, r), f64x2.eq(s, s))));
      }
      // pmin(a, b) is b < a ? b : a: a NaN in b never gets in
      if (least) {
        best = f64x2.pmin(f64x2.pmin(best, p), q);
        other = f64x2.pmin(f64x2.pmin(other, r), s);
      } else {
        best = f64x2.pmax(f64x2.pmax(best, p), q);
        other = f64x2.pmax(f64x2.pmax(other, r), s);
      }
    }
    best = least ? f64x2.pmin(best, other) : f64x2.pmax(best, other);
    if (v128.any_true(seen)) {
      putF64(states, f64x2.extract_lane(best, 0), least);
      putF64(states, f64x2.extract_lane(best, 1), least);
    }
  }
  for (; row < length; row++) {
    const x = load<f64>(values + (<usize>row << 3));
    putF64(states + (<usize>unlessNaN(groupOf(ids, validity, mask, row), x) << 3), x, least);
  }
}

// @ts-ignore: decorator
@inline
function putF64(at: usize, x: f64, least: bool): void {
  const best = load<f64>(at);
  // NaN (empty) compares false
  store<f64>(at, select(best, x, least ? best <= x : best >= x));
}

/** State: [ value i64 | seen u32 | unused ]. Values are compared and kept as `value ^ flip`: signed when 0, unsigned when i64.MIN. */
// @ts-ignore: decorator
@inline
export function extremeI64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, flip: i64, least: bool): void {
  for (let row = 0; row < length; row++) {
    putI64(states + (<usize>groupOf(ids, validity, mask, row) << 4), load<i64>(values + (<usize>row << 3)) ^ flip, least);
  }
}

// @ts-ignore: decorator
@inline
function putI64(at: usize, x: i64, least: bool): void {
  const best = load<i64>(at);
  const keep = u32(least ? best <= x : best >= x) & load<u32>(at, 8);
  store<i64>(at, select(best, x, keep));
  store<u32>(at, 1, 8);
}

// @ts-ignore: decorator
@inline
export function mergeExtremeF64(states: usize, from: usize, map: usize, groups: i32, least: bool): void {
  for (let i = 0; i < groups; i++) {
    const x = load<f64>(from + (<usize>i << 3));
    putF64(states + (<usize>unlessNaN(idAt(map, i), x) << 3), x, least);
  }
}

// @ts-ignore: decorator
@inline
export function mergeExtremeI64(states: usize, from: usize, map: usize, groups: i32, least: bool): void {
  for (let i = 0; i < groups; i++) {
    const at = from + (<usize>i << 4);
    putI64(states + (<usize>(idAt(map, i) | (load<u32>(at, 8) - 1)) << 4), load<i64>(at), least);
  }
}

/** Values as f64 at `out`; returns the number of nulls. */
export function resultExtremeF64(states: usize, ids: usize, groups: i32, out: usize, bits: usize): i32 {
  let nulls = 0;
  for (let i = 0; i < groups; i++) {
    const x = load<f64>(states + (<usize>idAt(ids, i) << 3));
    putBit(bits, i, x == x);
    nulls += i32(x != x);
    store<f64>(out + (<usize>i << 3), x == x ? x : 0);
  }
  return nulls;
}

export function resultExtremeI64(states: usize, ids: usize, groups: i32, flip: i64, out: usize, bits: usize): i32 {
  let nulls = 0;
  for (let i = 0; i < groups; i++) {
    const at = states + (<usize>idAt(ids, i) << 4), seen = load<u32>(at, 8);
    putBit(bits, i, seen != 0);
    nulls += i32(seen == 0);
    store<i64>(out + (<usize>i << 3), seen != 0 ? load<i64>(at) ^ flip : 0);
  }
  return nulls;
}
