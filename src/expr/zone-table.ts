import { timeRoom } from '../kernel/time.ts';
import { type DataType, TICKS_PER_SECOND } from '../schema/data-type.ts';
import { isUtc, type TimeZone, timeZone } from '../schema/time-zone.ts';
import type { Program } from './program.ts';

const day = 86_400_000;
const year = 366 * day;
/** More than any clock is set by: the spans beside those asked for are looked at too. */
const margin = 3 * day;

/** A zone's clock in linear memory, as kernels read it: the spans of some years, more as rows ask for them. */
export class ZoneTable {
  /** What kernels take. */
  readonly address: number;
  readonly #program: Program;
  readonly #zone: TimeZone;
  readonly #perSecond: number;
  readonly #beyond: number;
  /** Milliseconds that the table holds. */
  #low = Infinity;
  #high = -Infinity;
  #spans = 0;

  /** @param beyond milliseconds past an instant that kernels may ask for */
  constructor(program: Program, zone: string, perSecond: number, beyond: number) {
    this.#program = program;
    this.#zone = timeZone(zone);
    this.#perSecond = perSecond;
    this.#beyond = beyond + margin;
    const room = timeRoom(program.memory);
    const bytes = room.zoneBytes.value as number;
    this.address = program.own(bytes);
    program.memory.bulk.fill(this.address, 0, bytes);
  }

  /** Makes the table hold these ticks. */
  cover(ticks: bigint): void {
    const ms = (Number(ticks) / this.#perSecond) * 1000;
    // some years more each time: rows often go on in one direction
    this.#low = Math.min(this.#low, Math.floor(ms / day) * day - (ms < this.#low ? 5 : 1) * year);
    this.#high = Math.max(this.#high, Math.floor(ms / day) * day + (ms > this.#high ? 5 : 1) * year);
    const { at, offset } = this.#zone.transitions(this.#low - this.#beyond, this.#high + this.#beyond);
    const { memory } = this.#program;
    this.#spans = this.#program.grow(this.#spans, 0, at.length * 16);
    const [starts, offsets] = [this.#spans / 8, this.#spans / 8 + at.length];
    for (let i = 0; i < at.length; i++) {
      // the first span reaches back as far as anyone asks
      memory.i64[starts + i] = i === 0 ? -(2n ** 62n) : this.#ticks(at[i]!);
      memory.i64[offsets + i] = this.#ticks(offset[i]!);
    }
    timeRoom(memory).setZone(
      this.address,
      this.#spans,
      this.#spans + at.length * 8,
      at.length,
      this.#ticks(this.#low),
      this.#ticks(this.#high),
    );
  }

  /** Whole seconds as ticks; the ends of int64 for what lies outside. */
  #ticks(ms: number): bigint {
    const ticks = BigInt(Math.round(ms / 1000)) * BigInt(this.#perSecond);
    const limit = 2n ** 63n;
    return ticks >= limit ? limit - 1n : ticks < -limit ? -limit : ticks;
  }
}

/** The clock of a column's zone; undefined when it shows UTC. */
export function zoneTable(program: Program, type: DataType, beyond = 0): ZoneTable | undefined {
  if (type.kind !== 'timestamp' || !type.timezone || isUtc(type.timezone)) return undefined;
  return new ZoneTable(program, type.timezone, TICKS_PER_SECOND[type.unit], beyond);
}
