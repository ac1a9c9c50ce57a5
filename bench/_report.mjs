// Results as lines for the terminal, and as the page docs/benchmarks.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache/bench');
const kept = join(cache, 'results.json');
const page = join(root, 'docs/benchmarks.md');

const units = [
  [' G', 1e9],
  [' M', 1e6],
  [' k', 1e3],
  ['', 1],
];

function number(value) {
  const [unit, size] = units.find(([, least]) => Math.abs(value) >= least) ?? ['', 1];
  return `${(value / size).toPrecision(3)}${unit}`;
}

const amount = (value, unit) => {
  if (unit !== 'ms') return `${number(value)} ${unit}`;
  return value >= 1000 ? `${(value / 1000).toPrecision(3)} s` : `${value.toPrecision(3)} ms`;
};

function wanted({ target, atMost, limit, unit }) {
  if (target !== undefined) return `at least ${target}×`;
  if (atMost !== undefined) return `at most ${atMost}× theirs`;
  return limit === undefined ? '' : `at most ${amount(limit, unit)}`;
}

const speeds = ({ rowsPerSecond, bytesPerSecond }) => [
  rowsPerSecond && `${number(rowsPerSecond)} rows/s`,
  bytesPerSecond && `${number(bytesPerSecond / 1e6)} MB/s`,
];

/** Of nothing beside nothing there is none. */
const times = ratio => (ratio === null || Number.isNaN(ratio) ? '–' : `${ratio.toFixed(2)}×`);

/** One result for the terminal. */
export function line(result) {
  if (result.error) return `${result.id}\n    failed: ${result.error}`;
  const { id, ours, theirs, unit, ratio, against, met } = result;
  const verdict = wanted(result) && `(${wanted(result)}: ${met ? 'met' : 'NOT MET'})`;
  const figures = `ours ${amount(ours, unit)}, ${against} ${amount(theirs, unit)}: ${times(ratio)}`;
  return `${id}\n    ${[[figures, verdict].filter(Boolean).join(' '), ...speeds(result).filter(Boolean)].join(', ')}`;
}

/** All results kept so far, by id: the newest of each case. */
function keptResults() {
  try {
    return new Map(JSON.parse(readFileSync(kept, 'utf8')).map(result => [result.id, result]));
  } catch {
    return new Map();
  }
}

/** Remembers results, so that a page can be made of several runs. */
export function keep(results, machine) {
  const all = keptResults();
  for (const result of results) if (!result.error) all.set(result.id, { ...result, machine });
  mkdirSync(cache, { recursive: true });
  writeFileSync(kept, JSON.stringify([...all.values()]));
}

const cell = text => String(text).replaceAll('|', '\\|');

function table(results) {
  const rows = results.map(result => {
    const { name, against, ours, theirs, unit, ratio, met } = result;
    const verdict = met === null ? '' : `${wanted(result)}${met ? '' : ' — **missed**'}`;
    const speed = speeds(result).filter(Boolean)[0] ?? '';
    const peak = result.peakBytes ? `${number(result.peakBytes)}B` : '';
    const cells = [name, amount(ours, unit), speed, peak, against, amount(theirs, unit), times(ratio), verdict];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  const head = '| case | millrace | | peak | beside | | ratio | wanted |';
  return [head, '|---|---:|---:|---:|---|---:|---:|---|', ...rows].join('\n');
}

/** What bounds the cases that miss, once each. */
function notes(results) {
  const missed = results.filter(({ met, note }) => met === false && note);
  return [...new Set(missed.map(({ note }) => note))].map(note => `${note}\n`).join('\n');
}

/** Where the kept results were measured: one line for each day and machine. */
function conditions(results) {
  const lines = results.map(({ machine: { date, cpu, cores, memoryGiB, node } }) => {
    return `${date.slice(0, 10)}, ${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${node}`;
  });
  const loads = results.map(({ machine }) => machine.load);
  const { versions } = results.at(-1).machine;
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    [...new Set(lines)].map(text => `- ${text}`).join('\n'),
    `- load before the runs ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`,
    `- beside ${list.join(', ')}`,
  ].join('\n');
}

/** Writes docs/benchmarks.md: `files` is [{ title, cases }] in order; results are found by the cases' ids, notes are theirs as they are now. */
export function writePage(files) {
  const all = keptResults();
  const shown = files
    .map(({ title, cases }) => {
      const found = cases.filter(({ id }) => all.has(id));
      return { title, results: found.map(({ id, note }) => ({ ...all.get(id), note })) };
    })
    .filter(({ results }) => results.length > 0);
  const everything = shown.flatMap(({ results }) => results);
  if (everything.length === 0) throw new Error('bench: no results to make a page of; run some cases first');
  const judged = everything.filter(({ met }) => met !== null);
  const sections = shown.map(({ title, results }) =>
    [`## ${title}`, table(results), notes(results)].join('\n\n').trimEnd(),
  );
  const text = [
    '# Benchmarks',
    'Made by `npm run bench -- --page` from its own runs; change the cases in `bench/`, not this page.',
    `Each case runs millrace and one alternative in turns (A B A B) in one process, on the same data, after their answers were compared; figures
are medians, ratios the alternative's time over ours. millrace runs through its public API on one thread, from typed arrays on the
JavaScript heap to result batches there, unless a case says otherwise; the alternatives' tables are loaded before the clock starts. The
peak is the most linear memory that millrace held at once.`,
    conditions(everything),
    `${judged.filter(({ met }) => met).length} of ${judged.length} cases reach what is wanted of them. To run them again:`,
    '```sh\nnpm run bench                                # every case\nnpm run bench -- --list                      # their names\nnpm run bench -- --case "case/groupby" --page   # some of them, and this page anew\n```',
    ...sections,
  ].join('\n\n');
  writeFileSync(page, `${text}\n`);
  return page;
}
