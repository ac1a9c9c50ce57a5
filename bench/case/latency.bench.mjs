// Latency: from `emit` of one row to its result, in a stream of 100,000 rows/s with a window of 1,000,000 rows.
import { DataFrame, f64 } from '../../dist/index.js';
import { columns } from '../data.mjs';

export const title = 'Latency: one row in, its result out';

const windowRows = 1_000_000;
const perSecond = 100_000;
const warmUp = 50_000;
const measured = 300_000;

/** Microseconds from `emit` to the result of each row, the rows coming on time: one every 10 µs by the clock, whatever the last one took. */
function latencies(frame, results, { v }) {
  const times = new Float64Array(measured);
  const gapMs = 1000 / perSecond;
  const began = performance.now();
  for (let row = 0; row < warmUp + measured; row++) {
    const due = began + row * gapMs;
    while (performance.now() < due);
    const seen = results.count;
    const from = performance.now();
    frame.emit({ v: v.subarray(row, row + 1) });
    const took = (performance.now() - from) * 1000;
    if (results.count !== seen + 1) throw new Error(`row ${row} gave ${results.count - seen} results`);
    if (row >= warmUp) times[row - warmUp] = took;
  }
  return times.sort();
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** What rows take that nothing is done with: the same call, timer and sink. */
function empty(given) {
  const frame = new DataFrame({ schema: { v: f64() } });
  const results = counting(frame);
  const sorted = latencies(frame, results, given);
  frame.dispose();
  return at(sorted, 0.5);
}

function counting(frame) {
  const results = { count: 0, last: null };
  frame.sink(batch => {
    results.count++;
    results.last = batch;
  });
  return results;
}

const windows = {
  'mean of the last 1,000,000 rows': frame => frame.window(windowRows).agg({ mean: t => t.v.mean() }),
  'mean, var, max of the last 1,000,000 rows': frame =>
    frame.window(windowRows).agg({ mean: t => t.v.mean(), var: t => t.v.var(), max: t => t.v.max() }),
};

function ours(make, given) {
  const frame = new DataFrame({ schema: { v: f64() } });
  const results = counting(make(frame));
  frame.emit({ v: columns(windowRows, ['v'], { seed: 11 }).v });
  const sorted = latencies(frame, results, given);
  if (!(Math.abs(results.last.column('mean').values[0] - 0.5) < 0.01)) throw new Error('the mean is wrong');
  frame.dispose();
  return sorted;
}

export const cases = Object.entries(windows).flatMap(([name, make]) =>
  Object.entries({ p50: 0.5, p99: 0.99, 'p99.9': 0.999 }).map(([label, share]) => ({
    name: `${label} above an empty pipeline's median: ${name}`,
    against: "an empty pipeline's median",
    unit: 'µs',
    isolate: true,
    ...(label === 'p99' && { limit: 50 }),
    measure: () => {
      const given = columns(warmUp + measured, ['v']);
      const theirs = empty(given);
      return { ours: at(ours(make, given), share) - theirs, theirs };
    },
  })),
);
