import { NONE, putWord, Step, stepAt, wordAt } from '../shared/steps';

// The rows of all groups' windows, in one pool of slots. Slots that became free are used again in the order in which they did, so that a
// single group goes round its slots like a ring.

@unmanaged
class Pool {
  next: usize; // u32[capacity]: the row after it in its group; the next free slot
  prev: usize; // u32[capacity]
  times: usize; // i64[capacity], for windows over time
  groups: usize; // Group[], by number
  numbers: usize; // u32 by key id: the group's number + 1, 0 = it has no rows. Numbers of groups whose last row left are used again
  used: u32; // slots that ever held a row
  freeHead: u32;
  freeTail: u32;
  free: u32; // how many are on the free list
  limit: u32; // rows of a window; 0: a window over time
  groupsUsed: u32; // numbers that ever were a group's
  range: i64;
  oldest: u32; // groups in the order of their last rows: number + 1, 0 = none
  newest: u32;
  freeGroup: u32; // list of free numbers, through `newer`
  liveGroups: u32;
}

@unmanaged
class Group {
  head: u32;
  tail: u32;
  rows: u32;
  suffix: u32; // rows before the middle
  older: u32; // neighbours in the order of last rows: number + 1
  newer: u32;
  key: u32; // id of its key
  unused: u32;
}

// @ts-ignore: decorator
@inline
function groupAt(pool: Pool, id: u32): Group { return changetype<Group>(pool.groups + <usize>id * offsetof<Group>()); }

// @ts-ignore: decorator
@inline
function timeIn(pool: Pool, slot: u32): i64 { return load<i64>(pool.times + (<usize>slot << 3)); }

// @ts-ignore: decorator
@inline
function take(pool: Pool): u32 {
  if (pool.free == 0) return pool.used++;
  const slot = pool.freeHead;
  pool.freeHead = wordAt(pool.next, slot);
  pool.free--;
  return slot;
}

/** The number of the group of a key. */
// @ts-ignore: decorator
@inline
function numberOf(pool: Pool, key: u32): u32 {
  const number = wordAt(pool.numbers, key);
  return number != 0 ? number - 1 : newGroup(pool, key);
}

function newGroup(pool: Pool, key: u32): u32 {
  let number = pool.freeGroup;
  if (number != 0) pool.freeGroup = groupAt(pool, number - 1).newer;
  else number = ++pool.groupsUsed;
  putWord(pool.numbers, key, number);
  groupAt(pool, number - 1).key = key;
  pool.liveGroups++;
  return number - 1;
}

/** Writes the steps of `length` rows; ids are u32 (0: all in group 0), `times` i64 that don't decrease. There are slots for all of them. */
export function enter(at: usize, ids: usize, times: usize, length: i32, steps: usize): void {
  const pool = changetype<Pool>(at), next = pool.next, limit = pool.limit;
  for (let row = 0; row < length; row++) {
    const step = stepAt(steps, row), key: u32 = ids != 0 ? wordAt(ids, row) : 0;
    step.slot = NONE;
    step.group = NONE;
    if (key == NONE) continue;
    const id = numberOf(pool, key);
    step.group = id;
    const group = groupAt(pool, id), before = group.rows;
    let head = group.head, leaving: u32 = 0;
    step.old = head;
    if (limit != 0) {
      if (before == limit) {
        head = wordAt(next, head);
        leaving = 1;
      }
    } else {
      const time = load<i64>(times + (<usize>row << 3)), edge = time - pool.range;
      // below the least time there is nothing to leave
      if (edge < time) {
        while (leaving < before && timeIn(pool, head) <= edge) {
          head = wordAt(next, head);
          leaving++;
        }
      }
    }
    const slot = take(pool), left = before - leaving;
    if (left == 0) head = slot;
    else putWord(next, group.tail, slot);
    putWord(pool.prev, slot, group.tail);
    step.flip = -1;
    if (leaving > group.suffix) {
      step.flip = <i32>left;
      group.suffix = left;
    } else group.suffix -= leaving;
    if (limit == 0) {
      store<i64>(pool.times + (<usize>slot << 3), load<i64>(times + (<usize>row << 3)));
      if (pool.newest != id + 1) makeNewest(pool, group, id, before != 0);
    }
    group.head = head;
    group.tail = slot;
    group.rows = left + 1;
    step.slot = slot;
    step.head = head;
    step.leaving = <i32>leaving;
    step.rows = <i32>(left + 1);
    step.suffix = i32(group.suffix != 0);
  }
}

