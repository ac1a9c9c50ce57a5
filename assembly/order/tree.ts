// A multiset of keys for each group, with order statistics: one counted B+-tree over (group, key) -> how often, in an arena of
// nodes known by number.
//
//   leaf   │ length │ keys i64[48] │ groups u32[48] │ counts u32[48] │
//   inner  │ length │ keys i64[38] │ groups u32[38] │ children u32[38] │ sizes u32[38] │   sizes: rows below; key and group of
//                                                                                         a child: at most its least one
// A tree over all groups, not one each: groups of three rows share a leaf instead of holding one of 784 bytes each.

import { floatOfKey, keyOfFloat } from './keys';
import { markPresent, mix, placeOf } from './quantile';

const LEAF: i32 = 48, INNER: i32 = 38;
export const nodeBytes: i32 = 784;
const KEYS: usize = 16;
const LEAF_GROUPS: usize = KEYS + 8 * 48, COUNTS: usize = LEAF_GROUPS + 4 * 48;
const INNER_GROUPS: usize = KEYS + 8 * 38, CHILDREN: usize = INNER_GROUPS + 4 * 38, SIZES: usize = CHILDREN + 4 * 38;

@unmanaged
export class Tree {
  nodes: usize;
  capacity: u32;
  used: u32; // number 0 is never used
  free: u32; // list of freed nodes, through their first word
  root: u32;
  levels: i32; // inner levels above the leaves
  rows: u32;
  distinct: u32;
  counts: usize; // u32[groups]: rows of each group
  // what follows is the path of the operation in hand: node and place, level by level from the root
  path0: u32; path1: u32; path2: u32; path3: u32; path4: u32; path5: u32; path6: u32; path7: u32; path8: u32; path9: u32; path10: u32; path11: u32;
  place0: u32; place1: u32; place2: u32; place3: u32; place4: u32; place5: u32; place6: u32; place7: u32; place8: u32; place9: u32; place10: u32; place11: u32;
}

// @ts-ignore: decorator
@inline
function nodeAt(tree: Tree, number: u32): usize { return tree.nodes + <usize>number * <usize>nodeBytes; }
// @ts-ignore: decorator
@inline
function lengthOf(node: usize): i32 { return load<i32>(node); }
// @ts-ignore: decorator
@inline
function keyIn(node: usize, i: i32): i64 { return load<i64>(node + (<usize>i << 3), KEYS); }
// @ts-ignore: decorator
@inline
function u32In(node: usize, part: usize, i: i32): u32 { return load<u32>(node + part + (<usize>i << 2)); }
// @ts-ignore: decorator
@inline
function put(node: usize, part: usize, i: i32, value: u32): void { store<u32>(node + part + (<usize>i << 2), value); }
// @ts-ignore: decorator
@inline
function setPath(tree: Tree, level: i32, node: u32, place: i32): void {
  const at = changetype<usize>(tree) + (<usize>level << 2);
  store<u32>(at, node, offsetof<Tree>('path0'));
  store<u32>(at, <u32>place, offsetof<Tree>('place0'));
}
// @ts-ignore: decorator
@inline
function pathNode(tree: Tree, level: i32): u32 { return load<u32>(changetype<usize>(tree) + (<usize>level << 2), offsetof<Tree>('path0')); }
// @ts-ignore: decorator
@inline
function pathPlace(tree: Tree, level: i32): i32 { return load<i32>(changetype<usize>(tree) + (<usize>level << 2), offsetof<Tree>('place0')); }

/** First entry of [low, length) that is not below (group, key). */
// @ts-ignore: decorator
@inline
function lowerBound(node: usize, groups: usize, low: i32, length: i32, group: u32, key: i64): i32 {
  let size = length - low;
  while (size > 0) {
    const half = size >> 1, middle = low + half;
    const other = u32In(node, groups, middle);
    const below = other < group || (other == group && keyIn(node, middle) < key);
    low = below ? middle + 1 : low;
    size = below ? size - half - 1 : half;
  }
  return low;
}

/** The child below which (group, key) belongs: the last that starts at or before it. */
// @ts-ignore: decorator
@inline
function childFor(node: usize, group: u32, key: i64): i32 {
  const length = lengthOf(node);
  const at = lowerBound(node, INNER_GROUPS, 1, length, group, key);
  const same = at < length && u32In(node, INNER_GROUPS, at) == group && keyIn(node, at) == key;
  return at - i32(!same);
}

