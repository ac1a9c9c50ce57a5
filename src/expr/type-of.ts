import type { DataType } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import { Elaborator } from './elaborate.ts';
import type { Expression } from './expression.ts';

/**
 * The type of an expression over rows of `schema`; `verb` is what the user called, for errors.
 *
 * @throws SchemaError for an unknown column, or an operation that its operands' types lack
 */
export function typeOf(expression: Expression, schema: Schema, verb = 'expression'): DataType {
  return new Elaborator(schema, verb).elaborate(expression).type;
}
