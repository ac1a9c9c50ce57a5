import { Table, tableFromArrays } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { pickRows, sliceBatch } from '../../src/column/pick-rows.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { bool, type DataType, dictionary, f64, i32, i64, timestamp, u8, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';
import { allTypes, arbitraryCells, arbitraryVector, plainVector } from '../arbitrary.ts';
import { query } from '../flow/_duckdb.ts';
import { type PlainHow, type PlainRow, plainMerge } from '../reference/join.ts';

const hows: readonly PlainHow[] = ['inner', 'left', 'semi', 'anti'];

/** A column of keys whose cells are drawn from a few. */
const keyColumn = (type: DataType, length: number): fc.Arbitrary<unknown[]> =>
  arbitraryCells(type, 5).chain(pool => fc.array(fc.constantFrom(...pool), { minLength: length, maxLength: length }));

interface Given {
  readonly left: Batch;
  readonly table: Batch;
}

/** Two batches with keys of the same few cells, and one more column each. */
function given(types: readonly DataType[], tableTypes: readonly DataType[] = types): fc.Arbitrary<Given> {
  const names = types.map((_, at) => `k${at}`);
  return fc.tuple(fc.nat(40), fc.nat(12), fc.constantFrom(...allTypes)).chain(([rows, partners, type]) =>
    fc
      .tuple(
        fc.tuple(...types.map(one => keyColumn(one, rows + partners))),
        arbitraryVector(f64(), rows),
        arbitraryVector(type, partners),
      )
      .map(([keys, x, y]) => {
        const left = types.map((one, at) => plainVector(one, keys[at]!.slice(0, rows)));
        const right = tableTypes.map((one, at) => plainVector(one, keys[at]!.slice(rows)));
        const columns = (list: readonly DataType[]) => Object.fromEntries(names.map((name, at) => [name, list[at]!]));
        return {
          left: new Batch({ ...columns(types), x: f64() }, [...left, x], rows),
          table: new Batch({ ...columns(tableTypes), y: type }, [...right, y], partners),
        };
      }),
  );
}

const cutsOf = (batch: Batch, at: readonly number[]): Batch[] => {
  const bounds = [0, ...at.map(cut => Math.min(cut, batch.length)).sort((a, b) => a - b), batch.length];
  return bounds.slice(1).map((end, i) => sliceBatch(batch, bounds[i]!, end));
};

const joinedRow = ([row, one]: [PlainRow, PlainRow | null], how: PlainHow): PlainRow =>
  how === 'semi' || how === 'anti' ? row : { ...row, y: one ? one['y'] : null };

function rowsOf(frame: any, df: any, batches: readonly Batch[]): PlainRow[] {
  const results: Batch[] = frame.sinkToList();
  for (const batch of batches) df.emit(batch);
  df.end();
  return results.flatMap(batch => batch.toArray());
}

interface KeyTypes {
  readonly types: readonly DataType[];
  readonly tableTypes?: readonly DataType[];
}
const keyLists: readonly KeyTypes[] = [
  ...allTypes.map(type => ({ types: [type] })),
  { types: [utf8()], tableTypes: [dictionary()] },
  { types: [dictionary()], tableTypes: [utf8()] },
  { types: [i32(), utf8()] },
  { types: [bool(), f64(), dictionary()] },
];

