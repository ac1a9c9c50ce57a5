import { flushBits, present, putBit } from './_bits';

/** Nulls take the last present value, also from earlier batches. State: 0 T last value, 8 i32 1 when there was one. */
// @ts-ignore: decorator
@inline
export function fill<T>(values: usize, validity: usize, length: i32, state: usize, out: usize, outValidity: usize): void {
  let last = load<T>(state), any = load<i32>(state, 8) != 0, byte: u32 = 0;
  for (let row = 0; row < length; row++) {
    if (present(validity, row)) { last = load<T>(values + (<usize>row << alignof<T>())); any = true; }
    store<T>(out + (<usize>row << alignof<T>()), last);
    byte = putBit(outValidity, row, u32(any), byte);
  }
  flushBits(outValidity, length, byte);
  store<T>(state, last);
  store<i32>(state, i32(any), 8);
}
