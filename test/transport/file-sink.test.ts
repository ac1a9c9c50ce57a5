import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFile } from '../../src/transport/file-sink.ts';
import { writableSink } from '../../src/transport/writable-sink.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-sink-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a file as a sink of bytes', () => {
  it('holds everything that was written once it has ended', async () => {
    const path = join(folder, 'plain');
    const sink = await createFile(path);
    for (let i = 0; i < 1000; i++) await sink.write(bytes(`line ${i}\n`));
    await sink.end();
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(1001);
  });

  it('compresses', async () => {
    const path = join(folder, 'packed.gz');
    const sink = await createFile(path, 'gzip');
    await sink.write(bytes('a'.repeat(100_000)));
    await sink.write(bytes('b'));
    await sink.end();
    expect(gunzipSync(readFileSync(path)).toString()).toBe(`${'a'.repeat(100_000)}b`);
  });

  it.each([null, 'gzip'] as const)('is cut to where it was synced, and goes on there: %s', async compression => {
    const path = join(folder, `cut.${compression}`);
    const textOf = (): string => String(compression ? gunzipSync(readFileSync(path)) : readFileSync(path));
    const first = await createFile(path, compression);
    await first.write(bytes('one '));
    const syncing = first.sync();
    await first.write(bytes('not to be kept'.repeat(10_000)));
    const length = await syncing;
    await first.end();
    expect(textOf()).toBe(`one ${'not to be kept'.repeat(10_000)}`);
    const second = await createFile(path, compression, length);
    expect(textOf()).toBe('one ');
    await second.write(bytes('two '));
    expect(await second.sync()).toBeGreaterThan(length);
    expect(await second.sync()).toBe(readFileSync(path).length);
    await second.write(bytes('three'));
    await second.end();
    expect(textOf()).toBe('one two three');
    await expect(createFile(path, compression, 1000)).rejects.toThrow(/had 1000 when the checkpoint was made/);
  });

  it('writes into a pipe, which can not be synced', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reading = readFile(path, 'utf8');
    const sink = await createFile(path);
    await sink.write(bytes('through '));
    await sink.write(bytes('a pipe'));
    await expect(sink.sync()).rejects.toThrow(/is no regular file/);
    await sink.end().catch(() => {});
    expect(await reading).toBe('through a pipe');
  });

  it('tells an error of the system to whoever writes next, syncs or ends', async () => {
    const sink = await createFile('/dev/full');
    await sink.write(bytes('x'));
    await expect(sink.sync()).rejects.toThrow(/write: \/dev\/full: the disk is full/);
    await expect(sink.write(bytes('y'))).rejects.toThrow(/the disk is full/);
    await expect(sink.end()).rejects.toThrow(/the disk is full/);
  });

  it('says why it can not be written', async () => {
    await expect(createFile(join(folder, 'none', 'x'))).rejects.toThrow(
      /write: .*x: there is no such folder; make it first/,
    );
  });
});

describe('a Node stream as a sink of bytes', () => {
  it('waits while the stream is full, and is left open', async () => {
    const seen: string[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      write(piece, _, done) {
        seen.push(String(piece));
        setTimeout(done, 1);
      },
    });
    const sink = writableSink('slow', slow);
    await sink.write(bytes('one'));
    await sink.write(bytes('two'));
    expect(seen).toEqual(['one', 'two']);
    await sink.end();
    expect(slow.writableEnded).toBe(false);
  });

  it('fails with the stream, also while it waits', async () => {
    const broken = new Writable({
      highWaterMark: 1,
      write: (_, __, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })),
    });
    const sink = writableSink('stdout', broken);
    await expect(sink.write(bytes('x'))).rejects.toMatchObject({ code: 'TRANSPORT', cause: { code: 'EPIPE' } });
    await expect(sink.write(bytes('y'))).rejects.toThrow('write: stdout');
    await expect(sink.end()).rejects.toThrow('write: stdout');
  });
});
