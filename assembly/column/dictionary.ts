import { copySmall } from './_copy';

/**
 * The header of a dictionary that grows: where its parts lie and how much room they have. TypeScript allocates them.
 *
 * ```
 * offsets  capacity + 1 int32      hashes  capacity u32      table  mask + 1 u32: code + 1, or 0 for an empty slot
 * ```
 */
@unmanaged
class Header {
  count: u32;
  capacity: u32;
  offsets: u32;
  values: u32;
  valuesCapacity: u32;
  hashes: u32;
  table: u32;
  mask: u32;
}

/** A 32-bit hash of bytes: 8 at a time, multiplied and folded (the round of wyhash without its secret). */
// @ts-ignore: decorator
@inline
function hashOf(at: usize, bytes: u32): u32 {
  let hash: u64 = <u64>bytes * 0x9e37_79b9_7f4a_7c15;
  let rest = bytes;
  for (; rest >= 8; rest -= 8, at += 8) hash = mix(hash ^ load<u64>(at));
  let tail: u64 = 0;
  if (rest >= 4) tail = (<u64>load<u32>(at) << 32) | <u64>load<u32>(at + rest - 4);
  else if (rest > 0) tail = (<u64>load<u8>(at) << 16) | (<u64>load<u8>(at + (rest >> 1)) << 8) | <u64>load<u8>(at + rest - 1);
  hash = mix(hash ^ tail);
  return <u32>(hash ^ (hash >> 32));
}

// @ts-ignore: decorator
@inline
function mix(x: u64): u64 {
  x = (x ^ (x >> 32)) * 0xd6e8_feb8_6659_fd93;
  return x ^ (x >> 29);
}

// @ts-ignore: decorator
@inline
function same(a: usize, b: usize, bytes: u32): bool {
  let i: u32 = 0;
  for (; i + 8 <= bytes; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  for (; i < bytes; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

export function encode(at: usize, offsets: usize, values: usize, validity: usize, start: i32, length: i32, target: usize, nullCode: u32): i32 {
  const header = changetype<Header>(at);
  const own = <usize>header.offsets, bytes = <usize>header.values, hashes = <usize>header.hashes, table = <usize>header.table, mask = header.mask;
  let count = header.count, row = start;
  for (; row < length; row++) {
    const out = target + (<usize>row << 2);
    if (validity != 0 && ((<u32>load<u8>(validity + (row >> 3)) >> (row & 7)) & 1) == 0) {
      store<u32>(out, nullCode);
      continue;
    }
    const from = load<u32>(offsets + (<usize>row << 2)), size = load<u32>(offsets + (<usize>row << 2), 4) - from;
    const text = values + from;
    const hash = hashOf(text, size);
    let slot = hash & mask, code: u32 = 0;
    for (;;) {
      code = load<u32>(table + (<usize>slot << 2));
      if (code == 0) break;
      const entry = own + (<usize>(code - 1) << 2);
      if (load<u32>(hashes + (<usize>(code - 1) << 2)) == hash) {
        const begin = load<u32>(entry);
        if (load<u32>(entry, 4) - begin == size && same(bytes + begin, text, size)) break;
      }
      slot = (slot + 1) & mask;
    }
    if (code == 0) {
      const end = load<u32>(own + (<usize>count << 2));
      // the table stays at most half full
      if (count >= header.capacity || count * 2 > mask || size > header.valuesCapacity - end) break;
      copySmall(bytes + end, text, size);
      store<u32>(hashes + (<usize>count << 2), hash);
      count++;
      store<u32>(own + (<usize>count << 2), end + size);
      store<u32>(table + (<usize>slot << 2), count);
      code = count;
    }
    store<u32>(out, code - 1);
  }
  header.count = count;
  return row;
}

export function rehash(at: usize): void {
  const header = changetype<Header>(at);
  const table = <usize>header.table, mask = header.mask;
  for (let code: u32 = 0; code < header.count; code++) {
    let slot = load<u32>(<usize>header.hashes + (<usize>code << 2)) & mask;
    while (load<u32>(table + (<usize>slot << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(table + (<usize>slot << 2), code + 1);
  }
}
