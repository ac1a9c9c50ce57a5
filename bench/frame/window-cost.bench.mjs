// What a row costs in a window, whatever the window's size: every aggregation over the last 1,000,000 rows beside the same over the last
// 100. Nothing recomputes a window, so the figures are alike, up to caches and the log of ordered states.
import { DataFrame, f64 } from '../../dist/index.js';

const batchRows = 10_000;
const batches = 50;
const aggregations = [
  'size()',
  'count(x)',
  'sum(x)',
  'mean(x)',
  'var(x)',
  'std(x)',
  'sem(x)',
  'skew(x)',
  'kurt(x)',
  'prod(x)',
  'min(x)',
  'max(x)',
  'first(x)',
  'last(x)',
  'nth(x, 5)',
  'nth(x, -5)',
  'any(x)',
  'all(x)',
  'median(x)',
  'quantile(x, 0.9)',
  'nunique(x)',
  'mode(x)',
  'corr(x, y)',
  'cov(x, y)',
  'argmin(x, y)',
  'argmax(x, y)',
  'approx_nunique(x)',
  'approx_quantile(x, 0.9)',
  'top_k(x)',
];

/** Values with a few thousand repeats each, the same every time. */
function batch(seed) {
  const x = new Float64Array(batchRows);
  const y = new Float64Array(batchRows);
  for (let at = 0, state = seed + 1; at < batchRows; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    x[at] = 1 + (state >>> 16) / 65536;
    y[at] = (state & 0xffff) / 65536;
  }
  return { x, y };
}

/** A frame whose window is full; each run pushes 500,000 rows more. */
function filled(aggregation, window) {
  const given = Array.from({ length: 100 }, (_, seed) => batch(seed));
  const frame = new DataFrame({ schema: { x: f64(), y: f64() } });
  let result = null;
  frame
    .window(window)
    .agg(`out = ${aggregation}`)
    .sink(rows => {
      result = rows.column('out').get(0);
    });
  let next = 0;
  const push = count => {
    for (let at = 0; at < count; at++) frame.emit(given[next++ % given.length]);
    return result;
  };
  push(Math.ceil(window / batchRows) + 1);
  return { run: () => push(batches), close: () => frame.dispose() };
}

export const cases = aggregations.map(aggregation => ({
  name: `${aggregation} over the last 1,000,000 rows`,
  against: 'over the last 100',
  rows: batchRows * batches,
  isolate: true,
  async setup() {
    const large = filled(aggregation, 1_000_000);
    const small = filled(aggregation, 100);
    return {
      ours: large.run,
      theirs: small.run,
      check: (a, b) => a !== undefined && b !== undefined,
      close: () => {
        large.close();
        small.close();
      },
    };
  },
}));
