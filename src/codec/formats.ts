import { nearest, OptionError } from '../errors.ts';
import type { Columns, Schema } from '../schema/schema.ts';
import type { Codec, FileCodec } from './codec.ts';

const names = ['ndjson', 'csv', 'tsv', 'arrow', 'parquet'] as const;

/**
 * The codec of a format by its name; loaded only then.
 *
 * @throws OptionError for an unknown name, or a schema for a format that says its columns itself
 */
export async function formatNamed(name: string, schema?: Columns | Schema): Promise<Codec | FileCodec> {
  switch (name) {
    case 'ndjson':
      return (await import('./ndjson.ts')).ndjson(schema);
    case 'csv':
      return (await import('./csv.ts')).csv(schema);
    case 'tsv':
      return (await import('./csv.ts')).csv(schema, { delimiter: '\t' });
    case 'arrow':
    case 'parquet':
      if (schema) throw new OptionError('schema', `openFrame: ${name} says its columns itself; leave the schema out`);
      return name === 'arrow' ? (await import('./arrow.ts')).arrow() : (await import('./parquet.ts')).parquet();
  }
  const near = nearest(name, names);
  throw new OptionError(
    'format',
    `openFrame: no format is called "${name}"; ${near ? `did you mean "${near}"?` : `there are ${names.join(', ')}`}`,
  );
}
