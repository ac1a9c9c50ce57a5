import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const golden = `${root}test/golden/streamz/core/`;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-vectors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with these files; texts as they are, anything else as JSON. */
function folderOf(name: string, files: Readonly<Record<string, unknown>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(path, `${file}.json`), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

function vectors(...args: string[]): { status: number | null; said: string; complained: string } {
  const script = join(root, 'scripts/vectors.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, said: stdout, complained: stderr };
}

it('prints each failure, then how many passed and failed', () => {
  const recorded = JSON.parse(readFileSync(`${golden}map_extra_args.json`, 'utf8'));
  const changed = (change: (copy: any) => void): unknown => {
    const copy = structuredClone(recorded);
    change(copy);
    return copy;
  };
  const path = folderOf('cases', {
    broken: '{ "op": ',
    'no-case': [1, 2],
    'unknown-op': { op: 'sieve' },
    'no-op': { name: 'x' },
    'other-answer': changed(copy => copy.log[0].events.pop()),
    'unknown-step': changed(copy => {
      copy.steps.push({ explode: 's' });
      copy.log.push({ events: [] });
    }),
    'unknown-event': changed(copy => copy.log[0].events.push(['sneeze', 's'])),
    'unknown-node': changed(copy => {
      copy.graph[1].type = 'sieve';
    }),
    'unknown-argument': changed(copy => {
      copy.graph[1].kwargs = { colour: 'red' };
    }),
    'short-log': changed(copy => copy.log.pop()),
    'build-error': { ...recorded, graph: [{ id: 's', type: 'sieve' }], buildError: { type: 'ValueError' } },
  });
  copyFileSync(`${golden}map_extra_args.json`, join(path, 'good.json'));
  const { status, said } = vectors('streamz', path);
  for (const text of [
    /FAILED broken.json\n {2}the file is no JSON: /,
    /FAILED no-case.json\n {2}the file holds no case: a case is an object/,
    /FAILED unknown-op.json\n {2}nothing here knows how to run op "sieve"/,
    /FAILED no-op.json\n {2}nothing here knows how to run a case without "op"/,
    /FAILED other-answer.json\n/,
    /FAILED unknown-step.json\n {2}the runner knows no step \{"explode":"s"\}/,
    /FAILED unknown-event.json\n {2}the runner knows no event \["sneeze","s"\]/,
    /FAILED unknown-node.json\n.*the runner knows no node "sieve"/,
    /FAILED unknown-argument.json\n.*the runner knows no colour of /,
    /FAILED short-log.json\n.*steps, but the log has/,
    /FAILED build-error.json\n.*the runner knows no node "sieve"/,
    /\n1 passed, 11 failed\n$/,
  ]) {
    expect(said).toMatch(text);
  }
  expect(status).toBe(1);
});

it.each([
  [['sieve', root], /there is no family "sieve"; known: river, streamz/],
  [['toString', root], /there is no family "toString"/],
  [['streamz', join(tmpdir(), 'millrace-no-such-folder')], /there is no folder /],
  [['streamz', `${root}docs`], /no case in /],
  [['streamz'], /usage: /],
])('refuses %j', (args, text) => {
  const { status, complained } = vectors(...args);
  expect(complained).toMatch(text);
  expect(status).not.toBe(0);
});
