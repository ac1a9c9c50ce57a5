import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type TextRoom, textWasm } from './wasm/text.ts';

export type { TextRoom };

/** NDJSON and CSV, read and written, over `memory`. */
export const textRoom = (memory: Memory): TextRoom => openRoom(memory, 'text', textWasm);

/** How a parse call ended; see assembly/text/field.ts. */
export const parseStatus = /* @__PURE__ */ Object.freeze({
  end: 0,
  full: 1,
  bad: 2,
  room: 3,
  key: 4,
  closed: 5,
  spare: 6,
});

/** What is wrong with a record; see assembly/text/field.ts. */
export const recordFault = /* @__PURE__ */ Object.freeze({
  syntax: 1,
  type: 2,
  range: 3,
  encoding: 4,
  string: 5,
  few: 6,
  many: 7,
  quote: 8,
});

const leastPower = -342;
const mostPower = 324;
const tables = /* @__PURE__ */ new WeakMap<Memory, number>();

/**
 * Address of the powers of five from 5^-342 to 5^324, 128 bits each: upper u64, lower u64, normalised to 2^127 ≤ p < 2^128.
 *
 * Made when first wanted (0.5 ms), so that no module carries the 10 KiB. Truncated, except from 5^-27 to 5^-1, which are
 * rounded up, as Eisel–Lemire wants them.
 *
 * @see Lemire 2021, "Number parsing at a gigabyte per second", section 4
 */
export function powersOfFive(memory: Memory): number {
  const known = tables.get(memory);
  if (known) return known;
  const address = memory.allocate((mostPower - leastPower + 1) * 16, 'text');
  const words = memory.u64;
  let at = address / 8;
  for (let q = leastPower; q <= mostPower; q++) {
    const power = normalised(q);
    words[at++] = power >> 64n;
    words[at++] = power & 0xffff_ffff_ffff_ffffn;
  }
  tables.set(memory, address);
  return address;
}

const bitLength = (value: bigint): number => value.toString(16).length * 4 - Math.clz32(leadingDigit(value)) + 28;
const leadingDigit = (value: bigint): number => Number.parseInt(value.toString(16)[0]!, 16);

function normalised(q: number): bigint {
  if (q >= 0) {
    const power = 5n ** BigInt(q);
    const excess = bitLength(power) - 128;
    return excess > 0 ? power >> BigInt(excess) : power << BigInt(-excess);
  }
  const power = 5n ** BigInt(-q);
  const bits = bitLength(power - 1n); // least z with 2^z ≥ power
  const reciprocal = (1n << BigInt(bits + 127)) / power;
  return q >= -27 ? reciprocal + 1n : reciprocal;
}
