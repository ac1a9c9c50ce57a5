import { stepped } from '../aggregate/user-accumulator.ts';
import type { UserAggregation } from '../aggregate/user-aggregation.ts';
import { Batch } from '../column/batch.ts';
import { joinBatches, pickRows } from '../column/pick-rows.ts';
import type { Vector } from '../column/vector.ts';
import { vectorOf } from '../column/vector-of.ts';
import { copyValue } from '../saved/value.ts';
import { field, Schema } from '../schema/schema.ts';
import type { ResultRows } from './user-rows.ts';

/** One user's aggregation per group. */
export interface GroupedSpec {
  readonly aggregation: UserAggregation<any, any, any>;
  readonly results: ResultRows;
  /** Columns of one group's result. */
  readonly schema: Schema;
  /** Names of the keys, which are the last columns of the rows. */
  readonly keys: readonly string[];
  readonly verb: string;
}

/** Result of a step, and what makes it last. */
export type Stepped = readonly [result: Batch, commit: () => void];

interface Group {
  /** Cells of the keys as they are stored, for order and for the result. */
  readonly cells: readonly Cell[];
  readonly state: unknown;
  readonly result: Batch;
  /** Rows that are in the window. */
  readonly rows: number;
}

type Cell = number | bigint | boolean | string;

/** States of a user's aggregation per group; a group goes with its last row, and comes back as new. */
export class GroupedStates {
  readonly #spec: GroupedSpec;
  readonly #schema: Schema;
  #groups = new Map<string, Group>();
  /** In ascending order of their keys. */
  #sorted: readonly string[] = [];

  constructor(spec: GroupedSpec, schema: Schema) {
    this.#spec = spec;
    this.#schema = schema;
  }

  /** The keys, then the columns of a result. */
  static schema({ keys, schema }: GroupedSpec, rows: Schema): Schema {
    const types = rows.fields.slice(rows.length - keys.length);
    return new Schema([...keys.map((name, at) => field(name, types[at]!.type)), ...schema.fields]);
  }

  /** The groups after these rows came and left; groups are changed only when it is committed. */
  step(arrived: Batch, leaving: readonly Batch[]): Stepped {
    const changed = new Map<string, Group | null>();
    const groupOf = (key: string): Group | null => {
      const found = changed.get(key);
      return found === undefined ? (this.#groups.get(key) ?? null) : found;
    };
    for (const { key, cells, rows } of this.#parts(arrived)) changed.set(key, this.#enter(groupOf(key), cells, rows));
    for (const old of leaving) {
      for (const { key, rows } of this.#parts(old)) {
        const group = groupOf(key)!;
        changed.set(key, rows.length < group.rows ? this.#leave(group, rows) : null);
      }
    }
    const next = changed.size > 0 ? this.#with(changed) : { groups: this.#groups, sorted: this.#sorted };
    return [
      this.#shown(next.groups, next.sorted),
      () => {
        this.#groups = next.groups;
        this.#sorted = next.sorted;
      },
    ];
  }

  /** The groups as plain values, as far as the user's states are. */
  save(): Map<string, unknown> {
    const { aggregation } = this.#spec;
    const save = aggregation.snapshot ?? copyValue;
    return new Map(
      [...this.#groups].map(([key, group]) => [
        key,
        { ...group, state: save.call(aggregation, group.state), result: group.result.toArray() },
      ]),
    );
  }

  load(saved: ReadonlyMap<string, any>): void {
    const { aggregation, results, schema } = this.#spec;
    const load = aggregation.restore ?? asIs;
    this.#groups = new Map(
      [...saved].map(([key, group]) => [
        key,
        { ...group, state: load.call(aggregation, group.state), result: results.of(group.result, schema) },
      ]),
    );
    this.#sorted = this.#order(this.#groups);
  }

  #enter(group: Group | null, cells: readonly Cell[], rows: Batch): Group {
    const { aggregation, verb } = this.#spec;
    const before = group ? group.state : aggregation.initial(rows);
    return this.#group(cells, (group?.rows ?? 0) + rows.length, stepped(aggregation.onNew(before, rows), verb));
  }

