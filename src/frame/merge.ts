import { Batch } from '../column/batch.ts';
import { type BatchLike, toBatch } from '../column/to-batch.ts';
import type { Vector } from '../column/vector.ts';
import { vectorOf } from '../column/vector-of.ts';
import { checkOptions, OptionError, SchemaError } from '../errors.ts';
import type { Side } from '../join/joiner.ts';
import { LiveTable, LookupJoin } from '../join/lookup-join.ts';
import { type Columns, type Field, field, Schema } from '../schema/schema.ts';
import { JoinSource } from './join-source.ts';
import {
  checkKeys,
  defaultSuffixes,
  type Joined,
  type JoinKeys,
  joinedColumns,
  type NameOf,
  type Names,
  namesOf,
  type Suffixes,
  type SuffixesOf,
  sameKind,
  sharedKeys,
} from './joined-columns.ts';
import { followedBy, type MergeHow, type MergePlan, type Plan, type SourcePlan, visibleSchema } from './plan.ts';
import { Root } from './root.ts';
import type { FrameSide, JoinedParts } from './time-joins.ts';

/** `L` and `R` are the names of the columns of the frame and of the table. */
export interface MergeOptions<L extends string = string, R extends string = string> {
  /** Columns that must be equal, under one name on both sides; default: all names that both have. */
  readonly on?: Names<L & R>;
  /** Columns of the frame that must be equal to those in `rightOn`, in pairs. */
  readonly leftOn?: Names<L>;
  readonly rightOn?: Names<R>;
  /**
   * - `inner` (default): rows with a partner, once for each
   * - `left`: also those without, with missing cells in the table's columns
   * - `semi`, `anti`: the frame's rows that have a partner, or have none; no columns of the table
   */
  readonly how?: MergeHow;
  /** Behind names that both sides have; default `['_x', '_y']`. */
  readonly suffixes?: Suffixes;
}

/** The columns of what a frame can be merged with. */
export type TableColumns<T> = T extends { readonly schema: Schema<infer R extends Columns> } ? R : Columns;

type Shared<L, R, O> = O extends { readonly on: infer N }
  ? NameOf<N>
  : O extends { readonly leftOn: infer A; readonly rightOn: infer B }
    ? NameOf<A> & NameOf<B>
    : keyof L & keyof R;

/** The columns of a merge of `L` with `R`. */
export type Merged<L extends Columns, R, O> = O extends { readonly how: 'semi' | 'anti' }
  ? L
  : Joined<L, R, Shared<L, R, O>, SuffixesOf<O>>;

const hows: readonly MergeHow[] = /* @__PURE__ */ Object.freeze(['inner', 'left', 'semi', 'anti'] as const);

/**
 * Rows beside those of a table that stays as it is.
 *
 * @throws SchemaError for unknown columns, and keys of types that are never equal; OptionError for options that make no sense
 */
export function mergePlan(input: Plan, rows: BatchLike, options: MergeOptions): MergePlan {
  const given = toBatch(rows);
  const keys = mergeKeys(input, given.schema, options);
  const table = withKeyTypes(given, keys, input.schema);
  return mergeNode(input, table.schema, keys, options, table);
}

function mergeNode(
  input: Plan,
  table: Schema,
  keys: JoinKeys,
  { how = 'inner', suffixes = defaultSuffixes }: MergeOptions,
  rows: MergePlan['rows'],
): MergePlan {
  if (!hows.includes(how)) {
    throw new OptionError('how', `merge: how is "${how}"; give one of ${hows.join(', ')}`);
  }
  checkKeys(keys, visibleSchema(input), table, 'merge');
  const none = how === 'semi' || how === 'anti';
  const joined = joinedColumns(input, none ? new Schema([]) : table, none ? [] : sharedKeys(keys), suffixes, 'merge');
  return { op: 'merge', input, rows, table, keys, how, mode: input.mode, ...joined };
}

/** @throws OptionError when they are named twice or half; SchemaError when no column has one name on both sides */
function mergeKeys(input: Plan, right: Schema, options: MergeOptions): JoinKeys {
  checkOptions('merge', options, ['on', 'leftOn', 'rightOn', 'how', 'suffixes']);
  const { on, leftOn, rightOn } = options;
  if (on !== undefined && (leftOn !== undefined || rightOn !== undefined)) {
    throw new OptionError('on', 'merge: give either "on", or "leftOn" and "rightOn"');
  }
  if ((leftOn === undefined) !== (rightOn === undefined)) {
    throw new OptionError('leftOn', 'merge: "leftOn" and "rightOn" go together; give both');
  }
  if (leftOn !== undefined) return { left: namesOf(leftOn)!, right: namesOf(rightOn)! };
  const left = visibleSchema(input);
  const names = namesOf(on) ?? left.names.filter(name => right.has(name));
  if (names.length > 0) return { left: names, right: names };
  throw new SchemaError(`merge: ${left} and ${right} have no column in common; name pairs with leftOn and rightOn`);
}

/**
 * Rows beside those of a frame, as its rows are when they come.
 *
 * @throws as `mergePlan`
 */
export function lookupParts(left: FrameSide, right: FrameSide, options: MergeOptions): JoinedParts {
  const { schema, index, visible, mode } = left.plan;
  const table = visibleSchema(right.plan);
  const keys = mergeKeys(left.plan, table, options);
  const live = new LiveTable();
  const text = `meet the latest row by ${keys.right.join(', ')}`;
  const joins = { text, left: left.plan, right: right.plan };
  const rows: SourcePlan = { op: 'source', schema, index, visible, mode, joins };
  const plan = mergeNode(rows, table, keys, options, live);
  const needs = (side: Side, columns: readonly string[]): readonly string[] =>
    side === 'left' ? columns : table.names;
  const open = (): LookupJoin => new LookupJoin(live, followedBy(left.plan, left.root.inputs));
  const source = new JoinSource({ left, right, needs, sideOf: () => 'left', open, index, timed: ['left'] });
  return { root: new Root(schema, { source, memory: left.root.memory }), plan, outOfOrder: left.outOfOrder };
}

/** The table with its key columns in the types of the frame's, where they are others: rows typed in by hand have numbers and bigints. */
function withKeyTypes(table: Batch, { left, right }: JoinKeys, schema: Schema): Batch {
  const fields: Field[] = [...table.schema.fields];
  const vectors: Vector[] = [...table.vectors];
  for (const [at, name] of right.entries()) {
    const place = table.schema.indexOf(name);
    if (place < 0 || !schema.has(left[at] ?? '')) continue; // checkKeys tells
    const { type } = schema.field(left[at]!);
    const from = vectors[place]!;
    if (sameKind(type, from.type)) continue;
    if (from.length > 0 && !convertible(from, type.kind)) continue;
    fields[place] = field(name, type);
    vectors[place] = vectorOf(type, from.toArray(), name);
  }
  return new Batch(new Schema(fields), vectors, table.length);
}

/** Numbers to numbers, and times to times. */
function convertible({ type }: Vector, to: string): boolean {
  const sort = (kind: string): string =>
    /int|float/.test(kind) ? 'number' : /timestamp|date/.test(kind) ? 'time' : kind;
  return sort(type.kind) === sort(to);
}
