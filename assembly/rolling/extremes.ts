import { NONE, putWord, stepAt, wordAt } from '../shared/steps';

/** The row with the greatest key so far, by its slot. */
@unmanaged
class Best {
  key: i64;
  slot: u32; // number + 1, 0 = there is none
  unused: u32;
}

/**
 * The slot of the row with the greatest key (`flip` -1: the least) of each window, the earliest of several, as u32 at `out`; NONE where
 * there is none. Two stacks, as in shared/steps.ts. Rows take part when the bytes at `have` and `other` (0: only `have`) say so.
 */
export function extremes(prev: usize, steps: usize, length: i32, total: i32, keys: usize, have: usize, other: usize, flip: i64, prefixes: usize, suffixes: usize, out: usize): void {
  const second = other != 0 ? other : have;
  for (let i = 0; i < total; i++) {
    const step = stepAt(steps, i), group = step.group;
    if (group == NONE) {
      putWord(out, i, NONE);
      continue;
    }
    const prefix = changetype<Best>(prefixes + (<usize>group << 4));
    if (step.flip >= 0) {
      prefix.slot = 0;
      let slot = step.slot;
      for (let k = step.flip; k > 0; k--) {
        slot = wordAt(prev, slot);
        if ((load<u8>(have + slot) & load<u8>(second + slot)) != 0) {
          const key = load<i64>(keys + (<usize>slot << 3)) ^ flip;
          if (prefix.slot == 0 || key >= prefix.key) {
            prefix.key = key;
            prefix.slot = slot + 1;
          }
        }
        v128.store(suffixes + (<usize>slot << 4), v128.load(changetype<usize>(prefix)));
      }
      prefix.slot = 0;
    }
    if (i >= length) continue;
    const slot = step.slot;
    if ((load<u8>(have + slot) & load<u8>(second + slot)) != 0) {
      const key = load<i64>(keys + (<usize>slot << 3)) ^ flip;
      if (prefix.slot == 0 || key > prefix.key) {
        prefix.key = key;
        prefix.slot = slot + 1;
      }
    }
    let best = prefix;
    if (step.suffix != 0) {
      const older = changetype<Best>(suffixes + (<usize>step.head << 4));
      if (older.slot != 0 && (prefix.slot == 0 || older.key >= prefix.key)) best = older;
    }
    putWord(out, i, best.slot - 1);
  }
}
