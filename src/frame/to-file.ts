import { arrow } from '../codec/arrow.ts';
import type { Codec } from '../codec/codec.ts';
import { csv } from '../codec/csv.ts';
import { ndjson } from '../codec/ndjson.ts';
import { checkOptions, nearest, OptionError } from '../errors.ts';
import type { Columns } from '../schema/schema.ts';
import { fileFormat } from '../transport/file-format.ts';
import { createFile } from '../transport/file-sink.ts';
import { EncodedSink } from './encoded-sink.ts';
import type { FrameSink } from './frame-sink.ts';

export interface ToFileOptions {
  /** `ndjson`, `csv`, `tsv` or `arrow`; default: as the name tells. */
  readonly format?: string;
  /** The format with its options, in place of `format`: `csv(undefined, { delimiter: ';' })`. */
  readonly codec?: Codec<any>;
}

const writers: Readonly<Record<string, (isStream: boolean) => Codec<any>>> = /* @__PURE__ */ Object.freeze({
  ndjson: () => ndjson(),
  csv: () => csv(),
  tsv: () => csv(undefined, { delimiter: '\t' }),
  // A file is closed by a footer, so that it can be read at any place; a pipe, or a packed file, is a stream.
  arrow: (isStream: boolean) => arrow({ format: isStream ? 'stream' : 'file' }),
});

/**
 * The codec that writes a format.
 *
 * @param isStream what is written can only be read from its beginning
 * @throws OptionError for a name that is no format, or none that is written
 */
export function writerNamed(name: string, isStream: boolean, verb: string): Codec<any> {
  const make = writers[name];
  if (make) return make(isStream);
  const names = Object.keys(writers);
  const near = nearest(name, names);
  const hint = near ? `did you mean "${near}"?` : `there is ${names.join(', ')}`;
  throw new OptionError('format', `${verb}: can't write ${name}; ${hint}`);
}

/**
 * A sink that writes a frame's results to a file: a new one, or an old one emptied. `.gz` and `.zst` compress it. It is opened when the
 * first results come, and complete when the frame has ended.
 *
 * ```ts
 * trades.filter('qty > 1000').sink(toFile('blocks.csv'));
 * await trades.run();
 * ```
 * With checkpoints it goes on where they left it: what was written behind is cut off, so that every result is there once.
 *
 * @throws OptionError when the format can't be told, or is none that is written
 */
export function toFile<C extends Columns = any>(path: string, options: ToFileOptions = {}): FrameSink<C> {
  checkOptions('toFile', options, ['format', 'codec']);
  if (typeof path !== 'string') throw new OptionError('path', `toFile: ${typeof path} is no path; give text`);
  const { format, codec } = options;
  const told = fileFormat(path);
  const name = format ?? told.format;
  if (!codec && !name) {
    throw new OptionError(
      'format',
      `toFile: the name ${path} tells no format; give one of ${Object.keys(writers).join(', ')}`,
    );
  }
  const { compression } = told;
  const writer = codec ?? writerNamed(name!, compression !== null, 'toFile');
  return new EncodedSink(writer, length => createFile(path, compression, length));
}
