// What a row costs that asks for its own window, whatever the window's size: every aggregation over the last 1,000,000 rows of each row beside
// the same over the last 100, and by 100 keys over the last 10,000 rows of the key beside the last 10. Nothing recomputes a window, so the
// figures are alike, up to caches and the log of ordered states.
import { DataFrame, f64, i32 } from '../../dist/index.js';

export const title = 'What a row costs that has a window of its own';

const batchRows = 10_000;
const batches = 20;
const columns = {
  count: 'x',
  size: '',
  sum: 'x',
  mean: 'x',
  var: 'x',
  std: 'x',
  sem: 'x',
  skew: 'x',
  kurt: 'x',
  prod: 'x',
  min: 'x',
  max: 'x',
  first: 'x',
  last: 'x',
  nth: 'x',
  any: 'x',
  all: 'x',
  median: 'x',
  quantile: 'x',
  nunique: 'x',
  mode: 'x',
  rank: 'x',
  corr: 'x, y',
  cov: 'x, y',
  argmin: 'x, y',
  argmax: 'x, y',
};

/** Values with a few thousand repeats each, the same every time. */
function batch(seed) {
  const x = new Float64Array(batchRows);
  const y = new Float64Array(batchRows);
  const k = new Int32Array(batchRows);
  for (let at = 0, state = seed + 1; at < batchRows; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    x[at] = 1 + (state >>> 16) / 65536;
    y[at] = (state & 0xffff) / 65536;
    k[at] = (state >>> 8) % 100;
  }
  return { x, y, k };
}

/** A frame whose windows are full; each run pushes 200,000 rows more. */
function filled(text, rows) {
  const given = Array.from({ length: 100 }, (_, seed) => batch(seed));
  const frame = new DataFrame({ schema: { x: f64(), y: f64(), k: i32() } });
  let result = null;
  frame.select({ out: text }).sink(answers => {
    result = answers.column('out').get(0);
  });
  let next = 0;
  const push = count => {
    for (let at = 0; at < count; at++) frame.emit(given[next++ % given.length]);
    return result;
  };
  push(Math.ceil(rows / batchRows) + 1);
  return { run: () => push(batches), close: () => frame.dispose() };
}

const call = (name, args, n, by) => `rolling_${name}(${[args, n, by].filter(part => part !== '').join(', ')})`;

function costs(name, args, [large, small], by) {
  return {
    name: `${call(name, args, large.toLocaleString('en'), by)}`,
    against: `of ${small.toLocaleString('en')} rows`,
    rows: batchRows * batches,
    isolate: true,
    async setup() {
      const keys = by === '' ? 1 : 100;
      const one = filled(call(name, args, large, by), large * keys);
      const other = filled(call(name, args, small, by), small * keys);
      return {
        ours: one.run,
        theirs: other.run,
        check: (a, b) => a !== undefined && b !== undefined,
        close: () => {
          one.close();
          other.close();
        },
      };
    },
  };
}

export const cases = Object.entries(columns).flatMap(([name, args]) => [
  costs(name, args, [1_000_000, 100], ''),
  costs(name, args, [10_000, 10], 'by=k'),
]);
