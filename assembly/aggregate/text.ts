import { groupOf, idAt, markAbsent, NONE } from './rows';

/**
 * Least, greatest, first or last text of each group. Texts lie in a heap of their own; a new one takes the place of the old if it fits.
 *
 *   state   [ offset u32 | room u32 | length + 1 u32, 0 = none yet ] 12 bytes
 *   heap    [ top u32 | capacity u32 ] at `heap`, its bytes at `bytes`
 */

/** Whether a text replaces the state's: `mode` 0 least, 1 greatest, 2 first, 3 last. */
// @ts-ignore: decorator
@inline
function replaces(state: usize, bytes: usize, at: usize, length: i32, mode: i32): bool {
  const held = <i32>load<u32>(state, 8) - 1;
  if (held < 0 || mode == 3) return true;
  if (mode == 2) return false;
  let order = memory.compare(at, bytes + <usize>load<u32>(state), <usize>min(length, held));
  if (order == 0) order = length - held;
  return mode == 0 ? order < 0 : order > 0;
}

/** Puts a text into the state; false when the heap is full. */
function put(state: usize, heap: usize, bytes: usize, at: usize, length: i32): bool {
  if (<u32>length > load<u32>(state, 4)) {
    const room = (<u32>length + 15) & ~15, top = load<u32>(heap);
    if (top + room > load<u32>(heap, 4)) return false;
    store<u32>(state, top);
    store<u32>(state, room, 4);
    store<u32>(heap, top + room);
  }
  memory.copy(bytes + <usize>load<u32>(state), at, <usize>length);
  store<u32>(state, length + 1, 8);
  return true;
}

/** Rows [from, length) of a utf8 column, or with `codes` of a dictionary's; returns the rows done, fewer when the heap is full. */
export function keepText(states: usize, ids: usize, offsets: usize, values: usize, codes: usize, validity: usize, mask: usize, from: i32, length: i32, mode: i32, heap: usize, bytes: usize): i32 {
  for (let row = from; row < length; row++) {
    const id = groupOf(ids, validity, mask, row);
    if (id == NONE) continue;
    const text = offsets + (<usize>(codes == 0 ? <u32>row : load<u32>(codes + (<usize>row << 2))) << 2);
    const start = load<u32>(text), size = <i32>(load<u32>(text, 4) - start), at = values + <usize>start;
    const state = states + <usize>id * 12;
    if (replaces(state, bytes, at, size, mode) && !put(state, heap, bytes, at, size)) return row;
  }
  return length;
}

/** Joins states [from, groups) whose texts lie at `others`; returns the groups done. `from` holds later rows. */
export function mergeText(states: usize, later: usize, others: usize, map: usize, from: i32, groups: i32, mode: i32, heap: usize, bytes: usize): i32 {
  for (let i = from; i < groups; i++) {
    const id = idAt(map, i), at = later + <usize>i * 12, size = <i32>load<u32>(at, 8) - 1;
    if (id == NONE || size < 0) continue;
    const state = states + <usize>id * 12, text = others + <usize>load<u32>(at);
    if (replaces(state, bytes, text, size, mode) && !put(state, heap, bytes, text, size)) return i;
  }
  return groups;
}

/** Moves the texts of all states together to `target`; returns the new top. */
export function packText(states: usize, groups: i32, bytes: usize, target: usize): i32 {
  let top: u32 = 0;
  for (let i = 0; i < groups; i++) {
    const state = states + <usize>i * 12, size = load<u32>(state, 8);
    const length = size == 0 ? 0 : size - 1, room = (length + 15) & ~15;
    memory.copy(target + <usize>top, bytes + <usize>load<u32>(state), <usize>length);
    store<u32>(state, top);
    store<u32>(state, room, 4);
    top += room;
  }
  return top;
}

/** Bytes of the texts of these groups, as f64. */
export function sizeText(states: usize, ids: usize, groups: i32): f64 {
  let total: f64 = 0;
  for (let i = 0; i < groups; i++) {
    const size = load<u32>(states + <usize>idAt(ids, i) * 12, 8);
    if (size != 0) total += <f64>(size - 1);
  }
  return total;
}

/** The texts of these groups as a utf8 column; returns the number of nulls. */
export function resultText(states: usize, ids: usize, groups: i32, bytes: usize, offsets: usize, values: usize, bits: usize): i32 {
  let end: u32 = 0, nulls = 0;
  store<u32>(offsets, 0);
  for (let i = 0; i < groups; i++) {
    const state = states + <usize>idAt(ids, i) * 12, size = load<u32>(state, 8);
    if (size != 0) {
      memory.copy(values + <usize>end, bytes + <usize>load<u32>(state), <usize>(size - 1));
      end += size - 1;
    } else markAbsent(bits, i, groups, nulls++);
    store<u32>(offsets + (<usize>i << 2), end, 4);
  }
  return nulls;
}
