import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPlugins } from '../../src/stream/plugins.ts';
import { Stream } from '../../src/stream/stream.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function project(dependencies: Record<string, string>): void {
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'user', private: true, type: 'module', dependencies }),
  );
}

function plugin(name: string, millrace: unknown, files: Record<string, string>): void {
  const home = join(folder, 'node_modules', name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name, type: 'module', millrace }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(home, file), text);
}

it('finds, attaches and runs the example plugin, installed by npm', () => {
  project({});
  execFileSync(
    'npm',
    [
      'install',
      join(root, 'examples/plugin'),
      '--install-links',
      '--offline',
      '--no-audit',
      '--no-fund',
      '--legacy-peer-deps',
    ],
    { cwd: folder, stdio: 'pipe' },
  );
  symlinkSync(root, join(folder, 'node_modules/millrace'));
  writeFileSync(
    join(folder, 'main.js'),
    `import { loadPlugins, Stream } from 'millrace';
    const found = loadPlugins();
    const extremes = {};
    const rolls = Stream.dice(6, 100);
    const means = rolls.everyNth(2).ema(0.5);
    means.sinkToExtremes(extremes);
    const seen = means.sinkToList();
    await rolls.start();
    console.log(JSON.stringify({ found, count: seen.length, extremes, text: String(means), rolls: String(rolls) }));`,
  );
  const shown = JSON.parse(execFileSync(process.execPath, ['main.js'], { cwd: folder, encoding: 'utf8' }));
  expect(shown.found.map(({ name, kind, package: from }: any) => [name, kind, from])).toEqual([
    ['dice', 'source', 'millrace-plugin-example'],
    ['ema', 'node', 'millrace-plugin-example'],
    ['everyNth', 'node', 'millrace-plugin-example'],
    ['sinkToExtremes', 'sink', 'millrace-plugin-example'],
  ]);
  expect(shown.count).toBe(50);
  expect(shown.extremes.min).toBeGreaterThanOrEqual(1);
  expect(shown.extremes.max).toBeLessThanOrEqual(6);
  expect([shown.text, shown.rolls]).toEqual(['<ema: 0.5>', '<dice; from_iterable>']);
});

describe('loadPlugins', () => {
  it('loads a module when its method is first called', () => {
    project({ lazy: '1' });
    plugin('lazy', { nodes: { lazyOne: './broken.js' } }, { 'broken.js': 'throw new Error("loaded")' });
    expect(loadPlugins({ from: folder })).toEqual([{ name: 'lazyOne', kind: 'node', package: 'lazy' }]);
    expect(() => (new Stream() as any).lazyOne()).toThrow(
      /lazyOne: lazy names .\/broken.js, which can not be loaded: loaded/,
    );
  });

  it('checks what it loads, and says what is wrong', () => {
    project({ wrong: '1' });
    plugin(
      'wrong',
      { nodes: { wrongExport: './a.js#missing', wrongClass: './a.js#Plain', wrongResult: './a.js#number' } },
      { 'a.js': 'export class Plain {}; export const number = () => 5;' },
    );
    loadPlugins({ from: folder });
    const stream = new Stream() as any;
    expect(() => stream.wrongExport()).toThrow(/exports no function or class "missing"; it exports Plain, number/);
    expect(() => stream.wrongClass()).toThrow(/class Plain of wrong is no operator; extend Operator/);
    expect(() => stream.wrongResult()).toThrow(/made number of it/);
  });

  it('leaves names alone that streams have', () => {
    project({ greedy: '1' });
    plugin('greedy', { nodes: { map: './a.js' } }, {});
    const { map } = Stream.prototype;
    expect(loadPlugins({ from: folder })).toEqual([
      { name: 'map', kind: 'node', package: 'greedy', skipped: 'streams have "map" already' },
    ]);
    expect(Stream.prototype.map).toBe(map);
  });

  it('passes over packages without plugins and packages that are not there', () => {
    project({ plainPackage: '1', absent: '1' });
    plugin('plainPackage', undefined, {});
    expect(loadPlugins({ from: folder })).toEqual([]);
  });

  it('refuses a description that makes no sense', () => {
    project({ odd: '1' });
    plugin('odd', { nodes: { 'not a name': 5 } }, {});
    expect(() => loadPlugins({ from: folder })).toThrow(/odd names node "not a name" as 5/);
  });
});

describe('registerApi', () => {
  it('attaches nodes and sources, and refuses a name that is taken', () => {
    Stream.registerApi('plusTwo', function (this: Stream<number>) {
      return this.map(x => x + 2);
    });
    Stream.registerApi('upTo', (n: number) => Stream.fromIterable(Array.from({ length: n }, (_, i) => i)), {
      static: true,
    });
    const seen = (new Stream<number>() as any).plusTwo();
    expect(seen).toBeInstanceOf(Stream);
    expect((Stream as any).upTo(3)).toBeInstanceOf(Stream);
    expect(() => Stream.registerApi('map', () => undefined)).toThrow(/have "map" already/);
  });
});
