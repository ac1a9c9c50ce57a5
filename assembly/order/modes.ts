// The most frequent key of each group, or of each row's own window: how often each key occurs in its group, in a hash table of lists, and for
// each group a heap of its keys by (how often, least key). Pairing heaps (Fredman, Sedgewick, Sleator & Tarjan 1986) let a key move up in O(1) and down in
// O(log n), amortised, and are nothing but links, so that heaps of all groups share one pool of nodes.
import { NONE, putWord, stepAt, wordAt } from '../shared/steps';
import { compareTexts } from '../shared/text-order';

@unmanaged
class Modes {
  lists: usize; // u32[mask + 1]: first node of a list, 0 = none
  mask: u32;
  nodes: usize; // Node[capacity]; number 0 is none
  capacity: u32;
  used: u32;
  free: u32; // list of free nodes, through `chain`
  held: u32; // nodes that count something
  roots: usize; // u32 by group: its heap, 0 = empty
  texts: usize; // for codes of text: offsets and bytes of their dictionary
  bytes: usize;
}

@unmanaged
class Node {
  key: i64;
  group: u32;
  count: u32;
  chain: u32; // the next in its list of the hash table
  child: u32; // the first of the keys below it
  sibling: u32; // the next of those beside it
  before: u32; // the one before it beside it, or above it for the first; 0 for a root
}

/** Whether key `a` comes before `b`: as numbers, or as codes of the texts at `texts` (offsets; 0: none) and `bytes`. */
function isBelow(texts: usize, bytes: usize, a: i64, b: i64): bool {
  return texts == 0 ? a < b : compareTexts(texts, bytes, a, b) < 0;
}

// @ts-ignore: decorator
@inline
function nodeAt(modes: Modes, number: u32): Node { return changetype<Node>(modes.nodes + (<usize>number << 5)); }

// @ts-ignore: decorator
@inline
function listOf(modes: Modes, group: u32, key: i64): usize {
  const hash = (<u64>key ^ (<u64>group * 0x9e37_79b9_7f4a_7c15)) * 0xd6e8_feb8_6659_fd93;
  return modes.lists + (<usize>(<u32>(hash >> 32) & modes.mask) << 2);
}

// @ts-ignore: decorator
@inline
function find(modes: Modes, list: usize, group: u32, key: i64): u32 {
  let number = load<u32>(list);
  while (number != 0) {
    const node = nodeAt(modes, number);
    if (node.key == key && node.group == group) break;
    number = node.chain;
  }
  return number;
}

// @ts-ignore: decorator
@inline
function isFull(modes: Modes): bool { return modes.free == 0 && modes.used == modes.capacity; }

/** One heap of two roots, of which either may be 0. */
function meld(modes: Modes, a: u32, b: u32): u32 {
  if (a == 0) return b;
  if (b == 0) return a;
  let up = nodeAt(modes, a), down = nodeAt(modes, b), upper = a, lower = b;
  if (down.count > up.count || (down.count == up.count && isBelow(modes.texts, modes.bytes, down.key, up.key))) {
    const node = up;
    up = down;
    down = node;
    upper = b;
    lower = a;
  }
  const child = up.child;
  down.before = upper;
  down.sibling = child;
  if (child != 0) nodeAt(modes, child).before = lower;
  up.child = lower;
  up.sibling = up.before = 0;
  return upper;
}

/** One heap of a list of siblings: pairs from the left, then all of them from the right. */
function meldAll(modes: Modes, first: u32): u32 {
  let pairs: u32 = 0;
  while (first != 0) {
    const a = first, nodeA = nodeAt(modes, a), b = nodeA.sibling;
    first = b != 0 ? nodeAt(modes, b).sibling : 0;
    nodeA.sibling = nodeA.before = 0;
    if (b != 0) nodeAt(modes, b).sibling = nodeAt(modes, b).before = 0;
    const both = meld(modes, a, b);
    nodeAt(modes, both).sibling = pairs;
    pairs = both;
  }
  let root: u32 = 0;
  while (pairs != 0) {
    const node = nodeAt(modes, pairs), rest = node.sibling;
    node.sibling = 0;
    root = meld(modes, root, pairs);
    pairs = rest;
  }
  return root;
}

