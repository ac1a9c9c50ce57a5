// Windows that forget: one answer for every row (w = 1,000), and after every 1,000 rows (w = 100,000).
import { chunkVector, FifoAccumulator, Memory, RollingColumn, Scratch, typeNamed } from '../../dist/internal.js';
import { rollingExtreme, rollingMean, rollingVariance, slidingMax } from '../peer/plain-rolling.mjs';

const batch = 65_536;
const window = 1000;

/** Random f64, on the heap and in linear memory. */
export function column(rows) {
  const memory = new Memory();
  const values = Float64Array.from({ length: rows }, () => Math.random());
  const address = memory.allocate(rows * 8, 'bench');
  memory.f64.set(values, address / 8);
  return { memory, values, address, rows };
}

/** A rolling window over all batches; answers the sum of the last row of each. */
export function rolling({ memory, address, rows }, name) {
  const scratch = new Scratch(memory, 'bench');
  const type = typeNamed('f64');
  return () => {
    const state = new RollingColumn({ memory, owner: 'bench', type, name, rows: window });
    let total = 0;
    for (let at = 0; at < rows; at += batch) {
      const length = Math.min(batch, rows - at);
      scratch.reset();
      const answer = state.push(chunkVector(type, address + at * 8), length, scratch);
      total += memory.f64[answer.values / 8 + length - 1];
    }
    state.dispose();
    return total;
  };
}

/** The same sum over what the plain loop wrote. */
export function lastOfBatches(out) {
  let total = 0;
  for (let at = 0; at < out.length; at += batch) total += out[Math.min(at + batch, out.length) - 1];
  return total;
}

export const check = (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b);

const rows = 10_000_000;

const rollingCase = (name, plain, against, target) => ({
  name: `rolling ${name} of 10 M f64, w = 1,000`,
  against,
  rows,
  target,
  async setup() {
    const given = column(rows);
    const out = new Float64Array(rows);
    return { ours: rolling(given, name), theirs: () => lastOfBatches(plain(given.values, window, out)), check };
  },
});

function sliding({ memory, address }, step, width) {
  const scratch = new Scratch(memory, 'bench');
  const types = [typeNamed('f64')];
  return () => {
    const state = new FifoAccumulator('max', { memory, owner: 'bench', types, evicting: true });
    let total = 0;
    for (let at = 0; at < rows; at += step) {
      const part = from => ({
        length: step,
        vectors: [chunkVector(types[0], address + from * 8)],
        groupIds: 0,
        mask: 0,
      });
      state.onNew(part(at));
      if (at >= width) state.onOld(part(at - width));
      scratch.reset();
      total += memory.f64[state.result('max', {}, 0, 1, scratch).values / 8];
    }
    state.dispose();
    return total;
  };
}

const slidingCase = (step, target) => ({
  name: `max of the last 100,000 of 10 M f64 after every ${step} rows`,
  against: 'a monotone deque',
  rows,
  target,
  async setup() {
    const given = column(rows);
    return { ours: sliding(given, step, 100_000), theirs: () => slidingMax(given.values, 100_000, step), check };
  },
});

export const cases = [
  rollingCase('mean', rollingMean, 'a running sum that is not compensated', 1),
  rollingCase('max', (v, w, out) => rollingExtreme(v, w, true, out), 'a monotone deque', 1.5),
  rollingCase('var', rollingVariance, 'running sums of squares, which are not stable'),
  slidingCase(1000, 3),
  slidingCase(100, 1),
];
