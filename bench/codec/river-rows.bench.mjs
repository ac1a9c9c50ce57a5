// River's packed rows to columns and back: against a copy of the same bytes, and against a DataView loop in JavaScript.
import { FieldDefinition, Memory, riverRoom, Steps, StreamSchema } from '../../dist/internal.js';

/** A copy is measured where it is used: on more than the caches hold. */
const copyBytes = 64 * 2 ** 20;
/** The loop is measured on what a reader unpacks at once: 10,000 rows, and no memory to wait for. */
const loopRows = 10_000;
const many = (type, count) => Array(count).fill(type);

/** Types of fields; a number is so many bytes of FIXED_WIDTH_BYTES. */
const layouts = {
  '1 INT16': ['INT16'],
  '2 INT16': many('INT16', 2),
  '3 INT16': many('INT16', 3),
  '5 INT16': many('INT16', 5),
  '32 INT16': many('INT16', 32),
  '1 FLOAT': ['FLOAT'],
  '3 INT32': many('INT32', 3),
  '16 FLOAT': many('FLOAT', 16),
  '8 DOUBLE': many('DOUBLE', 8),
  'INT32 INT16': ['INT32', 'INT16'],
  'INT16 INT32 INT16': ['INT16', 'INT32', 'INT16'],
  'DOUBLE INT16': ['DOUBLE', 'INT16'],
  'FLOAT INT16 INT32 INT64': ['FLOAT', 'INT16', 'INT32', 'INT64'],
  'INT16 DOUBLE 3 bytes FLOAT INT64': ['INT16', 'DOUBLE', 3, 'FLOAT', 'INT64'],
  '1 byte INT16': [1, 'INT16'],
  '5 bytes 5 bytes': [5, 5],
  'INT16 13 bytes': ['INT16', 13],
  '32 bytes INT16': [32, 'INT16'],
  ...Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`mix ${at + 1}`, mix(at + 1)])),
};

/** A layout by chance, the same every time: 2 to 12 fields of all types. */
function mix(seed) {
  const types = ['DOUBLE', 'FLOAT', 'INT16', 'INT16', 'INT32', 'INT64', 'bytes'];
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  const below = limit => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: 2 + below(11) }, () => {
    const type = types[below(types.length)];
    return type === 'bytes' ? 1 + below(40) : type;
  });
}

const fieldOf = (type, i) =>
  typeof type === 'number'
    ? new FieldDefinition(`f${i}`, 'FIXED_WIDTH_BYTES', type)
    : new FieldDefinition(`f${i}`, type);
const startsOf = fields => fields.map((_, i) => fields.slice(0, i).reduce((sum, { size }) => sum + size, 0));

function table(types, wantedRows) {
  const fields = types.map(fieldOf);
  const schema = new StreamSchema(fields);
  const stride = schema.sampleSize;
  const rows = wantedRows ?? Math.floor(copyBytes / stride);
  const memory = new Memory();
  const room = riverRoom(memory);
  const at = memory.allocate(rows * stride, 'bench');
  const other = memory.allocate(rows * stride, 'bench');
  const columns = fields.map(field => memory.allocate(rows * field.size, 'bench'));
  for (let i = 0; i < (rows * stride) >>> 2; i++) memory.u32[(at >>> 2) + i] = Math.imul(i, 2654435761) & 0x3fffffff;
  const starts = startsOf(fields);
  const steps = new Steps(
    fields.map((field, i) => ({ offset: starts[i], width: field.size, column: i })),
    stride,
  );
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
    room.unpackRows(at, stride, rows, list, steps.count, steps.blockRows);
    return {
      ours: () =>
        direction === 'unpack'
          ? room.unpackRows(at, stride, rows, list, steps.count, steps.blockRows)
          : room.packRows(other, stride, rows, list, steps.count, steps.blockRows),
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

/** What a careful programmer writes: a typed array per field, one DataView call a cell, and bytes copied one by one. */
function loop(types, fields, rows, heap) {
  const view = new DataView(heap.buffer);
  const stride = fields.reduce((sum, { size }) => sum + size, 0);
  const starts = startsOf(fields);
  const out = types.map(type => (typeof type === 'number' ? new Uint8Array(rows * type) : new arrays[type](rows)));
  return {
    out,
    unpack() {
      for (let row = 0, from = 0; row < rows; row++, from += stride) {
        for (let i = 0; i < types.length; i++) {
          const type = types[i];
          if (typeof type === 'string') out[i][row] = view[get[type]](from + starts[i], true);
          else for (let k = 0; k < type; k++) out[i][row * type + k] = heap[from + starts[i] + k];
        }
      }
    },
    pack() {
      for (let row = 0, to = 0; row < rows; row++, to += stride) {
        for (let i = 0; i < types.length; i++) {
          const type = types[i];
          if (typeof type === 'string') view[set[type]](to + starts[i], out[i][row], true);
          else for (let k = 0; k < type; k++) heap[to + starts[i] + k] = out[i][row * type + k];
        }
      }
    },
  };
}

const againstLoop = (name, types, direction) => ({
  name: `${direction} ${name} beside a loop`,
  against: 'a DataView loop over the fields of each row',
  bytes: loopRows * types.map(fieldOf).reduce((sum, { size }) => sum + size, 0),
  target: 10,
  isolate: true,
  setup() {
    const { memory, room, stride, rows, at, other, columns, steps, list } = table(types, loopRows);
    room.unpackRows(at, stride, rows, list, steps.count, steps.blockRows);
    const heap = memory.u8.slice(at, at + rows * stride);
    const theirs = loop(types, types.map(fieldOf), rows, heap);
    theirs.unpack();
    const last = rows - 1;
    const firstBytes = Math.min(64, theirs.out[0].byteLength);
    return {
      ours() {
        if (direction === 'unpack') room.unpackRows(at, stride, rows, list, steps.count, steps.blockRows);
        else room.packRows(other, stride, rows, list, steps.count, steps.blockRows);
        return direction === 'unpack'
          ? memory.u8.slice(columns[0], columns[0] + firstBytes).join()
          : memory.u8.slice(other + last * stride, other + rows * stride).join();
      },
      theirs() {
        theirs[direction]();
        return direction === 'unpack'
          ? new Uint8Array(theirs.out[0].buffer, 0, firstBytes).join()
          : heap.subarray(last * stride, rows * stride).join();
      },
      check: (a, b) => a === b,
    };
  },
});

export const cases = Object.entries(layouts).flatMap(([name, types]) =>
  ['unpack', 'pack'].flatMap(direction => [againstCopy(name, types, direction), againstLoop(name, types, direction)]),
);
