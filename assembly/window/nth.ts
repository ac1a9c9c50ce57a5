// The n-th row of each group, from the front or from the back, in the deques of fifo.ts.
//
//   front   │ 0 │ 1 │ … │ n │ … │      all rows while some may leave, else the first n + 1; the cursor stays on row n
//   back            │ -k │ … │ -1 │     the last k rows: the head is the answer once there are k
import { Fifo, give, Group, groupAt, isSet, nodeAt, take } from './fifo';

const FRONT = 4;

// What other modes keep in `tailKey`: how many rows are held, and the node of row n.
// @ts-ignore: decorator
@inline
function countOf(group: Group): u32 { return load<u32>(changetype<usize>(group), offsetof<Group>('tailKey')); }
// @ts-ignore: decorator
@inline
function setCount(group: Group, count: u32): void { store<u32>(changetype<usize>(group), count, offsetof<Group>('tailKey')); }
// @ts-ignore: decorator
@inline
function cursorOf(group: Group): u32 { return load<u32>(changetype<usize>(group), offsetof<Group>('tailKey') + 4); }
// @ts-ignore: decorator
@inline
function setCursor(group: Group, number: u32): void { store<u32>(changetype<usize>(group), number, offsetof<Group>('tailKey') + 4); }

/** The oldest row is held no longer. */
function shift(fifo: Fifo, group: Group): void {
  const head = group.head, next = nodeAt(fifo.nodes, head).next;
  give(fifo, head);
  group.head = next;
  if (next == 0) group.tail = 0;
  else nodeAt(fifo.nodes, next).previous = 0;
  setCount(group, countOf(group) - 1);
}

/** A row arrives; false when there is no node for it. */
function enter(fifo: Fifo, group: Group, key: i64, row: u32): bool {
  const front = fifo.mode == FRONT, count = countOf(group);
  if (front && !fifo.evicting && count > fifo.limit) return true;
  if (!front && count == fifo.limit) shift(fifo, group);
  const number = take(fifo);
  if (number == 0) return false;
  const node = nodeAt(fifo.nodes, number), tail = group.tail;
  node.key = key;
  node.row = row;
  node.next = 0;
  node.previous = tail;
  if (tail == 0) group.head = number;
  else nodeAt(fifo.nodes, tail).next = number;
  group.tail = number;
  const place = countOf(group);
  if (front && place == fifo.limit) setCursor(group, number);
  setCount(group, place + 1);
  return true;
}

export function push(at: usize, keys: usize, present: usize, groupIds: usize, from: i32, length: i32): i32 {
  const fifo = changetype<Fifo>(at);
  for (let row = from; row < length; row++) {
    let id: u32 = 0;
    if (groupIds != 0) {
      id = load<u32>(groupIds + (<usize>row << 2));
      if (id == 0xffff_ffff) continue;
    }
    const group = groupAt(fifo, id);
    if (isSet(present, row) && !enter(fifo, group, load<i64>(keys + (<usize>row << 3)), group.arrived)) return row;
    group.arrived++;
  }
  return length;
}

export function drop(at: usize, groupIds: usize, length: i32): void {
  const fifo = changetype<Fifo>(at);
  for (let row = 0; row < length; row++) {
    let id: u32 = 0;
    if (groupIds != 0) {
      id = load<u32>(groupIds + (<usize>row << 2));
      if (id == 0xffff_ffff) continue;
    }
    const group = groupAt(fifo, id);
    group.left++;
    const head = group.head;
    if (head == 0 || <i32>(nodeAt(fifo.nodes, head).row - group.left) >= 0) continue;
    const cursor = cursorOf(group);
    if (cursor != 0) setCursor(group, nodeAt(fifo.nodes, cursor).next);
    shift(fifo, group);
  }
}

/** Keys of the rows asked for, and whether there is one. Returns how many there are. */
export function read(at: usize, ids: usize, count: i32, keys: usize, present: usize): i32 {
  const fifo = changetype<Fifo>(at), front = fifo.mode == FRONT;
  let found = 0;
  memory.fill(present, 0, <usize>((count + 7) >> 3));
  for (let i = 0; i < count; i++) {
    const group = groupAt(fifo, ids != 0 ? load<u32>(ids + (<usize>i << 2)) : <u32>i);
    const number = front ? cursorOf(group) : countOf(group) == fifo.limit ? group.head : 0;
    let key: i64 = 0;
    if (number != 0) {
      key = nodeAt(fifo.nodes, number).key;
      const byte = present + <usize>(i >> 3);
      store<u8>(byte, <u8>(<i32>load<u8>(byte) | (1 << (i & 7))));
      found++;
    }
    store<i64>(keys + (<usize>i << 3), key);
  }
  return found;
}

/** As fifo.ts' merge. */
export function merge(at: usize, other: usize, map: usize, groups: i32, codes: usize): void {
  const fifo = changetype<Fifo>(at), from = changetype<Fifo>(other);
  for (let i = 0; i < groups; i++) {
    const id = load<u32>(map + (<usize>i << 2));
    if (id == 0xffff_ffff) continue;
    const source = groupAt(from, <u32>i), group = groupAt(fifo, id);
    for (let number = source.head; number != 0; number = nodeAt(from.nodes, number).next) {
      const node = nodeAt(from.nodes, number);
      const key = codes != 0 ? <i64>load<u32>(codes + (<usize>node.key << 2)) : node.key;
      enter(fifo, group, key, group.arrived + node.row - source.left);
    }
    group.arrived += source.arrived - source.left;
  }
}
