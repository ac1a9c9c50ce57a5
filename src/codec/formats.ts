import { nearest, OptionError } from '../errors.ts';
import type { Columns, Schema } from '../schema/schema.ts';
import { arrow } from './arrow.ts';
import type { Codec, FileCodec } from './codec.ts';
import { csv } from './csv.ts';
import { ndjson } from './ndjson.ts';
import { parquet } from './parquet.ts';

const names = ['ndjson', 'csv', 'tsv', 'arrow', 'parquet'] as const;

/**
 * The codec of a format by its name. They are imported as everything else: `import()` would split the package into twice as
 * many files (27 ms to import it instead of 36), and who imports millrace for frames alone has none of them anyway.
 *
 * @throws OptionError for an unknown name, or a schema for a format that says its columns itself
 */
export async function formatNamed(name: string, schema?: Columns | Schema): Promise<Codec | FileCodec> {
  switch (name) {
    case 'ndjson':
      return ndjson(schema);
    case 'csv':
      return csv(schema);
    case 'tsv':
      return csv(schema, { delimiter: '\t' });
    case 'arrow':
    case 'parquet':
      if (schema) throw new OptionError('schema', `openFrame: ${name} says its columns itself; leave the schema out`);
      return name === 'arrow' ? arrow() : parquet();
  }
  const near = nearest(name, names);
  throw new OptionError(
    'format',
    `openFrame: no format is called "${name}"; ${near ? `did you mean "${near}"?` : `there are ${names.join(', ')}`}`,
  );
}
