import { NONE, putWord, stepAt, wordAt } from '../shared/steps';

/** Rows with a value in one window: a list through `links`, and the one that is asked for. Slots are numbers + 1, 0 = none. */
@unmanaged
class Present {
  head: u32;
  tail: u32;
  picked: u32;
  count: u32;
}

/**
 * The slot of the n-th row with a value of each window (from 0; below it from the end: -1 is the last), as u32 at `out`; NONE where there
 * are too few. The one picked moves with the window, so that a row costs the same whatever n is. `links`: u32 for each slot.
 */
export function picks(next: usize, steps: usize, length: i32, total: i32, have: usize, n: i32, states: usize, links: usize, out: usize): void {
  const fromEnd = <u32>-n;
  for (let i = 0; i < total; i++) {
    const step = stepAt(steps, i), group = step.group;
    if (group == NONE) {
      putWord(out, i, NONE);
      continue;
    }
    const state = changetype<Present>(states + (<usize>group << 4));
    let old = step.old;
    for (let k = step.leaving; k > 0; k--) {
      if (load<u8>(have + old) != 0) {
        state.head = --state.count == 0 ? 0 : wordAt(links, old);
        if (n < 0) {
          if (state.count < fromEnd) state.picked = 0;
        } else if (state.picked != 0) state.picked = state.count > <u32>n ? wordAt(links, state.picked - 1) : 0;
      }
      old = wordAt(next, old);
    }
    if (i >= length) continue;
    const slot = step.slot;
    if (load<u8>(have + slot) != 0) {
      if (state.count == 0) state.head = slot + 1;
      else putWord(links, state.tail - 1, slot + 1);
      state.tail = slot + 1;
      state.count++;
      if (n < 0) {
        if (state.count == fromEnd) state.picked = state.head;
        else if (state.count > fromEnd) state.picked = wordAt(links, state.picked - 1);
      } else if (state.count == <u32>n + 1) state.picked = slot + 1;
    }
    putWord(out, i, state.picked - 1);
  }
}

/** The oldest row of each window of `rows` rows, as u32 at `out`; NONE where it has fewer. */
export function oldest(steps: usize, length: i32, rows: i32, out: usize): void {
  for (let i = 0; i < length; i++) {
    const step = stepAt(steps, i);
    putWord(out, i, step.group != NONE && step.rows == rows ? step.head : NONE);
  }
}
