import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Stream } from '../../src/stream/stream.ts';
import { filenames } from '../../src/transport/filenames.ts';
import { fromHttpServer } from '../../src/transport/http-server.ts';
import { fromProcess } from '../../src/transport/process.ts';
import { fromTcp } from '../../src/transport/tcp.ts';
import { fromTextfile, sinkToTextfile } from '../../src/transport/textfile.ts';
import type { Kind, Outcome } from './family.ts';
import { text } from './streamz-core.ts';
import { plain } from './streamz-graph.ts';

const runs: Readonly<Record<string, (recorded: any, folder: string) => Promise<string[]>>> = {
  from_textfile: files,
  filenames: files,
  from_process: fromProcessCase,
  from_tcp: fromTcpCase,
  from_http_server: fromHttpServerCase,
  sink_to_textfile: sinkCase,
};

/** Sources and sinks of the system: real files, processes and sockets, in real time. */
export const streamzFiles: Kind = {
  name: 'sources and sinks',
  accepts: recorded => recorded.op in runs,
  async run(recorded): Promise<Outcome> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
    try {
      return { problems: await runs[recorded.op]!(recorded, folder) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Waits until `done` says so, at most two seconds: files and sockets take their time. */
async function eventually(done: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !done(); i++) await pause(5);
}

const same = (what: string, got: unknown, want: unknown): string[] =>
  isDeepStrictEqual(got, want) ? [] : [`${what}: ${text(got)}, recorded ${text(want)}`];

const stepKinds = ['write', 'append', 'open', 'start', 'stop', 'sleep'];

async function files(recorded: any, folder: string): Promise<string[]> {
  const { kwargs = {}, steps, emitted } = recorded;
  const seen: unknown[] = [];
  const problems: string[] = [];
  let source: Stream<string> | undefined;
  const open = (name: string): Stream<string> => {
    const path = join(folder, name);
    const pollInterval = kwargs.poll_interval === undefined ? 100 : kwargs.poll_interval * 1000;
    if (recorded.op === 'filenames') return filenames(path, { pollInterval });
    return fromTextfile(path, { pollInterval, delimiter: kwargs.delimiter, fromEnd: kwargs.from_end });
  };
  try {
    problems.push(...same('steps', steps.length, emitted.length));
    for (const [index, step] of steps.entries()) {
      if (!stepKinds.some(kind => kind in step)) problems.push(`the runner knows no step ${text(step)}`);
      seen.length = 0;
      if (step.write) writeFileSync(join(folder, step.write[0]), step.write[1]);
      if (step.append) appendFileSync(join(folder, step.append[0]), step.append[1]);
      if (step.open !== undefined) {
        source = open(step.open);
        source.sink(x => seen.push(x.replace(`${folder}/`, '')));
      }
      if (step.start) void source!.start();
      if (step.stop) void source!.stop();
      if (step.sleep) await pause(step.sleep);
      const want = emitted[index];
      if (step.start || step.sleep) await eventually(() => seen.length >= want.length);
      // What a change brings at once (the system told of it) is recorded with the sleep that follows.
      if (!step.append && !step.write) problems.push(...same(`step ${index}`, seen, want));
    }
  } finally {
    await source?.stop();
  }
  return problems;
}

async function fromProcessCase({ prints, kwargs, emitted }: any): Promise<string[]> {
  const source = fromProcess(['printf', prints], { withEnd: kwargs.with_end, withStderr: kwargs.with_stderr });
  const seen = source.sinkToList();
  await source.start();
  return same('lines', seen.map(plain), emitted);
}

async function fromTcpCase({ delimiter, connections, emitted }: any): Promise<string[]> {
  let listening: (port: number) => void = () => {};
  const port = new Promise<number>(resolve => {
    listening = resolve;
  });
  const source = fromTcp(0, { delimiter, host: '127.0.0.1', onListening: listening });
  const seen = source.sinkToList();
  const run = source.start();
  for (const chunks of connections) {
    const socket = connect(await port, '127.0.0.1');
    for (const chunk of chunks) {
      await new Promise(resolve => socket.write(chunk, 'latin1', resolve));
      await pause(10);
    }
    await new Promise<void>(resolve => socket.end(resolve));
    await pause(20);
  }
  await eventually(() => seen.length >= emitted.length);
  await source.stop();
  await run;
  return same('pieces', seen.map(plain), emitted);
}

async function fromHttpServerCase({ path, posts, answers, emitted }: any): Promise<string[]> {
  let listening: (port: number) => void = () => {};
  const port = new Promise<number>(resolve => {
    listening = resolve;
  });
  const source = fromHttpServer(0, { path: path ?? undefined, host: '127.0.0.1', onListening: listening });
  const seen = source.sinkToList();
  const run = source.start();
  const got: unknown[] = [];
  for (const [url, body] of posts) got.push(await post(await port, url, body));
  await source.stop();
  await run;
  const refused = await post(await port, posts[0][0], posts[0][1]).then(
    () => false,
    () => true,
  );
  const shown = got.map(([status, answer]: any, i) => [status, answers[i]?.[1] === null ? null : answer]);
  return [
    ...same('answers', shown, answers),
    ...same('bodies', seen.map(plain), emitted),
    ...same('connection refused after stop', refused, true),
  ];
}

function post(port: number, path: string, body: string): Promise<[status: number, body: string]> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false }, response => {
      let answer = '';
      response.setEncoding('latin1');
      response.on('data', part => {
        answer += part;
      });
      response.on('end', () => resolve([response.statusCode!, answer]));
    });
    call.on('error', reject);
    call.end(body, 'latin1');
  });
}

async function sinkCase({ kwargs, before, inputs, errors, content }: any, folder: string): Promise<string[]> {
  const path = join(folder, 'out');
  if (before !== null && before !== undefined) writeFileSync(path, before);
  const source = new Stream<any>();
  const sink = source.through(sinkToTextfile(path, kwargs));
  const problems: string[] = [];
  for (const [index, input] of inputs.entries()) {
    let failed = false;
    try {
      await source.emit(input);
    } catch {
      failed = true;
    }
    problems.push(...same(`error of element ${index}`, failed, errors[index] !== null));
  }
  await sink.destroy();
  return [...problems, ...same('file', readFileSync(path, 'latin1'), content)];
}
