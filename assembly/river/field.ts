// Inlined into the loops over blocks and steps: V8 unrolls loops the more the deeper they are nested, 12.4 → 16.3 GB/s for two fields of 4 bytes
// (Node 20, rows that the L2 cache holds).

/**
 * One field of `count` rows to its column: values of `width` bytes, `stride` bytes apart in the rows. Behind the first `free` rows eight bytes
 * may be read and written, whatever the width: the next value comes there afterwards.
 */
// @ts-ignore: decorator
@inline
export function unpackField(from: usize, stride: usize, count: i32, free: i32, width: usize, to: usize): void {
  if (stride == width) memory.copy(to, from, <usize>count * width);
  else if (width == 8) gather<u64>(from, stride, to, count);
  else if (width == 4) gather<u32>(from, stride, to, count);
  else if (width == 2) gather<u16>(from, stride, to, count);
  else if (width == 1) gather<u8>(from, stride, to, count);
  else move(from, stride, to, width, width, count, free);
}

/** A column to one field of `count` rows; behind the first `free` rows eight bytes may be read and written. */
// @ts-ignore: decorator
@inline
export function packField(to: usize, stride: usize, count: i32, free: i32, width: usize, from: usize): void {
  if (stride == width) memory.copy(to, from, <usize>count * width);
  else if (width == 8) scatter<u64>(from, to, stride, count);
  else if (width == 4) scatter<u32>(from, to, stride, count);
  else if (width == 2) scatter<u16>(from, to, stride, count);
  else if (width == 1) scatter<u8>(from, to, stride, count);
  else move(from, width, to, stride, width, count, free);
}

// @ts-ignore: decorator
@inline
function gather<T>(from: usize, stride: usize, to: usize, count: i32): void {
  const end = to + (<usize>count << alignof<T>()), blockEnd = to + (<usize>(count & ~3) << alignof<T>());
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; to < blockEnd; to += 4 * sizeof<T>(), from += four) {
    const a = load<T>(from), b = load<T>(from + stride), c = load<T>(from + two), d = load<T>(from + three);
    store<T>(to, a);
    store<T>(to, b, sizeof<T>());
    store<T>(to, c, 2 * sizeof<T>());
    store<T>(to, d, 3 * sizeof<T>());
  }
  for (; to < end; to += sizeof<T>(), from += stride) store<T>(to, load<T>(from));
}

// @ts-ignore: decorator
@inline
function scatter<T>(from: usize, to: usize, stride: usize, count: i32): void {
  const end = from + (<usize>count << alignof<T>()), blockEnd = from + (<usize>(count & ~3) << alignof<T>());
  const two = stride << 1, three = two + stride, four = stride << 2;
  for (; from < blockEnd; from += 4 * sizeof<T>(), to += four) {
    const a = load<T>(from), b = load<T>(from, sizeof<T>()), c = load<T>(from, 2 * sizeof<T>()), d = load<T>(from, 3 * sizeof<T>());
    store<T>(to, a);
    store<T>(to + stride, b);
    store<T>(to + two, c);
    store<T>(to + three, d);
  }
  for (; from < end; from += sizeof<T>(), to += stride) store<T>(to, load<T>(from));
}

/** Values of any width, `fromStep` and `toStep` bytes apart. */
// @ts-ignore: decorator
@inline
function move(from: usize, fromStep: usize, to: usize, toStep: usize, width: usize, count: i32, free: i32): void {
  if (width >= 16) vectors(from, fromStep, to, toStep, width, count);
  else if (width > 8) twice<u64, u64>(from, fromStep, to, toStep, width - 8, count);
  else {
    free = max(free, 0);
    if (width == 3) each<u32>(from, fromStep, to, toStep, free);
    else each<u64>(from, fromStep, to, toStep, free);
    from += <usize>free * fromStep;
    to += <usize>free * toStep;
    if (width == 3) twice<u16, u8>(from, fromStep, to, toStep, 2, count - free);
    else twice<u32, u32>(from, fromStep, to, toStep, width - 4, count - free);
  }
}

/** In order: what is written behind a value is overwritten by the next. */
// @ts-ignore: decorator
@inline
function each<T>(from: usize, fromStep: usize, to: usize, toStep: usize, count: i32): void {
  for (; count >= 4; count -= 4) {
    store<T>(to, load<T>(from));
    store<T>((to += toStep), load<T>((from += fromStep)));
    store<T>((to += toStep), load<T>((from += fromStep)));
    store<T>((to += toStep), load<T>((from += fromStep)));
    to += toStep;
    from += fromStep;
  }
  for (; count > 0; count--, from += fromStep, to += toStep) store<T>(to, load<T>(from));
}

/** Values in two parts, of which the second begins `second` bytes on and may overlap the first. */
// @ts-ignore: decorator
@inline
function twice<T, U>(from: usize, fromStep: usize, to: usize, toStep: usize, second: usize, count: i32): void {
  for (; count > 0; count--, from += fromStep, to += toStep) {
    const head = load<T>(from), tail = load<U>(from + second);
    store<T>(to, head);
    store<U>(to + second, tail);
  }
}

/** 16 bytes and more: the last 16 overlap those before. */
// @ts-ignore: decorator
@inline
function vectors(from: usize, fromStep: usize, to: usize, toStep: usize, width: usize, count: i32): void {
  const last = width - 16;
  for (; count > 0; count--, from += fromStep, to += toStep) {
    for (let at: usize = 0; at < last; at += 16) v128.store(to + at, v128.load(from + at));
    v128.store(to + last, v128.load(from + last));
  }
}
