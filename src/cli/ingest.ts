import { OptionError } from '../errors.ts';
import { ingest } from '../river/ingester.ts';
import { parseRiverUri } from '../river/uri.ts';
import type { IngestCommandOptions } from './options.ts';
import type { Ending } from './run.ts';

/** Stores streams until they end, or the signal is aborted; a line on standard error for each file. */
export async function runIngest(from: string, options: IngestCommandOptions, signal: AbortSignal): Promise<Ending> {
  const { connection, stream } = parseRiverUri(from);
  const { to, streams, segmentBytes, segmentMs, trim, once } = options;
  if (stream !== '' && streams !== undefined) {
    throw new OptionError('streams', `--streams: ${from} names a stream; leave out one of them`);
  }
  await ingest({
    connection,
    folder: to,
    stream: stream === '' ? undefined : stream,
    streams: streams === undefined ? undefined : patternOf(streams),
    segmentBytes,
    segmentMs,
    trim,
    once,
    signal,
    onSegment: ({ path, samples }) => process.stderr.write(`${path}: ${samples} samples\n`),
  });
  return signal.aborted ? 'interrupted' : 'done';
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (cause) {
    throw new OptionError('streams', `--streams: "${text}" is no regular expression: ${(cause as Error).message}`, {
      cause,
    });
  }
}
