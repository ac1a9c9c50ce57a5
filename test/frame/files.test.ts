import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrow } from '../../src/codec/arrow.ts';
import { csv } from '../../src/codec/csv.ts';
import { ndjson } from '../../src/codec/ndjson.ts';
import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { StateError } from '../../src/errors.ts';
import { type OpenOptions, openFrame } from '../../src/frame/open-frame.ts';
import { dictionary, i32 } from '../../src/schema/data-type.ts';

const columns = { i: i32(), word: dictionary() };
const perFile = 150_000;
const wordOf = (i: number): string => `w${i % 300}`;

let folder: string;
const path = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Three files of rows that are numbered throughout. */
async function writeFiles(format: string): Promise<string[]> {
  const starts = [0, perFile, 2 * perFile];
  const names = starts.map((_, at) => path(`${at}.${format}`));
  if (format === 'parquet') {
    const duck = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    for (const [at, start] of starts.entries()) {
      const rows = `SELECT i::INTEGER AS i, 'w' || (i % 300) AS word FROM range(${start}, ${start + perFile}) r(i)`;
      await duck.run(`COPY (${rows}) TO '${names[at]}' (FORMAT parquet, ROW_GROUP_SIZE 40960)`);
    }
    return names;
  }
  const codec = format.startsWith('arrow') ? arrow() : format.startsWith('csv') ? csv() : ndjson();
  for (const [at, start] of starts.entries()) {
    const encoder = codec.encoder(batchOf([], columns).schema);
    const parts: Uint8Array[] = [];
    for (let from = start; from < start + perFile; from += 10_000) {
      const i = Int32Array.from({ length: 10_000 }, (_, row) => from + row);
      parts.push(encoder.encode(batchOf({ i, word: Array.from(i, wordOf) }, columns)));
    }
    const bytes = Buffer.concat([...parts, encoder.end()]);
    writeFileSync(names[at]!, format.endsWith('.gz') ? gzipSync(bytes, { level: 1 }) : bytes);
  }
  return names;
}

interface Part {
  readonly numbers: number[];
  readonly state: Uint8Array;
}

/** Reads on from `state` for `most` batches, or to the end. */
async function read(paths: string[], options: OpenOptions, most: number, state?: Uint8Array): Promise<Part> {
  const frame = await openFrame(paths, options);
  const stop = new AbortController();
  const numbers: number[] = [];
  let saved: Uint8Array | null = null;
  let batches = 0;
  frame.sink((batch: Batch) => {
    const [i, word] = ['i', 'word'].map(name => batch.column(name));
    for (let row = 0; row < batch.length; row++) {
      const number = i!.get(row) as number;
      numbers.push(number);
      if (row % 997 === 0 && word!.get(row) !== wordOf(number)) throw new Error(`row ${number} has ${word!.get(row)}`);
    }
    if (++batches === most) {
      saved = frame.checkpoint();
      stop.abort();
    }
  });
  if (state) frame.restore(state);
  await frame.run({ signal: stop.signal });
  saved ??= frame.checkpoint();
  frame.dispose();
  return { numbers, state: saved };
}

const areAll = (numbers: readonly number[]): boolean =>
  numbers.length === 3 * perFile && numbers.every((number, at) => number === at);

describe('files that are read on from a checkpoint', () => {
  it.each(['ndjson', 'csv', 'csv.gz', 'arrow', 'arrow.gz', 'parquet'])(
    'give every row once, wherever it was made: %s',
    async format => {
      const names = await writeFiles(format);
      const options: OpenOptions = format.startsWith('arrow') || format === 'parquet' ? {} : { schema: columns };
      for (let most = 1; most < 12; most += 2) {
        let numbers: number[] = [];
        let state: Uint8Array | undefined;
        for (const batches of [most, most, most, Number.POSITIVE_INFINITY]) {
          const part = await read(names, options, batches, state);
          numbers = numbers.concat(part.numbers);
          state = part.state;
        }
        expect(areAll(numbers)).toBe(true);
        expect((await read(names, options, 1, state)).numbers).toEqual([]);
      }
    },
    60_000,
  );

  const line = (i: number): string => `${JSON.stringify({ i, word: wordOf(i) })}\n`;
  const follow: OpenOptions = { schema: columns, follow: true };

  it('go on in the file that was renamed, then in the new one of its name', async () => {
    const name = path('app.ndjson');
    writeFileSync(name, line(0) + line(1) + line(2).slice(0, 5));
    const first = await read([name], follow, 1);
    expect(first.numbers).toEqual([0, 1]);
    appendFileSync(name, line(2).slice(5) + line(3));
    renameSync(name, path('app.ndjson.1'));
    writeFileSync(name, line(4) + line(5));
    const second = await read([name], follow, 1, first.state);
    const third = await read([name], follow, 1, second.state);
    expect([...second.numbers, ...third.numbers]).toEqual([2, 3, 4, 5]);
  });

  it('begin anew in a followed file that was emptied, and know a copy for the same', async () => {
    const name = path('log.ndjson');
    writeFileSync(name, line(0) + line(1));
    const { state } = await read([name], follow, 1);
    truncateSync(name);
    appendFileSync(name, line(7));
    expect((await read([name], follow, 1, state)).numbers).toEqual([7]);
    rmSync(name);
    writeFileSync(name, line(0) + line(1) + line(2));
    expect((await read([name], { schema: columns }, 9, state)).numbers).toEqual([2]);
  });

  it('are refused when they are others', async () => {
    const name = path('one.ndjson');
    const options: OpenOptions = { schema: columns };
    writeFileSync(name, line(0) + line(1));
    const { state } = await read([name], follow, 1);
    writeFileSync(name, line(9) + line(1) + line(2));
    await expect(read([name], options, 1, state)).rejects.toThrow(StateError);
    await expect(read([name], options, 1, state)).rejects.toThrow(/is not the file that the checkpoint was made of/);
    writeFileSync(name, line(0));
    await expect(read([name], options, 1, state)).rejects.toThrow(/is not the file/);
    writeFileSync(path('other.ndjson'), line(0));
    await expect(read([path('other.ndjson')], options, 1, state)).rejects.toThrow(/which is not among the files/);
    const stdin = await openFrame('-', { schema: columns, format: 'ndjson' });
    expect(() => stdin.checkpoint()).toThrow(/standard input can't be read again/);
    stdin.dispose();
  });
});