/** Takes a node that is no root out of the list it stands in; what is below it stays below it. */
function cut(modes: Modes, number: u32): void {
  const node = nodeAt(modes, number), before = nodeAt(modes, node.before);
  if (before.child == number) before.child = node.sibling;
  else before.sibling = node.sibling;
  if (node.sibling != 0) nodeAt(modes, node.sibling).before = node.before;
  node.sibling = node.before = 0;
}

/** Needs a free node. */
function arrive(modes: Modes, group: u32, key: i64, times: u32 = 1): void {
  const list = listOf(modes, group, key), root = wordAt(modes.roots, group);
  let number = find(modes, list, group, key);
  if (number != 0) {
    nodeAt(modes, number).count += times;
    if (number == root) return;
    cut(modes, number);
  } else {
    number = modes.free;
    if (number != 0) modes.free = nodeAt(modes, number).chain;
    else number = modes.used++;
    const node = nodeAt(modes, number);
    memory.fill(changetype<usize>(node), 0, offsetof<Node>());
    node.key = key;
    node.group = group;
    node.count = times;
    node.chain = load<u32>(list);
    store<u32>(list, number);
    modes.held++;
  }
  putWord(modes.roots, group, meld(modes, root, number));
}

function leave(modes: Modes, group: u32, key: i64): void {
  const list = listOf(modes, group, key), number = find(modes, list, group, key), node = nodeAt(modes, number);
  if (number == 0) return;
  let root = wordAt(modes.roots, group);
  if (number == root) root = 0;
  else cut(modes, number);
  const below = meldAll(modes, node.child);
  node.child = 0;
  root = meld(modes, root, below);
  if (--node.count != 0) root = meld(modes, root, number);
  else unlink(modes, list, number);
  putWord(modes.roots, group, root);
}

function unlink(modes: Modes, list: usize, number: u32): void {
  const node = nodeAt(modes, number);
  let at = list;
  while (load<u32>(at) != number) at = changetype<usize>(nodeAt(modes, load<u32>(at))) + offsetof<Node>('chain');
  store<u32>(at, node.chain);
  node.group = NONE;
  node.chain = modes.free;
  modes.free = number;
  modes.held--;
}

/** The most frequent key of each window, the least of several, as i64; presence bits, which are 0 at first. Returns the step at which nodes or lists ran out, or `total`. */
export function roll(at: usize, next: usize, steps: usize, from: i32, length: i32, total: i32, keys: usize, have: usize, out: usize, present: usize): i32 {
  const modes = changetype<Modes>(at);
  for (let i = from; i < total; i++) {
    const step = stepAt(steps, i), group = step.group;
    let key: i64 = 0;
    if (group != NONE) {
      if (isFull(modes)) return i;
      let old = step.old;
      for (let k = step.leaving; k > 0; k--) {
        if (load<u8>(have + old) != 0) leave(modes, group, load<i64>(keys + (<usize>old << 3)));
        old = wordAt(next, old);
      }
      if (i >= length) continue;
      if (load<u8>(have + step.slot) != 0) arrive(modes, group, load<i64>(keys + (<usize>step.slot << 3)));
      const root = wordAt(modes.roots, group);
      if (root != 0) {
        key = nodeAt(modes, root).key;
        const byte = present + <usize>(i >> 3);
        store<u8>(byte, <u8>(<u32>load<u8>(byte) | (1 << (i & 7))));
      }
    }
    store<i64>(out + (<usize>i << 3), key);
  }
  return total;
}

// @ts-ignore: decorator
@inline
function isSet(bits: usize, row: i32): bool {
  return bits == 0 || ((load<u8>(bits + <usize>(row >> 3)) >> <u8>(row & 7)) & 1) != 0;
}

/** Rows [from, length) arrive; returns the row at which nodes ran out, or `length`. */
export function push(at: usize, keys: usize, present: usize, groupIds: usize, from: i32, length: i32): i32 {
  const modes = changetype<Modes>(at);
  for (let row = from; row < length; row++) {
    if (!isSet(present, row)) continue;
    const group: u32 = groupIds != 0 ? wordAt(groupIds, <u32>row) : 0;
    if (group == NONE) continue;
    if (isFull(modes)) return row;
    arrive(modes, group, load<i64>(keys + (<usize>row << 3)));
  }
  return length;
}

