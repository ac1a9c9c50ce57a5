import { bindAll, bindPredicate, chunkVector, Memory, parse, schemaOf, typeNamed } from '../../dist/internal.js';

export const rows = 10_000_000;
const block = 4096;
const arrays = { f64: Float64Array, i64: BigInt64Array, i32: Int32Array, i16: Int16Array };
const views = { f64: 'f64', i64: 'i64', i32: 'i32', i16: 'i16' };

/** The same random columns as typed arrays and in linear memory: `{ x: 'f64' }`, floats in [0, 1), integers in [0, 1000). */
export function table(types) {
  const memory = new Memory();
  const schema = schemaOf(Object.fromEntries(Object.entries(types).map(([name, type]) => [name, typeNamed(type)])));
  const heap = {};
  const vectors = schema.fields.map(({ name, type }) => {
    const kind = types[name];
    const array = new arrays[kind](rows);
    for (let i = 0; i < rows; i++) {
      const value = Math.random();
      array[i] = kind === 'f64' ? value : kind === 'i64' ? BigInt(Math.floor(value * 1000)) : Math.floor(value * 1000);
    }
    const address = memory.allocate(array.byteLength, 'bench');
    memory[views[kind]].set(array, address / array.BYTES_PER_ELEMENT);
    heap[name] = array;
    return chunkVector(type, address);
  });
  const widths = schema.fields.map(({ name }) => arrays[types[name]].BYTES_PER_ELEMENT);

  /** Calls `each` with consecutive blocks, as the executor does. */
  const blocks = each => {
    const moving = vectors.map(vector => ({ ...vector }));
    for (let at = 0; at < rows; at += block) {
      for (let i = 0; i < moving.length; i++) moving[i].values = vectors[i].values + at * widths[i];
      each({ length: Math.min(block, rows - at), vectors: moving }, at);
    }
  };
  return {
    memory,
    heap,
    vectors,
    blocks,
    bind: text => bindAll([parse(text)], schema, memory),
    predicate: text => bindPredicate(parse(text), schema, memory),
  };
}
