import { factor, joinProduct, productOf } from '../shared/product';
import { groupOf, idAt, NONE } from './rows';

/** Products of floats: see shared/product.ts. `step` is 1, or -1 for factors that leave. */
export function productF64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, step: i32): void {
  for (let row = 0; row < length; row++) {
    const x = load<f64>(values + (<usize>row << 3)), id = groupOf(ids, validity, mask, row);
    if (id == NONE || x != x) continue;
    factor(states + <usize>id * 40, x, step);
  }
}

export function mergeProductF64(states: usize, from: usize, map: usize, groups: i32): void {
  for (let i = 0; i < groups; i++) {
    const id = idAt(map, i);
    if (id == NONE) continue;
    joinProduct(states + <usize>id * 40, from + <usize>i * 40);
  }
}

export function resultProductF64(states: usize, ids: usize, groups: i32, out: usize): void {
  for (let i = 0; i < groups; i++) {
    store<f64>(out + (<usize>i << 3), productOf(states + <usize>idAt(ids, i) * 40));
  }
}

/**
 * Integers, modulo 2^64 as numpy's: x = odd · 2^twos. Odd numbers have an inverse modulo 2^64, so factors can leave exactly.
 *
 *   [ odd u64, 0 = 1 | twos u32 | zeros u32 | count u32 | unused ] 24 bytes
 */
export function productI64(states: usize, ids: usize, values: usize, validity: usize, mask: usize, length: i32, step: i32): void {
  for (let row = 0; row < length; row++) {
    const id = groupOf(ids, validity, mask, row), at = states + <usize>id * 24;
    if (id == NONE) continue;
    const x = load<u64>(values + (<usize>row << 3));
    store<i32>(at, load<i32>(at, 16) + step, 16);
    if (x == 0) {
      store<i32>(at, load<i32>(at, 12) + step, 12);
      continue;
    }
    const twos = ctz<u64>(x), odd = x >> twos;
    store<i32>(at, load<i32>(at, 8) + step * <i32>twos, 8);
    const before = load<u64>(at) == 0 ? 1 : load<u64>(at);
    store<u64>(at, before * (step > 0 ? odd : inverse(odd)));
  }
}

/** Newton's iteration: an odd number is its own inverse modulo 8, and each turn doubles the bits. */
function inverse(odd: u64): u64 {
  let x = odd;
  for (let i = 0; i < 5; i++) x *= 2 - odd * x;
  return x;
}

export function mergeProductI64(states: usize, from: usize, map: usize, groups: i32): void {
  for (let i = 0; i < groups; i++) {
    const to = states + <usize>idAt(map, i) * 24, at = from + <usize>i * 24;
    const a = load<u64>(to) == 0 ? 1 : load<u64>(to), b = load<u64>(at) == 0 ? 1 : load<u64>(at);
    store<u64>(to, a * b);
    for (let w: usize = 8; w < 20; w += 4) store<u32>(to + w, load<u32>(to + w) + load<u32>(at + w));
  }
}

export function resultProductI64(states: usize, ids: usize, groups: i32, out: usize): void {
  for (let i = 0; i < groups; i++) {
    const at = states + <usize>idAt(ids, i) * 24, twos = load<u32>(at, 8);
    const odd = load<u64>(at) == 0 ? 1 : load<u64>(at);
    store<u64>(out + (<usize>i << 3), load<u32>(at, 12) != 0 || twos > 63 ? 0 : odd << <u64>twos);
  }
}
