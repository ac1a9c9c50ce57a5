import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/transport/byte-source.ts';
import { fileBytes, openFile } from '../../src/transport/file.ts';
import { randomAccess } from '../../src/transport/random-access.ts';
import { ReadableSource } from '../../src/transport/readable.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-file-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.slice());

async function readAll(source: ByteSource, size = 7): Promise<string> {
  const into = new Uint8Array(size);
  let all = '';
  for (let bytes: number; (bytes = await source.read(into)) > 0; ) all += text(into.subarray(0, bytes));
  await source.close();
  return all;
}

describe('a file as a source of bytes', () => {
  it('gives its bytes in order and says how far it is', async () => {
    const path = join(folder, 'plain');
    writeFileSync(path, 'one two three four');
    const source = await openFile(path);
    expect(source.storedBytes).toBe(18);
    const into = new Uint8Array(5);
    expect(await source.read(into)).toBe(5);
    expect(text(into)).toBe('one t');
    expect(source.position).toBe(5);
    expect(await readAll(source)).toBe('wo three four');
  });

  it('reads into shared memory', async () => {
    const path = join(folder, 'shared');
    writeFileSync(path, 'abcdef');
    const view = new Uint8Array(new SharedArrayBuffer(64)).subarray(8, 16);
    const source = await openFile(path);
    expect(await source.read(view)).toBe(6);
    expect(text(view.subarray(0, 6))).toBe('abcdef');
    await source.close();
    await source.close();
    expect(await source.read(view)).toBe(0);
  });

  it('says in words why it can not be opened', async () => {
    await expect(openFile(join(folder, 'none'))).rejects.toMatchObject({
      code: 'TRANSPORT',
      message: `open: ${join(folder, 'none')}: there is no such file`,
    });
    await expect(openFile(folder)).rejects.toThrow(/is a folder; name the files in it/);
    await expect(randomAccess(folder)).rejects.toThrow(/no regular file/);
  });

  it('can be read at any place', async () => {
    const path = join(folder, 'random');
    writeFileSync(path, '0123456789');
    const file = await randomAccess(path);
    expect(file.byteLength).toBe(10);
    expect(text(new Uint8Array(await file.slice(3, 6)))).toBe('345');
    expect((await file.slice(8, 99)).byteLength).toBe(2);
    truncateSync(path, 4);
    await expect(file.slice(2, 8)).rejects.toThrow(/became shorter/);
    await file.close();
    expect(await fileBytes(path)).toBe(4);
    expect(await fileBytes(folder)).toBe(null);
  });
});

describe('a followed file', () => {
  async function next(source: ByteSource): Promise<string> {
    const into = new Uint8Array(64);
    return text(into.subarray(0, await source.read(into)));
  }

  it('gives what is appended, starts anew when emptied or replaced, and ends with the signal', async () => {
    const path = join(folder, 'growing');
    writeFileSync(path, 'first');
    const abort = new AbortController();
    const source = await openFile(path, { follow: true, signal: abort.signal, pollMs: 20 });
    expect(await next(source)).toBe('first');

    const second = next(source);
    appendFileSync(path, 'second');
    expect(await second).toBe('second');
    expect(source.position).toBe(11);

    truncateSync(path, 0);
    const third = next(source);
    appendFileSync(path, 'new');
    expect(await third).toBe('new');
    expect([source.position, source.restarts]).toEqual([3, 1]);

    const fourth = next(source);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'rotated');
    expect(await fourth).toBe('rotated');
    expect([source.position, source.restarts]).toEqual([7, 2]);

    const last = next(source);
    abort.abort();
    expect(await last).toBe('');
    await source.close();
  });

  it('reads the end of the old file before it turns to the new one', async () => {
    const path = join(folder, 'turning');
    writeFileSync(path, 'a');
    const abort = new AbortController();
    const source = await openFile(path, { follow: true, signal: abort.signal, pollMs: 20 });
    expect(await next(source)).toBe('a');
    appendFileSync(path, 'b');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'c');
    expect(await next(source)).toBe('b');
    expect(await next(source)).toBe('c');
    abort.abort();
    await source.close();
  });
});

describe('a Node stream as a source of bytes', () => {
  it('gives every byte, whatever the sizes of pieces and reads', async () => {
    const pieces = ['', 'a', 'bcdefghijklmnop', 'q', 'rstuvwxyz'].map(piece => Buffer.from(piece));
    expect(await readAll(new ReadableSource('letters', Readable.from(pieces, { objectMode: false })))).toBe(
      'abcdefghijklmnopqrstuvwxyz',
    );
  });

  it('ends with the signal and fails with the stream', async () => {
    const abort = new AbortController();
    const silent = new ReadableSource('silent', new Readable({ read: () => {} }), abort.signal);
    const waiting = silent.read(new Uint8Array(4));
    abort.abort();
    expect(await waiting).toBe(0);

    const broken = new Readable({ read: () => {} });
    const reading = new ReadableSource('socket', broken).read(new Uint8Array(4));
    broken.destroy(new Error('reset by peer'));
    await expect(reading).rejects.toThrow('read: socket: reset by peer');
  });
});
