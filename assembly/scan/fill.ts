import { flushBits, NONE, present, putBit, stateOf } from './_bits';

/**
 * Nulls take the last present value, also from earlier batches; of their group (u32 at `ids`; 0: all are of one), and none without one.
 * State: 0 T last value, 8 i32 1 when there was one.
 */
// @ts-ignore: decorator
@inline
export function fill<T>(values: usize, validity: usize, ids: usize, length: i32, states: usize, out: usize, outValidity: usize): void {
  let id: u32 = 0, state = states, byte: u32 = 0;
  let last = load<T>(state), any = load<i32>(state, 8) != 0;
  for (let row = 0; row < length; row++) {
    if (ids != 0) {
      const next = load<u32>(ids + (<usize>row << 2));
      if (next == NONE) {
        store<T>(out + (<usize>row << alignof<T>()), 0);
        byte = putBit(outValidity, row, 0, byte);
        continue;
      }
      if (next != id) {
        store<T>(state, last);
        store<i32>(state, i32(any), 8);
        id = next;
        state = stateOf(states, 16, id);
        last = load<T>(state);
        any = load<i32>(state, 8) != 0;
      }
    }
    if (present(validity, row)) { last = load<T>(values + (<usize>row << alignof<T>())); any = true; }
    store<T>(out + (<usize>row << alignof<T>()), last);
    byte = putBit(outValidity, row, u32(any), byte);
  }
  flushBits(outValidity, length, byte);
  store<T>(state, last);
  store<i32>(state, i32(any), 8);
}
