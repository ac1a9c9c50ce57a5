import { arrow } from '../codec/arrow.ts';
import type { Codec } from '../codec/codec.ts';
import { csv } from '../codec/csv.ts';
import { ndjson } from '../codec/ndjson.ts';
import { OptionError } from '../errors.ts';
import type { CheckpointOptions } from '../frame/checkpointed-run.ts';
import type { DataFrame } from '../frame/data-frame.ts';
import { bytesText, countText, durationText, rateText } from '../frame/figures.ts';
import { type OpenOptions, openFrame } from '../frame/open-frame.ts';
import type { EventTimeFrame } from '../frame/pane-types.ts';
import type { Columns } from '../schema/schema.ts';
import { fileBytes } from '../transport/file.ts';
import { fileFormat } from '../transport/file-format.ts';
import { expandPaths } from '../transport/glob.ts';
import { limited } from './limited.ts';
import type { RunOptions } from './options.ts';
import { openOutput } from './output.ts';
import { placeOf } from './places.ts';
import { type ProgressBar, startProgress } from './progress.ts';
import { parseSchema } from './schema-text.ts';

/** How a run ended. */
export type Ending = 'done' | 'interrupted' | 'limit';

/**
 * Runs the command to its end, or until the signal is aborted: then the batch in hand is finished and what there is is
 * printed.
 */
export async function run(options: RunOptions, signal: AbortSignal): Promise<Ending> {
  const enough = new AbortController();
  const paths = options.from.flatMap(path => (path.includes('://') ? [path] : expandPaths(path)));
  const source = await openSource(paths, options, AbortSignal.any([signal, enough.signal]));
  const frame = planned(source, options);
  if (options.explain) {
    process.stdout.write(`${frame.explain()}\n`);
    return 'done';
  }
  let bar: ProgressBar | null = null;
  // Rows that scroll over the same terminal would tear the bar apart.
  const output = await openOutput(options, frame.schema, paths, () => process.stdout.isTTY && bar?.stop());
  frame.sink(options.limit === undefined ? output : limited(output, options.limit, enough));
  await keepLate(frame, options, paths);
  const began = performance.now();
  bar = await progressOf(frame, paths, options);
  let metrics: AsyncDisposable | null = null;
  try {
    metrics = await metricsOf(frame, options);
    await frame.run({ signal: AbortSignal.any([signal, enough.signal]), checkpoint: checkpointsOf(options) });
  } finally {
    bar?.stop();
    await metrics?.[Symbol.asyncDispose]();
  }
  if (options.analyze) process.stderr.write(`${frame.explain({ analyze: true })}\n`);
  if (options.stats) process.stderr.write(statsText(frame, performance.now() - began));
  if (enough.signal.aborted) return 'limit';
  return signal.aborted ? 'interrupted' : 'done';
}

async function openSource(paths: readonly string[], options: RunOptions, signal: AbortSignal): Promise<DataFrame> {
  const { index, outOfOrder, badRecords, follow, sideBySide, idleAfter } = options;
  const place = await placeOf('from', paths[0]!);
  const codec = codecOf(paths, options, place?.messages ?? false);
  const open: OpenOptions = {
    index,
    outOfOrder,
    onBadRecord: badRecords,
    follow,
    sideBySide,
    idleAfter,
    signal,
    ...codec,
  };
  if (!place) return openFrame(paths, open);
  if (sideBySide) throw new OptionError('side-by-side', `--side-by-side: is for files, not ${paths[0]}`);
  if (paths.length > 1) throw new OptionError('from', '--from: give one URI, or files');
  if (!place.open) throw new OptionError('from', `--from: ${paths[0]} can only be written`);
  return place.open(paths[0]!, open);
}

/** The format of the input as the options tell it; what they leave open, `openFrame` reads off the names. */
function codecOf(paths: readonly string[], options: RunOptions, messages: boolean): { format?: string; codec?: Codec } {
  const { schema, delimiter, header, nulls } = options;
  const format = options.format ?? (messages ? 'ndjson' : (fileFormat(paths[0]!).format ?? undefined));
  const columns = schema === undefined ? undefined : parseSchema(schema);
  const details = delimiter !== undefined || !header || nulls !== undefined;
  switch (format) {
    case 'csv':
    case 'tsv':
      return { codec: csv(columns, { delimiter: delimiter ?? (format === 'tsv' ? '\t' : ','), header, nulls }) };
    case 'ndjson':
      if (details) break;
      return columns ? { codec: ndjson(columns) } : { format };
    default:
      if (messages && format === 'arrow' && !details) return { codec: arrow({ schema: columns }) };
      if (columns) throw new OptionError('schema', `--schema: ${format ?? 'the input'} says its columns itself`);
  }
  if (details) throw new OptionError('format', `--delimiter, --no-header and --nulls are for CSV, not ${format}`);
  return { format };
}

