import { NONE, putWord, stepAt, wordAt } from '../shared/steps';
import { compareTexts } from '../shared/text-order';

/** The row with the greatest key so far, by its slot. */
@unmanaged
class Best {
  key: i64;
  slot: u32; // number + 1, 0 = there is none
  unused: u32;
}

/** How key `a` is to `b`: as numbers, of which `flip` has been taken, or as codes of the texts at `texts` (offsets; 0: none) and `bytes`. */
// @ts-ignore: decorator
@inline
function order(texts: usize, bytes: usize, flip: i64, a: i64, b: i64): i32 {
  if (texts == 0) return <i32>(a > b) - <i32>(a < b);
  const found = compareTexts(texts, bytes, a, b);
  return flip == 0 ? found : -found;
}

/** The key of a row, for texts that in its slot: codes change there when texts are let go of. */
// @ts-ignore: decorator
@inline
function keyOf(texts: usize, keys: usize, best: Best): i64 {
  return texts == 0 ? best.key : load<i64>(keys + (<usize>(best.slot - 1) << 3));
}

/**
 * The slot of the row with the greatest key (`flip` -1: the least) of each window, the earliest of several, as u32 at `out`; NONE where
 * there is none. Two stacks, as in shared/steps.ts. Rows take part when the bytes at `have` and `other` (0: only `have`) say so. Keys of text are
 * codes of the texts at `texts` and `bytes`.
 */
export function extremes(prev: usize, steps: usize, length: i32, total: i32, keys: usize, have: usize, other: usize, texts: usize, bytes: usize, flip: i64, prefixes: usize, suffixes: usize, out: usize): void {
  const second = other != 0 ? other : have;
  const by: i64 = texts == 0 ? flip : 0;
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
          const key = load<i64>(keys + (<usize>slot << 3)) ^ by;
          if (prefix.slot == 0 || order(texts, bytes, flip, key, keyOf(texts, keys, prefix)) >= 0) {
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
      const key = load<i64>(keys + (<usize>slot << 3)) ^ by;
      if (prefix.slot == 0 || order(texts, bytes, flip, key, keyOf(texts, keys, prefix)) > 0) {
        prefix.key = key;
        prefix.slot = slot + 1;
      }
    }
    let best = prefix;
    if (step.suffix != 0) {
      const older = changetype<Best>(suffixes + (<usize>step.head << 4));
      if (older.slot != 0 && (prefix.slot == 0 || order(texts, bytes, flip, keyOf(texts, keys, older), keyOf(texts, keys, prefix)) >= 0)) best = older;
    }
    putWord(out, i, best.slot - 1);
  }
}
