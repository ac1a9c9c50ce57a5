// Arrow IPC to columns, every value touched: the sum of each column. flechette reads the same bytes and sums its typed arrays; ours are
// columns in linear memory, summed by the engine's accumulators.
import { tableFromIPC } from '@uwdata/flechette';
import {
  aggregationOf,
  arrow,
  batchOf,
  dictionary,
  f64,
  i32,
  i64,
  Memory,
  Scratch,
  Vector,
} from '../../dist/internal.js';

const columns = { t: i64(), k: i32(), v: f64(), s: dictionary() };

/** An IPC stream of `rows` rows in record batches of `size`. */
function streamOf(rows, size) {
  const words = batchOf({ s: Array.from({ length: 1000 }, (_, i) => `name ${i}`) }, { s: dictionary() }).vectors[0]
    .dictionary;
  const encoder = arrow().encoder(batchOf([], columns).schema);
  let seed = 7;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) / 0x80000000;
  const parts = [];
  for (let at = 0; at < rows; at += size) {
    const n = Math.min(size, rows - at);
    const codes = Int32Array.from({ length: n }, () => random() * 1000);
    const batch = batchOf(
      {
        t: BigInt64Array.from({ length: n }, (_, i) => BigInt(at + i)),
        k: Int32Array.from({ length: n }, () => random() * 1000),
        v: Float64Array.from({ length: n }, random),
        s: new Vector(dictionary(), n, { values: codes, dictionary: words }),
      },
      columns,
    );
    parts.push(encoder.encode(batch));
  }
  return new Uint8Array(Buffer.concat([...parts, encoder.end()]));
}

const sumOf = (memory, type) =>
  aggregationOf('sum')
    .kind([type], {})
    .create({ memory, owner: 'bench', types: [type], evicting: false });

/** Sums of t, k, v and of the codes of s, as columns of numbers. */
function sumOurs(bytes, piece) {
  const memory = new Memory();
  const scratch = new Scratch(memory, 'bench');
  const sums = [i64(), i32(), f64(), i32()].map(type => sumOf(memory, type));
  for (const sum of sums) sum.reserve(1);
  return () => {
    for (const sum of sums) sum.clear();
    const decoder = arrow().decoder({ memory });
    const take = () => {
      for (let chunk = decoder.next(); chunk; chunk = decoder.next()) {
        for (const [i, sum] of sums.entries()) {
          sum.onNew({ length: chunk.length, vectors: [chunk.vectors[i]], groupIds: 0, mask: 0 });
        }
      }
    };
    for (let at = 0; at < bytes.length; at += piece) {
      decoder.write(bytes.subarray(at, at + piece));
      take();
    }
    decoder.end();
    take();
    decoder.dispose();
    scratch.reset();
    return sums.map(sum => {
      const { type, values } = sum.result('sum', {}, 0, 1, scratch);
      return type.kind === 'float64' ? memory.f64[values >>> 3] : Number(memory.i64[values >>> 3]);
    });
  };
}

function sumTheirs(bytes) {
  const add = values => {
    let total = 0;
    for (let i = 0; i < values.length; i++) total += values[i];
    return total;
  };
  const addBig = values => {
    let total = 0n;
    for (let i = 0; i < values.length; i++) total += values[i];
    return Number(total);
  };
  return () => {
    const table = tableFromIPC(bytes, { useBigInt: true });
    return ['t', 'k', 'v', 's'].map(name =>
      table.getChild(name).data.reduce((sum, { values }) => sum + (name === 't' ? addBig(values) : add(values)), 0),
    );
  };
}

const close = (a, b) => a.every((sum, i) => Math.abs(sum - b[i]) <= 1e-9 * Math.abs(sum));

const summed = (rows, size) => ({
  name: `stream of ${rows} rows in batches of ${size}, sums`,
  against: 'flechette, sums over its typed arrays',
  rows,
  target: 1,
  async setup() {
    const bytes = streamOf(rows, size);
    return { ours: sumOurs(bytes, 1 << 20), theirs: sumTheirs(bytes), check: close };
  },
});

const small = rows => ({
  name: `2000 streams of ${rows} rows, one after the other`,
  against: 'flechette, tableFromIPC of each',
  rows: rows * 2000,
  target: 1,
  async setup() {
    const bytes = streamOf(rows, rows);
    const memory = new Memory();
    const decoder = arrow().decoder({ memory });
    return {
      ours: () => {
        let seen = 0;
        for (let i = 0; i < 2000; i++) {
          decoder.write(bytes);
          for (let chunk = decoder.next(); chunk; chunk = decoder.next()) seen += chunk.length;
        }
        return seen;
      },
      theirs: () => {
        let seen = 0;
        for (let i = 0; i < 2000; i++) seen += tableFromIPC(bytes).numRows;
        return seen;
      },
      check: (a, b) => a === b,
      close: () => decoder.dispose(),
    };
  },
});

export const cases = [summed(4_000_000, 100_000), summed(4_000_000, 10_000), summed(4_000_000, 1000), small(100)];
