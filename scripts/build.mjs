// Builds the package into dist/: kernels (asc), bundles (esbuild), declarations (tsc). Does nothing when no source changed.
//
//   node scripts/build.mjs [--force] [--quiet]
//
// Each subpath of `exports` in package.json names its bundle, and the bundle its source: dist/river.js is made from
// src/river/index.ts, else src/transport/river.ts, else src/river.ts. A room's src/<room>/worker.ts becomes
// dist/<room>-worker.js. dist/internal.js holds the insides of the engine for bench/; it is neither exported nor published.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildWasm } from './build-wasm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp');
/** Made here and then moved, so that who runs dist/ meanwhile never sees half of it. */
const fresh = join(root, '.cache/dist');

const filesUnder = dir =>
  readdirSync(join(root, dir), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();

function digest() {
  const hash = createHash('sha256');
  const sources = [...filesUnder('src'), ...filesUnder('assembly')].filter(file => !file.includes('/kernel/wasm/'));
  const recipe = ['package.json', 'tsconfig.json', 'asconfig.json', ...filesIn('scripts', /^(build|tsconfig)/)];
  for (const file of [...recipe.map(name => join(root, name)), ...sources])
    hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

const filesIn = (dir, wanted) =>
  readdirSync(join(root, dir))
    .filter(name => wanted.test(name))
    .map(name => join(dir, name));

/** Whether dist/ was made from the sources as they are now. */
export function isStale() {
  return !existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== digest();
}

/** A subpath that is not written yet stops only what is to be published or judged. */
function missing(problem) {
  if (process.env.CI === 'true') throw new Error(problem);
  process.stderr.write(`${problem}\n`);
}

/** @returns {Record<string, string>} bundle name in dist/, without .js, to source */
export function entryPoints() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = {};
  for (const [subpath, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const name = basename(target.default, '.js');
    const source = ['index.ts', `${name}/index.ts`, `transport/${name}.ts`, `${name}.ts`]
      .slice(name === 'index' ? 0 : 1)
      .map(path => join('src', path))
      .find(path => existsSync(join(root, path)));
    if (source) entries[name] = source;
    else missing(`build: package.json exports "${subpath}", but src/ has no source for dist/${name}.js`);
  }
  for (const room of readdirSync(join(root, 'src'))) {
    if (existsSync(join(root, 'src', room, 'worker.ts'))) entries[`${room}-worker`] = `src/${room}/worker.ts`;
  }
  if (existsSync(join(root, 'src/cli/main.ts'))) entries['cli/main'] = 'src/cli/main.ts';
  return entries;
}

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  packages: 'external',
  external: ['node:*'],
  target: 'es2022', // lowers `using` for Node 20
  legalComments: 'none',
  logLevel: 'warning',
};

/**
 * Lets every subpath use something of the main one. esbuild makes a chunk for each set of bundles that share code; so there is
 * one for nearly all of it, where there were twenty: 20 ms to import millrace instead of 27.
 */
const together = {
  name: 'together',
  setup(builder) {
    builder.onResolve({ filter: /^subpath:/ }, ({ path }) => ({ path: path.slice(8), namespace: 'subpath' }));
    builder.onLoad({ filter: /.*/, namespace: 'subpath' }, ({ path }) => ({
      contents: `export * from './${path}';\nexport { MillraceError as __main } from './src/index.ts';`,
      resolveDir: root,
      loader: 'ts',
    }));
  },
};

async function bundle() {
  const { build } = await import('esbuild');
  const isSubpath = source => /\/index\.ts$|^src\/transport\//.test(source) && source !== 'src/index.ts';
  await build({
    ...common,
    entryPoints: Object.entries(entryPoints()).map(([out, source]) => ({
      in: isSubpath(source) ? `subpath:${source}` : source,
      out,
    })),
    plugins: [together],
    outdir: fresh,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
  for (const file of filesUnder('.cache/dist').filter(name => name.endsWith('.js'))) {
    // esbuild also imports chunks of which a bundle uses nothing, for effects that ours don't have: less to load without.
    const text = readFileSync(file, 'utf8');
    const lean = text.replace(/^import "[^"]*\/chunk-\w+\.js";\n/gm, '').replace(/^ {2}\w+ as __main,?\n/m, '');
    writeFileSync(file, lean);
  }
  await build({ ...common, stdin: insides(), outfile: join(fresh, 'internal.js') });
  if (existsSync(join(fresh, 'cli/main.js'))) chmodSync(join(fresh, 'cli/main.js'), 0o755);
}

// In flow order: streams come before frames, which they make.
const rooms = ['schema', 'memory', 'kernel', 'column', 'expr', 'aggregate', 'window', 'stream', 'codec', 'frame'];

/** Everything that the rooms of the engine export. */
function insides() {
  const files = rooms
    .flatMap(room => filesIn(`src/${room}`, /^[^_].*\.ts$/))
    .concat('src/errors.ts')
    .map(file => `export * from './${file}';`);
  return { contents: files.join('\n'), resolveDir: root, loader: 'ts' };
}

function declarations() {
  const require = createRequire(import.meta.url);
  const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', join(root, 'scripts/tsconfig.types.json')], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`build: tsc failed\n${run.stdout}${run.stderr}`);
  for (const file of filesUnder('.cache/dist/types')) {
    const text = readFileSync(file, 'utf8');
    const fixed = text
      // Declarations keep the .ts of imports; a consumer's compiler looks for .js and finds the .d.ts beside it.
      .replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2')
      // The type of a kernel room's bytes is not the text itself.
      .replace(/(declare const \w+Wasm) = ".*";/g, '$1: string;');
    if (fixed !== text) writeFileSync(file, fixed);
  }
}

/** Brings dist/ up to date. @throws Error when a kernel room, a bundle or a declaration can't be made */
export async function build({ force = false, quiet = false } = {}) {
  if (!force && !isStale()) return false;
  const began = performance.now();
  const stamp = digest();
  const failed = await buildWasm({ quiet });
  if (failed.length > 0) throw new Error(`build: ${failed.length} kernel rooms failed: ${failed.join(', ')}`);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await bundle();
  declarations();
  writeFileSync(join(fresh, '.stamp'), stamp);
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  if (!quiet) process.stdout.write(`dist: ${Math.round(performance.now() - began)} ms\n`);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const quiet = process.argv.includes('--quiet');
  try {
    const built = await build({ force: process.argv.includes('--force'), quiet });
    if (!built && !quiet) process.stdout.write('dist: up to date\n');
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
