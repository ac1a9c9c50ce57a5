/** Formats a file's name can tell. */
export type FormatName = 'ndjson' | 'csv' | 'tsv' | 'arrow' | 'parquet';
export type CompressionName = 'gzip' | 'zstd';

export interface FileFormat {
  /** Null when the name does not tell. */
  readonly format: FormatName | null;
  readonly compression: CompressionName | null;
}

const formats: ReadonlyMap<string, FormatName> = /* @__PURE__ */ new Map([
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
  ['json', 'ndjson'],
  ['csv', 'csv'],
  ['tsv', 'tsv'],
  ['tab', 'tsv'],
  ['arrow', 'arrow'],
  ['arrows', 'arrow'],
  ['feather', 'arrow'],
  ['ipc', 'arrow'],
  ['parquet', 'parquet'],
  ['pq', 'parquet'],
] as const);

const compressions: ReadonlyMap<string, CompressionName> = /* @__PURE__ */ new Map([
  ['gz', 'gzip'],
  ['gzip', 'gzip'],
  ['zst', 'zstd'],
  ['zstd', 'zstd'],
] as const);

/** Format names as users may write them, for errors. */
export const formatNames: readonly FormatName[] = /* @__PURE__ */ Object.freeze([
  'ndjson',
  'csv',
  'tsv',
  'arrow',
  'parquet',
] as const);

/** What a file's name says: `trades.csv.gz` is gzipped CSV. */
export function fileFormat(name: string): FileFormat {
  const parts = name
    .replace(/^.*[/\\]/, '')
    .toLowerCase()
    .split('.')
    .slice(1);
  const compression = compressions.get(parts.at(-1) ?? '') ?? null;
  if (compression) parts.pop();
  return { format: formats.get(parts.at(-1) ?? '') ?? null, compression };
}