  #leave(group: Group, rows: Batch): Group {
    const { aggregation, verb } = this.#spec;
    return this.#group(group.cells, group.rows - rows.length, stepped(aggregation.onOld!(group.state, rows), verb));
  }

  #group(cells: readonly Cell[], rows: number, [state, out]: readonly [unknown, unknown]): Group {
    return { cells, rows, state, result: this.#spec.results.of(out, this.#spec.schema) };
  }

  #with(changed: ReadonlyMap<string, Group | null>): { groups: Map<string, Group>; sorted: readonly string[] } {
    const groups = new Map(this.#groups);
    let same = true;
    for (const [key, group] of changed) {
      if ((group === null) === groups.has(key)) same = false;
      if (group) groups.set(key, group);
      else groups.delete(key);
    }
    return { groups, sorted: same ? this.#sorted : this.#order(groups) };
  }

  #order(groups: ReadonlyMap<string, Group>): readonly string[] {
    return [...groups].sort(([, a], [, b]) => compareCells(a.cells, b.cells)).map(([key]) => key);
  }

  #shown(groups: ReadonlyMap<string, Group>, sorted: readonly string[]): Batch {
    const list = sorted.map(key => groups.get(key)!);
    const { keys, results, schema } = this.#spec;
    const rows = list.length > 0 ? joinBatches(list.map(({ result }) => result)) : results.of([], schema);
    const repeated = list.flatMap(({ cells, result }) => Array.from({ length: result.length }, () => cells));
    const vectors = keys.map((_, at) => keyVector(this.#schema, at, repeated));
    return new Batch(this.#schema, [...vectors, ...rows.vectors], rows.length);
  }

  /** The rows of each group, in the order of their first rows; rows without a key are in none. */
  #parts(batch: Batch): { readonly key: string; readonly cells: readonly Cell[]; readonly rows: Batch }[] {
    const count = this.#spec.keys.length;
    const columns = batch.vectors.length - count;
    const keys = batch.vectors.slice(columns);
    const bare = new Batch(
      new Schema(batch.schema.fields.slice(0, columns)),
      batch.vectors.slice(0, columns),
      batch.length,
      batch.index,
    );
    const found = new Map<string, { readonly cells: readonly Cell[]; readonly rows: number[] }>();
    for (let row = 0; row < batch.length; row++) {
      if (!keys.every(key => key.isValid(row))) continue;
      const cells = keys.map(key => cellAt(key, row));
      const text = cells.length === 1 ? String(cells[0]) : JSON.stringify(cells.map(String));
      const part = found.get(text);
      if (part) part.rows.push(row);
      else found.set(text, { cells, rows: [row] });
    }
    return [...found].map(([key, { cells, rows }]) => ({ key, cells, rows: pickRows(bare, rows) }));
  }
}

const asIs = (state: unknown): unknown => state;

/** A cell as it is stored: times as their ticks. -0 is 0. */
function cellAt(vector: Vector, row: number): Cell {
  const { kind } = vector.type;
  if (kind === 'timestamp' || kind === 'date32') return vector.values[row]! as number | bigint;
  const value = vector.get(row) as Cell | Uint8Array;
  if (value instanceof Uint8Array) return String.fromCharCode(...value);
  return value === 0 ? 0 : value;
}

function keyVector(schema: Schema, at: number, cells: readonly (readonly Cell[])[]): Vector {
  const { name, type } = schema.fields[at]!;
  const values = cells.map(row => row[at]!);
  if (type.kind !== 'binary') return vectorOf(type, values, name);
  return vectorOf(
    type,
    values.map(text => Uint8Array.from(text as string, char => char.charCodeAt(0))),
    name,
  );
}

function compareCells(a: readonly Cell[], b: readonly Cell[]): number {
  for (let at = 0; at < a.length; at++) {
    const order = compare(a[at]!, b[at]!);
    if (order !== 0) return order;
  }
  return 0;
}

/** NaN comes last, as in every sort of keys. */
function compare(a: Cell, b: Cell): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** By code points: UTF-16 puts characters above U+FFFF before U+E000. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return (isSurrogate(x) ? x + 0x10000 : x) - (isSurrogate(y) ? y + 0x10000 : y);
  }
  return a.length - b.length;
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xe000;
