// A result after every batch of 1,000 rows, beside libraries: for each job the fastest of those that can do it (bench/peer has them all).
// They are so much slower that they get fewer rows; times are for the same rows on both sides.
import { columns } from '../data.mjs';
import { peer } from '../peer/load.mjs';
import { polars } from '../peer/polars.mjs';
import { jobs, weighed } from './_streams.mjs';

export const title = 'Streaming, beside libraries: a result after every batch of 1,000 rows';

const size = 1000;

/** Rows [from, to) of some columns, without copies. */
const part = (given, names, from, to) => Object.fromEntries(names.map(name => [name, given[name].subarray(from, to)]));

/** Vega's incremental aggregate over tuples. */
async function vega(given) {
  const { Dataflow, Transform, changeset } = await peer('vega-dataflow');
  const { aggregate } = await peer('vega-transforms');
  class Input extends Transform {
    transform(_, pulse) {
      return pulse;
    }
  }
  const field = name => Object.assign(row => row[name], { fname: name });
  return () => {
    const flow = new Dataflow();
    const input = flow.add(new Input([]));
    const means = flow.add(aggregate, {
      groupby: [field('k')],
      fields: [field('v')],
      ops: ['mean'],
      as: ['mean'],
      pulse: input,
    });
    const { k, v } = given;
    for (let at = 0; at < k.length; at += size) {
      const tuples = Array.from({ length: size }, (_, i) => ({ k: k[at + i], v: v[at + i] }));
      flow.pulse(input, changeset().insert(tuples));
      flow.run();
    }
    const rows = Object.values(means.value.cells ?? means.value).map(({ tuple }) => tuple);
    return weighed(
      rows.map(row => row.k),
      rows.map(row => row.mean),
    );
  };
}

const momentNames = ['v', 'x', 'y'];
const absolute = row => row.reduce((sum, cell) => sum + Math.abs(cell), 0);

/** Polars has no state: the window's rows are kept as a frame, and aggregated anew. */
async function polarsRows(given) {
  const pl = await polars();
  const wanted = momentNames.flatMap(name => [
    pl.col(name).sum().alias(`${name}Sum`),
    pl.col(name).mean().alias(`${name}Mean`),
    pl.col(name).var().alias(`${name}Var`),
  ]);
  const frameOf = (from, to) => pl.DataFrame(part(given, momentNames, from, to));
  return () => {
    let window = null;
    let total = 0;
    for (let at = 0; at < given.v.length; at += size) {
      const batch = frameOf(at, at + size);
      window = window === null ? batch : pl.concat([window, batch], { how: 'vertical', rechunk: false });
      if (window.height > 100_000) window = window.slice(window.height - 100_000, 100_000);
      total += absolute(window.select(...wanted).row(0));
    }
    return total;
  };
}

async function polarsTime(given) {
  const pl = await polars();
  const wanted = [pl.col('v').mean().alias('mean'), pl.col('v').max().alias('max')];
  const time = pl.col('atMs');
  return () => {
    let window = null;
    let total = 0;
    for (let at = 0; at < given.v.length; at += size) {
      const batch = pl.DataFrame(part(given, ['atMs', 'v'], at, at + size));
      window = window === null ? batch : pl.concat([window, batch], { how: 'vertical', rechunk: false });
      window = window.filter(time.gt(given.atMs[at + size - 1] - 60_000));
      total += absolute(window.select(...wanted).row(0));
    }
    return total;
  };
}

/** Rows are kept until their windows close, then grouped. */
async function arquero(given) {
  const { op, table } = await peer('arquero');
  const { atMs, k } = given;
  return () => {
    let total = 0;
    let from = 0;
    let end = (Math.floor(atMs[0] / 1000) + 1) * 1000;
    for (let at = 0; at < k.length; at += size) {
      const passed = Math.floor(atMs[at + size - 1] / 1000) * 1000;
      if (passed < end) continue;
      let to = from;
      while (to < at + size && atMs[to] < passed) to++;
      const sums = table(part(given, ['atMs', 'k', 'v'], from, to))
        .groupby({ start: row => op.floor(row.atMs / 1000) }, 'k')
        .rollup({ sum: op.sum('v') });
      total += weighed(sums.array('k'), sums.array('sum'));
      from = to;
      end = passed + 1000;
    }
    return total;
  };
}

const note = `Millrace runs a frame of 2,000 or 4,000 batches here, half of which go by before its code is optimised; the library's garbage lies on the same heap.`;

const rivals = {
  'running mean by 1,000 keys, all groups': { against: 'vega-dataflow', rows: 2_000_000, make: vega },
  'sum, mean, var of 3 columns over the last 100,000 rows': { against: 'Polars', rows: 1_000_000, make: polarsRows },
  'mean, max over the last 60 s': { against: 'Polars', rows: 500_000, make: polarsTime },
  'tumbling sum of 1 s by 1,000 keys': { against: 'Arquero', rows: 4_000_000, make: arquero },
};

const near = (a, b) => Math.abs(a - b) <= 1e-7 * Math.abs(b);

export const cases = Object.entries(rivals).map(([name, { against, rows, make }]) => ({
  name: `${name}, batches of 1,000`,
  against,
  rows,
  target: 20,
  note,
  isolate: true,
  async setup() {
    const job = jobs[name];
    const given = columns(rows, [...new Set([...job.columns, ...(job.plainColumns ?? [])])]);
    const own = part(given, job.columns, 0, rows);
    return { ours: () => job.ours(own, size), theirs: await make(given), check: near };
  },
}));