function makeNewest(pool: Pool, group: Group, id: u32, listed: bool): void {
  if (listed) unlink(pool, group);
  group.older = pool.newest;
  group.newer = 0;
  if (pool.newest != 0) groupAt(pool, pool.newest - 1).newer = id + 1;
  else pool.oldest = id + 1;
  pool.newest = id + 1;
}

function unlink(pool: Pool, group: Group): void {
  if (group.older != 0) groupAt(pool, group.older - 1).newer = group.newer;
  else pool.oldest = group.newer;
  if (group.newer != 0) groupAt(pool, group.newer - 1).older = group.older;
  else pool.newest = group.older;
}

/** Writes a step for each of at most `most` groups whose rows are all at or before `edge`: they leave. Returns how many. */
export function expire(at: usize, edge: i64, most: i32, steps: usize): i32 {
  const pool = changetype<Pool>(at);
  let count = 0;
  while (count < most && pool.oldest != 0) {
    const id = pool.oldest - 1, group = groupAt(pool, id);
    if (timeIn(pool, group.tail) > edge) break;
    const step = stepAt(steps, count++);
    step.slot = NONE;
    step.group = id;
    step.old = group.head;
    step.leaving = <i32>group.rows;
    step.flip = 0;
    unlink(pool, group);
    group.rows = group.suffix = 0;
    putWord(pool.numbers, group.key, 0);
    group.newer = pool.freeGroup;
    pool.freeGroup = id + 1;
    pool.liveGroups--;
  }
  return count;
}

/** Frees the slots of the rows that left in `count` steps, when no state asks for them any more. */
export function release(at: usize, steps: usize, count: i32): void {
  const pool = changetype<Pool>(at), next = pool.next;
  for (let i = 0; i < count; i++) {
    const step = stepAt(steps, i);
    if (step.group == NONE || step.leaving == 0) continue;
    let last = step.old;
    for (let k = step.leaving; k > 1; k--) last = wordAt(next, last);
    if (pool.free == 0) pool.freeHead = step.old;
    else putWord(next, pool.freeTail, step.old);
    pool.freeTail = last;
    pool.free += <u32>step.leaving;
  }
}

/** The slots of all rows that are held, u32. Returns how many. */
export function heldSlots(at: usize, out: usize): i32 {
  const pool = changetype<Pool>(at);
  let count: u32 = 0;
  for (let id: u32 = 0; id < pool.groupsUsed; id++) {
    const group = groupAt(pool, id);
    let slot = group.head;
    for (let left = group.rows; left > 0; left--) {
      putWord(out, count++, slot);
      slot = wordAt(pool.next, slot);
    }
  }
  return <i32>count;
}

/** The key ids below `keys` that have a group, ascending, u32. Returns how many. */
export function liveKeys(at: usize, keys: i32, out: usize): i32 {
  const pool = changetype<Pool>(at);
  let count: u32 = 0;
  for (let key: u32 = 0; key < <u32>keys; key++) {
    if (wordAt(pool.numbers, key) != 0) putWord(out, count++, key);
  }
  return <i32>count;
}

/** Key keys[i] becomes key i <= keys[i], for i < count; the others, below `before`, are gone. */
export function renumberKeys(at: usize, keys: usize, count: i32, before: i32): void {
  const pool = changetype<Pool>(at), numbers = pool.numbers;
  for (let i: u32 = 0; i < <u32>count; i++) {
    const number = wordAt(numbers, wordAt(keys, i));
    putWord(numbers, i, number);
    groupAt(pool, number - 1).key = i;
  }
  memory.fill(numbers + (<usize>count << 2), 0, <usize>(before - count) << 2);
}
