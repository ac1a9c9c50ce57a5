import { flushBits, NONE, present, putBit, stateOf } from './_bits';

export const enum Op { sum, prod, min, max }

/**
 * Running results as pandas' cumsum, cumprod, cummin, cummax: a null (or NaN) row is null and the total goes on. Rows of a group (u32 at `ids`;
 * 0: all are of one) have a total of their own.
 *
 * ```
 * state   0  T  total     8  i32  1 when there was a value    16  f64  compensation of a sum (Neumaier)
 * ```
 */
// @ts-ignore: decorator
@inline
export function cumulate<T>(op: Op, values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void {
  let id: u32 = 0, state = states, byte: u32 = 0;
  let total = load<T>(state), any = load<i32>(state, 8) != 0, lost: f64 = 0;
  if (isFloat<T>()) lost = load<f64>(state, 16);
  for (let row = 0; row < length; row++) {
    const value = load<T>(values + (<usize>row << alignof<T>()));
    let ok = present(validity, row);
    if (isFloat<T>()) ok = ok && value == value;
    if (ids != 0) {
      const next = load<u32>(ids + (<usize>row << 2));
      if (next != id) {
        if (next == NONE) {
          store<T>(out + (<usize>row << alignof<T>()), 0);
          byte = putBit(outValidity, row, 0, byte);
          continue;
        }
        store<T>(state, total);
        store<i32>(state, i32(any), 8);
        if (isFloat<T>()) store<f64>(state, lost, 16);
        id = next;
        state = stateOf(states, 24, id);
        total = load<T>(state);
        any = load<i32>(state, 8) != 0;
        if (isFloat<T>()) lost = load<f64>(state, 16);
      }
    }
    if (ok) {
      if (!any) { total = value; any = true; }
      else if (op == Op.sum) {
        if (isFloat<T>()) {
          const sum = <f64>total + <f64>value;
          const error = abs<f64>(<f64>total) >= abs<f64>(<f64>value) ? (<f64>total - sum) + <f64>value : (<f64>value - sum) + <f64>total;
          if (isFinite(sum)) lost += error;
          total = <T>sum;
        } else total = <T>(total + value);
      } else if (op == Op.prod) total = <T>(total * value);
      else if (op == Op.min) { if (value < total) total = value; }
      else if (value > total) total = value;
    }
    if (isFloat<T>() && op == Op.sum) store<f64>(out + (<usize>row << 3), <f64>total + lost);
    else store<T>(out + (<usize>row << alignof<T>()), total);
    byte = putBit(outValidity, row, u32(ok), byte);
  }
  flushBits(outValidity, length, byte);
  store<T>(state, total);
  store<i32>(state, i32(any), 8);
  if (isFloat<T>()) store<f64>(state, lost, 16);
}
