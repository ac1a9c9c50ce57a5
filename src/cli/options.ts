import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { OptionError } from '../errors.ts';
import { formatNames } from '../transport/file-format.ts';
import type { PaneMode } from '../window/window.ts';

/** What `millrace run` was asked to do. */
export interface RunOptions {
  readonly from: readonly string[];
  readonly format?: string;
  readonly schema?: string;
  readonly delimiter?: string;
  readonly header: boolean;
  readonly nulls?: readonly string[];
  readonly badRecords: 'throw' | 'skip';
  readonly index?: string;
  readonly outOfOrder?: string;
  readonly sideBySide?: boolean;
  readonly idleAfter?: string;
  readonly assign?: readonly string[];
  readonly where?: readonly string[];
  readonly select?: readonly string[];
  readonly window?: string;
  readonly tumbling?: string;
  readonly sliding?: string;
  readonly session?: string;
  readonly timeZone?: string;
  readonly allowedLateness?: string;
  readonly by?: readonly string[];
  readonly agg?: string;
  readonly emit?: 'close' | 'update' | 'changed' | 'batch' | 'end';
  readonly panes?: PaneMode;
  readonly late?: string;
  readonly to: string;
  readonly toFormat?: string;
  readonly limit?: number;
  readonly checkpoint?: string;
  readonly checkpointEvery?: string;
  readonly resume?: boolean;
  readonly tail?: number;
  readonly follow?: boolean;
  readonly explain?: boolean;
  readonly analyze?: boolean;
  readonly stats?: boolean;
  readonly metrics?: Listening;
  readonly progress: boolean;
  readonly debug?: boolean;
}

const examples = `
Examples:
  Delays by day and airport, as a table:
    millrace run --from flights.ndjson --index date --where 'distance > 500' --tumbling 1d --by origin \\
      --agg 'flights = count(), late = mean(delay), worst = max(delay)'

  The whole of many files, no window, as CSV:
    millrace run --from 'logs/**/*.csv.gz' --by status --agg 'hits = count(), bytes = sum(size)' --to - --to-format csv

  Convert and filter, no aggregation:
    millrace run --from flights.parquet --where 'delay > 60' --select date,origin,delay --to late.arrow

  An hour's mean every ten minutes, of a file that grows, with rows up to 30 seconds late:
    tail -f app.log | millrace run --from - --index at --out-of-order 30s --sliding 1h,10m --agg 'ms = mean(ms)' --to -
    millrace run --from app.log --format ndjson --follow --index at --tumbling 1m --by path --agg 'n = count()'

  A stream of River, over Redis, and its means into another:
    millrace run --from 'river://localhost:6379/eeg?time=at' --index at --tumbling 1s --agg 'uv = mean(uv)' \\
      --to river://localhost:6379/eeg-means

  Means of a topic of Kafka by the minute, a message each, to another:
    millrace run --from 'kafka://localhost:9092/trades?group=means' --schema 'at: timestamp[ms], symbol: utf8, price: f64' \\
      --index at --tumbling 1m --by symbol --agg 'price = mean(price)' --to 'kafka://localhost:9092/means?key=symbol'

  Minutes by the clock of their rows, up to ten minutes late: corrections come as rows marked late, what is later still goes to a file:
    millrace run --from sensors.ndjson --index at --out-of-order 5s --tumbling 1m --allowed-lateness 10m --by sensor \\
      --agg 'c = mean(celsius)' --late too-late.ndjson --to -

  The same, so that it can be killed and started again at any time, and the file is right:
    millrace run --from app.log --format ndjson --follow --index at --tumbling 1m --by path --agg 'n = count()' \\
      --to minutes.csv --checkpoint state --resume

Exit codes: 0 done, 1 the data (or a file) is at fault, 2 the command line is, 130 stopped by Ctrl-C.
`;

