import { statSync } from 'node:fs';
import { arrow } from '../codec/arrow.ts';
import type { Codec, Encoder } from '../codec/codec.ts';
import { csv } from '../codec/csv.ts';
import { ndjson } from '../codec/ndjson.ts';
import type { Batch } from '../column/batch.ts';
import { batchOf } from '../column/batch-of.ts';
import { OptionError } from '../errors.ts';
import type { Schema } from '../schema/schema.ts';
import type { Operator } from '../stream/operator.ts';
import { Stream } from '../stream/stream.ts';
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
  /** The run has failed: what came is not all there should be. `end` follows. */
  abandon?(): void;
}

const encoders: Readonly<Record<string, (packed: boolean) => Codec>> = /* @__PURE__ */ Object.freeze({
  ndjson: () => ndjson(),
  csv: () => csv(),
  tsv: () => csv(undefined, { delimiter: '\t' }),
  // A file is closed by a footer, so that it can be read at any place; a pipe, or a packed file, is a stream.
  arrow: (stream: boolean) => arrow({ format: stream ? 'stream' : 'file' }),
});

/** A terminal that tells no sensible width is not cut to it. */
const leastColumns = 20;

/**
 * What `--to` asks for; `beforePrint` is called before anything appears on standard output.
 *
 * @throws OptionError when the format is unknown, or a file of `inputs` would be overwritten
 */
export async function openOutput(
  options: RunOptions,
  schema: Schema,
  inputs: readonly string[],
  beforePrint: () => void,
): Promise<Output> {
  const { to, toFormat, tail, follow } = options;
  const stdout = announced(writableSink('stdout', process.stdout), beforePrint);
  if (to === 'table') {
    const { isTTY, columns } = process.stdout;
    const width = isTTY && columns >= leastColumns ? columns : undefined;
    return tableOutput(stdout, new Table(schema, { width, tail }), follow ?? false);
  }
  const place = await placeOf('to', to);
  if (place?.output) {
    if (toFormat) throw new OptionError('to-format', `--to-format: ${to} has a form of its own`);
    return place.output(to, schema);
  }
  if (place?.send) return messageOutput(place.send(to, codecFor(toFormat ?? 'ndjson', to, true), schema));
  const { format, compression } = fileFormat(to);
  const codec = codecFor(toFormat ?? (to === '-' ? 'ndjson' : format), to, to === '-' || compression !== null);
  if (to === '-') return codecOutput(stdout, codec.encoder(schema), schema);
  if (place) {
    if (!place.create) throw new OptionError('to', `--to: ${to} can only be read`);
    return codecOutput(await place.create(to), codec.encoder(schema), schema);
  }
  for (const input of inputs) {
    if (sameFile(input, to)) throw new OptionError('to', `--to: ${to} is an input too; write another file`);
  }
  return codecOutput(await createFile(to, compression), codec.encoder(schema), schema);
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

const announced = (sink: ByteSink, beforePrint: () => void): ByteSink => ({
  ...sink,
  write: bytes => {
    if (bytes.length > 0) beforePrint();
    return sink.write(bytes);
  },
  end: () => sink.end(),
});

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

function messageOutput(operator: Operator<unknown, unknown>): Output {
  const stream = new Stream<Batch>();
  stream.through(operator);
  return {
    write: async batch => stream.emit(batch),
    end: async () => stream.end(),
  };
}

function codecOutput(sink: ByteSink, encoder: Encoder, schema: Schema): Output {
  let begun = false;
  const write = (batch: Batch): Promise<void> => {
    begun = true;
    return sink.write(encoder.encode(batch));
  };
  return {
    write,
    end: async () => {
      if (!begun) await write(batchOf([], schema)); // a header is due without rows, too
      await sink.write(encoder.end());
      await sink.end();
    },
  };
}
