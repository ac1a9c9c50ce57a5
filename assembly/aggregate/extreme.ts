import { eightBits, groupOf, idAt, markAbsent, unlessNaN } from './rows';
import { lanes } from './sum';

/** State: f64, NaN while empty; so holds for every type of at most 32 bits and for floats. */
// @ts-ignore: decorator
@inline
export function extremeF64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, least: bool): void {
  let row = 0;
  if (ids == 0) {
    const worst = f64x2.splat(least ? Infinity : -Infinity);
    let a = worst, b = worst, c = worst, d = worst;
    for (; row + 8 <= length; row += 8) {
      const at = values + (<usize>row << 3);
      let p = v128.load(at), q = v128.load(at, 16), r = v128.load(at, 32), s = v128.load(at, 48);
      if ((validity | mask) != 0) {
        const bits = i64x2.splat(<i64>eightBits(validity, mask, row));
        p = v128.bitselect(p, worst, lanes(bits, i64x2(1, 2)));
        q = v128.bitselect(q, worst, lanes(bits, i64x2(4, 8)));
        r = v128.bitselect(r, worst, lanes(bits, i64x2(16, 32)));
        s = v128.bitselect(s, worst, lanes(bits, i64x2(64, 128)));
      }
      // pmin(a, b) is b < a ? b : a: a NaN in b never gets in
      a = least ? f64x2.pmin(a, p) : f64x2.pmax(a, p);
      b = least ? f64x2.pmin(b, q) : f64x2.pmax(b, q);
      c = least ? f64x2.pmin(c, r) : f64x2.pmax(c, r);
      d = least ? f64x2.pmin(d, s) : f64x2.pmax(d, s);
    }
    a = least ? f64x2.pmin(f64x2.pmin(a, b), f64x2.pmin(c, d)) : f64x2.pmax(f64x2.pmax(a, b), f64x2.pmax(c, d));
    const x = f64x2.extract_lane(a, 0), y = f64x2.extract_lane(a, 1);
    const best = (least ? x < y : x > y) ? x : y;
    // still the worst: nothing was there, or only infinite values; the loop below finds out
    if (best == (least ? Infinity : -Infinity)) row = 0;
    else putF64(states, best, least);
  }
  for (; row < length; row++) {
    const x = load<f64>(values + (<usize>row << 3));
    putF64(states + (<usize>unlessNaN(groupOf(ids, validity, mask, row), x) << 3), x, least);
  }
}

// @ts-ignore: decorator
@inline
function putF64(at: usize, x: f64, least: bool): void {
  // pmin(a, b) is b < a ? b : a, so a NaN (empty) loses. Lanes, not select: V8 makes a branch of a select of floats, and a new extreme
  // is not to be foreseen. 4.1 -> 1.3 ns a row of 1,000 groups with ten rows each (tumbling windows, Node 20)
  const best = v128.load64_zero(at), one = f64x2.splat(x);
  v128.store64_lane(at, least ? f64x2.pmin(one, best) : f64x2.pmax(one, best), 0);
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
    if (x != x) markAbsent(bits, i, groups, nulls++);
    store<f64>(out + (<usize>i << 3), x == x ? x : 0);
  }
  return nulls;
}

export function resultExtremeI64(states: usize, ids: usize, groups: i32, flip: i64, out: usize, bits: usize): i32 {
  let nulls = 0;
  for (let i = 0; i < groups; i++) {
    const at = states + (<usize>idAt(ids, i) << 4), seen = load<u32>(at, 8);
    if (seen == 0) markAbsent(bits, i, groups, nulls++);
    store<i64>(out + (<usize>i << 3), seen != 0 ? load<i64>(at) ^ flip : 0);
  }
  return nulls;
}
