// ZFP streams of two dimensions, as River's server module stores batches: blocks of 4 × 4 values, coded bit plane by bit plane.
//
//   header 96 bits: 'z' 'f' 'p' version · type(2) dims(2) nx-1(24) ny-1(24) · mode(12); then the blocks, without gaps
//
// Lindstrom 2014, "Fixed-Rate Compressed Floating-Point Arrays"; zfp 1.0, decode.c, revdecode.c

// The reader of bits, least significant first, lies in linear memory: kernels keep no globals.
//   0 address of the bytes   4 their end   8 bits read
const readerBytes: usize = 16;

// @ts-ignore: decorator
@inline
function bit(reader: usize): u64 {
  return bits(reader, 1);
}

/** The next `count` bits, at most 64; 0 behind the end. */
function bits(reader: usize, count: u32): u64 {
  if (count == 0) return 0;
  const at = load<u64>(reader, 8);
  store<u64>(reader, at + count, 8);
  const end = <usize>load<u32>(reader, 4);
  let from = <usize>load<u32>(reader) + <usize>(at >> 3);
  const shift = <u32>(at & 7);
  let value: u64 = 0;
  for (let got: u32 = 0; got < count + shift && from < end; got += 8, from++) {
    const byte = <u64>load<u8>(from);
    if (got < shift) value |= byte >> shift;
    else if (got - shift < 64) value |= byte << (got - shift);
  }
  return count == 64 ? value : value & ((<u64>1 << count) - 1);
}

/** Whether more bits were asked for than there are, the last byte's rest apart. */
function isShort(reader: usize): bool {
  return load<u64>(reader, 8) > <u64>(load<u32>(reader, 4) - load<u32>(reader)) * 8;
}

/** Bit planes of 16 numbers, from the most significant one on, `precision` of them. */
function planes(reader: usize, width: u32, precision: u32, data: usize): void {
  memory.fill(data, 0, 128);
  const last = width > precision ? width - precision : 0;
  let n: u32 = 0;
  for (let k = width; k-- > last; ) {
    let x = bits(reader, n);
    while (n < 16 && bit(reader) != 0) {
      while (n < 15 && bit(reader) == 0) n++;
      x |= <u64>1 << n;
      n++;
    }
    for (let at = data; x != 0; x >>= 1, at += 8) store<u64>(at, load<u64>(at) + ((x & 1) << k));
  }
}

const order: usize = memory.data<u8>([0, 1, 4, 5, 2, 8, 6, 9, 3, 12, 10, 7, 13, 11, 14, 15]);

/** Negabinary coefficients in order of their frequency, to integers in their places. */
function place<T>(data: usize, block: usize): void {
  for (let i: usize = 0; i < 16; i++) {
    const to = block + (<usize>load<u8>(order + i) << 3);
    if (sizeof<T>() == 8) store<i64>(to, <i64>((load<u64>(data + (i << 3)) ^ 0xaaaaaaaaaaaaaaaa) - 0xaaaaaaaaaaaaaaaa));
    else store<i64>(to, <i64><i32>((<u32>load<u64>(data + (i << 3)) ^ 0xaaaaaaaa) - 0xaaaaaaaa));
  }
}

/** Undoes the lossless lifting of four numbers `step` bytes apart. */
function liftExact<T>(at: usize, step: usize): void {
  const x = <T>load<i64>(at);
  let y = <T>load<i64>(at + step), z = <T>load<i64>(at + 2 * step), w = <T>load<i64>(at + 3 * step);
  w = <T>(w + z); z = <T>(z + y); w = <T>(w + z);
  y = <T>(y + x); z = <T>(z + y); w = <T>(w + z);
  store<i64>(at + step, <i64>y);
  store<i64>(at + 2 * step, <i64>z);
  store<i64>(at + 3 * step, <i64>w);
}

/** Undoes the lossy lifting. */
function liftNear<T>(at: usize, step: usize): void {
  let x = <T>load<i64>(at), y = <T>load<i64>(at + step), z = <T>load<i64>(at + 2 * step), w = <T>load<i64>(at + 3 * step);
  y = <T>(y + (w >> 1)); w = <T>(w - (y >> 1));
  y = <T>(y + w); w = <T>(w << 1); w = <T>(w - y);
  z = <T>(z + x); x = <T>(x << 1); x = <T>(x - z);
  y = <T>(y + z); z = <T>(z << 1); z = <T>(z - y);
  w = <T>(w + x); x = <T>(x << 1); x = <T>(x - w);
  store<i64>(at, <i64>x);
  store<i64>(at + step, <i64>y);
  store<i64>(at + 2 * step, <i64>z);
  store<i64>(at + 3 * step, <i64>w);
}