function take(tree: Tree): u32 {
  const number = tree.free;
  if (number != 0) {
    tree.free = load<u32>(nodeAt(tree, number));
    return number;
  }
  return tree.used++;
}

function give(tree: Tree, number: u32): void {
  store<u32>(nodeAt(tree, number), tree.free);
  tree.free = number;
}

/** Whether a row can be added for sure: a split on each level, and a new root. */
export function hasRoom(tree: Tree): bool {
  let need = tree.levels + 2 - <i32>(tree.capacity - tree.used);
  for (let number = tree.free; need > 0 && number != 0; number = load<u32>(nodeAt(tree, number))) need--;
  return need <= 0;
}

// @ts-ignore: decorator
@inline
function move(node: usize, part: usize, width: usize, to: i32, from: i32, count: i32): void {
  memory.copy(node + part + <usize>to * width, node + part + <usize>from * width, <usize>count * width);
}

/** Copies `count` entries of all parts between nodes of one kind. */
function copyEntries(target: usize, to: i32, source: usize, from: i32, count: i32, leaf: bool): void {
  memory.copy(target + KEYS + (<usize>to << 3), source + KEYS + (<usize>from << 3), <usize>count << 3);
  const bytes = <usize>count << 2, toByte = <usize>to << 2, fromByte = <usize>from << 2;
  if (leaf) {
    memory.copy(target + LEAF_GROUPS + toByte, source + LEAF_GROUPS + fromByte, bytes);
    memory.copy(target + COUNTS + toByte, source + COUNTS + fromByte, bytes);
  } else {
    memory.copy(target + INNER_GROUPS + toByte, source + INNER_GROUPS + fromByte, bytes);
    memory.copy(target + CHILDREN + toByte, source + CHILDREN + fromByte, bytes);
    memory.copy(target + SIZES + toByte, source + SIZES + fromByte, bytes);
  }
}

function rowsIn(node: usize, leaf: bool): u32 {
  let rows: u32 = 0;
  for (let i = 0, length = lengthOf(node); i < length; i++) rows += u32In(node, leaf ? COUNTS : SIZES, i);
  return rows;
}

/** Makes room for a child after place `at` of an inner node and writes it. */
function insertChild(parent: usize, at: i32, child: u32, group: u32, key: i64, size: u32): void {
  const length = lengthOf(parent);
  copyEntries(parent, at + 1, parent, at, length - at, false);
  store<i64>(parent + (<usize>at << 3), key, KEYS);
  put(parent, INNER_GROUPS, at, group);
  put(parent, CHILDREN, at, child);
  put(parent, SIZES, at, size);
  store<i32>(parent, length + 1);
}

function removeEntry(node: usize, at: i32, leaf: bool): void {
  const length = lengthOf(node) - 1;
  copyEntries(node, at, node, at + 1, length - at, leaf);
  store<i32>(node, length);
}

/** Splits the full child at `place` of an inner node that has room. */
function split(tree: Tree, parent: usize, place: i32, leaf: bool): void {
  const node = nodeAt(tree, u32In(parent, CHILDREN, place));
  const number = take(tree), right = nodeAt(tree, number);
  const length = lengthOf(node), half = length >> 1;
  copyEntries(right, 0, node, half, length - half, leaf);
  store<i32>(right, length - half);
  store<i32>(node, half);
  const size = rowsIn(right, leaf);
  put(parent, SIZES, place, u32In(parent, SIZES, place) - size);
  insertChild(parent, place + 1, number, u32In(right, leaf ? LEAF_GROUPS : INNER_GROUPS, 0), keyIn(right, 0), size);
}

