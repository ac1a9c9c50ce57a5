// Arrow IPC through the public API: bytes in, the sums of two columns out. Text formats and River's rows have benches of their own.
import { tableFromIPC } from '@uwdata/flechette';
import { arrow, batchOf, dictionary, f64, i32, Stream, utf8, Vector } from '../../dist/index.js';
import { columns, names, texts } from '../data.mjs';

export const title = 'Arrow IPC to sums of its columns';

const rows = 4_000_000;
const words = 1000;
const schema = { k: i32(), v: f64(), s: dictionary() };

/** An IPC stream of record batches of `size` rows: int32, float64, dictionary codes. */
function streamOf(size) {
  const { k, v } = columns(rows, ['k', 'v'], { groups: words });
  const list = names(words);
  const values = new Vector(utf8(), words, texts(Int32Array.from(list.keys()), list));
  const encoder = arrow().encoder(batchOf([], schema).schema);
  const parts = [];
  for (let at = 0; at < rows; at += size) {
    const codes = k.subarray(at, at + size);
    const s = new Vector(dictionary(), size, { values: codes, dictionary: values });
    parts.push(encoder.encode(batchOf({ k: codes, v: v.subarray(at, at + size), s }, schema)));
  }
  return new Uint8Array(Buffer.concat([...parts, encoder.end()]));
}

/** 64 KiB at a time, as they come from a socket or a file. */
function ours(bytes) {
  return () => {
    const source = new Stream();
    const frame = source.toDataFrame(arrow({ schema }));
    let answer = null;
    frame.agg({ k: t => t.k.sum(), v: t => t.v.sum() }, { emit: 'end' }).sink(batch => {
      answer = [Number(batch.column('k').values[0]), batch.column('v').values[0]];
    });
    for (let at = 0; at < bytes.length; at += 65_536) source.emit(bytes.subarray(at, at + 65_536));
    frame.end();
    frame.dispose();
    return answer;
  };
}

function sumOf(values) {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

const theirs = bytes => () => {
  const table = tableFromIPC(bytes);
  return ['k', 'v'].map(name => table.getChild(name).data.reduce((sum, { values }) => sum + sumOf(values), 0));
};

const close = (a, b) => a.every((sum, i) => Math.abs(sum - b[i]) <= 1e-9 * Math.abs(sum));

const note = `Bytes are copied into linear memory first; flechette reads them in place.`;

export const cases = [1000, 10_000, 100_000].map(size => ({
  name: `4,000,000 rows in record batches of ${size.toLocaleString('en-US')}`,
  against: 'flechette, loops over its typed arrays',
  rows,
  target: 1,
  note,
  isolate: true,
  setup: () => {
    const bytes = streamOf(size);
    return { ours: ours(bytes), theirs: theirs(bytes), check: close };
  },
}));
