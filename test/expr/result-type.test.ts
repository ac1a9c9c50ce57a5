import { describe, expect, expectTypeOf, it } from 'vitest';
import { call, column } from '../../src/expr/expression.ts';
import type { AbsoluteResult, ArithmeticResult, ConstantResult, NegatedResult } from '../../src/expr/result-type.ts';
import { typeOf } from '../../src/expr/type-of.ts';
import { bool, type DataType, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';

const types = { bool, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64 };
type Types = { [K in keyof typeof types]: ReturnType<(typeof types)[K]> };

/** What the compiler says of each pair, written out once more as values that it must accept. */
const products: { [A in keyof Types]: { [B in keyof Types]: () => ArithmeticResult<Types[A], Types[B]> } } = {
  bool: { bool, f32, f64, i8: i32, i16: i32, i32: i64, i64, u8: i32, u16: i64, u32: i64, u64: f64 },
  f32: { bool: f32, f32, f64, i8: f32, i16: f32, i32: f64, i64: f64, u8: f32, u16: f32, u32: f64, u64: f64 },
  f64: { bool: f64, f32: f64, f64, i8: f64, i16: f64, i32: f64, i64: f64, u8: f64, u16: f64, u32: f64, u64: f64 },
  i8: { bool: i32, f32, f64, i8: i32, i16: i32, i32: i64, i64, u8: i32, u16: i64, u32: i64, u64: f64 },
  i16: { bool: i32, f32, f64, i8: i32, i16: i32, i32: i64, i64, u8: i32, u16: i64, u32: i64, u64: f64 },
  i32: { bool: i64, f32: f64, f64, i8: i64, i16: i64, i32: i64, i64, u8: i64, u16: i64, u32: i64, u64: f64 },
  i64: { bool: i64, f32: f64, f64, i8: i64, i16: i64, i32: i64, i64, u8: i64, u16: i64, u32: i64, u64: f64 },
  u8: { bool: i32, f32, f64, i8: i32, i16: i32, i32: i64, i64, u8: i32, u16: i64, u32: i64, u64 },
  u16: { bool: i64, f32, f64, i8: i64, i16: i64, i32: i64, i64, u8: i64, u16: i64, u32: i64, u64 },
  u32: { bool: i64, f32: f64, f64, i8: i64, i16: i64, i32: i64, i64, u8: i64, u16: i64, u32: i64, u64 },
  u64: { bool: f64, f32: f64, f64, i8: f64, i16: f64, i32: f64, i64: f64, u8: u64, u16: u64, u32: u64, u64 },
};
const negated: { [A in keyof Types]: () => NegatedResult<Types[A]> } = {
  bool,
  f32,
  f64,
  i8: i32,
  i16: i32,
  i32,
  i64,
  u8: i32,
  u16: i64,
  u32: i64,
  u64: f64,
};
const absolute: { [A in keyof Types]: () => AbsoluteResult<Types[A]> } = { ...negated, u8, u16, u32, u64 };

describe('result types', () => {
  const schema = schemaOf(Object.fromEntries(Object.entries(types).map(([name, type]) => [name, type()])));

  it.each(Object.keys(types))('are for %s what the compiler says', name => {
    const row = products[name as 'i8'] as Record<string, () => DataType>;
    for (const [other, type] of Object.entries(row)) {
      expect([other, typeOf(call('mul', [column(name), column(other)]), schema)]).toEqual([other, type()]);
    }
    expect(typeOf(call('neg', [column(name)]), schema)).toEqual(negated[name as 'i8']());
    expect(typeOf(call('abs', [column(name)]), schema)).toEqual(absolute[name as 'i8']());
  });

  it('tell whole constants from others', () => {
    expectTypeOf<ConstantResult<Types['i32'], 2>>().toEqualTypeOf<Types['i64']>();
    expectTypeOf<ConstantResult<Types['i32'], 2.5>>().toEqualTypeOf<Types['f64']>();
    expectTypeOf<ConstantResult<Types['i32'], number>>().toEqualTypeOf<Types['i64'] | Types['f64']>();
    expectTypeOf<ConstantResult<Types['i64'], 2n>>().toEqualTypeOf<Types['i64']>();
    expectTypeOf<ConstantResult<Types['i64'], bigint>>().toEqualTypeOf<Types['i64']>();
    expectTypeOf<ConstantResult<Types['u8'], -1>>().toEqualTypeOf<Types['i32'] | Types['i64']>();
    expectTypeOf<ConstantResult<Types['f32'], 2.5>>().toEqualTypeOf<Types['f32']>();
    expectTypeOf<ConstantResult<Types['u64'], 1>>().toEqualTypeOf<Types['u64'] | Types['f64']>();
    expectTypeOf<ConstantResult<Types['bool'], true>>().toEqualTypeOf<Types['bool']>();
  });

  it('spread over unions', () => {
    expectTypeOf<ArithmeticResult<Types['i32'], Types['i32'] | Types['f64']>>().toEqualTypeOf<
      Types['i64'] | Types['f64']
    >();
    expectTypeOf<NegatedResult<Types['u8'] | Types['f32']>>().toEqualTypeOf<Types['i32'] | Types['f32']>();
  });
});
