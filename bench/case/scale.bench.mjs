// The same group by on two threads and on one: rows in shared memory, cut in parts; each part is summed up where a thread is free, and what comes of
// it is summed up here.
import { DataFrame, f64, i32, Stream } from '../../dist/index.js';
import { Pool, scatter, task } from '../../dist/parallel.js';
import { columns } from '../data.mjs';
import { partOf, schema } from './_part.mjs';

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

function digest(keys, sums, means) {
  let total = 0;
  for (let i = 0; i < keys.length; i++) total += sums[i] * (1 + (keys[i] % 7)) + means[i] * (1 + (keys[i] % 3));
  return total;
}

function onOne(given) {
  const frame = new DataFrame({ schema });
  let answer;
  frame
    .groupby('k')
    .agg({ sum: t => t.v.sum(), mean: t => t.v.mean() }, { emit: 'end' })
    .sink(batch => {
      answer = digest(batch.column('k').values, batch.column('sum').values, batch.column('mean').values);
    });
  frame.emit(given);
  frame.end();
  frame.dispose();
  return answer;
}

async function onTwo(batches, pool) {
  const merged = new DataFrame({ schema: { k: i32(), total: f64(), rows: f64() } });
  let answer;
  merged
    .groupby('k')
    .agg({ sum: t => t.total.sum(), mean: t => t.total.sum().div(t.rows.sum()) }, { emit: 'end' })
    .sink(batch => {
      answer = digest(batch.column('k').values, batch.column('sum').values, batch.column('mean').values);
    });
  const work = task(new URL('./_part.mjs', import.meta.url), 'part');
  for await (const part of scatter(Stream.fromIterable(batches), { pool }).map(work).buffer(parts).gather())
    merged.emit(part);
  merged.end();
  merged.dispose();
  return answer;
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
        partOf(given, Math.floor((rows * i) / parts), Math.floor((rows * (i + 1)) / parts)),
      );
      const pool = new Pool({ threads: 2 });
      return {
        ours: () => onTwo(batches, pool),
        theirs: () => onOne(given),
        check: (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b),
        close: () => pool.close(),
      };
    },
  },
];
