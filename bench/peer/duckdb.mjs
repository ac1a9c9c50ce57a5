import { peer } from './load.mjs';

/** DuckDB in this process, on all cores, with the columns (typed arrays by name) in a table `t`. Texts are given as dictionary codes. */
export async function duckdbTable(given, { words = null, threads } = {}) {
  const { DuckDBInstance, DuckDBDataChunk, BIGINT, DOUBLE, INTEGER } = await peer('@duckdb/node-api');
  const typeOf = values =>
    values instanceof Float64Array ? DOUBLE : values instanceof BigInt64Array ? BIGINT : INTEGER;
  const instance = await DuckDBInstance.create(':memory:', threads ? { threads: String(threads) } : {});
  const connection = await instance.connect();
  await connection.run('set preserve_insertion_order=false');
  const entries = Object.entries(given);
  const types = entries.map(([, values]) => typeOf(values));
  const table = words ? 'raw' : 't';
  await connection.run(`create table ${table}(${entries.map(([name], i) => `${name} ${types[i]}`).join(', ')})`);
  const appender = await connection.createAppender(table);
  const append = part => {
    const rows = Object.values(part)[0].length;
    for (let at = 0; at < rows; at += 2048) {
      const to = Math.min(at + 2048, rows);
      const chunk = DuckDBDataChunk.create(types, to - at);
      for (const [column, [name]] of entries.entries()) chunk.setColumnValues(column, part[name].subarray(at, to));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  };
  append(given);
  if (words) await nameKeys(connection, words);
  return {
    append,
    run: sql => connection.run(sql),
    /** The columns of the answer, as arrays. */
    columns: async sql => (await connection.runAndReadAll(sql)).getColumns(),
    close() {
      appender.closeSync();
      connection.closeSync();
    },
  };
}

/** Turns codes in column `k` of `raw` into texts, in `t`. */
async function nameKeys(connection, words) {
  await connection.run('create table words(code integer, name varchar)');
  await connection.run(`insert into words values ${words.map((word, code) => `(${code}, '${word}')`).join(',')}`);
  await connection.run(
    'create table t as select name as k, raw.* exclude (k) from raw join words on raw.k = words.code',
  );
  await connection.run('drop table raw');
}
