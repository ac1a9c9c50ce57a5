import { statSync } from 'node:fs';
import type { Batch } from '../column/batch.ts';
import { Table } from '../column/text-table.ts';
import { OptionError } from '../errors.ts';
import { EncodedSink } from '../frame/encoded-sink.ts';
import type { FrameSink } from '../frame/frame-sink.ts';
import { toFile, writerNamed } from '../frame/to-file.ts';
import type { Schema } from '../schema/schema.ts';
import type { Operator } from '../stream/operator.ts';
import { Stream } from '../stream/stream.ts';
import type { ByteSink } from '../transport/byte-sink.ts';
import { fileFormat } from '../transport/file-format.ts';
import { writableSink } from '../transport/writable-sink.ts';
import type { RunOptions } from './options.ts';
import { placeOf } from './places.ts';

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
): Promise<FrameSink> {
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
  if (place?.send) return messageOutput(place.send(to, writerNamed(toFormat ?? 'ndjson', true, '--to'), schema));
  const { format, compression } = fileFormat(to);
  const name = toFormat ?? (to === '-' ? 'ndjson' : format);
  if (name === null) {
    throw new OptionError('to', `--to: the name ${to} tells no format; add --to-format: ndjson, csv, tsv or arrow`);
  }
  const codec = writerNamed(name, to === '-' || compression !== null, '--to');
  if (to === '-') return new EncodedSink(codec, () => stdout);
  if (place) {
    const { create } = place;
    if (!create) throw new OptionError('to', `--to: ${to} can only be read`);
    return new EncodedSink(codec, length => create(to, length));
  }
  for (const input of inputs) {
    if (sameFile(input, to)) throw new OptionError('to', `--to: ${to} is an input too; write another file`);
  }
  return toFile(to, { codec });
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

function tableOutput(sink: ByteSink, table: Table, flush: boolean): FrameSink {
  const encoder = new TextEncoder();
  const print = (text: string): Promise<void> => sink.write(encoder.encode(text));
  const end = async (): Promise<void> => {
    await print(table.flush());
    await sink.end();
  };
  const write = async (batch: Batch): Promise<void> => {
    await print(table.add(batch));
    if (flush) await print(table.flush());
  };
  return { write, end, abandon: end };
}

function messageOutput(operator: Operator<unknown, unknown>): FrameSink {
  const stream = new Stream<Batch>();
  stream.through(operator);
  const end = (): unknown => stream.end();
  return { write: batch => stream.emit(batch), end, abandon: end };
}
