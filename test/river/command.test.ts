import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OptionError } from '../../src/errors.ts';
import { StreamReader } from '../../src/river/reader.ts';
import { parseRiverUri } from '../../src/river/uri.ts';
import { StreamWriter } from '../../src/river/writer.ts';
import { f64, timestamp } from '../../src/schema/data-type.ts';
import { millrace, parseRows } from '../cli/_command.ts';
import { hasRedis, startRedis, type TestRedis } from './_redis.ts';

describe('a River URI', () => {
  test('names place, stream and options', () => {
    const { connection, stream, options } = parseRiverUri(
      'river://me:p%40@db:7000/lab/eeg%3F%201?db=2&tls=true&start=end',
      ['start'],
    );
    expect(connection).toMatchObject({
      redisHostname: 'db',
      redisPort: 7000,
      username: 'me',
      redisPassword: 'p@',
      database: 2,
      tls: true,
    });
    expect(stream).toBe('lab/eeg? 1');
    expect([...options]).toEqual([['start', 'end']]);
    expect(parseRiverUri('river://db').stream).toBe('');
  });

  test.each(['redis://x/y', 'river', 'river://x/y?tls=maybe', 'river://x/y?colour=red', 'river://x/y?db=q'])(
    'refuses %s',
    text => expect(() => parseRiverUri(text)).toThrow(OptionError),
  );
});

describe.skipIf(!hasRedis)('the command over River', () => {
  let redis: TestRedis;
  let place: string;
  let folder: string;

  beforeAll(async () => {
    redis = await startRedis();
    place = `river://127.0.0.1:${redis.port}`;
    folder = mkdtempSync(join(tmpdir(), 'millrace-command-'));
    await using writer = new StreamWriter(redis.url);
    await writer.initialize('eeg', { at: timestamp('ms'), uv: f64() });
    await writer.write(Array.from({ length: 300 }, (_, i) => ({ at: new Date(i * 100), uv: i })));
  });
  afterAll(async () => {
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('reads a stream, aggregates, and prints', async () => {
    const from = `${place}/eeg?types=${encodeURIComponent('at: timestamp[ms]')}`;
    const { code, stdout, stderr } = await millrace([
      'run',
      '--from',
      from,
      '--index',
      'at',
      '--tumbling',
      '10s',
      '--agg',
      'uv = mean(uv)',
      '--to',
      '-',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(parseRows(stdout).map(({ uv }) => uv)).toEqual([49.5, 149.5, 249.5]);
  });

  test('writes a stream from a stream', async () => {
    const args = [
      'run',
      '--from',
      `${place}/eeg`,
      '--where',
      'uv >= 290',
      '--assign',
      'half = uv / 2',
      '--to',
      `${place}/top`,
    ];
    expect(await millrace(args)).toMatchObject({ code: 0, stderr: '' });
    await using reader = new StreamReader(redis.url);
    await reader.initialize('top');
    const batch = await reader.readBatch(100);
    expect(batch!.toArray().map(({ half }) => half)).toEqual(Array.from({ length: 10 }, (_, i) => 145 + i / 2));
    expect(await millrace(args)).toMatchObject({
      code: 1,
      stderr: 'millrace: initialize: there is a stream "top" already\n',
    });
  });

  test('writes text with the width that the URI tells', async () => {
    const csv = 'symbol,price\nab,1\nabcd,2\n';
    const args = ['run', '--from', '-', '--format', 'csv', '--to', `${place}/prices?bytes=symbol:4`];
    expect(await millrace(args, csv)).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await millrace([
      'run',
      '--from',
      `${place}/prices?types=${encodeURIComponent('symbol: utf8')}`,
      '--to',
      '-',
    ]);
    expect(parseRows(stdout)).toEqual([
      { symbol: 'ab', price: 1 },
      { symbol: 'abcd', price: 2 },
    ]);
  });

  test('stores streams in files', async () => {
    const { code, stderr } = await millrace(['ingest', `${place}/eeg`, '--to', folder]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `${join(folder, 'eeg/data_0000000000.arrow')}: 300 samples\n`,
    });
    expect(readdirSync(join(folder, 'eeg')).sort()).toEqual(['data_0000000000.arrow', 'ingest.json', 'metadata.json']);
    const { stdout } = await millrace([
      'run',
      '--from',
      join(folder, 'eeg/*.arrow'),
      '--agg',
      'last = max(sample_index)',
      '--to',
      '-',
    ]);
    expect(parseRows(stdout)).toEqual([{ last: 299 }]);
  });

  test('says in one line what is wrong', async () => {
    expect(await millrace(['run', '--from', `${place}/absent`])).toMatchObject({
      code: 1,
      stderr: 'millrace: fromRiver: there is no stream "absent"\n',
    });
    expect(await millrace(['run', '--from', 'river://127.0.0.1:1/x'])).toMatchObject({ code: 1 });
    expect(await millrace(['run', '--from', place])).toMatchObject({ code: 2 });
    expect(await millrace(['ingest', `${place}/eeg`, '--to', folder, '--streams', 'x'])).toMatchObject({ code: 2 });
  });
});