/** Adds a row; the caller made sure there is room. Returns how often its key now is in its group. */
export function add(tree: Tree, group: u32, key: i64): u32 {
  if (tree.root == 0) {
    tree.root = take(tree);
    store<i32>(nodeAt(tree, tree.root), 0);
    tree.levels = 0;
  }
  let number = tree.root, node = nodeAt(tree, number);
  if (lengthOf(node) == (tree.levels == 0 ? LEAF : INNER)) {
    const root = take(tree), top = nodeAt(tree, root);
    store<i32>(top, 0);
    insertChild(top, 0, number, 0, i64.MIN_VALUE, tree.rows);
    split(tree, top, 0, tree.levels == 0);
    tree.root = root;
    tree.levels++;
    node = top;
  }
  for (let level = tree.levels; level > 0; level--) {
    let place = childFor(node, group, key);
    let child = nodeAt(tree, u32In(node, CHILDREN, place));
    if (lengthOf(child) == (level == 1 ? LEAF : INNER)) {
      split(tree, node, place, level == 1);
      place = childFor(node, group, key);
      child = nodeAt(tree, u32In(node, CHILDREN, place));
    }
    put(node, SIZES, place, u32In(node, SIZES, place) + 1);
    node = child;
  }
  tree.rows++;
  const length = lengthOf(node), at = lowerBound(node, LEAF_GROUPS, 0, length, group, key);
  if (at < length && keyIn(node, at) == key && u32In(node, LEAF_GROUPS, at) == group) {
    const count = u32In(node, COUNTS, at) + 1;
    put(node, COUNTS, at, count);
    return count;
  }
  move(node, KEYS, 8, at + 1, at, length - at);
  move(node, LEAF_GROUPS, 4, at + 1, at, length - at);
  move(node, COUNTS, 4, at + 1, at, length - at);
  store<i64>(node + (<usize>at << 3), key, KEYS);
  put(node, LEAF_GROUPS, at, group);
  put(node, COUNTS, at, 1);
  store<i32>(node, length + 1);
  tree.distinct++;
  return 1;
}

/** Takes away one row; false when there is none such. */
export function remove(tree: Tree, group: u32, key: i64): bool {
  if (tree.root == 0) return false;
  let number = tree.root;
  const levels = tree.levels;
  for (let level = 0; level < levels; level++) {
    const node = nodeAt(tree, number), place = childFor(node, group, key);
    setPath(tree, level, number, place);
    number = u32In(node, CHILDREN, place);
  }
  const leaf = nodeAt(tree, number), length = lengthOf(leaf);
  const at = lowerBound(leaf, LEAF_GROUPS, 0, length, group, key);
  if (at == length || keyIn(leaf, at) != key || u32In(leaf, LEAF_GROUPS, at) != group) return false;
  tree.rows--;
  for (let level = 0; level < levels; level++) {
    const node = nodeAt(tree, pathNode(tree, level)), place = pathPlace(tree, level);
    put(node, SIZES, place, u32In(node, SIZES, place) - 1);
  }
  const count = u32In(leaf, COUNTS, at) - 1;
  if (count != 0) {
    put(leaf, COUNTS, at, count);
    return true;
  }
  tree.distinct--;
  removeEntry(leaf, at, true);
  if (length - 1 < LEAF / 4) shrink(tree);
  return true;
}

/** Joins nodes on the path of a removal that have become small with a neighbour, from the leaf up. */
function shrink(tree: Tree): void {
  for (let level = tree.levels - 1; level >= 0; level--) {
    const parent = nodeAt(tree, pathNode(tree, level)), place = pathPlace(tree, level);
    const leaf = level == tree.levels - 1;
    const length = lengthOf(parent);
    const node = nodeAt(tree, u32In(parent, CHILDREN, place));
    const most = leaf ? LEAF * 3 / 4 : INNER * 3 / 4;
    if (lengthOf(node) == 0 && length > 1) {
      give(tree, u32In(parent, CHILDREN, place));
      // the first child has no lower bound: whatever becomes first takes over
      removeEntry(parent, place, false);
    } else if (place + 1 < length && lengthOf(node) + lengthOf(nodeAt(tree, u32In(parent, CHILDREN, place + 1))) <= most) {
      join(tree, parent, place, leaf);
    } else if (place > 0 && lengthOf(node) + lengthOf(nodeAt(tree, u32In(parent, CHILDREN, place - 1))) <= most) {
      join(tree, parent, place - 1, leaf);
    }
    if (lengthOf(parent) >= INNER / 4) break;
  }
  while (tree.levels > 0 && lengthOf(nodeAt(tree, tree.root)) == 1) {
    const child = u32In(nodeAt(tree, tree.root), CHILDREN, 0);
    give(tree, tree.root);
    tree.root = child;
    tree.levels--;
  }
}

