import { bitAt, putBit } from './rows';

// Types as `src/aggregate/_flat.ts` numbers them: 0 bool, 1 i8, 2 u8, 3 i16, 4 u16, 5 i32, 6 u32, 7 i64, 8 u64, 9 f32, 10 f64.

// @ts-ignore: decorator
@inline
function each<S, T>(values: usize, length: i32, target: usize): void {
  for (let row = 0; row < length; row++) {
    store<T>(target + <usize>row * sizeof<T>(), <T>load<S>(values + <usize>row * sizeof<S>()));
  }
}

// @ts-ignore: decorator
@inline
function bits<T>(values: usize, length: i32, target: usize): void {
  for (let row = 0; row < length; row++) store<T>(target + <usize>row * sizeof<T>(), <T>bitAt(values, row));
}

export function castF64(type: i32, values: usize, length: i32, target: usize): void {
  if (type == 0) bits<f64>(values, length, target);
  else if (type == 1) each<i8, f64>(values, length, target);
  else if (type == 2) each<u8, f64>(values, length, target);
  else if (type == 3) each<i16, f64>(values, length, target);
  else if (type == 4) each<u16, f64>(values, length, target);
  else if (type == 5) each<i32, f64>(values, length, target);
  else if (type == 6) each<u32, f64>(values, length, target);
  else if (type == 7) each<i64, f64>(values, length, target);
  else if (type == 8) each<u64, f64>(values, length, target);
  else each<f32, f64>(values, length, target);
}

/** As castF64, for integers; the bits of floats stay what they are (f32 in the low half). */
export function castI64(type: i32, values: usize, length: i32, target: usize): void {
  if (type == 0) bits<i64>(values, length, target);
  else if (type == 1) each<i8, i64>(values, length, target);
  else if (type == 2) each<u8, i64>(values, length, target);
  else if (type == 3) each<i16, i64>(values, length, target);
  else if (type == 4) each<u16, i64>(values, length, target);
  else if (type == 5) each<i32, i64>(values, length, target);
  else each<u32, i64>(values, length, target);
}

/** i64 values at `values` back to the type, in place order; bool as bits. */
export function narrow(type: i32, values: usize, length: i32, target: usize): void {
  if (type == 0) {
    for (let row = 0; row < length; row += 8) {
      let byte: u32 = 0;
      for (let i = 0; i < min(8, length - row); i++) byte |= (<u32>load<u8>(values + (<usize>(row + i) << 3)) & 1) << i;
      store<u8>(target + <usize>(row >> 3), <u8>byte);
    }
  } else if (type <= 2) each<i64, i8>(values, length, target);
  else if (type <= 4) each<i64, i16>(values, length, target);
  else each<i64, i32>(values, length, target);
}

/** f64 values back to the type. */
export function narrowF64(type: i32, values: usize, length: i32, target: usize): void {
  if (type == 9) each<f64, f32>(values, length, target);
  else if (type == 1) each<f64, i8>(values, length, target);
  else if (type == 2) each<f64, u8>(values, length, target);
  else if (type == 3) each<f64, i16>(values, length, target);
  else if (type == 4) each<f64, u16>(values, length, target);
  else if (type == 5) each<f64, i32>(values, length, target);
  else each<f64, u32>(values, length, target);
}

/** f64 values as bits, 1 where not 0. */
export function truthBits(values: usize, length: i32, target: usize): void {
  for (let row = 0; row < length; row++) putBit(target, row, load<f64>(values + (<usize>row << 3)) != 0);
}
