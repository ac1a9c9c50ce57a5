// Joins of trades and quotes as they stream by, from columns on the JavaScript heap to a total: in batches, the two sides in turns.
import { batchOf, DataFrame, f64, i32, i64 } from '../../dist/index.js';
import { columns, slice } from '../data.mjs';
import { duckdbTable } from '../peer/duckdb.mjs';
import { asofLoop, intervalLoop, latestLoop, plainBatches } from '../peer/plain-joins.mjs';

export const title = 'Joins';

const rows = 1_000_000;
const symbols = 1000;

/** Trades with a price and quotes with a bid, a row of each at every tick. */
function given() {
  const side = seed => {
    const { k, v } = columns(rows, ['k', 'v'], { groups: symbols, seed });
    return { ts: BigInt64Array.from({ length: rows }, (_, row) => BigInt(row)), k, v };
  };
  return { trades: side(3), quotes: side(5) };
}

const schema = { ts: i64(), k: i32(), v: f64() };

/** Batches of `size` rows, as a source would make them. */
function batches(side, size) {
  const known = batchOf(slice(side, 0, 1), schema).schema;
  return Array.from({ length: rows / size }, (_, at) => batchOf(slice(side, at * size, (at + 1) * size), known));
}

/** Sum of price × bid over all pairs, for a join of two frames. */
function ours({ trades, quotes }, size, join) {
  const [left, right] = [batches(trades, size), batches(quotes, size)];
  return () => {
    const sides = [new DataFrame({ schema, index: 'ts' }), new DataFrame({ schema, index: 'ts' })];
    const joined = join(...sides);
    let total;
    joined.agg({ total: 'sum(v_x * v_y)' }, { emit: 'end' }).sink(result => {
      total = result.column('total').get(0);
    });
    for (let at = 0; at < left.length; at++) {
      sides[1].emit(right[at]);
      sides[0].emit(left[at]);
    }
    for (const frame of sides) frame.end();
    for (const frame of [joined, ...sides]) frame.dispose();
    return total;
  };
}

/** Both sides in one table, told apart by `side`: DuckDB's tables are filled through one appender. */
async function duckdb({ trades, quotes }, sql) {
  const both = (name, make) => make.from([...trades[name], ...quotes[name]]);
  const side = Int32Array.from({ length: 2 * rows }, (_, row) => Number(row >= rows));
  const table = await duckdbTable({
    ts: both('ts', BigInt64Array),
    k: both('k', Int32Array),
    v: both('v', Float64Array),
    side,
  });
  await table.run('create table trades as select ts, k, v from t where side = 0');
  await table.run('create table quotes as select ts, k, v from t where side = 1');
  return { run: async () => (await table.columns(sql))[0][0], close: table.close };
}

function plain({ trades, quotes }, size, loop) {
  const [left, right] = [plainBatches(trades, size), plainBatches(quotes, size)];
  return { run: () => loop(left, right), close() {} };
}

const joins = {
  'as of backward by 1,000 keys': {
    join: (trades, quotes) => trades.mergeAsof(quotes, { on: 'ts', by: 'k' }),
    sql: 'select sum(x.v * y.v) from trades x asof join quotes y on x.k = y.k and x.ts >= y.ts',
    plain: asofLoop,
  },
  'pairs within 1,000 ticks by 1,000 keys': {
    join: (trades, quotes) => trades.mergeInterval(quotes, { by: 'k', from: -1000, to: 0 }),
    plain: (trades, quotes) => intervalLoop(trades, quotes, 1000),
  },
  'the latest row by 1,000 keys': {
    join: (trades, quotes) => trades.merge(quotes, { on: 'k' }),
    plain: latestLoop,
  },
};

const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b);

const oneCase = (name, size, against) => ({
  name: `${name}, batches of ${size.toLocaleString('en')} rows`,
  against,
  rows: 2 * rows,
  isolate: true,
  async setup() {
    const { join, sql, plain: loop } = joins[name];
    const sides = given();
    const { run, close } = against.startsWith('DuckDB') ? await duckdb(sides, sql) : plain(sides, size, loop);
    return { ours: ours(sides, size, join), theirs: run, check: near, close };
  },
});

export const cases = Object.entries(joins).flatMap(([name, { sql }]) => [
  ...[100, 1000].map(size => oneCase(name, size, 'a loop with Maps')),
  ...(sql ? [oneCase(name, 1000, 'DuckDB on stored tables, all cores')] : []),
]);
