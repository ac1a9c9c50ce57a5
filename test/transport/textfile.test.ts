import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefCounter } from '../../src/stream/metadata.ts';
import { Stream } from '../../src/stream/stream.ts';
import { fromTextfile, sinkToTextfile } from '../../src/transport/textfile.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  path = join(folder, 'log.txt');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !done(); i++) await new Promise(resolve => setTimeout(resolve, 2));
  expect(done()).toBe(true);
}

describe('fromTextfile', () => {
  it('follows a file that is appended to, in pieces cut anywhere', async () => {
    writeFileSync(path, 'one\ntw');
    const source = fromTextfile(path, { pollInterval: 5 });
    const seen = source.sinkToList();
    const run = source.start();
    await until(() => seen.length === 1);
    for (const part of ['o\nthr', 'ee', '\n', 'zwölf €\n']) {
      const bytes = Buffer.from(part);
      appendFileSync(path, bytes.subarray(0, bytes.length - 1));
      await new Promise(resolve => setTimeout(resolve, 8));
      appendFileSync(path, bytes.subarray(bytes.length - 1));
    }
    await until(() => seen.length === 4);
    await source.stop();
    await run;
    expect(seen).toEqual(['one\n', 'two\n', 'three\n', 'zwölf €\n']);
  });

  it('goes on with the new file when the old one is rotated away, and with one that is emptied', async () => {
    writeFileSync(path, 'a\nb\n');
    const source = fromTextfile(path, { pollInterval: 5 });
    const seen = source.sinkToList();
    const run = source.start();
    await until(() => seen.length === 2);
    renameSync(path, join(folder, 'log.1'));
    writeFileSync(path, 'c\n');
    await until(() => seen.length === 3);
    truncateSync(path);
    await new Promise(resolve => setTimeout(resolve, 30));
    appendFileSync(path, 'd\n');
    await until(() => seen.length === 4);
    await source.stop();
    await run;
    expect(seen).toEqual(['a\n', 'b\n', 'c\n', 'd\n']);
  });

  it('reads to the end and stops there when it is not to follow, with the last line', async () => {
    writeFileSync(path, 'a\nb');
    const seen: string[] = [];
    for await (const line of fromTextfile(path, { follow: false })) seen.push(line);
    expect(seen).toEqual(['a\n', 'b']);
  });

  it('reads no faster than what is below', async () => {
    writeFileSync(path, 'a\nb\nc\n');
    const source = fromTextfile(path, { follow: false });
    let open = 0;
    let most = 0;
    source.sink(async () => {
      most = Math.max(most, ++open);
      await new Promise(resolve => setTimeout(resolve, 3));
      open--;
    });
    await source.start();
    expect(most).toBe(1);
  });

  it('goes on after a stop where it was, and begins again at an acknowledged position', async () => {
    writeFileSync(path, 'a\nb\nc\nd\n');
    const source = fromTextfile(path, { follow: false });
    const seen: string[] = [];
    source.sink(async line => {
      seen.push(line);
      if (line === 'b\n') void source.stop();
    });
    await source.start();
    expect(seen).toEqual(['a\n', 'b\n']);
    await source.start();
    expect(seen).toEqual(['a\n', 'b\n', 'c\n', 'd\n']);
    const rest: string[] = [];
    for await (const line of fromTextfile(path, { follow: false, position: 4 })) rest.push(line);
    expect(rest).toEqual(['c\n', 'd\n']);
  });

  it('acknowledges a position when everything before it is done, in order', async () => {
    writeFileSync(path, 'a\n');
    const positions: number[] = [];
    const release: (() => void)[] = [];
    const source = fromTextfile(path, { pollInterval: 2, onAcknowledged: position => positions.push(position) });
    source.buffer(10).mapAsync(() => new Promise<void>(resolve => release.push(resolve)), { parallelism: 10 });
    const run = source.start();
    await until(() => release.length === 1);
    appendFileSync(path, 'b\nc');
    await until(() => release.length === 2);
    release[1]!();
    await new Promise(resolve => setTimeout(resolve, 10));
    expect(positions).toEqual([]);
    release[0]!();
    await until(() => positions.length > 0);
    expect(positions.at(-1)).toBe(4);
    await source.stop();
    await run;
  });

  it('says what is wrong with the file', async () => {
    await expect(fromTextfile(join(folder, 'none')).start()).rejects.toThrow(/none: there is no such file/);
    expect(() => fromTextfile(path, { delimiter: '' })).toThrow(/delimiter is empty/);
  });

  it('splits at delimiters that overlap themselves as from the left', async () => {
    writeFileSync(path, 'a|||b||');
    const seen: string[] = [];
    for await (const piece of fromTextfile(path, { follow: false, delimiter: '||' })) seen.push(piece);
    expect(seen).toEqual(['a||', '|b||']);
  });
});

describe('sinkToTextfile', () => {
  it('lets go of an element when its bytes are in the file', async () => {
    const source = new Stream<string>();
    const sink = source.through(sinkToTextfile(path));
    const done = new Promise<string>(resolve => {
      const ref = new RefCounter({ onZero: () => resolve(readFileSync(path, 'utf8')) });
      source.emit('a', { metadata: { ref } });
    });
    expect(await done).toBe('a\n');
    await sink.destroy();
  });

  it('makes whoever emits wait when the disk is slower', async () => {
    const source = new Stream<string>();
    const sink = source.through(sinkToTextfile(path, { end: '' }));
    const long = 'x'.repeat(300_000);
    const sent = source.emit(long);
    expect(sent).toBeInstanceOf(Promise);
    await sent;
    expect(readFileSync(path, 'utf8')).toBe(long);
    await sink.destroy();
  });

  it('has written everything when the source has run out', async () => {
    const source = Stream.fromIterable(['a', 'b']);
    source.through(sinkToTextfile(path, { mode: 'w', end: ';' }));
    await source.start();
    expect(readFileSync(path, 'utf8')).toBe('a;b;');
  });

  it('says when the file can not be opened', () => {
    expect(() => sinkToTextfile(join(folder, 'no/such/place'))).toThrow(/there is no such file/);
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });
});