/** Moves the entries of child `place` + 1 behind those of child `place`. */
function join(tree: Tree, parent: usize, place: i32, leaf: bool): void {
  const left = nodeAt(tree, u32In(parent, CHILDREN, place)), number = u32In(parent, CHILDREN, place + 1);
  const right = nodeAt(tree, number), length = lengthOf(left), more = lengthOf(right);
  copyEntries(left, length, right, 0, more, leaf);
  if (!leaf) {
    // What a first child says of its least key does not count, and may be too high; as a later child it must be true.
    store<i64>(left + (<usize>length << 3), keyIn(parent, place + 1), KEYS);
    put(left, INNER_GROUPS, length, u32In(parent, INNER_GROUPS, place + 1));
  }
  store<i32>(left, length + more);
  put(parent, SIZES, place, u32In(parent, SIZES, place) + u32In(parent, SIZES, place + 1));
  give(tree, number);
  removeEntry(parent, place + 1, false);
}

/** How many rows are below (group, key). */
export function rank(tree: Tree, group: u32, key: i64): u32 {
  if (tree.root == 0) return 0;
  let node = nodeAt(tree, tree.root), rows: u32 = 0;
  for (let level = tree.levels; level > 0; level--) {
    const place = childFor(node, group, key);
    for (let i = 0; i < place; i++) rows += u32In(node, SIZES, i);
    node = nodeAt(tree, u32In(node, CHILDREN, place));
  }
  const at = lowerBound(node, LEAF_GROUPS, 0, lengthOf(node), group, key);
  for (let i = 0; i < at; i++) rows += u32In(node, COUNTS, i);
  return rows;
}

/** Key of the row with number `place` in order, which exists. */
export function keyAt(tree: Tree, place: u32): i64 {
  let node = nodeAt(tree, tree.root), i = 0;
  for (let level = tree.levels; level > 0; level--) {
    for (i = 0; place >= u32In(node, SIZES, i); i++) place -= u32In(node, SIZES, i);
    node = nodeAt(tree, u32In(node, CHILDREN, i));
  }
  for (i = 0; place >= u32In(node, COUNTS, i); i++) place -= u32In(node, COUNTS, i);
  return keyIn(node, i);
}