/** The `millrace` program; `run` is called with the options of `millrace run`, `ingest` with those of `millrace ingest`. */
export function program(
  version: string,
  run: (options: RunOptions) => Promise<void>,
  ingest: (from: string, options: IngestCommandOptions) => Promise<void>,
): Command {
  const millrace = new Command('millrace')
    .description('Streaming dataframes in the shell')
    .version(version)
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  millrace
    .command('run')
    .description('Read rows, filter, group and aggregate them over windows, print or store the result.')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ helpWidth: 110 })
    .optionsGroup('Rows in:')
    .requiredOption(
      '--from <path...>',
      'files, globs in quotes, - for standard input, or a URI: kafka://host:port/topic, mqtt://…, ws://…, river://…',
    )
    .option('--format <name>', `format of the input, when its name does not tell: ${formatNames.join(', ')}`)
    .option(
      '--schema <text>',
      "columns and types: 'date: timestamp[ms], delay: i32, origin: utf8'; default: from the data",
    )
    .option('--delimiter <char>', 'what separates the fields of CSV')
    .option('--no-header', 'the first line of CSV is a row; names come from --schema')
    .option('--nulls <text...>', 'texts that mean "no value" in CSV')
    .addOption(
      choice('--bad-records <what>', 'a record that cannot be read ends the run, or is counted', [
        'throw',
        'skip',
      ]).default('throw'),
    )
    .option('--index <column>', 'the column that holds the time of a row; windows over time need it')
    .option('--out-of-order <duration>', 'how late rows may come: 500ms, 30s, 5m, 2h, 1d')
    .option('--side-by-side', 'read all files at once, each in its own order of time, not one after another')
    .option(
      '--idle-after <duration>',
      'a partition, or a followed file, without rows for so long is not waited for: 30s',
    )
    .option('--follow', 'keep reading a file that grows')
    .optionsGroup('What to do with them, in this order:')
    .option('--assign <text>', "new columns: 'speed = distance / hours, late = delay > 15'; may be repeated", collect)
    .option(
      '--where <expression>',
      'rows to keep: \'distance > 500 and origin in ["JFK", "LGA"]\'; may be repeated',
      collect,
    )
    .option('--select <columns>', 'columns to keep, when there is no --agg', columns)
    .addOption(
      windowOption('--window <size>', 'the last n rows, or a range of the index: 100, 2h', [
        'tumbling',
        'sliding',
        'session',
      ]),
    )
    .addOption(windowOption('--tumbling <size>', 'windows side by side: 1d', ['window', 'sliding', 'session']))
    .addOption(windowOption('--sliding <size,step>', 'overlapping windows: 1h,10m', ['window', 'tumbling', 'session']))
    .addOption(
      windowOption('--session <gap>', 'windows that end when nothing comes for this long: 30m', [
        'window',
        'tumbling',
        'sliding',
      ]),
    )
    .option(
      '--time-zone <name>',
      'whose days, weeks, months, quarters and years windows are: Europe/Berlin; default UTC',
    )
    .option('--allowed-lateness <duration>', 'how long a window takes rows after its end; what they change comes again')
    .option('--late <place>', 'where rows go that came too late for their windows: a file, or a URI')
    .option('--by <columns>', 'group by these columns', columns)
    .option(
      '--agg <text>',
      "results: 'flights = count(), late = mean(delay), vwap = sum(delay * distance) / sum(distance)'",
    )
    .addOption(
      choice(
        '--emit <when>',
        'when results come: as windows close, also as they change, after each batch, at the end, after each batch what changed',
        ['close', 'update', 'batch', 'end', 'changed'],
      ),
    )
    .addOption(
      choice('--panes <mode>', 'what a further result of a window is: its place is taken, added to, or taken back', [
        'accumulating',
        'discarding',
        'retracting',
      ]),
    )
    .optionsGroup('Rows out:')
    .option('--to <place>', 'table, - for standard output, a file whose name tells its format, or a URI', 'table')
    .option('--to-format <name>', 'format of the output, when its name does not tell; - is ndjson')
    .option('--limit <rows>', 'stop after this many rows', count)
    .option('--checkpoint <folder>', 'write down now and then how far the run has come; its file holds every row once')
    .option('--checkpoint-every <time>', "how often: 10s, 5m, or so many rows: '1000000 rows'; default 10s")
    .option('--resume', 'go on from the newest checkpoint in the folder, if there is one')
    .option('--tail <rows>', 'only the last rows of a table', count)
    .option('--explain', 'print the plan and do nothing')
    .option('--analyze', 'print the plan at the end, with rows and time of each step, to standard error')
    .option('--stats', 'print rows, speed, memory, late and skipped records to standard error')
    .option('--metrics <[host:]port>', 'serve metrics for Prometheus meanwhile; 0 takes a free port', listening)
    .option('--no-progress', 'no progress bar')
    .option('--debug', 'errors with their stack')
    .addHelpText('after', examples)
    .action(async (options: RunOptions) => {
      checkOptions(options);
      await run(options);
    });
  addIngest(millrace, ingest);
  return millrace;
}

/** What `millrace ingest` was asked to do. */
export interface IngestCommandOptions {
  readonly to: string;
  readonly streams?: string;
  readonly segmentBytes?: number;
  readonly segmentMs?: number;
  readonly trim?: boolean;
  readonly once?: boolean;
}

const ingestExamples = `
Examples:
  Store a stream up to its end, in lab/eeg/data_0000000000.arrow and so on; call it again to go on where it stopped:
    millrace ingest river://localhost:6379/eeg --to lab

  Store all streams of a Redis whose names begin with eeg-, as they come, and remove from Redis what is stored:
    millrace ingest river://localhost:6379 --streams 'eeg-.*' --to lab --trim
`;

