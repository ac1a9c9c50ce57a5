import type { ChunkVector } from '../column/chunk.ts';
import { importVector } from '../column/import-batch.ts';
import type { Vector } from '../column/vector.ts';
import { vectorOf } from '../column/vector-of.ts';
import { OptionError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, isTemporal, utf8 } from '../schema/data-type.ts';
import { demand } from './_types.ts';
import type { Accumulator, AccumulatorOptions, Aggregation, Parameters } from './accumulator.ts';
import { SpaceSaving, type Top } from './space-saving.ts';

/** A cell as it is stored: times as their ticks. */
const storedAt = (values: Vector, row: number): unknown =>
  isTemporal(values.type) ? values.values[row] : values.get(row);

/** `'ORD: 812, ATL: 790'`. */
const textOf = ({ values, counts }: Top): string =>
  counts.map((count, at) => `${storedAt(values, at)}: ${count}`).join(', ');

/** Values as texts, counts and errors as JSON: what `topRows` reads. */
const jsonOf = ({ values, counts, errors }: Top): string =>
  JSON.stringify(counts.map((count, at) => [String(storedAt(values, at)), count, errors[at]]));

class TopValues extends SpaceSaving implements Accumulator {
  readonly #memory: Memory;

  constructor(options: AccumulatorOptions, limit: number) {
    super(options, limit);
    this.#memory = options.memory;
  }

  result(name: string, { k }: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const show = name === 'top_values' ? jsonOf : textOf;
    const texts = this.top(ids, count, Number(k)).map(top => (top.counts.length === 0 ? null : show(top)));
    return importVector(vectorOf(utf8(), texts), this.#memory, scratch);
  }
}

/** One of the values counted most. */
export interface TopRow {
  readonly value: unknown;
  readonly count: number;
  /** By how much the count may be too high. */
  readonly error: number;
}

/** The rows of a result of `top_values` over a column of this type. */
export function topRows(text: string | null, type: DataType): TopRow[] {
  const list = JSON.parse(text ?? '[]') as readonly (readonly [string, number, number])[];
  return list.map(([value, count, error]) => ({ value: parsed(value, type), count, error }));
}

function parsed(text: string, { kind }: DataType): unknown {
  if (kind === 'utf8' || kind === 'dictionary') return text;
  if (kind === 'bool') return text === 'true';
  return kind === 'int64' || kind === 'uint64' || kind === 'timestamp' ? BigInt(text) : Number(text);
}

function checkSizes(name: string, sizes: Parameters): void {
  for (const [option, value] of Object.entries(sizes)) {
    if (Number.isInteger(value) && Number(value) > 0 && Number(value) <= 1_000_000) continue;
    throw new OptionError(option, `${name}: ${option} is ${value}; give a whole number from 1 to a million`);
  }
}

const topAggregation = (name: string): Aggregation<ReturnType<typeof utf8>> => ({
  name,
  arity: [1, 1],
  parameters: { k: 10, capacity: 1024 },
  resultType(types) {
    demand(name, types, ({ kind }) => kind !== 'binary', 'any column but bytes');
    return utf8();
  },
  kind(_types, { k, capacity }) {
    checkSizes(name, { k: k!, capacity: capacity! });
    if (Number(k) > Number(capacity)) {
      throw new OptionError(
        'k',
        `${name}: ${k} values of ${capacity} counters; give a capacity of at least k, better of ten times k`,
      );
    }
    // rows that leave need every counter: they are counted exactly
    return {
      name: `top ${capacity}`,
      create: options => new TopValues(options, options.evicting ? 0 : Number(capacity)),
    };
  },
});

/**
 * The `k` most frequent values with their counts, the most frequent first, as text: `'ORD: 812, ATL: 790'`. Exact until there are more than
 * `capacity` distinct values; then a count may be too high, by rows / capacity at most, and every value that is more frequent than that is
 * counted. Nulls and NaN are skipped; null of nothing.
 *
 * A group has at most `capacity` counters, of some 70 bytes each. Over windows that rows leave every distinct value of the window has one:
 * counts are exact there.
 *
 * @throws OptionError when k or the capacity is no whole number above 0, or k above the capacity
 */
export const topK: Aggregation = /* @__PURE__ */ topAggregation('top_k');

/** As `top_k`, as JSON of [value, count, error]: what `topValues` makes its rows of. */
export const topValues: Aggregation = /* @__PURE__ */ topAggregation('top_values');
