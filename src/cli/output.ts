import { statSync } from 'node:fs';
import { arrow } from '../codec/arrow.ts';
import type { Codec, Encoder } from '../codec/codec.ts';
import { csv } from '../codec/csv.ts';
import { ndjson } from '../codec/ndjson.ts';
import type { Batch } from '../column/batch.ts';
import { OptionError } from '../errors.ts';
import type { ByteSink } from '../transport/byte-sink.ts';
import { fileFormat } from '../transport/file-format.ts';
import { createFile, writableSink } from '../transport/file-sink.ts';
import type { RunOptions } from './options.ts';
import { placeOf } from './places.ts';
import { Table } from './table.ts';

/** Where the rows of the command go. */
export interface Output {
  write(batch: Batch): Promise<void>;
  /** Everything that came is out. */
  end(): Promise<void>;
}

const encoders: Readonly<Record<string, (packed: boolean) => Codec>> = /* @__PURE__ */ Object.freeze({
  ndjson: () => ndjson(),
  csv: () => csv(),
  tsv: () => csv(undefined, { delimiter: '\t' }),
  // A file is closed by a footer, so that it can be read at any place; a pipe, or a packed file, is a stream.
  arrow: (stream: boolean) => arrow({ format: stream ? 'stream' : 'file' }),
});

/**
 * What `--to` asks for.
 *
 * @throws OptionError when the format is unknown, or a file of `inputs` would be overwritten
 */
export async function openOutput(options: RunOptions, inputs: readonly string[]): Promise<Output> {
  const { to, toFormat, tail, follow } = options;
  const stdout = writableSink('stdout', process.stdout);
  if (to === 'table') {
    const width = process.stdout.isTTY ? process.stdout.columns : undefined;
    return tableOutput(stdout, new Table({ width, tail }), follow ?? false);
  }
  const { format, compression } = fileFormat(to);
  const codec = codecFor(toFormat ?? (to === '-' ? 'ndjson' : format), to, to === '-' || compression !== null);
  if (to === '-') return codecOutput(stdout, codec);
  const place = await placeOf('to', to);
  if (place) {
    if (!place.create) throw new OptionError('to', `--to: ${to} can only be read`);
    return codecOutput(await place.create(to), codec);
  }
  for (const input of inputs) {
    if (sameFile(input, to)) throw new OptionError('to', `--to: ${to} is an input too; write another file`);
  }
  return codecOutput(await createFile(to, compression), codec);
}

function codecFor(name: string | null, to: string, stream: boolean): Codec {
  const make = encoders[name ?? ''];
  if (make) return make(stream);
  const wanted = `there is ${Object.keys(encoders).join(', ')}`;
  if (name === null) throw new OptionError('to', `--to: the name ${to} tells no format; add --to-format: ${wanted}`);
  throw new OptionError('to-format', `--to: can't write ${name}; ${wanted}`);
}

function sameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map(path => statSync(path, { throwIfNoEntry: false }));
  return !!one?.isFile() && !!other && one.ino === other.ino && one.dev === other.dev;
}

function tableOutput(sink: ByteSink, table: Table, flush: boolean): Output {
  const encoder = new TextEncoder();
  const print = (text: string): Promise<void> => sink.write(encoder.encode(text));
  return {
    write: async batch => {
      await print(table.add(batch));
      if (flush) await print(table.flush());
    },
    end: async () => {
      await print(table.flush());
      await sink.end();
    },
  };
}

function codecOutput(sink: ByteSink, codec: Codec): Output {
  let encoder: Encoder | undefined;
  return {
    write: batch => {
      encoder ??= codec.encoder(batch.schema);
      return sink.write(encoder.encode(batch));
    },
    end: async () => {
      if (encoder) await sink.write(encoder.end());
      await sink.end();
    },
  };
}
