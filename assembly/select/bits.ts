// Bitmaps, 16 bytes at a time. Lengths are in bytes; `out` may be an operand.

export const enum Op { and, or, xor, andNot, orNot, not }

// @ts-ignore: decorator
@inline
function lanes(op: i32, a: v128, b: v128): v128 {
  if (op == Op.and) return v128.and(a, b);
  if (op == Op.or) return v128.or(a, b);
  if (op == Op.xor) return v128.xor(a, b);
  if (op == Op.andNot) return v128.andnot(a, b);
  if (op == Op.orNot) return v128.or(a, v128.not(b));
  return v128.not(a);
}

// @ts-ignore: decorator
@inline
function one<T>(op: i32, a: T, b: T): T {
  if (op == Op.and) return a & b;
  if (op == Op.or) return a | b;
  if (op == Op.xor) return a ^ b;
  if (op == Op.andNot) return a & ~b;
  if (op == Op.orNot) return a | ~b;
  return ~a;
}

// @ts-ignore: decorator
@inline
export function combine(op: i32, a: usize, b: usize, out: usize, bytes: i32): void {
  const whole = <usize>bytes & ~15, end = <usize>bytes;
  let i: usize = 0;
  for (; i < whole; i += 16) v128.store(out + i, lanes(op, v128.load(a + i), op == Op.not ? v128.load(a + i) : v128.load(b + i)));
  if (i + 8 <= end) {
    store<u64>(out + i, one<u64>(op, load<u64>(a + i), op == Op.not ? 0 : load<u64>(b + i)));
    i += 8;
  }
  for (; i < end; i++) store<u8>(out + i, one<u8>(op, load<u8>(a + i), op == Op.not ? 0 : load<u8>(b + i)));
}

/** The same with the 8 bytes at `b` again and again. */
// @ts-ignore: decorator
@inline
export function combineScalar(op: i32, a: usize, b: usize, out: usize, bytes: i32): void {
  const whole = <usize>bytes & ~15, end = <usize>bytes, right = v128.load64_splat(b);
  let i: usize = 0;
  for (; i < whole; i += 16) v128.store(out + i, lanes(op, v128.load(a + i), right));
  for (; i < end; i++) store<u8>(out + i, one<u8>(op, load<u8>(a + i), load<u8>(b + (i & 7))));
}

/**
 * Three-valued and: false wins over null. Value bits under a null are 0 afterwards.
 *
 *   and    | false true  null        value = a & b where both are true
 *   false  | false false false       valid = both valid, or either one is a valid false
 *   null   | false null  null
 */
// @ts-ignore: decorator
@inline
export function kleene(or: bool, a: usize, aValid: usize, b: usize, bValid: usize, out: usize, outValid: usize, bytes: i32): void {
  const end = <usize>bytes;
  let i: usize = 0;
  for (; i + 8 <= end; i += 8) {
    const p = load<u64>(aValid + i), q = load<u64>(bValid + i), x = load<u64>(a + i) & p, y = load<u64>(b + i) & q;
    store<u64>(out + i, or ? x | y : x & y);
    store<u64>(outValid + i, or ? (p & q) | x | y : (p & q) | (p & ~x) | (q & ~y));
  }
  for (; i < end; i++) {
    const p = load<u8>(aValid + i), q = load<u8>(bValid + i), x = load<u8>(a + i) & p, y = load<u8>(b + i) & q;
    store<u8>(out + i, or ? x | y : x & y);
    store<u8>(outValid + i, or ? (p & q) | x | y : (p & q) | (p & ~x) | (q & ~y));
  }
}

/** Number of 1 bits among the first `length`. */
// @ts-ignore: decorator
@inline
export function count(bits: usize, length: i32): i32 {
  const end = bits + (<usize>length >> 6 << 3);
  let total: i64 = 0;
  // popcnt of an i64 is one instruction; i8x16.popcnt with widening adds was slower on blocks of 512 bytes
  for (; bits < end; bits += 8) total += popcnt<i64>(load<i64>(bits));
  for (let rest = length & 63, byte = 0; rest > 0; rest -= 8, byte++) {
    const value = <i32>load<u8>(bits + byte);
    total += popcnt<i32>(rest >= 8 ? value : value & ((1 << rest) - 1));
  }
  return <i32>total;
}

/** Copies `length` bits that start at bit `from` of `bits` to bit 0 of `out`. Reads up to 8 bytes from the byte of the first bit. */
// @ts-ignore: decorator
@inline
export function shiftDown(bits: usize, from: i32, out: usize, length: i32): void {
  const shift = from & 7;
  bits += from >>> 3;
  const bytes = (length + 7) >> 3;
  for (let i = 0; i < bytes; i++) {
    let value = <i32>load<u8>(bits + i) >> shift;
    // the next byte is read only when it holds bits that are wanted
    if (shift && (i << 3) + 8 - shift < length) value |= <i32>load<u8>(bits + i, 1) << (8 - shift);
    store<u8>(out + i, <u8>value);
  }
}

/** Sets bits [from, from + length) of `out` to the first bits of `bits`; bits of `out` below `from` stay. */
// @ts-ignore: decorator
@inline
export function append(bits: usize, out: usize, from: i32, length: i32): void {
  const shift = from & 7;
  out += from >>> 3;
  if (shift == 0) {
    memory.copy(out, bits, <usize>((length + 7) >> 3));
    return;
  }
  const low = (1 << shift) - 1;
  for (let done = 0; done < length; done += 8, bits++, out++) {
    const value = <i32>load<u8>(bits);
    store<u8>(out, <u8>((<i32>load<u8>(out) & low) | (value << shift)));
    if (length - done > 8 - shift) store<u8>(out, <u8>(value >>> (8 - shift)), 1);
  }
}
