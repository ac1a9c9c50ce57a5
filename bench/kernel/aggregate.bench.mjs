// Ungrouped states over 10 M f64, against typed-array loops in JavaScript.
import { aggregationOf, chunkVector, exportVector, Memory, Scratch, typeNamed } from '../../dist/internal.js';
import { least, sum, sumPresent, variance } from '../peer/plain.mjs';

const rows = 10_000_000;

function table(nulls) {
  const memory = new Memory();
  const values = Float64Array.from({ length: rows }, () => Math.random());
  const address = memory.allocate(rows * 8, 'bench');
  memory.f64.set(values, address / 8);
  const bits = new Uint8Array(rows / 8).map(() => (nulls ? Math.floor(Math.random() * 256) : 255));
  const validity = nulls ? memory.allocate(bits.length, 'bench') : 0;
  if (nulls) memory.u8.set(bits, validity);
  return { memory, values, bits, vector: chunkVector(typeNamed('f64'), address, validity) };
}

function engine({ memory, vector }, name, evicting = false) {
  const scratch = new Scratch(memory, 'bench');
  const types = [vector.type];
  const { parameters, kind } = aggregationOf(name);
  const state = kind(types, parameters).create({ memory, owner: 'bench', types, evicting });
  return () => {
    state.clear();
    scratch.reset();
    state.onNew({ length: rows, vectors: [vector], groupIds: 0, mask: 0 });
    return exportVector(state.result(name, parameters, 0, 1, scratch), memory, 1).values[0];
  };
}

const check = (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b);

const oneCase = (name, target, nulls, run, evicting) => ({
  name: `${name} of 10 M f64${nulls ? ', half of them null' : ''}${evicting ? ', made to forget' : ''}`,
  against: 'a typed-array loop',
  rows,
  target,
  async setup() {
    const given = table(nulls);
    return { ours: engine(given, name, evicting), theirs: () => run(given.values, given.bits), check };
  },
});

export const cases = [
  oneCase('sum', 2.5, false, sum),
  oneCase('sum', 2.5, true, sumPresent),
  oneCase('min', 2.5, false, least),
  oneCase('var', 2, false, variance),
  oneCase('sum', undefined, false, sum, true),
  oneCase('var', undefined, false, variance, true),
];
