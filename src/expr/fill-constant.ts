import type { Memory } from '../memory/memory.ts';
import { type DataType, widthOf } from '../schema/data-type.ts';
import type { CoreValue } from './core.ts';

/** Writes `count` times the same value as its type stores it. */
export function fillConstant(memory: Memory, address: number, type: DataType, value: CoreValue, count: number): void {
  const width = widthOf(type);
  const at = address / width;
  if (width === 8 && type.kind !== 'float64') {
    memory.i64.fill(BigInt.asIntN(64, BigInt((value ?? 0) as bigint)), at, at + count);
    return;
  }
  const number = Number(value ?? 0);
  const views = { 8: memory.f64, 4: type.kind === 'float32' ? memory.f32 : memory.i32, 2: memory.i16, 1: memory.i8 };
  views[width as 1].fill(number, at, at + count);
}
