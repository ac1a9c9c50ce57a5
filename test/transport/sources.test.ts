import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stream } from '../../src/stream/stream.ts';
import { Splitter } from '../../src/transport/_split.ts';
import { filenames } from '../../src/transport/filenames.ts';
import { fromHttpServer } from '../../src/transport/http-server.ts';
import { fromProcess } from '../../src/transport/process.ts';
import { fromTcp } from '../../src/transport/tcp.ts';

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !done(); i++) await pause(2);
  expect(done()).toBe(true);
}

describe('Splitter', () => {
  it('gives the same pieces wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(1, 2, 10), { maxLength: 30 }),
        fc.array(fc.constantFrom(1, 2, 10), { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(30), { maxLength: 6 }),
        (bytes, delimiter, cuts) => {
          const whole = Uint8Array.from(bytes);
          const plain: string[] = [];
          const [all, mark] = [text(whole), text(Uint8Array.from(delimiter))];
          let at = 0;
          for (let end = all.indexOf(mark, at); end >= 0; end = all.indexOf(mark, at)) {
            plain.push(all.slice(at, end + mark.length));
            at = end + mark.length;
          }
          const splitter = new Splitter(Uint8Array.from(delimiter));
          const places = [0, ...cuts.map(cut => Math.min(cut, whole.length)), whole.length].sort((a, b) => a - b);
          const pieces = places.slice(1).flatMap((end, i) => splitter.push(whole.subarray(places[i], end)));
          expect(pieces.map(text)).toEqual(plain);
          expect(text(splitter.take())).toBe(all.slice(at));
        },
      ),
    );
  });
});

