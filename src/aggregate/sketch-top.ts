import type { Batch } from '../column/batch.ts';
import { batchOf } from '../column/batch-of.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { exportVector } from '../column/export-chunk.ts';
import { importVector } from '../column/import-batch.ts';
import type { Vector } from '../column/vector.ts';
import { vectorOf } from '../column/vector-of.ts';
import { OptionError, StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, f64, utf8 } from '../schema/data-type.ts';
import { misfit } from './_saved.ts';
import { demand } from './_types.ts';
import {
  type Accumulator,
  type AccumulatorOptions,
  type Aggregation,
  noGroup,
  type Parameters,
  type Rows,
} from './accumulator.ts';
import type { UserAggregation } from './user-aggregation.ts';

/** A cell as it is counted: times as their ticks. */
export type Counted = number | bigint | boolean | string;

/** Counters, and what was taken off in all. */
export interface HeavyState {
  readonly counts: ReadonlyMap<Counted, number>;
  readonly error: number;
}

const nothing: HeavyState = /* @__PURE__ */ Object.freeze({ counts: /* @__PURE__ */ new Map(), error: 0 });

/**
 * The most frequent values of a stream, in counters that are never more than `capacity`.
 *
 * When there are too many, the median of the counts is taken off all, and those at 0 go. What was taken off in all is `error`: a value's
 * true count lies in [counter, counter + error], and `error` is at most 2 × rows / capacity. Space-Saving keeps the same bounds with one
 * counter replaced a row; this costs O(1) a row without a heap, and two states add up.
 *
 * @see Agarwal et al. 2012, "Mergeable Summaries"
 */
export class HeavyHitters {
  readonly counts: Map<Counted, number>;
  error: number;
  readonly #capacity: number;

  /** @param from what to start with; it is copied */
  constructor(capacity: number, from: HeavyState = nothing) {
    this.#capacity = capacity;
    this.counts = new Map(from.counts);
    this.error = from.error;
  }

  add(value: Counted, count = 1): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + count);
    if (this.counts.size > this.#capacity) this.#thin();
  }

  merge(other: HeavyHitters): void {
    this.error += other.error;
    for (const [value, count] of other.counts) this.add(value, count);
  }

  /** The `k` values counted most, those of equal counts in ascending order; counts are the most they can be. */
  top(k: number): { readonly value: Counted; readonly count: number }[] {
    return [...this.counts]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, k)
      .map(([value, count]) => ({ value, count: count + this.error }));
  }

  #thin(): void {
    const sorted = Float64Array.from(this.counts.values()).sort();
    const median = sorted[sorted.length >> 1]!;
    this.error += median;
    for (const [value, count] of this.counts) {
      if (count > median) this.counts.set(value, count - median);
      else this.counts.delete(value);
    }
  }
}

/** The cell at `row`; undefined for null and NaN. */
export function countedAt(vector: Vector, row: number): Counted | undefined {
  if (!vector.isValid(row)) return undefined;
  const { kind } = vector.type;
  const value = (kind === 'timestamp' || kind === 'date32' ? vector.values[row] : vector.get(row)) as Counted;
  if (value === 0) return 0; // -0 is 0
  return Number.isNaN(value) ? undefined : value;
}

class TopValues implements Accumulator {
  readonly sideBySide = true;
  readonly #memory: Memory;
  readonly #type: DataType;
  readonly #capacity: number;
  readonly #groups: HeavyHitters[] = [];

  constructor({ memory, types, evicting }: AccumulatorOptions, capacity: number) {
    if (evicting) {
      throw new OptionError(
        'name',
        'top_k: rows leave this window, and counters that were given up are not found again; use windows that close',
      );
    }
    this.#memory = memory;
    this.#type = types[0]!;
    this.#capacity = capacity;
    this.reserve(1);
  }

  /** Counters live on the JavaScript heap. */
  get stateBytes(): number {
    return 0;
  }

