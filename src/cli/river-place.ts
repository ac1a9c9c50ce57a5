import type { StreamSchemaOptions } from '../codec/river-schema.ts';
import { StreamSchema } from '../codec/river-schema.ts';
import { OptionError } from '../errors.ts';
import { fromRiver } from '../river/source.ts';
import { parseRiverUri, type RiverUri } from '../river/uri.ts';
import { StreamWriter } from '../river/writer.ts';
import type { Place } from './places.ts';
import { parseSchema } from './schema-text.ts';

const reconnectMs = 60_000;

/**
 * `river://host:port/name`: a River stream. Read with `?start=end` (only what comes from now on), `?time=column` (when Redis took a sample) and
 * `?types=at: timestamp[ms], symbol: utf8`; written with `?bytes=symbol:8` (widths of text among other columns).
 */
export const riverPlace: Place = {
  open: (uri, { index, outOfOrder, onBadRecord, signal, memory }) => {
    const { connection, stream, options } = named(uri, ['start', 'time', 'types']);
    const start = options.get('start') ?? 'beginning';
    if (start !== 'beginning' && start !== 'end') {
      throw new OptionError('start', `river: ?start=${start} is neither beginning nor end`);
    }
    const types = options.get('types');
    const columns = types
      ? Object.fromEntries(parseSchema(types).fields.map(({ name, type }) => [name, type]))
      : undefined;
    const source = fromRiver(stream, {
      connection,
      start,
      timeColumn: options.get('time'),
      types: columns,
      onBadRecord,
      memory,
    });
    return source.toDataFrame({ index, outOfOrder, signal });
  },
  output: async (uri, schema) => {
    const { connection, stream, options } = named(uri, ['bytes']);
    const writer = new StreamWriter(connection, { reconnectMs });
    await writer.initialize(stream, StreamSchema.fromSchema(schema, widths(options.get('bytes'))));
    return {
      write: batch => writer.write(batch),
      end: () => writer.stop(),
      abandon: () => writer.abandon(),
    };
  },
};

function named(uri: string, known: readonly string[]): RiverUri {
  const place = parseRiverUri(uri, known);
  if (place.stream === '') throw new OptionError('uri', `river: ${uri} names no stream; write river://host:port/name`);
  return place;
}

/** `symbol:8,name:16`, or one number for all. */
function widths(text: string | undefined): StreamSchemaOptions {
  if (text === undefined) return {};
  if (/^\d+$/.test(text)) return { bytes: Number(text) };
  const entries = text.split(',').map(part => /^\s*(.+?)\s*:\s*(\d+)\s*$/.exec(part));
  if (entries.includes(null))
    throw new OptionError('bytes', `river: ?bytes=${text} is no list such as symbol:8,name:16`);
  return { bytes: Object.fromEntries(entries.map(entry => [entry![1], Number(entry![2])])) };
}
