import { OptionError, SchemaError } from '../errors.ts';
import { type DataType, isText, typeText } from '../schema/data-type.ts';
import { type Columns, type Field, field, Schema } from '../schema/schema.ts';
import { hiddenIndex, type Plan, visibleSchema } from './plan.ts';
import type { AsColumns } from './types.ts';

/** Where a column of a join comes from: its place in that side's schema. */
export interface JoinedColumn {
  readonly side: 'left' | 'right';
  readonly place: number;
}

/** The columns of a join: those of the left side, then those of the right; a hidden index of the left is the last. */
export interface JoinedColumns {
  readonly schema: Schema;
  readonly index: string | null;
  readonly visible: number;
  readonly columns: readonly JoinedColumn[];
}

/** What columns of both sides that have one name get behind it; pandas' default. */
export type Suffixes = readonly [left: string, right: string];
export const defaultSuffixes: Suffixes = /* @__PURE__ */ Object.freeze(['_x', '_y'] as const);

/** One column name, or several. */
export type Names<N extends string> = N | readonly N[];
export type NameOf<N> = N extends readonly (infer E extends string)[] ? E : N extends string ? N : never;
export type SuffixesOf<O> = O extends {
  readonly suffixes: readonly [infer A extends string, infer B extends string];
}
  ? readonly [A, B]
  : readonly ['_x', '_y'];

type Renamed<A, Other, S extends string> = {
  readonly [P in keyof A & string as P extends Other ? `${P}${S}` : P]: A[P];
};

/** Columns `L`, then those of `R` without `Shared`, which are the left's; names of both get the suffixes `S`. */
export type Joined<L, R, Shared, S extends Suffixes> = string extends keyof L | keyof R
  ? Columns
  : AsColumns<Renamed<L, Exclude<keyof R, Shared>, S[0]> & Renamed<Omit<R, Shared & string>, keyof L, S[1]>>;

/**
 * The columns of a join.
 *
 * @param shared columns of the right that are left out, as the left has their values
 * @throws SchemaError when two columns get one name
 */
export function joinedColumns(
  left: Plan,
  right: Schema,
  shared: readonly string[],
  suffixes: Suffixes,
  verb: string,
): JoinedColumns {
  const shown = visibleSchema(left);
  const kept = right.fields.filter(({ name }) => !shared.includes(name));
  const taken = new Set(kept.map(({ name }) => name));
  const nameOfLeft = (name: string): string => (taken.has(name) ? name + suffixes[0] : name);
  const fields: Field[] = shown.fields.map(({ name, type, nullable }) => field(nameOfLeft(name), type, nullable));
  const columns: JoinedColumn[] = shown.fields.map((_, place) => ({ side: 'left', place }));
  for (const { name, type } of kept) {
    fields.push(field(shown.has(name) ? name + suffixes[1] : name, type));
    columns.push({ side: 'right', place: right.indexOf(name) });
  }
  checkDistinct(fields, verb);
  const visible = fields.length;
  const { index } = left;
  if (index === null || shown.has(index)) {
    return { schema: new Schema(fields), index: index === null ? null : nameOfLeft(index), visible, columns };
  }
  fields.push(field(hiddenIndex, left.schema.field(index).type));
  columns.push({ side: 'left', place: left.schema.indexOf(index) });
  return { schema: new Schema(fields), index: hiddenIndex, visible, columns };
}

function checkDistinct(fields: readonly Field[], verb: string): void {
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name)) {
      throw new SchemaError(
        `${verb}: two columns would be called "${name}"; give other suffixes, or rename one before`,
        {
          column: name,
        },
      );
    }
    seen.add(name);
  }
}

/** Key columns of both sides, in pairs. */
export interface JoinKeys {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** Names as users give them: one, or a list. */
export const namesOf = (names: Names<string> | undefined): readonly string[] | undefined =>
  typeof names === 'string' ? [names] : names;

/** Columns of the right whose values the left has under the same name. */
export const sharedKeys = ({ left, right }: JoinKeys): string[] => right.filter((name, at) => left[at] === name);

/**
 * Checks that the columns exist and can be equal.
 *
 * @throws OptionError when there are not as many on both sides; SchemaError for unknown columns and types that are never equal
 */
export function checkKeys(keys: JoinKeys, left: Schema, right: Schema, verb: string): void {
  if (keys.left.length !== keys.right.length) {
    const [a, b] = [keys.left, keys.right].map(names => names.join(', '));
    throw new OptionError('on', `${verb}: (${a}) and (${b}) are not as many columns; name them in pairs`);
  }
  for (const [at, name] of keys.left.entries()) {
    const [a, b] = [left.field(name, verb).type, right.field(keys.right[at]!, verb).type];
    if (sameKind(a, b)) continue;
    throw new SchemaError(
      `${verb}: "${name}" is ${typeText(a)} on the left, "${keys.right[at]}" is ${typeText(b)} on the right; cast one of them`,
      { column: name, expected: typeText(b) },
    );
  }
}

/** Whether cells of two types can be one key: texts of either form, times of one unit. */
export function sameKind(a: DataType, b: DataType): boolean {
  if (isText(a) && isText(b)) return true;
  if (a.kind === 'timestamp' && b.kind === 'timestamp') return a.unit === b.unit;
  return a.kind === b.kind;
}