  reserve(groups: number): void {
    while (this.#groups.length < groups) this.#groups.push(new HeavyHitters(this.#capacity));
  }

  onNew({ length, vectors, groupIds, mask }: Rows): void {
    const cells = exportVector(vectors[0]!, this.#memory, length);
    const ids = groupIds === 0 ? null : this.#memory.u32.slice(groupIds / 4, groupIds / 4 + length);
    const bits = mask === 0 ? null : this.#memory.u8.slice(mask, mask + ((length + 7) >> 3));
    for (let row = 0; row < length; row++) {
      const id = ids ? ids[row]! : 0;
      if (id === noGroup || (bits && !((bits[row >> 3]! >> (row & 7)) & 1))) continue;
      const value = countedAt(cells, row);
      if (value !== undefined) this.#groups[id]!.add(value);
    }
  }

  /** @throws StateError always: no state is made for rows that leave */
  onOld(): void {
    throw new StateError('top_k: rows can not leave; use windows that close');
  }

  merge(from: this, map: number, groups: number, ids = 0): void {
    const { u32 } = this.#memory;
    for (let at = 0; at < groups; at++) {
      const target = u32[map / 4 + at]!;
      if (target !== noGroup) this.#groups[target]!.merge(from.#groups[ids === 0 ? at : u32[ids / 4 + at]!]!);
    }
  }

  forget(ids: number, count: number): void {
    for (const id of this.#memory.u32.slice(ids / 4, ids / 4 + count)) {
      this.#groups[id] = new HeavyHitters(this.#capacity);
    }
  }

  clear(): void {
    for (const id of this.#groups.keys()) this.#groups[id] = new HeavyHitters(this.#capacity);
  }

  result(_name: string, { k }: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const list = ids === 0 ? null : this.#memory.u32.slice(ids / 4, ids / 4 + count);
    const texts = Array.from({ length: count }, (_, at) => {
      const top = this.#groups[list ? list[at]! : at]!.top(Number(k));
      return top.length === 0 ? null : top.map(one => `${one.value}: ${one.count}`).join(', ');
    });
    return importVector(vectorOf(utf8(), texts), this.#memory, scratch);
  }

  snapshot(): Uint8Array {
    const groups = this.#groups.map(({ error, counts }) => [error, [...counts].map(([v, n]) => [String(v), n])]);
    return new TextEncoder().encode(JSON.stringify({ kind: `top_k ${this.#type.kind}`, groups }));
  }

  restore(bytes: Uint8Array): void {
    const saved = savedGroups(bytes);
    if (saved.kind !== `top_k ${this.#type.kind}`) throw new StateError(misfit('top_k'));
    this.#groups.length = 0;
    for (const [error, counts] of saved.groups) {
      const group = new HeavyHitters(this.#capacity);
      group.error = error;
      for (const [text, count] of counts) group.add(parsed(text, this.#type), count);
      this.#groups.push(group);
    }
    this.reserve(1);
  }

  dispose(): void {
    this.#groups.length = 0;
  }
}

function checkSizes(sizes: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(sizes)) {
    if (Number.isInteger(value) && Number(value) > 0) continue;
    throw new OptionError(option, `top_k: ${option} is ${value}; give a whole number above 0`);
  }
}

interface Saved {
  readonly kind: string;
  readonly groups: readonly (readonly [error: number, counts: readonly (readonly [string, number])[]])[];
}

function savedGroups(bytes: Uint8Array): Saved {
  try {
    return JSON.parse(new TextDecoder().decode(bytes.slice())) as Saved;
  } catch (cause) {
    throw new StateError(misfit('top_k'), { cause });
  }
}

function parsed(text: string, { kind }: DataType): Counted {
  if (kind === 'utf8' || kind === 'dictionary') return text;
  if (kind === 'bool') return text === 'true';
  return kind === 'int64' || kind === 'uint64' || kind === 'timestamp' ? BigInt(text) : Number(text);
}

/**
 * The `k` most frequent values with their counts, the most frequent first, as text: `'ORD: 812, ATL: 790'`. Exact until there are more than
 * `capacity` distinct values; then counts may be too high, by 2 × rows / capacity at most. Nulls and NaN are skipped; null of nothing.
 *
 * @throws OptionError when k or the capacity is no whole number above 0
 */
export const topK: Aggregation = {
  name: 'top_k',
  arity: [1, 1],
  parameters: { k: 10, capacity: 1024 },
  resultType(types) {
    demand('top_k', types, ({ kind }) => kind !== 'binary', 'any column but bytes');
    return utf8();
  },
  kind(_types, { k, capacity }) {
    checkSizes({ k, capacity });
    return { name: `top_k ${capacity}`, create: options => new TopValues(options, Number(capacity)) };
  },
};

/**
 * The `k` most frequent values as rows of value, count and error, the most frequent first: `series.aggregate(topValues(10))`. A value's
 * true count lies in [count − error, count]; see `top_k`.
 *
 * @throws OptionError when k or the capacity is no whole number above 0
 */
export function topValues(
  k = 10,
  { capacity = 1024 }: { readonly capacity?: number } = {},
): UserAggregation<HeavyState, Batch, Vector> {
  checkSizes({ k, capacity });
  return {
    name: `topValues(${k})`,
    initial: () => nothing,
    onNew(state, cells) {
      const hitters = new HeavyHitters(capacity, state);
      for (let row = 0; row < cells.length; row++) {
        const value = countedAt(cells, row);
        if (value !== undefined) hitters.add(value);
      }
      const { counts, error } = hitters;
      const top = hitters.top(k);
      const columns = {
        value: top.map(one => one.value),
        count: top.map(one => one.count),
        error: top.map(() => error),
      };
      return [{ counts, error }, batchOf(columns, { value: cells.type, count: f64(), error: f64() })];
    },
  };
}
