// Sum and count by key: the engine's key table and states on one thread, against what one would use instead.
import { aggregationOf, chunkVector, exportVector, KeyTable, Memory, Scratch, typeNamed } from '../../dist/internal.js';
import { peer } from '../peer/load.mjs';
import { groupByMap, groupByTable } from '../peer/plain.mjs';

const rows = 10_000_000;

/** Keys in [0, groups), spread over all int32 if `sparse`, and values in [0, 1). */
function data(groups, sparse) {
  const keys = new Int32Array(rows);
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const key = Math.floor(Math.random() * groups);
    keys[i] = sparse ? Math.imul(key, 0x9e3779b1) : key;
    values[i] = Math.random();
  }
  return { keys, values };
}

function engine({ keys, values }) {
  const memory = new Memory();
  const scratch = new Scratch(memory, 'bench');
  const [i32, f64] = [typeNamed('i32'), typeNamed('f64')];
  const key = chunkVector(i32, memory.allocate(keys.byteLength, 'bench'));
  memory.i32.set(keys, key.values / 4);
  const value = chunkVector(f64, memory.allocate(values.byteLength, 'bench'));
  memory.f64.set(values, value.values / 8);
  const owner = 'bench';
  return () => {
    scratch.reset();
    const table = new KeyTable(memory, { owner, types: [i32] });
    const state = aggregationOf('sum')
      .kind([f64], {})
      .create({ memory, owner, types: [f64], evicting: false });
    const groups = table.accumulate([key], rows, [{ accumulator: state, vectors: [value] }]);
    const column = vector => exportVector(vector, memory, groups).values;
    const answer = {
      keys: column(table.keys(0, groups, scratch)[0]),
      sums: column(state.result('sum', {}, 0, groups, scratch)),
      counts: column(state.result('count', {}, 0, groups, scratch)),
    };
    table.dispose();
    state.dispose();
    return answer;
  };
}

/** Compares answers whatever their order. */
function check(a, b) {
  if (a.keys.length !== b.keys.length) return false;
  const places = new Map(Array.from(b.keys, (key, place) => [Number(key), place]));
  return Array.from(a.keys).every((key, i) => {
    const place = places.get(key);
    const [sum, other] = [a.sums[i], b.sums[place]];
    return Math.abs(sum - other) <= 1e-9 * Math.abs(sum) && a.counts[i] === Number(b.counts[place]);
  });
}

async function duckdb({ keys, values }) {
  const { DuckDBInstance, DuckDBDataChunk, INTEGER, DOUBLE } = await peer('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('set preserve_insertion_order=false');
  await connection.run('create table t(k integer, v double)');
  const appender = await connection.createAppender('t');
  for (let at = 0; at < rows; at += 2048) {
    const to = Math.min(at + 2048, rows);
    const chunk = DuckDBDataChunk.create([INTEGER, DOUBLE], to - at);
    chunk.setColumnValues(0, keys.subarray(at, to));
    chunk.setColumnValues(1, values.subarray(at, to));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  return {
    run: async () => {
      const reader = await connection.runAndReadAll('select k, sum(v), count(v) from t group by k');
      const [found, sums, counts] = reader.getColumns();
      return { keys: found, sums, counts };
    },
    close: () => connection.closeSync(),
  };
}

async function polars({ keys, values }) {
  const { default: pl } = await peer('nodejs-polars');
  const frame = pl.DataFrame({ k: pl.Series('k', keys), v: pl.Series('v', values) });
  return {
    run: () => {
      const found = frame.groupBy('k').agg(pl.col('v').sum().alias('s'), pl.col('v').count().alias('n'));
      const column = name => found.getColumn(name).toTypedArray();
      return { keys: column('k'), sums: column('s'), counts: column('n') };
    },
  };
}

const rivals = {
  Map: async ({ keys, values }) => ({ run: () => groupByMap(keys, values) }),
  'plain hash loop': async ({ keys, values }) => ({ run: () => groupByTable(keys, values) }),
  'duckdb, all cores': duckdb,
  'nodejs-polars, all cores': polars,
};

const oneCase = (groups, sparse, against, target) => ({
  name: `groupby int32, ${groups} groups${sparse ? ', sparse keys' : ''}, sum and count, vs ${against}`,
  against,
  rows,
  target,
  isolate: true,
  async setup() {
    const given = data(groups, sparse);
    const rival = await rivals[against](given);
    return { ours: engine(given), theirs: rival.run, check, close: rival.close };
  },
});

const shapes = [
  [100, false, { Map: 4, 'plain hash loop': 2 }],
  [10_000, false, { Map: 6, 'plain hash loop': 2 }],
  [10_000, true, { Map: 6, 'plain hash loop': 2 }],
  [1_000_000, false, { 'plain hash loop': 3 }],
  [1_000_000, true, { 'plain hash loop': 3 }],
];

export const cases = shapes.flatMap(([groups, sparse, targets]) =>
  Object.keys(rivals)
    .filter(against => against !== 'Map' || targets.Map)
    .map(against => oneCase(groups, sparse, against, targets[against] ?? 1)),
);
