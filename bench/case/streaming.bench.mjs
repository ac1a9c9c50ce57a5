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

/** What bounds the cases that miss, as `perf` and `--cpu-prof` show it, and what was tried. */
const notes = {
  small: `**Batches of 100 rows.** A batch costs 2 to 6 µs however few rows it has: columns are looked at and copied (0.6 µs), some 10 to 40 calls of kernels
(20 to 40 ns each), result columns on the heap that may be kept for ever (0.1 µs each). The loop has nothing of that; beside a loop that makes result tables too
(“kept”), running means are ahead. Until a frame has seen some 3,000 batches its code is not optimised yet, which costs as much again.`,
  running: `**Running means.** Of 5.9 µs for a batch of 1,000 rows, 1.4 are the copy into linear memory, 1.3 keys and sums, 1.0 the thousand means, 0.7 the copy of the
result; the rest is describing batches. The loop reads its input in place and, but for “kept”, makes no result. Two groups a step, cached order of keys and results that
need not be collected are in place; sums by key are 0.5 ns a row.`,
  moments: `**Sum, mean and variance of 3 columns.** Nothing is ever subtracted here and sums keep some 120 bits, where the loop subtracts squares and drifts. Blocks in two
stacks, one copy of a row (to where the window keeps it) and one pass for sum and variance are in place. Of batches of 10,000 rows, copying 24 bytes a row is 0.4 of
the time and the pass another 0.4: 0.6 ns a value, six additions for each of the loop's four.`,
  time: `**Mean and maximum of the last 60 s.** The copy of 16 bytes a row and the fixed cost of a batch.`,
  tumbling: `**Tumbling sums.** Rows in the order of time are looked at eight at a time, and in a window that has most of the keys a group's number is its key's plus that of the
window: finding them takes 0.7 ns a row (3.9 before). The rest of a row is the copy of its 20 bytes, 1 to 2 ns, as much for keys and sums, and the results of windows
that close. The loop starts each window with an empty table, sums plainly, and reads its columns where they are.`,
  grouped: `**By key over the last 10,000 rows.** Every row is added to its group and taken away again, exactly, in some 1 ns each: most values go to two floats on fixed grids,
where nothing is rounded. Rows that leave before a result shows them are not counted, and where most of a window leaves, what stays is counted anew. The rest of a batch of
1,000 rows is the copy in and into the ring, the keys (0.7 µs), rows per group for those that vanish (1.5 µs), and the fixed cost of a batch. The loop subtracts plain f64.`,
};

const noteOf = {
  'running mean by 1,000 keys, all groups': notes.running,
  'running mean by 1,000 keys, changed groups': notes.running,
  'sum, mean, var of 3 columns over the last 100,000 rows': notes.moments,
  'mean, max over the last 60 s': notes.time,
  'tumbling sum of 1 s by 1,000 keys': notes.tumbling,
  'sum, mean by 100 keys over the last 10,000 rows': notes.grouped,
};

const oneCase = (name, size, against) => ({
  name: `${name}, batches of ${size.toLocaleString('en-US')}`,
  against,
  rows,
  target: size < 1000 ? 1 : targets[name],
  note: size < 1000 ? notes.small : noteOf[name],
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
