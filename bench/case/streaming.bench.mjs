// A result after every batch, in batches of 100 to 100,000 rows, beside careful loops over typed arrays.
import { columns } from '../data.mjs';
import { jobs } from './_streams.mjs';

export const title = 'Streaming: a result after every batch';

const rows = 10_000_000;
const sizes = [100, 1000, 10_000, 100_000];

/** Sums in another order, and compensated ones, differ in their last digits. */
const close = (a, b) => Math.abs(a - b) <= 1e-7 * Math.abs(b);

/** What large batches should reach; batches of 100 should be as fast as the loop. */
const targets = {
  'running mean by 1,000 keys, all groups': 2,
  'running mean by 1,000 keys, changed groups': 2,
  'sum, mean, var of 3 columns over the last 100,000 rows': 3,
  'mean, max over the last 60 s': 3,
  'tumbling sum of 1 s by 1,000 keys': 2,
  'sum, mean by 100 keys over the last 10,000 rows': 3,
};

const oneCase = (name, size, against) => ({
  name: `${name}, batches of ${size.toLocaleString('en-US')}`,
  against,
  rows,
  target: size < 1000 ? 1 : targets[name],
  isolate: true,
  async setup() {
    const job = jobs[name];
    const options = { groups: job.groups ?? 1000 };
    const given = columns(rows, job.columns, options);
    const plain = job.plainColumns ? columns(rows, job.plainColumns, options) : given;
    return { ours: () => job.ours(given, size), theirs: () => job.plain[against](plain, size), check: close };
  },
});

export const cases = Object.entries(jobs).flatMap(([name, { plain }]) =>
  Object.keys(plain).flatMap(against => sizes.map(size => oneCase(name, size, against))),
);