// @ts-ignore: decorator
@inline
function isSet(bits: usize, row: i32): bool {
  return bits == 0 || ((load<u8>(bits + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
}

// @ts-ignore: decorator
@inline
export function addTo(counts: usize, group: u32, by: u32): void {
  const at = counts + (<usize>group << 2);
  store<u32>(at, load<u32>(at) + by);
}

/** Rows [from, length) arrive; returns the row at which nodes ran out, or `length`. */
export function push(at: usize, keys: usize, present: usize, groupIds: usize, from: i32, length: i32): i32 {
  const tree = changetype<Tree>(at);
  for (let row = from; row < length; row++) {
    if (!isSet(present, row)) continue;
    const group: u32 = groupIds != 0 ? load<u32>(groupIds + (<usize>row << 2)) : 0;
    if (group == 0xffff_ffff) continue;
    if (!hasRoom(tree)) return row;
    add(tree, group, load<i64>(keys + (<usize>row << 3)));
    addTo(tree.counts, group, 1);
  }
  return length;
}

/** Rows leave. */
export function pull(at: usize, keys: usize, present: usize, groupIds: usize, length: i32): void {
  const tree = changetype<Tree>(at);
  for (let row = 0; row < length; row++) {
    if (!isSet(present, row)) continue;
    const group: u32 = groupIds != 0 ? load<u32>(groupIds + (<usize>row << 2)) : 0;
    if (group == 0xffff_ffff) continue;
    if (remove(tree, group, load<i64>(keys + (<usize>row << 3)))) addTo(tree.counts, group, <u32>-1);
  }
}

/** All rows of these groups leave. */
export function forget(at: usize, ids: usize, count: i32): void {
  const tree = changetype<Tree>(at);
  for (let i = 0; i < count; i++) {
    const group = load<u32>(ids + (<usize>i << 2));
    const counter = tree.counts + (<usize>group << 2);
    const first = rank(tree, group, i64.MIN_VALUE);
    for (let left = load<u32>(counter); left > 0; left--) remove(tree, group, keyAt(tree, first));
    store<u32>(counter, 0);
  }
}

/** Of `count` groups the keys between which quantile `q` lies; see quantile.ts. Returns how many groups have rows. */
export function quantiles(at: usize, ids: usize, count: i32, q: f64, mode: i32, below: usize, above: usize, fractions: usize, present: usize): i32 {
  const tree = changetype<Tree>(at);
  let found = 0;
  memory.fill(present, 0, <usize>((count + 7) >> 3));
  for (let i = 0; i < count; i++) {
    const group = ids != 0 ? load<u32>(ids + (<usize>i << 2)) : <u32>i;
    const rows = load<u32>(tree.counts + (<usize>group << 2));
    let low: i64 = 0, high: i64 = 0, fraction: f64 = 0;
    if (rows != 0) {
      const first = rank(tree, group, i64.MIN_VALUE), place = placeOf(q, rows, mode);
      const whole = <u32>place;
      fraction = place - <f64>whole;
      low = keyAt(tree, first + whole);
      high = fraction > 0 ? keyAt(tree, first + whole + 1) : low;
      markPresent(present, i);
      found++;
    }
    store<i64>(below + (<usize>i << 3), low);
    store<i64>(above + (<usize>i << 3), high);
    store<f64>(fractions + (<usize>i << 3), fraction);
  }
  return found;
}

/** For each row how many rows of its group are below its key, and how many at or below it (u32 each). */
export function ranks(at: usize, keys: usize, present: usize, groupIds: usize, length: i32, below: usize, upTo: usize): void {
  const tree = changetype<Tree>(at);
  for (let row = 0; row < length; row++) {
    const group: u32 = groupIds != 0 ? load<u32>(groupIds + (<usize>row << 2)) : 0;
    let low: u32 = 0, high: u32 = 0;
    if (isSet(present, row) && group != 0xffff_ffff) {
      const key = load<i64>(keys + (<usize>row << 3)), first = rank(tree, group, i64.MIN_VALUE);
      low = rank(tree, group, key) - first;
      high = key == i64.MAX_VALUE ? load<u32>(tree.counts + (<usize>group << 2)) : rank(tree, group, key + 1) - first;
    }
    store<u32>(below + (<usize>row << 2), low);
    store<u32>(upTo + (<usize>row << 2), high);
  }
}

/** Adds the rows of another tree: its group i to group map[i], its keys through `codes` unless 0; from row `from` in order. Returns the row at which nodes ran out, or -1. */
export function merge(at: usize, other: usize, map: usize, groups: i32, codes: usize, from: u32): i32 {
  const tree = changetype<Tree>(at), source = changetype<Tree>(other);
  let first: u32 = 0;
  for (let id = 0; id < groups; id++) {
    const group = load<u32>(map + (<usize>id << 2)), rows = load<u32>(source.counts + (<usize>id << 2));
    for (let i: u32 = 0; i < rows && group != 0xffff_ffff; i++) {
      if (first + i < from) continue;
      if (!hasRoom(tree)) return <i32>(first + i);
      const key = keyAt(source, first + i);
      add(tree, group, codes != 0 ? <i64>load<u32>(codes + (<usize>key << 2)) : key);
      addTo(tree.counts, group, 1);
    }
    first += rows;
  }
  return -1;
}

/**
 * Quantiles of the windows that end with rows [from, to) of a tape (see rolling.ts), of which the tree holds rows [start, from): for
 * batches that are short beside the window. `out` 0: rows only arrive. Returns the row at which nodes ran out, or `to`.
 */
export function roll(at: usize, tape: usize, from: i32, to: i32, start: i32, rows: i32, spans: usize, q: f64, mode: i32, out: usize): i32 {
  const tree = changetype<Tree>(at);
  for (let row = from; row < to; row++) {
    if (!hasRoom(tree)) return row;
    const value = load<f64>(tape + (<usize>row << 3));
    if (value == value) add(tree, 0, keyOfFloat(value));
    if (out == 0) continue;
    const offset = <usize>(row - from);
    const begin = max(0, row + 1 - (spans != 0 ? load<i32>(spans + (offset << 2)) : rows));
    for (; start < begin; start++) {
      const old = load<f64>(tape + (<usize>start << 3));
      if (old == old) remove(tree, 0, keyOfFloat(old));
    }
    let answer = NaN;
    if (tree.rows > 0) {
      const place = placeOf(q, tree.rows, mode), whole = <u32>place, fraction = place - <f64>whole;
      answer = floatOfKey(keyAt(tree, whole));
      if (fraction > 0) answer = mix(answer, floatOfKey(keyAt(tree, whole + 1)), fraction);
    }
    store<f64>(out + (offset << 3), answer);
  }
  return to;
}
