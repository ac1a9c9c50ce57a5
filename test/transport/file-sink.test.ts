import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFile, writableSink } from '../../src/transport/file-sink.ts';

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

  it('says why it can not be written', async () => {
    await expect(createFile(join(folder, 'none', 'x'))).rejects.toThrow(/write: .*x: there is no such file/);
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
