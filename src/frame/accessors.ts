import type { Op } from '../expr/ops.ts';
import type { Bool, Date32, Int32, Timestamp, Uint32, Utf8 } from '../schema/data-type.ts';
import type { Series } from './series.ts';

type Call = (op: Op, operands: readonly unknown[]) => Series<any>;

/** Operations on text: `t.name.str.upper()`. */
export class TextColumn {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Characters (code points). */
  length(): Series<Uint32> {
    return this.#call('length', []);
  }

  upper(): Series<Utf8> {
    return this.#call('upper', []);
  }

  lower(): Series<Utf8> {
    return this.#call('lower', []);
  }

  strip(): Series<Utf8> {
    return this.#call('strip', []);
  }

  /** Characters [start, end); negative numbers count from the end. */
  slice(start: number, end?: number): Series<Utf8> {
    return this.#call('slice', end === undefined ? [start] : [start, end]);
  }

  replace(text: string, by: string): Series<Utf8> {
    return this.#call('replace', [text, by]);
  }

  contains(text: string): Series<Bool> {
    return this.#call('contains', [text]);
  }

  startsWith(text: string): Series<Bool> {
    return this.#call('startsWith', [text]);
  }

  endsWith(text: string): Series<Bool> {
    return this.#call('endsWith', [text]);
  }

  /** Whether a regular expression finds something. */
  matches(pattern: string): Series<Bool> {
    return this.#call('matches', [pattern]);
  }
}

/** Parts of times, in UTC: `t.at.dt.hour()`. */
export class TimeColumn {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  year(): Series<Int32> {
    return this.#call('year', []);
  }

  month(): Series<Int32> {
    return this.#call('month', []);
  }

  day(): Series<Int32> {
    return this.#call('day', []);
  }

  hour(): Series<Int32> {
    return this.#call('hour', []);
  }

  minute(): Series<Int32> {
    return this.#call('minute', []);
  }

  second(): Series<Int32> {
    return this.#call('second', []);
  }

  /** Monday is 0. */
  weekday(): Series<Int32> {
    return this.#call('weekday', []);
  }

  dayofyear(): Series<Int32> {
    return this.#call('dayofyear', []);
  }

  quarter(): Series<Int32> {
    return this.#call('quarter', []);
  }

  date(): Series<Date32> {
    return this.#call('date', []);
  }

  /** Down to a multiple of a span: `'5m'`. */
  floor(span: string): Series<Timestamp> {
    return this.#call('floor', [span]);
  }
}
