// The same group by on two threads and on one: rows in shared memory, cut in parts; each part is summed up where a thread is free, and what comes of
// it is summed up here.
import { f64, i32, Stream } from '../../dist/index.js';
import { Pool, scatter, task } from '../../dist/parallel.js';
import { columns, slice } from '../data.mjs';
import { digestOf, groupsOf, sumAndMean } from './_groups.mjs';
import { schema } from './_part.mjs';

export const title = 'Group by on two threads';

const rows = 10_000_000;
const groups = 10_000;
const parts = 2;

/** A column that threads share. */
function shared(values) {
  const view = new values.constructor(new SharedArrayBuffer(values.byteLength));
  view.set(values);
  return view;
}

const digestByKey = batch => digestOf(batch, ({ values }) => values);
const work = task(new URL('./_part.mjs', import.meta.url), 'part');
const found = { k: i32(), total: f64(), rows: f64() };
const together = { sum: t => t.total.sum(), mean: t => t.total.sum().div(t.rows.sum()) };

async function onTwo(batches, pool) {
  const answers = [];
  const summed = scatter(Stream.fromIterable(batches), { pool }).map(work).buffer(parts).gather();
  for await (const answer of summed) answers.push(answer);
  return digestByKey(groupsOf(found, together, answers));
}

export const cases = [
  {
    name: `sum and mean by ${groups.toLocaleString('en')} int32 keys on 2 threads`,
    against: 'on one',
    rows,
    target: 1.6,
    rounds: 41, // two threads take longer to compile it
    note: 'half of the rows take 11.4 ms by themselves and 13.6 beside another busy thread, for both read from the same memory; what the threads found is added up in some 1 ms',
    isolate: true,
    async setup() {
      const given = columns(rows, ['k', 'v'], { groups });
      for (const name in given) given[name] = shared(given[name]);
      const batches = Array.from({ length: parts }, (_, i) =>
        slice(given, Math.floor((rows * i) / parts), Math.floor((rows * (i + 1)) / parts)),
      );
      const pool = new Pool({ threads: 2 });
      return {
        ours: () => onTwo(batches, pool),
        theirs: () => digestByKey(groupsOf(schema, sumAndMean, [given])),
        check: (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b),
        close: () => pool.close(),
      };
    },
  },
];
