import { nearest, OptionError } from '../errors.ts';
import {
  binary,
  bool,
  type DataType,
  date32,
  dictionary,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  type TimeUnit,
  timestamp,
  u8,
  u16,
  u32,
  u64,
  utf8,
} from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';

const makers: ReadonlyMap<string, () => DataType> = /* @__PURE__ */ new Map<string, () => DataType>([
  ['bool', bool],
  ['i8', i8],
  ['i16', i16],
  ['i32', i32],
  ['i64', i64],
  ['u8', u8],
  ['u16', u16],
  ['u32', u32],
  ['u64', u64],
  ['f32', f32],
  ['f64', f64],
  ['utf8', utf8],
  ['dictionary', dictionary],
  ['binary', binary],
  ['date32', date32],
  ['timestamp', () => timestamp('ms')],
  // the names that other tools give them
  ['boolean', bool],
  ['int8', i8],
  ['int16', i16],
  ['int32', i32],
  ['int', i32],
  ['int64', i64],
  ['bigint', i64],
  ['uint8', u8],
  ['uint16', u16],
  ['uint32', u32],
  ['uint64', u64],
  ['float32', f32],
  ['float', f64],
  ['float64', f64],
  ['double', f64],
  ['text', utf8],
  ['string', utf8],
  ['date', date32],
]);

/**
 * The schema a text such as `date: timestamp[ms], delay: i32, origin: dictionary` describes; the words are those that
 * `Schema.toString` writes, parentheses may be there. A name that holds `:` or `,` stands in backticks.
 *
 * @throws OptionError when the text is no schema
 */
export function parseSchema(text: string): Schema {
  const inner = text.trim().replace(/^\(([\s\S]*)\)$/, '$1');
  const column = /\s*(?:`([^`]+)`|([^:,`]+?))\s*:\s*(\w+)\s*(?:\[([^\]]*)\])?\s*(?:,|$)/y;
  const fields = [];
  while (column.lastIndex < inner.length) {
    const at = column.lastIndex;
    const match = column.exec(inner);
    if (!match) {
      throw new OptionError(
        'schema',
        `--schema: can't read "${inner.slice(at).trim()}"; write name: type, name: type, …`,
      );
    }
    const [, quoted, plain, kind, details] = match;
    fields.push(field((quoted ?? plain) as string, typeOf(kind as string, details)));
  }
  if (fields.length === 0) throw new OptionError('schema', '--schema: no columns; write name: type, name: type, …');
  return new Schema(fields);
}

function typeOf(kind: string, details: string | undefined): DataType {
  if (details !== undefined) {
    const [unit = '', zone] = details.split(',').map(part => part.trim());
    if (kind !== 'timestamp' || !['s', 'ms', 'us', 'ns'].includes(unit)) {
      throw new OptionError(
        'schema',
        `--schema: no type "${kind}[${details}]"; only timestamp[s|ms|us|ns, zone] has details`,
      );
    }
    return timestamp(unit as TimeUnit, zone ?? null);
  }
  const make = makers.get(kind.toLowerCase());
  if (make) return make();
  const near = nearest(kind, makers.keys());
  throw new OptionError('schema', `--schema: no type "${kind}"${near ? `; did you mean "${near}"?` : ''}`);
}
