// One answer for every row, of the window of 1,000 rows that ends with it; all rows in one batch.
import { DataFrame, f64 } from '../../dist/index.js';
import { columns } from '../data.mjs';
import { rollingExtreme, rollingMean, rollingMedian, rollingVariance } from '../peer/plain-rolling.mjs';
import { polars } from '../peer/polars.mjs';

export const title = 'Rolling windows: an answer for every row';

const rows = 10_000_000;
const width = 1000;

/** Every answer counts, at different weights. */
function digest(out) {
  let total = 0;
  for (let i = width - 1; i < out.length; i++) total += out[i] * (1 + (i & 3));
  return total;
}

const kinds = {
  mean: { plain: (v, out) => rollingMean(v, width, out), polars: 'rollingMean', targets: [1, 1, 10] },
  min: { plain: (v, out) => rollingExtreme(v, width, false, out), polars: 'rollingMin', targets: [1.5, 1.5, 2] },
  max: { plain: (v, out) => rollingExtreme(v, width, true, out), polars: 'rollingMax', targets: [1.5, 1.5, 2] },
  median: { plain: (v, out) => rollingMedian(v, width, out), polars: 'rollingMedian', targets: [4, 4, 1.5] },
  var: { plain: (v, out) => rollingVariance(v, width, out), polars: 'rollingVar', targets: [1, 1, 2] },
};

function ours(kind, { v }) {
  return () => {
    const frame = new DataFrame({ schema: { v: f64() } });
    let answers;
    frame
      .rolling(width)
      [kind]()
      .sink(batch => {
        answers = batch.column('v').values;
      });
    frame.emit({ v });
    frame.dispose();
    return answers;
  };
}

const note = `The result is a new column of 80 MB that may be kept, and the operating system hands out its pages one by one: some 40 ms, for the loop too when it writes “into a new
array”. The plain loop writes over the same array in every run. Sums are compensated and nothing is subtracted, where the loops of mean and variance drift.`;

const rivals = {
  'plain loop': async (kind, { v }) => {
    const out = new Float64Array(rows);
    return () => kinds[kind].plain(v, out);
  },
  'plain loop, into a new array':
    async (kind, { v }) =>
    () =>
      kinds[kind].plain(v, new Float64Array(rows)),
  Polars: async (kind, { v }) => {
    const pl = await polars();
    const series = pl.Series('v', v);
    return () => series[kinds[kind].polars]({ windowSize: width });
  },
};

/** What a rival gives, as numbers from row `width - 1` on. */
const numbersOf = answers => {
  if (answers instanceof Float64Array) return answers;
  const whole = new Float64Array(rows);
  whole.set(answers.slice(width - 1, rows - width + 1).toTypedArray(), width - 1);
  return whole;
};

const oneCase = (kind, against, target) => ({
  name: `rolling ${kind} of ${width.toLocaleString('en-US')} rows`,
  against,
  rows,
  target,
  note,
  isolate: true,
  async setup() {
    const given = columns(rows, ['v']);
    const theirs = await rivals[against](kind, given);
    const check = (a, b) => {
      const [x, y] = [digest(a), digest(numbersOf(b))];
      return Math.abs(x - y) <= 1e-9 * Math.abs(y);
    };
    return { ours: ours(kind, given), theirs, check };
  },
});

export const cases = Object.entries(kinds).flatMap(([kind, { targets }]) =>
  Object.keys(rivals).map((against, i) => oneCase(kind, against, targets[i])),
);