describe.each([true, false])('merge, shared memory %s', shared => {
  const memory = new Memory({ shared });

  describe.each(keyLists)('by $types and $tableTypes', ({ types, tableTypes }) => {
    const keys = types.map((_, at) => `k${at}`);

    it.each(hows)(`%s: every row with its partners, wherever batches are cut`, how => {
      fc.assert(
        fc.property(given(types, tableTypes), fc.array(fc.nat(40), { maxLength: 3 }), ({ left, table }, at) => {
          const df = new DataFrame({ schema: left.schema, memory });
          const rows = rowsOf(df.merge(table, { on: keys, how }), df, cutsOf(left, at));
          expect(rows).toEqual(
            plainMerge(left.toArray(), table.toArray(), keys, how).map(pair => joinedRow(pair, how)),
          );
          df.dispose();
        }),
        { numRuns: 25 },
      );
    });
  });

  it.each(hows)('%s: behind a filter and before one, with only some columns read', how => {
    fc.assert(
      fc.property(given([u8()]), fc.double({ min: 0, max: 1, noNaN: true }), ({ left, table }, share) => {
        const numbers = Float64Array.from({ length: left.length }, (_, row) => row);
        const rows = new Batch({ k0: u8(), x: f64() }, [left.vectors[0]!, batchOf({ x: numbers }).vectors[0]!]);
        const df = new DataFrame({ schema: rows.schema, memory });
        const limit = share * left.length;
        const merged: any = df.filter(`x < ${limit}`).merge(table, { on: 'k0', how });
        const last = how === 'inner' || how === 'left' ? ['y', 'k0'] : ['k0'];
        const wanted = plainMerge(
          rows.toArray().filter(({ x }) => (x as number) < limit),
          table.toArray(),
          ['k0'],
          how,
        ).map(pair => joinedRow(pair, how));
        const sums: any[] = merged.filter('x % 2 == 0').agg('n = count(), s = sum(x)').sinkToList();
        const results = rowsOf(merged.select(last), df, [rows]);
        expect(results).toEqual(wanted.map(row => Object.fromEntries(last.map(name => [name, row[name]]))));
        const even = wanted.filter(row => (row['x'] as number) % 2 === 0);
        const sum = even.reduce((total, row) => total + (row['x'] as number), 0);
        expect(sums.at(-1).row(0)).toEqual({ n: even.length, s: sum });
        df.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it('hands on many partners block by block, in a memory that does not grow with them', () => {
    const df = new DataFrame({ schema: { k: i32(), x: f64() }, memory });
    const table = batchOf({ k: new Int32Array(1000), y: Float64Array.from({ length: 1000 }, (_, y) => y) });
    const joined = df.merge(table, { on: 'k' });
    const sums = joined.filter('y >= 0').agg('n = count(), s = sum(y)').sinkToList();
    df.emit({ k: new Int32Array(4096), x: new Float64Array(4096) });
    expect(sums.at(-1)!.row(0)).toEqual({ n: 4_096_000, s: 4096 * 499_500 });
    const held = memory.stats().heldBytes;
    expect(held).toBeLessThan(8 << 20);
    df.dispose();
  });
});

describe('the columns of a merge', () => {
  const left = { at: timestamp('ms'), id: i64(), name: utf8(), x: f64() };
  const table = batchOf([{ id: 1n, name: 'one', y: 1, code: 'a' }], {
    id: i64(),
    name: utf8(),
    y: f64(),
    code: utf8(),
  });
  const df = new DataFrame({ schema: left, index: 'at' });

  it('are those of both; names of both get suffixes, keys of one name stand once', () => {
    expect(df.merge(table, { on: 'id' }).columns).toEqual(['at', 'id', 'name_x', 'x', 'name_y', 'y', 'code']);
    expect(df.merge(table, { on: ['id', 'name'] }).columns).toEqual(['at', 'id', 'name', 'x', 'y', 'code']);
    expect(df.merge(table).columns).toEqual(['at', 'id', 'name', 'x', 'y', 'code']);
    expect(df.merge(table, { leftOn: 'name', rightOn: 'code', suffixes: ['', '_2'] }).columns).toEqual([
      'at',
      'id',
      'name',
      'x',
      'id_2',
      'name_2',
      'y',
      'code',
    ]);
    expect(df.merge(table, { on: 'id', how: 'anti' }).columns).toEqual(['at', 'id', 'name', 'x']);
  });

  it('keep the index, hidden or not, under its new name', () => {
    const dated = batchOf([{ id: 1n, at: 5 }], { id: i64(), at: f64() });
    const merged: any = df.merge(dated, { on: 'id' });
    expect(merged.plan.index).toBe('at_x');
    const rows: any[] = merged.window('1s').agg('s = sum(x)').sinkToList();
    const hidden: any[] = df
      .select(['id', 'x'])
      .merge(dated, { on: 'id' })
      .tumbling('1s')
      .agg('s = sum(x)')
      .sinkToList();
    df.emit([
      { at: 0, id: 1n, name: '', x: 2 },
      { at: 3000, id: 1n, name: '', x: 3 },
    ]);
    expect(rows.at(-1).toArray()).toEqual([{ s: 3 }]);
    expect(hidden.flatMap(batch => batch.toArray()).map(({ s }) => s)).toEqual([2]);
    df.dispose();
  });

  it('must exist, differ and be comparable', () => {
    const any: any = new DataFrame({ schema: left });
    expect(() => any.merge(table, { on: 'idd' })).toThrow(/^merge: no column "idd".*did you mean "id"/);
    expect(() => any.merge(table, { leftOn: 'id', rightOn: 'cod' })).toThrow(/^merge: no column "cod".*"code"/);
    expect(() => any.merge(table, { leftOn: 'x', rightOn: 'code' })).toThrow(/"x" is f64 on the left, "code" is utf8/);
    expect(() => any.merge(table, { on: 'id', leftOn: 'x' })).toThrow(/^merge: give either/);
    expect(() => any.merge(table, { leftOn: 'x' })).toThrow(/go together/);
    expect(() => any.merge(table, { leftOn: ['id', 'x'], rightOn: ['id'] })).toThrow(/not as many/);
    expect(() => any.merge(table, { on: 'id', how: 'outer' })).toThrow(/^merge: how is "outer"; give one of inner/);
    expect(() => any.merge([{ z: 1 }])).toThrow(/no column in common/);
    expect(() => any.merge(table, { on: 'id', suffixes: ['', ''] })).toThrow(/two columns would be called "name"/);
    expect(() => any.merge(7, { on: 'id' })).toThrow(/holds no rows/);
  });
});

describe('tables of any form', () => {
  const df = (): any => new DataFrame({ schema: { id: i64(), day: timestamp('s') } });
  const rows = [{ id: 2n, day: new Date(86_400_000) }];

  it('row objects with numbers for whole numbers, and other units of time', () => {
    const frame = df();
    const out = rowsOf(
      frame.merge([
        { id: 2, name: 'two' },
        { id: 3, name: 'three' },
      ]),
      frame,
      [batchOf(rows, frame.schema)],
    );
    expect(out).toEqual([{ ...rows[0], name: 'two' }]);
    const other = df();
    const days = [{ day: new Date(86_400_000), name: 'Friday' }];
    expect(rowsOf(other.merge(days), other, [batchOf(rows, other.schema)])).toEqual([{ ...rows[0], name: 'Friday' }]);
  });

  it('columns, and Arrow tables', () => {
    const columns = { id: BigInt64Array.of(2n, 2n), name: ['two', 'zwei'] };
    const wanted = ['two', 'zwei'].map(name => ({ ...rows[0], name }));
    for (const table of [columns, tableFromArrays(columns), new Table(tableFromArrays(columns).batches)]) {
      const frame = df();
      expect(rowsOf(frame.merge(table), frame, [batchOf(rows, frame.schema)])).toEqual(wanted);
    }
  });

  it('without rows', () => {
    const empty = batchOf([], { id: i64(), name: dictionary() });
    for (const how of hows) {
      const frame = df();
      const out = rowsOf(frame.merge(empty, { how }), frame, [batchOf(rows, frame.schema)]);
      expect(out).toEqual(how === 'left' ? [{ ...rows[0], name: null }] : how === 'anti' ? rows : []);
    }
  });
});

describe('DuckDB', () => {
  const schema = schemaOf({ n: i64(), k: utf8(), j: i32() });
  const table = schemaOf({ k: utf8(), j: i32(), v: f64() });
  const some = (length: number, seed: number): number[] =>
    Array.from({ length }, (_, row) => (Math.imul(row + seed, 2654435761) >>> 7) % 97);
  const rowsFor = (length: number, seed: number) =>
    some(length, seed).map((at, row) => ({
      n: BigInt(row),
      k: at % 11 === 0 ? null : `key ${at % 23}`,
      j: at % 13 === 0 ? null : at % 5,
      v: row / 4,
    }));

  it.each(['inner', 'left'] as const)('gives the same rows for a %s join', async how => {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create()).connect();
    const [left, right] = [rowsFor(5000, 1), rowsFor(60, 7)];
    const text = (value: unknown): string =>
      value === null ? 'null' : typeof value === 'string' ? `'${value}'` : `${value}`;
    const values = (list: readonly object[], names: readonly string[]): string =>
      list.map(row => `(${names.map(name => text((row as any)[name])).join(',')})`).join(',');
    await connection.run(`create table l as select * from (values ${values(left, ['n', 'k', 'j'])}) t(n, k, j)`);
    await connection.run(`create table r as select * from (values ${values(right, ['k', 'j', 'v'])}) t(k, j, v)`);
    const theirs = await query(
      connection,
      `select n, k, j, v::double v from l ${how} join r using (k, j) order by n, v`,
    );
    const df = new DataFrame({ schema });
    const ours = rowsOf(df.merge(batchOf(right, table), { on: ['k', 'j'], how }), df, [batchOf(left, schema)]);
    expect(ours.map(row => ({ ...row, n: Number(row['n']) }))).toEqual(theirs);
    df.dispose();
    connection.closeSync();
  });
});

it('goes on after a table was merged with a picked, sliced or dictionary-coded part of itself', () => {
  const whole = batchOf({ k: ['a', 'b', 'c', 'd'], y: [1, 2, 3, 4] }, { k: dictionary(), y: f64() });
  const df = new DataFrame({ schema: { k: dictionary(), y: f64() } });
  const merged = df.merge(pickRows(whole, [3, 1]), { on: 'k', how: 'left' });
  const rows = rowsOf(merged, df, [whole, sliceBatch(whole, 1, 3)]);
  expect(rows.map(row => row['y_y'])).toEqual([null, 2, null, 4, 2, null]);
});
