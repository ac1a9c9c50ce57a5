// What it costs to bring one's own aggregation: the sum of squares by a WebAssembly module in a memory of its own and by a JavaScript object,
// against the built-in one.
import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';
import { DataFrame, f64, i32, wasmAggregation } from '../../dist/index.js';

const rows = 65_536 * 20;
const batchRows = 65_536;

function batches() {
  const x = Float64Array.from({ length: batchRows }, (_, i) => (i * 7919) % 1000);
  const k = Int32Array.from({ length: batchRows }, (_, i) => (i * 31) % 1000);
  return Array.from({ length: rows / batchRows }, () => ({ x, k }));
}

/** One whole run; the answer is the sum of the last result's column `s`. */
function run(verbs, input) {
  return () => {
    const frame = new DataFrame({ schema: { x: f64(), k: i32() } });
    let last;
    verbs(frame).sink(batch => {
      last = batch;
    });
    for (const batch of input) frame.emit(batch);
    frame.dispose();
    return last.column('s').values.reduce((sum, value) => sum + value, 0);
  };
}

const squares = cells => cells.values.reduce((sum, value) => sum + value * value, 0);
const inJavaScript = {
  initial: () => 0,
  onNew: (sum, cells) => [sum + squares(cells), { s: sum + squares(cells) }],
};

function energy() {
  const text = readFileSync(new URL('../../examples/aggregation-energy.wat', import.meta.url), 'utf8');
  return wasmAggregation(binaryen.parseText(text).emitBinary(), { name: 'energy' });
}

const check = (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b);
const builtIn = { s: 'sum(x * x)' };

function ownCase(name, ours, theirs) {
  return {
    name,
    against: 'sum(x * x)',
    rows,
    setup() {
      const input = batches();
      return { ours: run(ours(energy()), input), theirs: run(theirs, input), check };
    },
  };
}

export const cases = [
  ownCase(
    'own module',
    own => f => f.agg({ s: t => t.x.aggregate(own) }),
    f => f.agg(builtIn),
  ),
  ownCase(
    'own module by 1000 keys',
    own => f => f.groupby('k').agg({ s: t => t.x.aggregate(own) }),
    f => f.groupby('k').agg(builtIn),
  ),
  ownCase(
    'own JavaScript',
    () => f => f.x.aggregate(inJavaScript),
    f => f.agg(builtIn),
  ),
];