/** The integers of a block: T is i32 or i64. */
function integers<T>(reader: usize, precision: u32, exact: bool, data: usize, block: usize): void {
  const width: u32 = sizeof<T>() << 3;
  // A lossless block says how many planes it has.
  const many = exact ? <u32>bits(reader, sizeof<T>() == 8 ? 6 : 5) + 1 : precision;
  planes(reader, width, many, data);
  place<T>(data, block);
  for (let x: usize = 0; x < 4; x++) {
    if (exact) liftExact<T>(block + (x << 3), 32);
    else liftNear<T>(block + (x << 3), 32);
  }
  for (let y: usize = 0; y < 4; y++) {
    if (exact) liftExact<T>(block + (y << 5), 8);
    else liftNear<T>(block + (y << 5), 8);
  }
}

/** 2 to the power of `exponent`, at most 1023. */
function power(exponent: i32): f64 {
  if (exponent < -1074) return 0;
  if (exponent < -1022) return reinterpret<f64>(<u64>1 << (exponent + 1074));
  return reinterpret<f64>(<u64>(exponent + 1023) << 52);
}

/** A block of floats, as the bits of T in 8 bytes each: I is the integer as wide as T. */
function floats<T, I>(reader: usize, minexp: i32, exact: bool, data: usize, block: usize): void {
  const exponentBits: u32 = sizeof<T>() == 8 ? 11 : 8;
  const bias = sizeof<T>() == 8 ? 1023 : 127;
  if (bit(reader) == 0) {
    memory.fill(block, 0, 128);
    return;
  }
  if (exact && bit(reader) != 0) {
    // no common exponent: the floats' own bits, with negative ones turned around
    integers<I>(reader, 0, true, data, block);
    for (let at = block; at < block + 128; at += 8) {
      const value = <I>load<i64>(at);
      const turned = value < 0 ? <I>(value ^ (sizeof<T>() == 8 ? <I>0x7fffffffffffffff : <I>0x7fffffff)) : value;
      if (sizeof<T>() == 8) store<i64>(at, <i64>turned);
      else store<i64>(at, <i64>turned & 0xffffffff);
    }
    return;
  }
  const emax = <i32>bits(reader, exponentBits) - bias;
  const most: i32 = sizeof<T>() << 3;
  const precision = min<i32>(most, max<i32>(0, emax - minexp + 6));
  integers<I>(reader, <u32>precision, exact, data, block);
  const scale = emax - (most - 2);
  for (let at = block; at < block + 128; at += 8) {
    if (sizeof<T>() == 8) store<f64>(at, <f64>load<i64>(at) * power(scale));
    else store<u64>(at, <u64>reinterpret<u32>(<f32><i32>load<i64>(at) * <f32>power(scale)));
  }
}

/**
 * Decodes a stream into rows of `columns` values of one type: 1 i32, 2 i64, 3 f32, 4 f64, 5 i16 (kept in i32, shifted left by 15).
 * `work` is 512 bytes. Returns the rows, or -1: no such stream, -2: another type or width, -3: it ends too soon, -4: it has more than
 * `limit` rows.
 */
export function decode(from: usize, length: i32, type: i32, columns: i32, limit: i32, to: usize, work: usize): i32 {
  const reader = work, data = work + readerBytes, block = data + 128;
  store<u32>(reader, <u32>from);
  store<u32>(reader, <u32>from + length, 4);
  store<u64>(reader, 0, 8);
  if (length < 12 || bits(reader, 24) != 0x70667a) return -1;
  bits(reader, 8); // version
  const stored = <i32>bits(reader, 2) + 1;
  const kind = type == 5 ? 1 : type;
  if (bits(reader, 2) != 1 || stored != kind) return -2;
  const nx = <i32>bits(reader, 24) + 1, ny = <i32>bits(reader, 24) + 1;
  if (nx != columns) return -2;
  if (ny > limit) return -4;
  const mode = <i32>bits(reader, 12);
  const exact = mode == 2176;
  if (mode <= 2176 && !exact) return -1; // neither lossless nor of fixed accuracy
  if (mode == 0xfff) return -1;
  const minexp = mode - 2177 - 1074;
  const width = type == 4 || type == 2 ? 8 : type == 5 ? 2 : 4;
  for (let y = 0; y < ny; y += 4) {
    for (let x = 0; x < nx; x += 4) {
      if (kind == 4) floats<f64, i64>(reader, minexp, exact, data, block);
      else if (kind == 3) floats<f32, i32>(reader, minexp, exact, data, block);
      else if (kind == 2) integers<i64>(reader, 64, exact, data, block);
      else integers<i32>(reader, 32, exact, data, block);
      if (isShort(reader)) return -3;
      const tall = min(4, ny - y), wide = min(4, nx - x);
      for (let j = 0; j < tall; j++) {
        let out = to + (<usize>(y + j) * nx + x) * width;
        for (let i = 0; i < wide; i++, out += width) {
          const value = load<i64>(block + ((<usize>j * 4 + i) << 3));
          if (width == 8) store<i64>(out, value);
          else if (width == 4) store<i32>(out, <i32>value);
          else store<i16>(out, <i16>max<i32>(-32768, min<i32>(32767, <i32>value >> 15)));
        }
      }
    }
  }
  return ny;
}
