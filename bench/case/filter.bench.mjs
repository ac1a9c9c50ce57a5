// filter, project and sum: sum(2x + 1) where x > 0.5, from a column on the JavaScript heap to the number.
import { DataFrame, f64 } from '../../dist/index.js';
import { columns } from '../data.mjs';
import { duckdbTable } from '../peer/duckdb.mjs';
import { filterProjectSum } from '../peer/plain.mjs';
import { polarsFrame } from '../peer/polars.mjs';

export const title = 'Filter, project, sum';

const rows = 10_000_000;

function ours({ v }) {
  return () => {
    const frame = new DataFrame({ schema: { v: f64() } });
    let answer;
    frame
      .filter(t => t.v.gt(0.5))
      .select({ y: t => t.v.mul(2).add(1) })
      .agg({ total: t => t.y.sum() })
      .sink(batch => {
        answer = batch.column('total').values[0];
      });
    frame.emit({ v });
    frame.dispose();
    return answer;
  };
}

const note = `80 MB are copied into linear memory, 256 KiB at a time, which is about as much as one core can read from memory: 5 ms of 9. The rest is one loop that is made for the expressions at run time,
2.8 ms: condition, product, sum, and the count of the rows (0.6 ms of it). The plain loop and the engines beside it read the column where it is.`;

const rivals = {
  'plain loop': {
    target: 6,
    make: ({ v }) => ({ run: () => filterProjectSum(v, 0.5) }),
  },
  'DuckDB, all cores': {
    target: 4,
    make: async given => {
      const table = await duckdbTable(given);
      const run = async () =>
        (await table.columns('select sum(y) from (select v * 2 + 1 as y from t where v > 0.5)'))[0][0];
      return { run, close: table.close };
    },
  },
  'Polars, all cores': {
    target: 4,
    make: async given => {
      const { pl, frame } = await polarsFrame(given);
      const plan = frame.lazy().filter(pl.col('v').gt(0.5)).select(pl.col('v').mul(2).add(1).sum().alias('total'));
      return { run: () => plan.collectSync().getColumn('total').get(0) };
    },
  },
};

export const cases = Object.entries(rivals).map(([against, { target, make }]) => ({
  name: 'sum(2x + 1) where x > 0.5',
  against,
  rows,
  target,
  note,
  isolate: true,
  async setup() {
    const given = columns(rows, ['v']);
    const { run, close } = await make(given);
    return { ours: ours(given), theirs: run, check: (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b), close };
  },
}));
