import { OptionError } from '../errors.ts';
import { typeNamed } from '../expr/type-name.ts';
import { field, Schema } from '../schema/schema.ts';

/**
 * The schema a text such as `date: timestamp[ms], delay: i32, origin: dictionary` describes; the words are those that
 * `Schema.toString` writes, parentheses may be there. A name that holds `:` or `,` stands in backticks.
 *
 * @throws OptionError when the text is no schema
 */
export function parseSchema(text: string): Schema {
  const inner = text.trim().replace(/^\(([\s\S]*)\)$/, '$1');
  const column = /\s*(?:`([^`]+)`|([^:,`]+?))\s*:\s*(\w+(?:\[[^\]]*\])?)\s*(?:,|$)/y;
  const fields = [];
  while (column.lastIndex < inner.length) {
    const at = column.lastIndex;
    const [whole, quoted, plain, kind = ''] = column.exec(inner) ?? [];
    const refuse = (problem: string): never => {
      throw new OptionError(
        'schema',
        `--schema: ${problem}; write name: type, …, as in date: timestamp[ms], delay: i32`,
      );
    };
    if (whole === undefined) refuse(`can't read "${inner.slice(at).trim()}"`);
    const type = typeNamed(kind) ?? refuse(`no type is called "${kind}"`);
    fields.push(field((quoted ?? plain) as string, type));
  }
  if (fields.length === 0) throw new OptionError('schema', '--schema: no columns; write name: type, …');
  return new Schema(fields);
}
