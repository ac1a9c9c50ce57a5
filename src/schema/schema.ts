import { nearest, SchemaError } from '../errors.ts';
import { Shown } from '../shown.ts';
import { type DataType, isDataType, sameType, typeText } from './data-type.ts';

/** Columns of a frame as the compiler sees them: name to type. */
export type Columns = Readonly<Record<string, DataType>>;

/** One column of a schema. */
export interface Field<T extends DataType = DataType> {
  readonly name: string;
  readonly type: T;
  /** False when the column promises no nulls; promises only speed things up. */
  readonly nullable: boolean;
}

export const field = <T extends DataType>(name: string, type: T, nullable = true): Field<T> => ({
  name,
  type,
  nullable,
});

/** An ordered, immutable list of fields with distinct names. */
export class Schema<C extends Columns = Columns> extends Shown {
  readonly fields: readonly Field[];
  readonly #places: ReadonlyMap<string, number>;
  /** Carries the column types for the compiler; never set. */
  declare readonly columns: C;

  /** @throws SchemaError when two fields have the same name */
  constructor(fields: readonly Field[]) {
    super();
    const places = new Map<string, number>();
    for (const [place, { name }] of fields.entries()) {
      if (places.has(name))
        throw new SchemaError(`schema: two columns are named "${name}"; rename one`, { column: name });
      places.set(name, place);
    }
    this.fields = Object.freeze([...fields]);
    this.#places = places;
  }

  get names(): string[] {
    return this.fields.map(({ name }) => name);
  }

  get length(): number {
    return this.fields.length;
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  /** Position of the column, or -1. */
  indexOf(name: string): number {
    return this.#places.get(name) ?? -1;
  }

  /**
   * The field called `name`; `verb` is what the user wrote, for the error.
   *
   * @throws SchemaError when there is none, with the nearest name as a suggestion
   */
  field(name: string, verb = 'schema'): Field {
    const place = this.#places.get(name);
    if (place === undefined) throw unknownColumn(verb, name, this);
    return this.fields[place]!;
  }

  /** The schema of these columns only, in the order given. */
  select(names: readonly string[], verb = 'select'): Schema {
    return new Schema(names.map(name => this.field(name, verb)));
  }

  /** `(price: f64, at: timestamp[us])` */
  override toString(): string {
    return `(${this.fields.map(({ name, type }) => `${name}: ${typeText(type)}`).join(', ')})`;
  }
}

/** A schema from `{ name: type }`, in the order of the keys. @throws SchemaError for what is no type */
export function schemaOf<C extends Columns>(columns: C | Schema<C>): Schema<C> {
  if (columns instanceof Schema) return columns;
  if (typeof columns !== 'object' || columns === null) {
    throw new SchemaError(`schema: ${typeof columns} names no columns; give types by name, as in { price: f64() }`);
  }
  return new Schema<C>(Object.entries(columns).map(([name, type]) => field(name, checkedType(name, type))));
}

/** @throws SchemaError for what is no type: the function that makes one, or its name */
function checkedType(name: string, type: unknown): DataType {
  if (isDataType(type)) return type;
  const [what, hint] =
    typeof type === 'function' ? ['a function', 'call it, as in f64()'] : [shown(type), 'give one, as f64() makes it'];
  throw new SchemaError(`schema: column "${name}" is ${what}, which is no type; ${hint}`, { column: name });
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : value === null ? 'null' : typeof value;

export function sameSchema(a: Schema, b: Schema): boolean {
  return (
    a.length === b.length &&
    a.fields.every((one, i) => one.name === b.fields[i]!.name && sameType(one.type, b.fields[i]!.type))
  );
}

export function unknownColumn(verb: string, column: string, schema: Schema): SchemaError {
  const near = nearest(column, schema.names);
  return new SchemaError(`${verb}: no column "${column}" in ${schema}${near ? `; did you mean "${near}"?` : ''}`, {
    column,
  });
}
