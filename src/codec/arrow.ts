import { OptionError } from '../errors.ts';
import { type Columns, type Schema, schemaOf } from '../schema/schema.ts';
import { ArrowDecoder } from './_arrow-decoder.ts';
import { ArrowEncoder, type ArrowEncoderState } from './arrow-encoder.ts';
import type { Codec, Decoder } from './codec.ts';

export interface ArrowOptions<C extends Columns = Columns> {
  /** What encoders write: `'stream'` (default) or `'file'`. Decoders tell by themselves. */
  readonly format?: 'stream' | 'file';
  /** The columns, for frames that must know them before the first bytes. Others that come with them are not used. */
  readonly schema?: C | Schema<C>;
}

/**
 * Arrow IPC.
 *
 * Decoders read the stream and the file format, from Arrow 0.8 on, little-endian; dictionaries with deltas and replacement; bodies that are
 * compressed with LZ4 or ZSTD. Chunks point into the message where it landed. Encoders write uncompressed bodies, and dictionaries as deltas.
 * Columns of types without a counterpart are a `SchemaError` unless they are left out by `columns`.
 *
 * A record batch is one record: under `onBadRecord: 'skip'` one that is damaged inside is skipped, and its rows counted.
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
 */
export function arrow<C extends Columns = Columns>({ format = 'stream', schema }: ArrowOptions<C> = {}): Codec<C> {
  if (format !== 'stream' && format !== 'file') {
    throw new OptionError('format', `arrow: format is ${JSON.stringify(format)}; give 'stream' or 'file'`);
  }
  return {
    name: 'arrow',
    schema: schema ? schemaOf(schema) : null,
    decoder: options => new ArrowDecoder(options) as Decoder<any>,
    encoder: (written, state) => new ArrowEncoder(written, format === 'file', state as ArrowEncoderState | undefined),
  };
}
