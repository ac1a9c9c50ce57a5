import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CompressionName, decompress } from '../../src/codec/compression.ts';
import { DataError, OptionError, TransportError } from '../../src/errors.ts';
import type { ByteSource } from '../../src/transport/byte-source.ts';

/** A source that gives `bytes` in pieces of at most `most`. */
function sourceOf(bytes: Uint8Array, most = 1000, fail?: Error): ByteSource & { closed: boolean } {
  let at = 0;
  return {
    name: 'test.gz',
    position: 0,
    restarts: 0,
    closed: false,
    storedBytes: bytes.length,
    get storedPosition() {
      return at;
    },
    async read(into) {
      const length = Math.min(most, into.length, bytes.length - at);
      if (length === 0 && fail) throw fail;
      into.set(bytes.subarray(at, at + length));
      at += length;
      return length;
    },
    async close() {
      this.closed = true;
    },
  };
}

async function textOf(source: ByteSource, bytes = 700): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const into = new Uint8Array(bytes);
  for (;;) {
    const length = await source.read(into);
    if (length === 0) return Buffer.concat(parts);
    parts.push(into.slice(0, length));
  }
}

const golden = (name: string): Buffer => readFileSync(new URL(`../golden/compression/${name}`, import.meta.url));
const plain = gunzipSync(golden('text.gz'));

describe.each(['gzip', 'zstd'] as const)('decompress %s', (name: CompressionName) => {
  const bytes = golden(name === 'gzip' ? 'text.gz' : 'text.zst');

  it.each([3, 17, 1000, 1 << 20])('gives the text, in pieces of %s', async most => {
    expect((await textOf(decompress(sourceOf(bytes, most), name))).equals(plain)).toBe(true);
  });

  it('reads members that follow one another as one text', async () => {
    const three = Buffer.concat([bytes, bytes, bytes]);
    const text = await textOf(decompress(sourceOf(three, 777), name), 1 << 16);
    expect(text.equals(Buffer.concat([plain, plain, plain]))).toBe(true);
  });

  it('says that truncated input is, and names the source', async () => {
    for (const length of [bytes.length - 1, bytes.length >> 1, 7]) {
      const source = decompress(sourceOf(bytes.subarray(0, length)), name);
      await expect(textOf(source)).rejects.toThrow(DataError);
    }
    await expect(textOf(decompress(sourceOf(bytes.subarray(0, 50)), name))).rejects.toThrow(/^test.gz, byte \d+: /);
  });

  it('says that other bytes are no compressed text', async () => {
    await expect(textOf(decompress(sourceOf(randomBytes(5000).fill(65, 0, 20)), name))).rejects.toThrow(DataError);
  });

  it('passes failures of the outside world on as they are', async () => {
    const failure = new TransportError('read: the disk is gone');
    await expect(textOf(decompress(sourceOf(bytes.subarray(0, 100), 50, failure), name))).rejects.toBe(failure);
  });

  it('ends when it is closed or its signal is aborted', async () => {
    const inner = sourceOf(bytes);
    const source = decompress(inner, name);
    await source.read(new Uint8Array(10));
    await source.close();
    await source.close();
    expect(inner.closed).toBe(true);
    const stop = new AbortController();
    const cut = decompress(sourceOf(bytes.subarray(0, bytes.length >> 1)), name, { signal: stop.signal });
    stop.abort();
    await textOf(cut);
  });

  it('tells where it stands, in the text and in the file', async () => {
    const source = decompress(sourceOf(bytes), name);
    await textOf(source);
    expect([source.position, source.storedPosition, source.storedBytes]).toEqual([
      plain.length,
      bytes.length,
      bytes.length,
    ]);
  });
});

describe('decompress', () => {
  it('reads long texts', async () => {
    const long = Buffer.alloc(20 << 20, 'a line of text\n');
    expect((await textOf(decompress(sourceOf(gzipSync(long), 1 << 16), 'gzip'), 1 << 20)).equals(long)).toBe(true);
  });

  it('knows two compressions', () => {
    expect(() => decompress(sourceOf(plain), 'brotli' as never)).toThrow(OptionError);
  });
});
