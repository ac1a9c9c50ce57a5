// River's packed rows to columns and back: against a copy of the same bytes, and against a DataView loop in JavaScript.
import { FieldDefinition, Memory, riverRoom, Steps, StreamSchema } from '../../dist/internal.js';

/** A copy is measured where it is used: on more than the caches hold. */
const copyBytes = 64 * 2 ** 20;
/** The loop is measured on what a reader unpacks at once: 10,000 rows, and no memory to wait for. */
const loopRows = 10_000;
const size = { DOUBLE: 8, FLOAT: 4, INT16: 2, INT32: 4, INT64: 8 };
const many = (type, count) => Array(count).fill(type);

const layouts = {
  '8 DOUBLE': many('DOUBLE', 8),
  '16 FLOAT': many('FLOAT', 16),
  '32 INT16': many('INT16', 32),
  'FLOAT INT16 INT32 INT64': ['FLOAT', 'INT16', 'INT32', 'INT64'],
};

function table(types, wantedRows) {
  const fields = types.map((type, i) => new FieldDefinition(`f${i}`, type));
  const schema = new StreamSchema(fields);
  const stride = schema.sampleSize;
  const rows = wantedRows ?? Math.floor(copyBytes / stride);
  const memory = new Memory();
  const room = riverRoom(memory);
  const at = memory.allocate(rows * stride, 'bench');
  const other = memory.allocate(rows * stride, 'bench');
  const columns = fields.map(field => memory.allocate(rows * field.size, 'bench'));
  for (let i = 0; i < (rows * stride) >>> 2; i++) memory.u32[(at >>> 2) + i] = Math.imul(i, 2654435761) & 0x3fffffff;
  const starts = types.map((_, i) => types.slice(0, i).reduce((sum, type) => sum + size[type], 0));
  const steps = new Steps(fields.map((field, i) => ({ offset: starts[i], width: field.size, column: i })));
  const list = memory.allocate(steps.bytes, 'bench');
  steps.place(memory, list, column => columns[column]);
  return { memory, room, stride, rows, at, other, columns, steps, list };
}

const againstCopy = (name, types, direction) => ({
  name: `${direction} ${name}`,
  against: 'a memory copy of the same bytes',
  bytes: copyBytes,
  target: 0.4,
  isolate: true,
  setup() {
    const { memory, room, stride, rows, at, other, steps, list } = table(types);
    room.unpackRows(at, stride, rows, list, steps.count);
    return {
      ours: () =>
        direction === 'unpack'
          ? room.unpackRows(at, stride, rows, list, steps.count)
          : room.packRows(other, stride, rows, list, steps.count),
      theirs: () => memory.bulk.copy(other, at, rows * stride),
    };
  },
});

const get = { DOUBLE: 'getFloat64', FLOAT: 'getFloat32', INT16: 'getInt16', INT32: 'getInt32', INT64: 'getBigInt64' };
const set = { DOUBLE: 'setFloat64', FLOAT: 'setFloat32', INT16: 'setInt16', INT32: 'setInt32', INT64: 'setBigInt64' };
const arrays = {
  DOUBLE: Float64Array,
  FLOAT: Float32Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
};

const againstLoop = (name, types, direction) => ({
  name: `${direction} ${name} beside a loop`,
  against: 'a DataView loop over the fields of each row',
  bytes: loopRows * types.reduce((sum, type) => sum + size[type], 0),
  target: 10,
  isolate: true,
  setup() {
    const { memory, room, stride, rows, at, other, columns, steps, list } = table(types, loopRows);
    room.unpackRows(at, stride, rows, list, steps.count);
    const heap = memory.u8.slice(at, at + rows * stride);
    const view = new DataView(heap.buffer);
    const out = types.map(type => new arrays[type](rows));
    const starts = types.map((_, i) => types.slice(0, i).reduce((sum, type) => sum + size[type], 0));
    const unpack = () => {
      for (let row = 0, from = 0; row < rows; row++, from += stride) {
        for (let i = 0; i < types.length; i++) out[i][row] = view[get[types[i]]](from + starts[i], true);
      }
    };
    const pack = () => {
      for (let row = 0, to = 0; row < rows; row++, to += stride) {
        for (let i = 0; i < types.length; i++) view[set[types[i]]](to + starts[i], out[i][row], true);
      }
    };
    unpack();
    const last = rows - 1;
    return {
      ours() {
        if (direction === 'unpack') room.unpackRows(at, stride, rows, list, steps.count);
        else room.packRows(other, stride, rows, list, steps.count);
        return direction === 'unpack'
          ? memory.u8.slice(columns[0], columns[0] + 64).join()
          : memory.u8.slice(other + last * stride, other + rows * stride).join();
      },
      theirs() {
        if (direction === 'unpack') unpack();
        else pack();
        return direction === 'unpack'
          ? new Uint8Array(out[0].buffer, 0, 64).join()
          : heap.subarray(last * stride, rows * stride).join();
      },
      check: (a, b) => a === b,
    };
  },
});

export const cases = Object.entries(layouts).flatMap(([name, types]) =>
  ['unpack', 'pack'].flatMap(direction => [againstCopy(name, types, direction), againstLoop(name, types, direction)]),
);
