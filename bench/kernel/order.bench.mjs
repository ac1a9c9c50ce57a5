// Medians: of every window of 1,000 rows, and of a window of 100,000 rows after every 1,000.
import { chunkVector, Memory, OrderAccumulator, Scratch, typeNamed } from '../../dist/internal.js';
import { peer } from '../peer/load.mjs';
import { rollingMedian } from '../peer/plain-rolling.mjs';
import { check, column, lastOfBatches, rolling } from './window.bench.mjs';

const rows = 2_000_000;

const againstPlain = {
  name: 'rolling median of 2 M f64, w = 1,000',
  against: 'a sorted window with binary search and copyWithin',
  rows,
  target: 4,
  async setup() {
    const given = column(rows);
    const out = new Float64Array(rows);
    return {
      ours: rolling(given, 'median'),
      theirs: () => lastOfBatches(rollingMedian(given.values, 1000, out)),
      check,
    };
  },
};

const againstPolars = {
  name: 'rolling median of 10 M f64, w = 1,000',
  against: 'Polars, all cores',
  rows: 10_000_000,
  target: 1.5,
  isolate: true,
  async setup() {
    const { default: pl } = await peer('nodejs-polars');
    const given = column(10_000_000);
    const series = pl.Series('v', given.values);
    const theirs = () => {
      const out = series.rollingMedian({ windowSize: 1000 });
      let total = 0;
      for (let at = 0; at < given.rows; at += 65_536) total += out.get(Math.min(at + 65_536, given.rows) - 1);
      return total;
    };
    return { ours: rolling(given, 'median'), theirs, check };
  },
};

/** The median of each of 1,000 groups. */
const grouped = {
  name: 'median of 1 M f64 in 1,000 groups',
  against: 'typed arrays, counted and sorted by group',
  rows: 1_000_000,
  async setup() {
    const count = 1_000_000;
    const groups = 1000;
    const memory = new Memory();
    const scratch = new Scratch(memory, 'bench');
    const values = Float64Array.from({ length: count }, () => Math.random());
    const ids = Uint32Array.from({ length: count }, () => Math.floor(Math.random() * groups));
    const [at, idsAt] = [memory.allocate(count * 8, 'bench'), memory.allocate(count * 4, 'bench')];
    memory.f64.set(values, at / 8);
    memory.u32.set(ids, idsAt / 4);
    const types = [typeNamed('f64')];
    const state = new OrderAccumulator({ memory, owner: 'bench', types, evicting: false });
    state.reserve(groups);
    const ours = () => {
      state.clear();
      scratch.reset();
      state.onNew({ length: count, vectors: [chunkVector(types[0], at)], groupIds: idsAt, mask: 0 });
      const answer = state.result('median', {}, 0, groups, scratch);
      return memory.f64.slice(answer.values / 8, answer.values / 8 + groups).reduce((a, b) => a + b);
    };
    const theirs = () => {
      const starts = new Uint32Array(groups + 1);
      for (const id of ids) starts[id + 1]++;
      for (let g = 0; g < groups; g++) starts[g + 1] += starts[g];
      const sorted = new Float64Array(count);
      const next = starts.slice();
      for (let i = 0; i < count; i++) sorted[next[ids[i]]++] = values[i];
      let total = 0;
      for (let g = 0; g < groups; g++) {
        const part = sorted.subarray(starts[g], starts[g + 1]).sort();
        const half = (part.length - 1) / 2;
        total += (part[Math.floor(half)] + part[Math.ceil(half)]) / 2;
      }
      return total;
    };
    return { ours, theirs, check };
  },
};

export const cases = [againstPlain, againstPolars, grouped];