const emitModes = /* @__PURE__ */ Object.freeze({
  close: 'onClose',
  update: 'onUpdate',
  changed: 'changed',
  batch: 'everyBatch',
  end: 'end',
});

/** The verbs, in the order that --help tells. */
function planned(source: DataFrame, options: RunOptions): DataFrame {
  const { agg, by, emit, panes, select } = options;
  let frame = source;
  for (const text of options.assign ?? []) frame = frame.assign(text);
  for (const text of options.where ?? []) frame = frame.filter(text);
  if (agg === undefined) return select ? frame.select(select) : frame;
  const windowed = windowOf(frame, options);
  const settings = { emit: emit ? emitModes[emit] : windowed ? undefined : ('end' as const), panes };
  if (windowed) return by ? windowed.groupby(by).agg(agg, settings) : windowed.agg(agg, settings);
  return by ? frame.groupby(by).agg(agg, settings) : frame.agg(agg, settings);
}

function windowOf(frame: DataFrame, options: RunOptions) {
  const { window, tumbling, sliding, session, timeZone, allowedLateness } = options;
  const settings = { timeZone, allowedLateness };
  if (window !== undefined) return frame.window(/^\d+$/.test(window) ? Number(window) : window);
  if (tumbling !== undefined) return frame.tumbling(tumbling, settings);
  if (session !== undefined) return frame.session(session, settings);
  if (sliding === undefined) return undefined;
  const [size, step, ...more] = sliding.split(',').map(part => part.trim());
  if (!size || !step || more.length > 0) {
    throw new OptionError('sliding', `--sliding: "${sliding}" is no size,step such as 1h,10m`);
  }
  return frame.sliding(size, step, settings);
}

/** Rows that came too late go where `--late` says. */
async function keepLate(frame: DataFrame, options: RunOptions, inputs: readonly string[]): Promise<void> {
  if (options.late === undefined) return;
  const { late } = frame as EventTimeFrame<Columns, Columns>;
  late.sink(await openOutput({ ...options, to: options.late, toFormat: undefined }, late.schema, inputs, () => {}));
}

async function progressOf(
  frame: DataFrame,
  paths: readonly string[],
  options: RunOptions,
): Promise<ProgressBar | null> {
  if (!options.progress || !process.stderr.isTTY || options.follow) return null;
  const sizes = await Promise.all(paths.map(fileBytes));
  const total = sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + size!, 0);
  return startProgress(() => {
    const { rowsIn, storedBytes } = frame.metrics();
    return { rows: rowsIn, bytes: storedBytes, total };
  });
}

/** Serves what `--metrics` asks for, and says where. */
async function metricsOf(frame: DataFrame, { metrics }: RunOptions): Promise<AsyncDisposable | null> {
  if (!metrics) return null;
  const { serveMetrics } = await import('../metrics/index.ts');
  const server = await serveMetrics(frame, metrics);
  process.stderr.write(`metrics at ${server.url}\n`);
  return server;
}

function checkpointsOf({ checkpoint, checkpointEvery, resume }: RunOptions): CheckpointOptions | undefined {
  if (checkpoint === undefined) return undefined;
  const rows = /^(\d+)\s*rows?$/.exec(checkpointEvery ?? '')?.[1];
  const every = rows === undefined ? checkpointEvery : { rows: Number(rows) };
  return { dir: checkpoint, every, resume: resume ?? false };
}

/** What `--stats` prints. */
function statsText(frame: DataFrame, ms: number): string {
  const { rowsIn, rowsOut, bytes, late, skipped } = frame.metrics();
  const seconds = ms / 1000;
  const lines = [
    ['rows in', `${countText(rowsIn)} (${rateText(rowsIn / seconds)}/s)`],
    ['rows out', countText(rowsOut)],
    ['read', `${bytesText(bytes)} (${bytesText(bytes / seconds)}/s)`],
    ['time', durationText(ms)],
    ['peak memory', bytesText(process.resourceUsage().maxRSS * 1024)],
    ['late rows', countText(late)],
    ['skipped records', countText(skipped)],
  ];
  return lines.map(([name, text]) => `${name!.padEnd(16)}${text}\n`).join('');
}
