import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
let folder: string;

/** Runs a program in the consumer's folder; its output, or an error that shows it. */
function runIn(dir: string, file: string, args: string[]): string {
  try {
    return execFileSync(file, args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr, message } = error as { stdout: string; stderr: string; message: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}

// The package as npm would publish it, installed into an empty folder.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-package-'));
  runIn(root, 'npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
  const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'))!;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  runIn(folder, 'npm', ['install', `./${tarball}`, '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('the packed package, installed elsewhere', () => {
  it("runs the README's first example in plain Node", () => {
    const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))![1]!;
    expect(example).toContain("from 'millrace'");
    write('example.mjs', example);
    const shown = /```text\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))![1]!;
    expect(runIn(folder, process.execPath, ['example.mjs']).trim()).toBe(shown.trim());
  });

  it('has a command that says its version and its help', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const bin = join(folder, 'node_modules/.bin/millrace');
    expect(runIn(folder, bin, ['--version']).trim()).toBe(version);
    expect(runIn(folder, bin, ['run', '--help'])).toContain('Examples:');
  });

  it('opens for the benchmarks, which look inside', async () => {
    const insides = await import(join(root, 'dist/internal.js'));
    expect(insides).toMatchObject({ Memory: expect.any(Function), DataFrameBase: expect.any(Function) });
  });

  it.each(['nodenext', 'bundler'])('type-checks in a consumer with moduleResolution %s', moduleResolution => {
    const dir = join(folder, moduleResolution);
    mkdirSync(dir, { recursive: true });
    const module = moduleResolution === 'bundler' ? 'esnext' : 'nodenext';
    writeFileSync(
      join(dir, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { module, moduleResolution, target: 'es2022', strict: true, noEmit: true, types: [] },
        files: ['consumer.ts'],
      }),
    );
    writeFileSync(join(dir, 'consumer.ts'), readFileSync(join(root, 'test/package/consumer.ts'), 'utf8'));
    expect(runIn(dir, process.execPath, [tsc, '-p', '.'])).toBe('');
  });

  it('bundles for the browser without a single built-in of Node', async () => {
    const entry = write('page.js', "import * as millrace from 'millrace';\nconsole.log(millrace);\n");
    const { metafile } = await build({
      absWorkingDir: folder,
      entryPoints: [entry],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const imports = Object.values(metafile.inputs).flatMap(input => input.imports.map(({ path }) => path));
    expect(imports.filter(isBuiltin)).toEqual([]);
  });

  it('does nothing and loads nothing else when it is imported', () => {
    write(
      'hooks.mjs',
      `import { appendFileSync } from 'node:fs';
      export async function resolve(name, context, next) {
        const found = await next(name, context);
        if (context.parentURL?.includes('node_modules')) appendFileSync('loaded.txt', found.url + '\\n');
        return found;
      }`,
    );
    write('register.mjs', "import { register } from 'node:module';\nregister('./hooks.mjs', import.meta.url);\n");
    write(
      'import.mjs',
      `const used = [];
      for (const name of ['Memory', 'Module', 'Instance']) {
        WebAssembly[name] = new Proxy(WebAssembly[name], { construct() { used.push(name); throw new Error(name); } });
      }
      for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'queueMicrotask']) {
        globalThis[name] = () => used.push(name);
      }
      const before = Object.keys(globalThis).length;
      await import('millrace');
      console.log(JSON.stringify({ used, globals: Object.keys(globalThis).length - before }));`,
    );
    write('loaded.txt', '');
    const said = runIn(folder, process.execPath, ['--import', './register.mjs', 'import.mjs']);
    expect(JSON.parse(said)).toEqual({ used: [], globals: 0 });
    const loaded = readFileSync(join(folder, 'loaded.txt'), 'utf8').split('\n').filter(Boolean);
    // fzstd is no transport: Arrow's compressed bodies are decoded at once, so it can't be loaded when it is needed.
    const own = /\/node_modules\/(millrace\/dist|fzstd)\//;
    expect(loaded.filter(url => !own.test(url))).toEqual([]);
  });

  it('says which client to install, when it is used first', () => {
    write(
      'clients.mjs',
      `import { Stream } from 'millrace';
      import { fromKafka, toKafka } from 'millrace/kafka';
      import { fromMqtt, toMqtt } from 'millrace/mqtt';
      import { fromWebsocket, toWebsocket } from 'millrace/websocket';
      const said = [];
      for (const source of [fromKafka('x'), fromMqtt('x'), fromWebsocket(0)]) await source.start().catch(e => said.push(e.message));
      for (const sink of [toKafka('x'), toMqtt('x'), toWebsocket('ws://localhost:1')]) {
        const stream = new Stream();
        stream.through(sink);
        await stream.emit('x').catch(e => said.push(e.message));
      }
      console.log(said.join('\\n'));`,
    );
    expect(runIn(folder, process.execPath, ['clients.mjs']).trim().split('\n')).toEqual(
      ['fromKafka', 'fromMqtt', 'fromWebsocket', 'toKafka', 'toMqtt', 'toWebsocket'].map(verb => {
        const client = { k: '@platformatic/kafka', m: 'mqtt', w: 'ws' }[/[KMW]/.exec(verb)![0].toLowerCase()];
        return `${verb}: the package "${client}" is not installed: npm install ${client}`;
      }),
    );
  });

  it('imports nothing that it does not ask npm for', async () => {
    const { exports, dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const entries = Object.values<any>(exports).flatMap(target => (typeof target === 'string' ? [] : [target.default]));
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [...entries, 'dist/cli/main.js'],
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      outdir: 'out',
      write: false,
      metafile: true,
    });
    const imported = Object.values(metafile.inputs)
      .flatMap(({ imports }) => imports)
      .filter(({ external, path }) => external && !isBuiltin(path))
      .map(({ path }) =>
        path
          .split('/')
          .slice(0, path.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    const known = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
    expect([...new Set(imported)].filter(name => !known.has(name))).toEqual([]);
  });

  it('exports these names', async () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const lines = [];
    for (const [subpath, target] of Object.entries<any>(exports)) {
      if (typeof target === 'string') continue;
      const { metafile } = await build({
        absWorkingDir: root,
        entryPoints: [target.default],
        bundle: false,
        format: 'esm',
        write: false,
        metafile: true,
        outdir: 'out',
      });
      const [output] = Object.values(metafile.outputs);
      lines.push(subpath, ...output!.exports.sort().map(name => `  ${name}`));
    }
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('exports.txt');
  });
});

describe('the size of the package', () => {
  /** Bytes a page downloads for this source, minified and gzipped. */
  async function size(source: string): Promise<number> {
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir: folder },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      logLevel: 'silent',
    });
    return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  }

  // 70 kB of it are kernels: many paths through a few loops, each as fast as its rows allow. What only some jobs use (joins, sketches, rolling by row) comes along, as verbs run at once.
  it('does not grow for streams, frames and kernels, minified and gzipped', async () => {
    const bytes = await size("import { DataFrame, Stream } from 'millrace';\nconsole.log(DataFrame, Stream);\n");
    expect(bytes).toBeLessThanOrEqual(260_000);
  });

  it('is next to nothing for what a page does not use', async () => {
    expect(await size("import 'millrace';\n")).toBeLessThan(100);
    expect(await size("import { MillraceError } from 'millrace';\nconsole.log(MillraceError);\n")).toBeLessThan(1000);
  });
});
