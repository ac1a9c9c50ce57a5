import { type Codec, checkPolicy, type FileCodec, type OnBadRecord } from '../codec/codec.ts';
import { formatNamed } from '../codec/formats.ts';
import { checkOptions, OptionError } from '../errors.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';
import type { Duration } from '../schema/duration.ts';
import type { Columns, Schema } from '../schema/schema.ts';
import { fileFormat } from '../transport/file-format.ts';
import { expandPaths } from '../transport/glob.ts';
import { ByteFiles } from './byte-files.ts';
import { DataFrame } from './data-frame.ts';
import type { IdleOptions } from './inputs.ts';
import type { FrameSource } from './root.ts';
import { SideBySide } from './side-by-side.ts';
import { StoredFiles } from './stored-files.ts';

export interface OpenOptions extends IdleOptions {
  /** `ndjson`, `csv`, `tsv`, `arrow` or `parquet`; default: as the first file's name tells. */
  readonly format?: string;
  /** The format with its options, in place of `format`: `csv(columns, { delimiter: ';' })`. */
  readonly codec?: Codec<any> | FileCodec<any>;
  /** The columns, for NDJSON and CSV; default: found in the first records. */
  readonly schema?: Columns | Schema;
  /** The column that tells a row's time. */
  readonly index?: string;
  /** How much later than a newer row a row may come and still be in time. */
  readonly outOfOrder?: Duration;
  /** What to do with records that can't be read; default `'throw'`. */
  readonly onBadRecord?: OnBadRecord;
  /** Keep reading files that grow, until the run is aborted. */
  readonly follow?: boolean;
  /**
   * Read all files at once instead of one after another, each an input of its own: the watermark is behind the slowest of them. For files whose times
   * overlap, such as one for each sensor, and to follow several. Files that are followed may be idle (`idleAfter`), others are waited for.
   */
  readonly sideBySide?: boolean;
  /** Ends waiting for bytes while the frame is opened. */
  readonly signal?: AbortSignal;
  readonly memory?: Memory;
}

const openOptions = [
  ...['format', 'codec', 'schema', 'index', 'outOfOrder', 'onBadRecord', 'follow', 'sideBySide', 'signal', 'memory'],
  ...['idleAfter', 'clock'],
];

/**
 * A frame of the rows in files: a path, several, a pattern such as `logs/*.ndjson.gz`, or `-` for standard input. Files are read one after
 * another when the frame runs; only the beginning of the first is read here, where the columns are not known otherwise.
 *
 * @throws TransportError when a file can't be opened; OptionError when the format can't be told; DataError for a bad beginning
 */
export async function openFrame<C extends Columns = Columns>(
  paths: string | readonly string[],
  options: OpenOptions = {},
): Promise<DataFrame<C>> {
  checkOptions('openFrame', options, openOptions);
  for (const path of [paths].flat()) {
    if (typeof path !== 'string')
      throw new OptionError('paths', `openFrame: ${typeof path} is no path; give text, or a list`);
  }
  checkPolicy('openFrame', options.onBadRecord);
  const files = expandPaths(paths);
  if (files.length === 0) throw new OptionError('paths', 'openFrame: no files; name at least one');
  const memory = options.memory ?? defaultMemory();
  const codec = await codecOf(files[0]!, options);
  const { sideBySide, follow = false, idleAfter, clock } = options;
  const { source, schema } = sideBySide
    ? await openSideBySide(files, codec, memory, options)
    : await openFiles(files, codec, memory, options);
  return new DataFrame<C>({
    schema: schema as Schema<C>,
    index: options.index ?? null,
    outOfOrder: options.outOfOrder ?? 0,
    memory,
    source,
    clock,
    idleAfter: sideBySide && !follow ? Number.POSITIVE_INFINITY : idleAfter,
  });
}

interface Opened {
  readonly source: FrameSource;
  readonly schema: Schema;
}

async function openFiles(
  files: readonly string[],
  codec: Codec | FileCodec,
  memory: Memory,
  options: OpenOptions,
): Promise<Opened> {
  const source = 'read' in codec ? new StoredFiles(files, codec, memory) : new ByteFiles(files, codec, memory, options);
  return { source, schema: await source.open(options) };
}

/** The first file tells the columns of all. */
async function openSideBySide(
  files: readonly string[],
  codec: Codec | FileCodec,
  memory: Memory,
  options: OpenOptions,
): Promise<Opened> {
  const [path, ...others] = files;
  const first = await openFiles([path!], codec, memory, options);
  const { schema } = first;
  const known = 'read' in codec ? codec : (codec.withSchema?.(schema) ?? codec);
  const sources = new Map([[path!, first.source]]);
  for (const other of others) sources.set(other, (await openFiles([other], known, memory, options)).source);
  return { source: new SideBySide(sources, options.index ?? null, options.follow ?? false), schema };
}

async function codecOf(path: string, { codec, format, schema }: OpenOptions): Promise<Codec | FileCodec> {
  if (codec && ('read' in codec || 'decoder' in codec)) return codec;
  if (codec)
    throw new OptionError(
      'codec',
      'openFrame: this is no codec; give what ndjson(), csv(), arrow() or parquet() makes',
    );
  const name = format ?? fileFormat(path).format;
  if (name) return formatNamed(name, schema);
  throw new OptionError(
    'format',
    `openFrame: the name ${path} does not tell the format; give one of ndjson, csv, tsv, arrow, parquet`,
  );
}
