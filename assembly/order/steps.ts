// Answers for each row's own window: the multisets of tree.ts and counts.ts follow the steps of shared/steps.ts. Keys lie by slot, `have` has
// a byte for each, 1 = there is one. Each gives the step at which room ran out, with that step not begun, or `total`.
import { NONE, stepAt, wordAt } from '../shared/steps';
import { add as count, bump, Counts, find } from './counts';
import { markPresent, placeOf } from './quantile';
import { add, addTo, hasRoom, keyAt, rank, remove, Tree } from './tree';

// @ts-ignore: decorator
@inline
function keyIn(keys: usize, slot: u32): i64 { return load<i64>(keys + (<usize>slot << 3)); }

function leave(tree: Tree, next: usize, group: u32, old: u32, leaving: i32, keys: usize, have: usize): void {
  for (; leaving > 0; leaving--) {
    if (load<u8>(have + old) != 0 && remove(tree, group, keyIn(keys, old))) addTo(tree.counts, group, -1);
    old = wordAt(next, old);
  }
}

/** Keys between which quantile q of each window lies, and the fraction between; presence bits, which are 0 at first. */
export function quantiles(at: usize, next: usize, steps: usize, from: i32, length: i32, total: i32, keys: usize, have: usize, q: f64, mode: i32, below: usize, above: usize, fractions: usize, present: usize): i32 {
  const tree = changetype<Tree>(at);
  for (let i = from; i < total; i++) {
    const step = stepAt(steps, i), group = step.group;
    let low: i64 = 0, high: i64 = 0, fraction: f64 = 0;
    if (group != NONE) {
      if (!hasRoom(tree)) return i;
      leave(tree, next, group, step.old, step.leaving, keys, have);
      if (i >= length) continue;
      if (load<u8>(have + step.slot) != 0) {
        add(tree, group, keyIn(keys, step.slot));
        addTo(tree.counts, group, 1);
      }
      const rows = wordAt(tree.counts, group);
      if (rows != 0) {
        const first = rows == tree.rows ? 0 : rank(tree, group, i64.MIN_VALUE), place = placeOf(q, rows, mode), whole = <u32>place;
        fraction = place - <f64>whole;
        low = keyAt(tree, first + whole);
        high = fraction > 0 ? keyAt(tree, first + whole + 1) : low;
        markPresent(present, i);
      }
    }
    store<i64>(below + (<usize>i << 3), low);
    store<i64>(above + (<usize>i << 3), high);
    store<f64>(fractions + (<usize>i << 3), fraction);
  }
  return total;
}

const AVERAGE = 0, LEAST = 1, DENSE = 3;

/**
 * The rank of each row's key among those of its window, f64 from 1; NaN for a row without one. Method 0 average, 1 min, 2 max, 3 dense (which
 * needs `other`, a tree of the distinct keys); `falling` 1: from the greatest; `share` 1: by the number of ranks.
 */
export function ranks(at: usize, other: usize, next: usize, steps: usize, from: i32, length: i32, total: i32, keys: usize, have: usize, method: i32, falling: i32, share: i32, out: usize): i32 {
  const tree = changetype<Tree>(at), distinct = changetype<Tree>(other);
  for (let i = from; i < total; i++) {
    const step = stepAt(steps, i), group = step.group;
    let answer = NaN;
    if (group != NONE) {
      if (!hasRoom(tree) || (method == DENSE && !hasRoom(distinct))) return i;
      if (method == DENSE) leaveBoth(tree, distinct, next, group, step.old, step.leaving, keys, have);
      else leave(tree, next, group, step.old, step.leaving, keys, have);
      if (i >= length) continue;
      if (load<u8>(have + step.slot) != 0) {
        const key = keyIn(keys, step.slot), same = add(tree, group, key);
        addTo(tree.counts, group, 1);
        if (method == DENSE) {
          if (same == 1) {
            add(distinct, group, key);
            addTo(distinct.counts, group, 1);
          }
          const all = wordAt(distinct.counts, group), below = rank(distinct, group, key) - rank(distinct, group, i64.MIN_VALUE);
          answer = <f64>(falling != 0 ? all - below : below + 1) / (share != 0 ? <f64>all : 1);
        } else {
          const all = wordAt(tree.counts, group), first = rank(tree, group, i64.MIN_VALUE);
          let below = rank(tree, group, key) - first;
          if (falling != 0) below = all - below - same;
          const place = method == AVERAGE ? <f64>below + (<f64>same + 1) * 0.5 : <f64>(below + (method == LEAST ? 1 : same));
          answer = place / (share != 0 ? <f64>all : 1);
        }
      }
    }
    store<f64>(out + (<usize>i << 3), answer);
  }
  return total;
}

function leaveBoth(tree: Tree, distinct: Tree, next: usize, group: u32, old: u32, leaving: i32, keys: usize, have: usize): void {
  for (; leaving > 0; leaving--) {
    if (load<u8>(have + old) != 0) {
      const before = tree.distinct, key = keyIn(keys, old);
      if (remove(tree, group, key)) {
        addTo(tree.counts, group, -1);
        if (tree.distinct != before && remove(distinct, group, key)) addTo(distinct.counts, group, -1);
      }
    }
    old = wordAt(next, old);
  }
}

/** How many distinct keys each window has, f64. */
export function distincts(at: usize, next: usize, steps: usize, from: i32, length: i32, total: i32, keys: usize, have: usize, out: usize): i32 {
  const table = changetype<Counts>(at);
  for (let i = from; i < total; i++) {
    const step = stepAt(steps, i), group = step.group;
    if (group == NONE) {
      store<f64>(out + (<usize>i << 3), NaN);
      continue;
    }
    // the one key that comes may take a slot
    if (table.used >= table.mask >> 1) return i;
    let old = step.old;
    for (let k = step.leaving; k > 0; k--) {
      if (load<u8>(have + old) != 0) {
        const slot = find(table.slots, table.mask, group, keyIn(keys, old));
        if (--slot.count == 0) {
          table.zeros++;
          bump(table.distinct, group, -1);
        }
      }
      old = wordAt(next, old);
    }
    if (i >= length) continue;
    if (load<u8>(have + step.slot) != 0) count(table, group, keyIn(keys, step.slot), 1);
    store<f64>(out + (<usize>i << 3), <f64>wordAt(table.distinct, group));
  }
  return total;
}
