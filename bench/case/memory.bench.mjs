// What a window holds in linear memory, beside the Arrow bytes of its rows: values of fixed width, nothing else.
import { DataFrame, f64, i32, memoryStats, timestamp } from '../../dist/index.js';
import { columns, slice } from '../data.mjs';

export const title = 'Memory of a window';

const batchRows = 10_000;

const windows = {
  'mean of the last 1,000,000 rows of f64': {
    schema: { v: f64() },
    rows: 1_000_000,
    rowBytes: 8,
    make: frame => frame.window(1_000_000).agg({ mean: t => t.v.mean() }),
  },
  'mean, var, max of the last 100,000 rows of 3 f64': {
    schema: { v: f64(), x: f64(), y: f64() },
    rows: 100_000,
    rowBytes: 24,
    make: frame => frame.window(100_000).agg({ v: t => t.v.mean(), x: t => t.x.var(), y: t => t.y.max() }),
  },
  'mean of the last 60 s, 600,000 rows of a time and an f64': {
    schema: { at: timestamp('ms'), v: f64() },
    index: 'at',
    rows: 600_000,
    rowBytes: 16,
    make: frame => frame.window('60s').agg({ mean: t => t.v.mean() }),
  },
  'mean by 1,000 keys of the last 1,000,000 rows of an i32 and an f64': {
    schema: { k: i32(), v: f64() },
    rows: 1_000_000,
    rowBytes: 12,
    make: frame =>
      frame
        .window(1_000_000)
        .groupby('k')
        .agg({ mean: t => t.v.mean() }),
  },
};

/** Bytes held when 1½ windows have passed, more than before the first row: the window, its states, and what a batch needs. */
function held({ schema, index, rows, make }) {
  const given = columns(Math.ceil((rows * 1.5) / batchRows) * batchRows, Object.keys(schema));
  const frame = new DataFrame({ schema, index });
  const result = make(frame);
  let last = null;
  result.sink(batch => {
    last = batch;
  });
  const before = memoryStats().heldBytes;
  for (let at = 0; at < given.v.length; at += batchRows) frame.emit(slice(given, at, at + batchRows));
  const bytes = memoryStats().heldBytes - before;
  if (last === null) throw new Error('no result came');
  frame.dispose();
  return bytes;
}

const note = `Scratch space is part of it: it begins with 32 KiB and is then one block of what a batch needs; rows of a window of all rows are copied to where it keeps
them, and need none.`;

export const cases = Object.entries(windows).map(([name, given]) => {
  const arrow = given.rows * given.rowBytes;
  return {
    name,
    against: 'Arrow bytes of its rows',
    unit: 'bytes',
    isolate: true,
    limit: 1.1 * arrow + 64 * 1024,
    note,
    measure: () => ({ ours: held(given), theirs: arrow }),
  };
});