/** Rows leave. */
export function pull(at: usize, keys: usize, present: usize, groupIds: usize, length: i32): void {
  const modes = changetype<Modes>(at);
  for (let row = 0; row < length; row++) {
    if (!isSet(present, row)) continue;
    const group: u32 = groupIds != 0 ? wordAt(groupIds, <u32>row) : 0;
    if (group != NONE) leave(modes, group, load<i64>(keys + (<usize>row << 3)));
  }
}

/** All rows of these groups leave. */
export function forget(at: usize, ids: usize, count: i32): void {
  const modes = changetype<Modes>(at);
  for (let i = 0; i < count; i++) {
    const group = wordAt(ids, <u32>i);
    let top = wordAt(modes.roots, group); // a stack through `before`, which nobody needs any more
    if (top != 0) nodeAt(modes, top).before = 0;
    while (top != 0) {
      const number = top, node = nodeAt(modes, number);
      top = node.before;
      for (let child = node.child; child != 0; ) {
        const below = nodeAt(modes, child), sibling = below.sibling;
        below.before = top;
        top = child;
        child = sibling;
      }
      unlink(modes, listOf(modes, group, node.key), number);
    }
    putWord(modes.roots, group, 0);
  }
}

/** Adds what `other` holds from node `from` on; keys of text pass through `codes` (u32 by code). Returns the node at which nodes ran out, or 0. */
export function merge(at: usize, other: usize, map: usize, codes: usize, from: u32): u32 {
  const modes = changetype<Modes>(at), source = changetype<Modes>(other);
  for (let number = from; number < source.used; number++) {
    const node = nodeAt(source, number);
    if (node.group == NONE) continue;
    const group = wordAt(map, node.group);
    if (group == NONE) continue;
    if (isFull(modes)) return number;
    arrive(modes, group, codes != 0 ? <i64>wordAt(codes, <u32>node.key) : node.key, node.count);
  }
  return 0;
}

/** The most frequent keys of `count` groups, the least of several, as i64, and their presence bits. Returns how many are present. */
export function read(at: usize, ids: usize, count: i32, out: usize, present: usize): i32 {
  const modes = changetype<Modes>(at);
  let found = 0;
  memory.fill(present, 0, <usize>((count + 7) >> 3));
  for (let i = 0; i < count; i++) {
    const root = wordAt(modes.roots, ids != 0 ? wordAt(ids, <u32>i) : <u32>i), there = root != 0;
    store<i64>(out + (<usize>i << 3), there ? nodeAt(modes, root).key : 0);
    const byte = present + <usize>(i >> 3);
    store<u8>(byte, <u8>(<i32>load<u8>(byte) | (<i32>there << (i & 7))));
    found += i32(there);
  }
  return found;
}

/** Reads the keys that count as u32 codes, or (`back`) writes them in the same order; then the nodes must be listed anew. Returns how many. */
export function recode(at: usize, back: i32, codes: usize): i32 {
  const modes = changetype<Modes>(at);
  let count = 0;
  for (let number: u32 = 1; number < modes.used; number++) {
    const node = nodeAt(modes, number);
    if (node.group == NONE) continue;
    if (back != 0) node.key = <i64>wordAt(codes, <u32>count);
    else putWord(codes, <u32>count, <u32>node.key);
    count++;
  }
  return count;
}

/** Lists the nodes anew in mask + 1 lists at `lists`; keys of text pass through `map` (u32 by code; 0: they stay). */
export function relist(at: usize, lists: usize, mask: u32, map: usize): void {
  const modes = changetype<Modes>(at);
  modes.lists = lists;
  modes.mask = mask;
  memory.fill(lists, 0, (<usize>mask + 1) << 2);
  for (let number: u32 = 1; number < modes.used; number++) {
    const node = nodeAt(modes, number);
    if (node.group == NONE) continue;
    if (map != 0) node.key = <i64>wordAt(map, <u32>node.key);
    const list = listOf(modes, node.group, node.key);
    node.chain = load<u32>(list);
    store<u32>(list, number);
  }
}