describe('filenames', () => {
  it.each([false, true])('sends new names of a folder, once each (watching: %s)', async watch => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
    try {
      writeFileSync(join(folder, 'b'), '');
      writeFileSync(join(folder, 'a'), '');
      const source = filenames(folder, { pollInterval: watch ? 10_000 : 5, watch });
      const seen = source.sinkToList();
      const run = source.start();
      await until(() => seen.length === 2);
      writeFileSync(join(folder, 'c'), '');
      writeFileSync(join(folder, 'a'), 'again');
      await until(() => seen.length === 3);
      await source.stop();
      await run;
      expect(seen).toEqual(['a', 'b', 'c'].map(name => join(folder, name)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('looks once when it is not to follow, and at nothing when nothing matches', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
    try {
      mkdirSync(join(folder, 'x'));
      for (const name of ['x/1.csv', 'x/2.csv', 'x/3.txt']) writeFileSync(join(folder, name), '');
      const found: string[] = [];
      for await (const name of filenames(join(folder, '*/*.csv'), { follow: false })) found.push(name);
      expect(found).toEqual([join(folder, 'x/1.csv'), join(folder, 'x/2.csv')]);
      for await (const _ of filenames(join(folder, '*.none'), { follow: false })) expect.unreachable();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('fromProcess', () => {
  const run = async (source: Stream<Uint8Array>): Promise<string[]> => {
    const seen = source.map(text).sinkToList();
    await source.start();
    return seen;
  };

  it('sends the lines of a command in text or in parts', async () => {
    expect(await run(fromProcess(`printf '%s\\n' "a b" c\\ d ''`))).toEqual(['a b\n', 'c d\n', '\n']);
    expect(await run(fromProcess(['printf', 'x\ny']))).toEqual(['x\n', 'y']);
    expect(await run(fromProcess(['printf', 'x\ny'], { withEnd: false }))).toEqual(['x\n']);
  });

  it('merges standard error when asked', async () => {
    const seen = await run(fromProcess(['sh', '-c', 'echo out; echo err >&2'], { withStderr: true }));
    expect(seen.sort()).toEqual(['err\n', 'out\n']);
  });

  it('ends the program when it is stopped', async () => {
    const source = fromProcess(['sh', '-c', 'while true; do echo x; sleep 0.01; done']);
    const seen = source.sinkToList();
    const done = source.start();
    await until(() => seen.length > 2);
    await source.stop();
    await done;
    const { length } = seen;
    await pause(50);
    expect(seen.length).toBe(length);
  });

  it('holds the program back while what is below is busy', async () => {
    const source = fromProcess(['sh', '-c', 'yes | head -c 4000000']);
    let bytes = 0;
    source.partition(1000).sink(async lines => {
      await pause(0);
      for (const line of lines) bytes += line.length;
    });
    await source.start();
    expect(bytes).toBe(4_000_000);
  });

  it('says when there is no such program, or a quote is open', async () => {
    await expect(fromProcess('no-such-program-anywhere').start()).rejects.toThrow(/run: no-such-program-anywhere/);
    expect(() => fromProcess('echo "a')).toThrow(/not closed/);
    expect(() => fromProcess('')).toThrow(/command is empty/);
  });
});

const opened = (
  make: (onListening: (port: number) => void) => Stream<Uint8Array>,
): [Stream<Uint8Array>, Promise<number>] => {
  let tell: (port: number) => void = () => {};
  const port = new Promise<number>(resolve => {
    tell = resolve;
  });
  return [make(port => tell(port)), port];
};

describe('fromTcp', () => {
  it('keeps connections apart and drops tails', async () => {
    const [source, port] = opened(onListening => fromTcp(0, { host: '127.0.0.1', onListening }));
    const seen = source.map(text).sinkToList();
    const run = source.start();
    const a = connect(await port, '127.0.0.1');
    const b = connect(await port, '127.0.0.1');
    a.write('a1');
    b.write('b1\nb');
    await until(() => seen.length === 1);
    a.write('\na2\nleft');
    b.write('2\n');
    a.end();
    b.end();
    await until(() => seen.length === 4);
    await source.stop();
    await run;
    expect([...seen].sort()).toEqual(['a1\n', 'a2\n', 'b1\n', 'b2\n']);
  });

  it('can be started again, and says when a port is taken', async () => {
    const [source, port] = opened(onListening => fromTcp(0, { host: '127.0.0.1', onListening }));
    void source.start();
    const other = fromTcp(await port, { host: '127.0.0.1' });
    await expect(other.start()).rejects.toThrow(/the port is in use/);
    await source.stop();
    void other.start();
    await pause(20);
    expect(other.started).toBe(true);
    await other.stop();
  });

  it('reads a connection no faster than what is below', async () => {
    const [source, port] = opened(onListening => fromTcp(0, { host: '127.0.0.1', onListening }));
    let open = 0;
    let most = 0;
    const seen: string[] = [];
    source.sink(async piece => {
      most = Math.max(most, ++open);
      await pause(2);
      seen.push(text(piece));
      open--;
    });
    void source.start();
    const socket = connect(await port, '127.0.0.1');
    socket.end('1\n2\n3\n4\n');
    await until(() => seen.length === 4);
    await source.stop();
    expect([most, seen]).toEqual([1, ['1\n', '2\n', '3\n', '4\n']]);
  });
});

describe('fromHttpServer', () => {
  const post = (port: number, path: string, body: string, method = 'POST'): Promise<string> =>
    new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, path, method, agent: false }, response => {
        response.resume();
        response.on('end', () => resolve(String(response.statusCode)));
      });
      call.on('error', reject);
      call.end(body);
    });

  it('answers when everything below is done', async () => {
    const [source, port] = opened(onListening => fromHttpServer(0, { host: '127.0.0.1', path: '/in/.*', onListening }));
    let done = false;
    source.sink(async () => {
      await pause(20);
      done = true;
    });
    void source.start();
    expect(await post(await port, '/in/x?y=1', 'body')).toBe('200');
    expect(done).toBe(true);
    expect(await post(await port, '/elsewhere', 'body')).toBe('404');
    expect(await post(await port, '/in/x', '', 'PUT')).toBe('405');
    await source.stop();
  });

  it('answers 500 when something below fails, 413 when the body is too long, and goes on', async () => {
    const [source, port] = opened(onListening => fromHttpServer(0, { host: '127.0.0.1', maxBytes: 5, onListening }));
    const told: string[] = [];
    const seen: string[] = [];
    source.sink(body => {
      if (text(body) === 'bad') throw new Error('no good');
      seen.push(text(body));
    });
    void source.start();
    const off = source.onError(error => told.push((error as Error).message));
    expect(await post(await port, '/', 'bad')).toBe('500');
    expect(await post(await port, '/', 'too long')).toBe('413');
    expect(await post(await port, '/', 'fine')).toBe('200');
    expect([told, seen]).toEqual([['no good'], ['fine']]);
    off();
    await source.stop();
  });
});