function addIngest(millrace: Command, ingest: (from: string, options: IngestCommandOptions) => Promise<void>): void {
  millrace
    .command('ingest')
    .description('Store River streams in Arrow files; go on where the last call stopped.')
    .argument('<uri>', 'river://host:port/stream, or river://host:port for all streams')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ helpWidth: 110 })
    .requiredOption('--to <folder>', 'where to; each stream has a folder of its own in it')
    .option('--streams <regex>', 'without a stream in the URI: only those whose whole name matches')
    .option('--segment-bytes <bytes>', 'begin a new file when one has so many bytes; default 134217728', count)
    .option('--segment-ms <ms>', '… or is so old; default 60000', count)
    .option('--trim', 'remove from Redis the keys that are stored whole, and streams that are')
    .option('--once', 'end when nothing has come for a second, instead of waiting for more')
    .option('--debug', 'errors with their stack')
    .addHelpText('after', ingestExamples)
    .action(ingest);
}

const choice = (flags: string, text: string, choices: readonly string[]): Option =>
  new Option(flags, text).choices(choices);
const windowOption = (flags: string, text: string, others: string[]): Option =>
  new Option(flags, text).conflicts(others);
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Names between commas; one that holds a comma stands in backticks. */
function columns(text: string): string[] {
  const names = text.match(/`[^`]*`|[^,]+/g)?.map(name => name.trim().replace(/^`(.*)`$/, '$1')) ?? [];
  if (names.length === 0 || names.includes('')) throw new InvalidArgumentError('write names with commas: a,b,c');
  return names;
}

/** Where to listen. */
export interface Listening {
  readonly host?: string;
  readonly port: number;
}

/** `9464`, `0.0.0.0:9464`, `[::]:9464`. */
function listening(text: string): Listening {
  const [, host, port] = /^(?:(\[[^\]]+\]|[^:]+):)?(\d+)$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65535) throw new InvalidArgumentError('write a port, or host:port');
  return { port: Number(port), ...(host !== undefined && { host: host.replace(/^\[|\]$/g, '') }) };
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('write a whole number');
  return Number(text);
}

/** What commander can't say. @throws OptionError */
function checkOptions(options: RunOptions): void {
  const { agg, select, by, emit, tail, to, limit, checkpoint, checkpointEvery, resume } = options;
  const window = (['window', 'tumbling', 'sliding', 'session'] as const).find(name => options[name] !== undefined);
  const refuse = (option: string, text: string): never => {
    throw new OptionError(option, `--${option} ${text}`);
  };
  if (agg === undefined) {
    if (window) refuse(window, "wants --agg, such as --agg 'n = count()'");
    if (by) refuse('by', "wants --agg, such as --agg 'n = count()'");
    if (emit) refuse('emit', "wants --agg, such as --agg 'n = count()'");
  } else if (select) {
    refuse('select', 'and --agg exclude each other: the columns of a result are its keys and what --agg names');
  }
  if (emit === 'close' && (!window || window === 'window')) {
    refuse('emit', 'close wants windows that close: --tumbling, --sliding or --session');
  }
  if (tail !== undefined && to !== 'table') refuse('tail', 'wants --to table');
  if (checkpoint === undefined) {
    if (checkpointEvery !== undefined) refuse('checkpoint-every', 'wants --checkpoint, the folder');
    if (resume) refuse('resume', 'wants --checkpoint, the folder');
  } else {
    if (to === 'table' || to === '-') refuse('checkpoint', "wants --to a file: what was printed can't be taken back");
    if (limit !== undefined) refuse('checkpoint', 'and --limit exclude each other');
  }
  checkLateness(options, window, refuse);
  for (const name of ['tumbling', 'sliding', 'session'] as const) {
    if (options[name] !== undefined && options.index === undefined) {
      refuse(name, 'wants --index, the column that holds the time of a row');
    }
  }
}

function checkLateness(
  { timeZone, allowedLateness, late, panes, to, idleAfter, from, follow, sideBySide }: RunOptions,
  window: string | undefined,
  refuse: (option: string, text: string) => never,
): void {
  const closes = window !== undefined && window !== 'window';
  const settings = { 'time-zone': timeZone, 'allowed-lateness': allowedLateness, late, panes };
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined && !closes) refuse(name, 'wants windows that close: --tumbling, --sliding or --session');
  }
  if (timeZone !== undefined && window === 'session') refuse('time-zone', 'is for --tumbling and --sliding');
  if (late === '-' || late === 'table' || (late !== undefined && late === to)) {
    refuse('late', `wants a place of its own: ${late} is where results go, or where nothing is kept apart`);
  }
  const hasInputs = sideBySide || from.some(place => place.includes('://'));
  if (idleAfter !== undefined && !hasInputs)
    refuse('idle-after', 'wants several inputs: partitions, or --side-by-side');
  if (idleAfter !== undefined && sideBySide && !follow)
    refuse('idle-after', 'wants --follow: files that end are waited for');
}

/** What commander says about a wrong command line, in one line; null when it has only shown help or its version. */
export function usageProblem(error: unknown): string | null | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  if (error.exitCode === 0) return null;
  if (error.code === 'commander.help') return ''; // no command: the help has been shown
  return error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
}
