import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import type { Chunk } from '../column/chunk.ts';
import { sliceChunk } from '../column/slice-chunk.ts';
import { DataError, MillraceError } from '../errors.ts';
import { Scratch } from '../memory/scratch.ts';
import { type Columns, type Schema, schemaOf } from '../schema/schema.ts';
import { ParquetColumnReader, type ParquetParts } from './_parquet-column.ts';
import { type ParquetColumn, parquetColumns } from './_parquet-schema.ts';
import type { FileCodec, FileReadOptions, RandomAccess } from './codec.ts';

/**
 * Parquet files, flat columns, read row group by row group; only the columns that are wanted.
 *
 * `columns` names the columns to read (others are left out) and chooses utf8 or dictionary for text; the file tells the other types.
 * Without it text that the writer dictionary-encoded well is `dictionary`, other text `utf8`. Decimals become float64, INT96 timestamp[ns].
 */
export function parquet<C extends Columns = Columns>(columns?: C | Schema<C>): FileCodec<C> {
  const declared = columns ? schemaOf(columns) : null;
  return {
    name: 'parquet',
    schema: declared,
    schemaOf: async (file, source) =>
      parquetColumns(await metadataOf(file, source), null, declared).schema as Schema<C>,
    read: (file, options) => readParquet(file, options, declared),
  };
}

async function metadataOf(file: RandomAccess, source?: string): Promise<FileMetaData> {
  // magic, length of the footer, magic
  if (file.byteLength < 12) throw new DataError(`parquet: ${file.byteLength} bytes are no Parquet file`, { source });
  const { parquetMetadataAsync } = await import('hyparquet');
  try {
    return await parquetMetadataAsync(file as AsyncBuffer);
  } catch (cause) {
    throw damaged(cause, { source });
  }
}

async function* readParquet(
  file: RandomAccess,
  options: FileReadOptions,
  declared: Schema | null,
): AsyncGenerator<Chunk, void, undefined> {
  const { memory, source, columns: wanted, chunkRows = 65_536, skipRows = 0 } = options;
  const metadata = await metadataOf(file, source);
  const { schema, columns } = parquetColumns(metadata, wanted ?? null, declared);
  const parts = await parquetParts();
  const readers = columns.map(column => new ParquetColumnReader(memory, column, parts));
  const scratch = new Scratch(memory, 'parquet');
  const step = chunkRows >= 64 ? chunkRows - (chunkRows % 64) : Math.max(1, chunkRows);
  const { first, rows: skipped } = placeOf(metadata, skipRows);
  try {
    // the next row group is fetched while this one is decoded and used
    let ahead = first < metadata.row_groups.length ? fetchGroup(file, metadata, first, columns) : null;
    for (const [number, group] of metadata.row_groups.entries()) {
      if (number < first) continue;
      const buffers = await ahead!;
      ahead = number + 1 < metadata.row_groups.length ? fetchGroup(file, metadata, number + 1, columns) : null;
      ahead?.catch(() => {}); // it is awaited in the next round, unless this one fails
      const rows = Number(group.num_rows);
      const vectors = columns.map((column, i) => {
        try {
          return readers[i]!.read(buffers[i]!, group.columns[column.leaf]!.meta_data!, rows);
        } catch (cause) {
          throw damaged(cause, { source, column: column.name }, `row group ${number}: `);
        }
      });
      const chunk: Chunk = { memory, schema, length: rows, vectors };
      for (let at = number === first ? skipped : 0; at < rows; at += step) {
        scratch.reset();
        yield sliceChunk(chunk, at, Math.min(step, rows - at), scratch);
      }
    }
  } finally {
    scratch.dispose();
    for (const reader of readers) reader.dispose();
  }
}

/** The row group with row `row` of the file, and the number of that row in it. */
function placeOf({ row_groups }: FileMetaData, row: number): { readonly first: number; readonly rows: number } {
  let rows = row;
  for (const [first, group] of row_groups.entries()) {
    if (rows < Number(group.num_rows)) return { first, rows };
    rows -= Number(group.num_rows);
  }
  return { first: row_groups.length, rows: 0 };
}

function damaged(cause: unknown, place: { source?: string; column?: string }, where = ''): Error {
  if (cause instanceof MillraceError && !(cause instanceof DataError)) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const text = said.includes('footer != PAR1') ? 'the bytes are no Parquet file: they do not end in PAR1' : said;
  return new DataError(`parquet: ${where}${text}`, place, { cause });
}

/** The bytes of the wanted column chunks of a row group. */
function fetchGroup(
  file: RandomAccess,
  { row_groups }: FileMetaData,
  number: number,
  columns: readonly ParquetColumn[],
): Promise<Uint8Array[]> {
  return Promise.all(
    columns.map(async ({ leaf, name }) => {
      const meta = row_groups[number]!.columns[leaf]?.meta_data;
      if (!meta) throw new DataError(`parquet: row group ${number} lacks the column`, { column: name });
      // some writers say 0 when there is no dictionary
      const dictionary = Number(meta.dictionary_page_offset ?? 0n);
      const data = Number(meta.data_page_offset);
      const start = dictionary > 0 ? Math.min(dictionary, data) : data;
      return new Uint8Array(await file.slice(start, start + Number(meta.total_compressed_size)));
    }),
  );
}

/**
 * hyparquet's metadata, decompressors and rare encodings, loaded when the first file is read.
 *
 * Why not parquet-wasm: it reads flights-3m.parquet to Arrow bytes in 0.7 s (2 cores, Node 20), of which a copy must still be made, holds
 * the file and all of its rows in a memory of its own, and is 17 MB installed, 5.5 MB loaded. hyparquet, 0.6 MB with its decompressors, takes
 * 1.6 s to arrays of JavaScript values; with its metadata, decompressors and page headers and our kernels for the pages it is 0.18 s, most
 * of it zstd in JavaScript.
 */
async function parquetParts(): Promise<ParquetParts> {
  const [column, delta, { compressors }] = await Promise.all([
    import('hyparquet/src/column.js'),
    import('hyparquet/src/delta.js'),
    import('hyparquet-compressors'),
  ]);
  const zlib = globalThis.process?.getBuiltinModule?.('zlib') as
    | { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array }
    | undefined;
  return {
    pageHeader: column.parquetHeader,
    deltaLengthByteArray: delta.deltaLengthByteArray,
    deltaByteArray: delta.deltaByteArray,
    inflate: (codec, bytes, plainBytes) => {
      // Node from 22.15 on has zstd of its own
      if (codec === 'ZSTD' && zlib?.zstdDecompressSync) return zlib.zstdDecompressSync(bytes);
      const inflate = compressors[codec as keyof typeof compressors];
      if (!inflate) throw new DataError(`the compression ${codec} is not known`);
      return inflate(bytes, plainBytes);
    },
  };
}
