import { Batch } from '../column/batch.ts';
import { batchOf } from '../column/batch-of.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { exportVector } from '../column/export-chunk.ts';
import { importVector } from '../column/import-batch.ts';
import { pickRows } from '../column/pick-rows.ts';
import { vectorOf } from '../column/vector-of.ts';
import { DataError, StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { copyValue } from '../saved/value.ts';
import type { DataType } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import { misfit } from './_saved.ts';
import { type Accumulator, type AccumulatorOptions, noGroup, type Parameters, type Rows } from './accumulator.ts';
import type { UserAggregation } from './user-aggregation.ts';

export interface UserParts {
  readonly aggregation: UserAggregation<any, any, any>;
  readonly name: string;
  /** Names of the columns of the batches that it gets; null: it gets the vector of one column. */
  readonly takes: readonly string[] | null;
  readonly returns: DataType;
}

/** A group's state, and its result unless that must be asked for. */
interface Held {
  readonly state: unknown;
  readonly out?: unknown;
}

/** Rows on the JavaScript heap without any rows, as a user's aggregation gets them. */
export function noRows(types: readonly DataType[], takes: readonly string[] | null): any {
  const batch = batchOf([], new Schema(types.map((type, at) => field(takes?.[at] ?? `${at}`, type))));
  return takes ? batch : batch.vectors[0];
}

/** States of a user's aggregation on the JavaScript heap, one for each group. */
export class UserAccumulator implements Accumulator {
  readonly sideBySide = true;
  readonly #parts: UserParts;
  readonly #memory: Memory;
  readonly #schema: Schema;
  readonly #types: readonly DataType[];
  readonly #states: (Held | undefined)[] = [];
  #failure: StateError | null = null;

  constructor(parts: UserParts, { memory, types }: AccumulatorOptions) {
    this.#parts = parts;
    this.#memory = memory;
    this.#types = types;
    this.#schema = new Schema(types.map((type, at) => field(parts.takes?.[at] ?? `${at}`, type)));
  }

  /** States live on the JavaScript heap. */
  get stateBytes(): number {
    return 0;
  }

  reserve(groups: number): void {
    while (this.#states.length < groups) this.#states.push(undefined);
  }

  onNew(rows: Rows): void {
    const { aggregation } = this.#parts;
    for (const [id, part] of this.#groups(rows)) {
      const before = this.#states[id] ?? { state: this.#try('initial', () => aggregation.initial(part)) };
      this.#states[id] = this.#step('onNew', before, part);
    }
  }

  onOld(rows: Rows): void {
    for (const [id, part] of this.#groups(rows)) this.#states[id] = this.#step('onOld', this.#states[id]!, part);
  }

  merge(from: this, map: number, groups: number, ids = 0): void {
    const { aggregation } = this.#parts;
    const targets = this.#memory.u32.slice(map / 4, map / 4 + groups);
    const sources = ids === 0 ? null : this.#memory.u32.slice(ids / 4, ids / 4 + groups);
    for (const [at, id] of targets.entries()) {
      const later = from.#states[sources ? sources[at]! : at];
      if (id === noGroup || later === undefined) continue;
      const earlier = this.#states[id];
      this.#states[id] = earlier
        ? { state: this.#try('merge', () => aggregation.merge!(earlier.state, later.state)) }
        : later;
    }
  }

  forget(ids: number, count: number): void {
    for (const id of this.#memory.u32.slice(ids / 4, ids / 4 + count)) this.#states[id] = undefined;
  }

  clear(): void {
    this.#states.fill(undefined);
  }

  /** @throws DataError when a result is not of the type that was promised */
  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const list = ids === 0 ? null : this.#memory.u32.slice(ids / 4, ids / 4 + count);
    const { returns, name } = this.#parts;
    const results = Array.from({ length: count }, (_, at) => this.#result(this.#states[list ? list[at]! : at]));
    try {
      return importVector(vectorOf(returns, results), this.#memory, scratch);
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause;
      throw new DataError(
        `${name}: a result does not fit: ${cause.message}; say what it returns, as in { returns: utf8() }`,
        {},
        { cause },
      );
    }
  }

  snapshot(): unknown {
    const { aggregation } = this.#parts;
    const save = aggregation.snapshot ?? copyValue;
    return this.#states.map(held => held && { ...held, state: save.call(aggregation, held.state) });
  }

  restore(saved: unknown): void {
    if (!Array.isArray(saved)) throw new StateError(misfit(this.#parts.name));
    const { aggregation } = this.#parts;
    const load = (state: unknown): unknown => (aggregation.restore ? aggregation.restore(state) : state);
    this.#states.length = 0;
    for (const held of saved as (Held | undefined)[]) this.#states.push(held && { ...held, state: load(held.state) });
  }

  dispose(): void {
    this.#states.length = 0;
  }

  #step(verb: 'onNew' | 'onOld', { state }: Held, rows: unknown): Held {
    const given = this.#try(verb, () => this.#parts.aggregation[verb]!(state, rows));
    const [next, out] = stepped(given, this.#parts.name);
    return { state: next, out };
  }

  #result(held: Held | undefined): unknown {
    const { aggregation, takes } = this.#parts;
    if (held === undefined) {
      const none = noRows(this.#types, takes);
      return this.#result(this.#step('onNew', { state: this.#try('initial', () => aggregation.initial(none)) }, none));
    }
    return aggregation.result ? this.#try('result', () => aggregation.result!(held.state)) : held.out;
  }

  /** The rows of each group that takes part, copied to the heap. */
  *#groups({ length, vectors, groupIds, mask }: Rows): Generator<[id: number, rows: unknown]> {
    if (this.#failure) throw this.#failure;
    if (length === 0) return;
    const all = new Batch(
      this.#schema,
      vectors.map(vector => exportVector(vector, this.#memory, length)),
      length,
    );
    const { takes } = this.#parts;
    for (const [id, rows] of groupsOf(this.#memory, groupIds, mask, length)) {
      const part = rows.length === length ? all : pickRows(all, rows);
      yield [id, takes ? part : part.vectors[0]];
    }
  }

  /** Calls the user. @throws StateError when that fails, now and ever after: other states have counted these rows already */
  #try<T>(verb: string, call: () => T): T {
    if (this.#failure) throw this.#failure;
    try {
      return call();
    } catch (cause) {
      const { name } = this.#parts;
      this.#failure = new StateError(
        `${name}: ${verb}() failed: ${(cause as Error)?.message ?? cause}. This frame has stopped`,
        { cause },
      );
      throw this.#failure;
    }
  }
}

/** @throws StateError unless it is a pair */
export function stepped(given: unknown, name: string): readonly [state: unknown, out: unknown] {
  if (Array.isArray(given) && given.length === 2) return given as [unknown, unknown];
  throw new StateError(`${name}: onNew and onOld give [state, result], here came ${typeof given}; return a pair`);
}

/** Row numbers of each group, in the order of the groups' first rows; without ids group 0 and the rows of the mask. */
function groupsOf(memory: Memory, groupIds: number, mask: number, length: number): Iterable<[number, number[]]> {
  const groups = new Map<number, number[]>();
  const ids = groupIds === 0 ? null : memory.u32.slice(groupIds / 4, groupIds / 4 + length);
  const bits = mask === 0 ? null : memory.u8.slice(mask, mask + ((length + 7) >> 3));
  for (let row = 0; row < length; row++) {
    const id = ids ? ids[row]! : 0;
    if (id === noGroup || (bits && ((bits[row >> 3]! >> (row & 7)) & 1) === 0)) continue;
    const rows = groups.get(id);
    if (rows) rows.push(row);
    else groups.set(id, [row]);
  }
  return groups;
}
