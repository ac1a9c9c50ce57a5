import type { ChunkVector } from '../column/chunk.ts';
import { DataError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { type DataType, isFloat, isTemporal, TICKS_PER_SECOND, typeText, widthOf } from '../schema/data-type.ts';
import type { Emit } from './emit.ts';
import { fits, rangeOf } from './promote.ts';
import { textAt, textDecoder, writeTexts } from './rewrite.ts';
import { nanosecondsOf, ticksOf } from './time-text.ts';

const encoder = /* @__PURE__ */ new TextEncoder();

const isPresent = (memory: Memory, validity: number, row: number): boolean =>
  validity === 0 || ((memory.u8[validity + (row >> 3)]! >> (row & 7)) & 1) === 1;

/** Texts to numbers, bools and times, row by row: a rare road, for texts that a codec did not type. */
export const readText: Emit = (program, { type }, [at], out) => {
  const { registers, memory } = program;
  const own = program.bits();
  const decoder = textDecoder();
  return length => {
    const x = registers[at!]!;
    out.validity = x.validity;
    const wanted = program.both(x.validity, program.mask, own, length);
    for (let row = 0; row < length; row++) {
      if (!isPresent(memory, wanted, row)) continue;
      const text = textAt(memory, decoder, x, row);
      const value = cellOf(text.trim(), type);
      if (value === undefined) throw new DataError(`cast: ${JSON.stringify(text)} is no ${typeText(type)}`);
      put(memory, out.values, type, row, value);
    }
  };
};

function cellOf(text: string, type: DataType): number | bigint | boolean | undefined {
  if (type.kind === 'bool') return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
  if (isFloat(type)) {
    if (/^[+-]?nan$/i.test(text)) return Number.NaN;
    const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
    if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
  }
  if (isTemporal(type)) {
    const nanoseconds = nanosecondsOf(text);
    return nanoseconds === undefined
      ? undefined
      : ticksOf(nanoseconds, type.kind === 'date32' ? 'day' : type.unit).value;
  }
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const whole = BigInt(text.replace(/^\+/, ''));
  return fits(whole, type) ? whole : undefined;
}

function put(memory: Memory, values: number, type: DataType, row: number, value: number | bigint | boolean): void {
  if (type.kind === 'bool') {
    const byte = values + (row >> 3);
    const bit = 1 << (row & 7);
    memory.u8[byte] = value ? memory.u8[byte]! | bit : memory.u8[byte]! & ~bit;
    return;
  }
  const width = widthOf(type);
  const at = values / width + row;
  if (type.kind === 'float64') memory.f64[at] = Number(value);
  else if (type.kind === 'float32') memory.f32[at] = Number(value);
  else if (width === 8) memory.i64[at] = BigInt.asIntN(64, value as bigint);
  else ({ 4: memory.i32, 2: memory.i16, 1: memory.i8 })[width as 4][at] = Number(value);
}

/** Numbers, bools and times to text, as JavaScript and ISO 8601 write them. */
export const writeText: Emit = (program, node, [at], out) => {
  const { registers, memory } = program;
  const from = node.args[0]!.type;
  const room = program.texts();
  return length => {
    const x = registers[at!]!;
    const texts: Uint8Array[] = [];
    let total = 0;
    for (let row = 0; row < length; row++) {
      const bytes = encoder.encode(isPresent(memory, x.validity, row) ? textOf(memory, x, from, row) : '');
      texts.push(bytes);
      total += bytes.length;
    }
    out.validity = x.validity;
    writeTexts(memory, room, texts, total, out);
  };
};

function textOf(memory: Memory, { values }: ChunkVector, type: DataType, row: number): string {
  if (type.kind === 'bool') return String(((memory.u8[values + (row >> 3)]! >> (row & 7)) & 1) === 1);
  const width = widthOf(type);
  const at = values / width + row;
  if (type.kind === 'date32') return new Date(memory.i32[at]! * 86_400_000).toISOString().slice(0, 10);
  if (type.kind === 'timestamp') return timeText(memory.i64[at]!, TICKS_PER_SECOND[type.unit]);
  if (type.kind === 'float64') return String(memory.f64[at]);
  if (type.kind === 'float32') return String(memory.f32[at]);
  const bits = width * 8;
  const whole = width === 8 ? memory.i64[at]! : BigInt({ 4: memory.i32, 2: memory.i16, 1: memory.i8 }[width as 4][at]!);
  return String(rangeOf(type)[0] === 0n ? BigInt.asUintN(bits, whole) : whole);
}

/** `2001-01-31T12:00:00.123456Z`: as many decimals as the unit has. */
function timeText(ticks: bigint, perSecond: number): string {
  const per = BigInt(perSecond);
  const rest = ((ticks % per) + per) % per;
  const date = new Date(Number((ticks - rest) / per) * 1000);
  if (Number.isNaN(date.getTime())) return String(ticks);
  const digits = String(perSecond).length - 1;
  return `${date.toISOString().slice(0, -5)}${digits ? `.${String(rest).padStart(digits, '0')}` : ''}Z`;
}
