// Runs the benchmarks: bench/**/*.bench.mjs, ours and the alternative in turns, medians.
//
//   npm run bench [-- --case TEXT] [--json] [--page] [--rounds N] [--list] [--no-build]
//
// A file exports `title`, what its cases are about, and `cases`, each
//   { name, against, rows?, bytes?, isolate?, setup() }         setup() resolves to { ours, theirs, check?, close? }: one whole
//                                                               run each; check(a, b) compares the answers before timing
//   { name, against, unit, measure() }                          measure() resolves to { ours, theirs, bytes? }: figures of another kind
// and what it should reach: `target` (theirs ÷ ours at least), `atMost` (ours ÷ theirs at most) or `limit` (ours at most).
// `note` tells the page what bounds a case that misses. `isolate: true` gives the case a process of its own. --case takes cases whose path
// or name contains TEXT. Results are kept in .cache/bench/; --page makes docs/benchmarks.md of all that are kept.
import { execFileSync, fork } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { machine } from './_machine.mjs';
import { keep, line, writePage } from './_report.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const leastRounds = 5;
const sampleMs = 5; // one sample lasts at least this long: shorter runs are repeated
const budgetMs = 4000; // rounds go on for this long, if the least number of rounds was quicker

const { values: options } = parseArgs({
  options: {
    case: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    rounds: { type: 'string' },
    child: { type: 'string' },
  },
});

const benchFiles = () =>
  readdirSync(here, { recursive: true })
    .map(String)
    .filter(name => name.endsWith('.bench.mjs') && !name.includes('node_modules'))
    .sort();

async function casesOf(file) {
  const { cases, title } = await import(pathToFileURL(join(here, file)));
  const place = file.replace('.bench.mjs', '');
  const named = cases.map(one => ({ ...one, id: `${place}: ${one.name} vs ${one.against}` }));
  const ids = named.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  // results are kept by id: one of the two would be lost
  if (twice) throw new Error(`two cases are called "${twice}"; give one of them another name`);
  return { title: title ?? place, cases: named };
}

const median = samples => {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Milliseconds of one run, as the mean of `repeat` runs. */
async function time(run, repeat) {
  const began = performance.now();
  for (let i = 0; i < repeat; i++) {
    const answer = run();
    if (answer instanceof Promise) await answer;
  }
  return (performance.now() - began) / repeat;
}

async function timed({ setup, rounds }) {
  const { ours, theirs, check, close } = await setup();
  try {
    const answers = [await ours(), await theirs()];
    if (check && (await check(...answers)) === false) throw new Error('the answers differ');
    const repeats = [];
    for (const run of [ours, theirs]) repeats.push(Math.max(1, Math.ceil(sampleMs / (await time(run, 1)))));
    const samples = [[], []];
    const began = performance.now();
    const enough = Number(options.rounds ?? rounds ?? leastRounds);
    while (samples[0].length < enough || (!options.rounds && !rounds && performance.now() - began < budgetMs)) {
      samples[0].push(await time(ours, repeats[0]));
      samples[1].push(await time(theirs, repeats[1]));
    }
    return {
      ours: median(samples[0]),
      theirs: median(samples[1]),
      oursBest: Math.min(...samples[0]),
      theirsBest: Math.min(...samples[1]),
      rounds: samples[0].length,
      unit: 'ms',
    };
  } finally {
    await close?.();
  }
}

/** The result of one case, figures and verdict. */
async function runCase(one) {
  const { id, name, against, rows, target, atMost, limit, note } = one;
  const load = loadavg()[0];
  const figures = one.measure ? { unit: one.unit, ...(await one.measure()) } : await timed(one);
  const { bytes = one.bytes } = figures;
  const ratio = figures.theirs / figures.ours;
  const met =
    target !== undefined
      ? ratio >= target
      : atMost !== undefined
        ? 1 / ratio <= atMost
        : limit !== undefined
          ? figures.ours <= limit
          : null;
  const perSecond = amount => (amount && figures.unit === 'ms' ? (amount / figures.ours) * 1000 : undefined);
  const speed = { rowsPerSecond: perSecond(rows), bytesPerSecond: perSecond(bytes) };
  return { id, name, against, ...figures, ratio, target, atMost, limit, met, note, load, ...speed };
}

const inChild = (file, id) =>
  new Promise((resolve, reject) => {
    const args = ['--child', `${file}\n${id}`, ...(options.rounds ? ['--rounds', options.rounds] : [])];
    const child = fork(fileURLToPath(import.meta.url), args, { execArgv: ['--expose-gc'] });
    child.on('message', ({ result, error }) => (error ? reject(new Error(error)) : resolve(result)));
    child.on('exit', code => reject(new Error(`the case's process ended with ${code}`)));
  });

/** The rivals have their own package.json, so that nobody else has to install them. */
function installPeers() {
  if (existsSync(join(here, 'peer/node_modules')) || !existsSync(join(here, 'peer/package-lock.json'))) return;
  process.stderr.write('installing the rivals in bench/peer …\n');
  // Not `npm ci`: it fails where a registry lacks a rival's build for some other platform.
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-save'], {
    cwd: join(here, 'peer'),
    stdio: ['ignore', 2, 2],
  });
}

async function main() {
  if (!options.list) {
    if (!options['no-build']) await build({ quiet: true });
    installPeers();
  }
  const report = { machine: machine(), results: [] };
  const say = text => process.stdout.write(`${text}\n`);
  if (!options.json && !options.list) {
    const { cpu, cores, memoryGiB, node, load, date, versions } = report.machine;
    say(`${date}  ${cpu} × ${cores}, ${memoryGiB} GiB, Node ${node}, load ${load.toFixed(2)}`);
    say(
      `${Object.entries(versions)
        .map(entry => entry.join(' '))
        .join(', ')}\n`,
    );
  }
  const files = [];
  for (const file of benchFiles()) {
    const { title, cases } = await casesOf(file).catch(error => {
      // A rival that is not installed, or a broken bench: the others go on.
      process.stderr.write(`bench/${file}: ${error.message}\n`);
      if (file.includes(options.case)) report.results.push({ id: file, error: error.message });
      return { title: file, cases: [] };
    });
    files.push({ title, cases });
    for (const one of cases) {
      if (!one.id.includes(options.case)) continue;
      if (options.list) {
        say(one.id);
        continue;
      }
      const result = await (one.isolate ? inChild(file, one.id) : runCase(one)).catch(error => ({
        id: one.id,
        error: error.message,
      }));
      report.results.push(result);
      keep([result], report.machine); // at once: a long run may be stopped
      if (!options.json) say(line(result));
    }
  }
  if (options.list) return;
  if (options.json) say(JSON.stringify(report, null, 2));
  if (options.page) process.stderr.write(`wrote ${writePage(files)}\n`);
  if (report.results.length === 0) process.stderr.write(`bench: no case contains "${options.case}"\n`);
  if (report.results.length === 0 || report.results.some(result => result.error)) process.exitCode = 1;
}

async function child() {
  const [file, id] = options.child.split('\n');
  const one = (await casesOf(file)).cases.find(candidate => candidate.id === id);
  const { memoryStats } = await import('../dist/index.js');
  const answer = await runCase(one).then(
    result => ({ result: { ...result, peakBytes: memoryStats().peakBytes } }),
    error => ({ error: error.message }),
  );
  process.send(answer, () => process.exit());
}

await (options.child ? child() : main());
