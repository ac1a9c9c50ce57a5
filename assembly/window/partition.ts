/**
 * Row numbers in order of their id, rows of one id in their own order: the rows of id k are
 * `rows[starts[k], starts[k + 1])`. Ids of `count` and above are left out. Returns the number of rows written.
 */
export function partition(ids: usize, length: i32, count: i32, starts: usize, rows: usize): i32 {
  memory.fill(starts, 0, (<usize>count + 1) << 2);
  for (let row = 0; row < length; row++) {
    const id = load<u32>(ids + (<usize>row << 2));
    if (id >= <u32>count) continue;
    const at = starts + (<usize>id << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let total: u32 = 0;
  for (let id = 0; id <= count; id++) {
    const at = starts + (<usize>id << 2), size = load<u32>(at);
    store<u32>(at, total);
    total += size;
  }
  for (let row = 0; row < length; row++) {
    const id = load<u32>(ids + (<usize>row << 2));
    if (id >= <u32>count) continue;
    const at = starts + (<usize>id << 2), place = load<u32>(at);
    store<u32>(at, place + 1);
    store<u32>(rows + (<usize>place << 2), row);
  }
  // each start now is its end: shift by one
  for (let id = count; id > 0; id--) store<u32>(starts + (<usize>id << 2), load<u32>(starts + (<usize>(id - 1) << 2)));
  store<u32>(starts, 0);
  return <i32>total;
}
