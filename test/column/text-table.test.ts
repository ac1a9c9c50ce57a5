import { describe, expect, it } from 'vitest';
import { firstRows } from '../../src/cli/limited.ts';
import type { Batch } from '../../src/column/batch.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { cellText, decimalsOf, displayWidth, fitted, timeText } from '../../src/column/cell-text.ts';
import { Table } from '../../src/column/text-table.ts';
import { bool, date32, dictionary, f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { schemaOf } from '../../src/schema/schema.ts';

const schema = schemaOf({ name: utf8(), mean: f64(), count: i64() });
const rows = (name: string[], mean: number[], count: bigint[]): Batch => batchOf({ name, mean, count }, schema);

describe('Table', () => {
  it('aligns numbers to the right and text to the left', () => {
    const table = new Table(schema);
    expect(table.add(rows(['ATL', 'x'], [1.5, -20], [3n, 12345678901234567n]))).toBe('');
    expect(table.flush()).toBe(
      [
        'name   mean              count',
        '────  ─────  ─────────────────',
        'ATL     1.5                  3',
        'x     -20.0  12345678901234567',
        '',
      ].join('\n'),
    );
    expect(table.flush()).toBe('');
  });

  it('settles widths by the first rows and goes on with them', () => {
    const table = new Table(schema, { lookahead: 2 });
    expect(table.add(rows(['a', 'b'], [1, 2], [1n, 2n])).split('\n')).toHaveLength(5);
    expect(table.add(rows(['longer than'], [3], [3n]))).toBe('longer than     3      3\n');
  });

  it('shows only the last rows when asked', () => {
    const table = new Table(schema, { tail: 2 });
    table.add(rows(['a', 'b'], [1, 2], [1n, 2n]));
    table.add(rows(['c'], [3], [3n]));
    expect(table.flush().split('\n').slice(2)).toEqual(['b        2      2', 'c        3      3', '']);
  });

  it('keeps to the width of a terminal', () => {
    const table = new Table(schema, { width: 24 });
    table.add(rows(['a name that does not fit', 'b'], [1, 2], [1n, 2n]));
    const lines = table.flush().trimEnd().split('\n');
    expect(lines.every(line => displayWidth(line) <= 24)).toBe(true);
    expect(lines[2]).toBe('a name tha…     1      1');
  });

  it('prints the header when nothing came', () => {
    expect(new Table(schema).flush()).toBe('name  mean  count\n────  ────  ─────\n');
  });
});

describe('cells', () => {
  it('show instants in ISO 8601, in the time zone of their type', () => {
    expect(timeText(new Date('2001-01-31T00:00:00Z'), timestamp('ms'))).toBe('2001-01-31T00:00:00Z');
    expect(timeText(981_000_000_250_000n, timestamp('us'))).toBe('2001-02-01T04:00:00.25Z');
    expect(timeText(-1n, timestamp('ns'))).toBe('1969-12-31T23:59:59.999999999Z');
    expect(timeText(new Date('2001-07-01T00:00:00Z'), timestamp('ms', 'Europe/Oslo'))).toBe(
      '2001-07-01T02:00:00+02:00',
    );
    expect(timeText(new Date('2001-07-01T00:00:00Z'), timestamp('ms', 'No/Where'))).toBe('2001-07-01T00:00:00Z');
    expect(cellText(new Date('2001-07-01'), date32(), 0)).toBe('2001-07-01');
  });

  it('show floats with as many digits as the column needs, four at most', () => {
    expect(decimalsOf([1, 2.5, null, Number.NaN])).toBe(1);
    expect(decimalsOf([1 / 3, 2])).toBe(4);
    expect(cellText(1 / 3, f64(), 4)).toBe('0.3333');
    expect(cellText(1e-9, f64(), 4)).toBe('1.0000e-9');
    expect(cellText(1e21, f64(), 0)).toBe('1.0000e+21');
    expect(cellText(Number.NaN, f64(), 1)).toBe('NaN');
    expect(cellText(null, f64(), 1)).toBe('');
  });

  it('never let data steer the terminal', () => {
    expect(cellText('a\nb\u001b[31mc', utf8(), 0)).toBe('a\\nb\\u{1b}[31mc');
  });

  it('know how wide text is', () => {
    expect(displayWidth('日本')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(fitted('日本語', 5)).toBe('日本…');
  });
});

describe('firstRows', () => {
  it('keeps the beginning of every kind of column', () => {
    const schema = { name: utf8(), mean: f64(), count: i64(), late: bool(), kind: dictionary() };
    const batch = batchOf(
      {
        name: ['a', null, 'c'],
        mean: [1, 2, null],
        count: [1n, 2n, 3n],
        late: [true, null, false],
        kind: ['x', 'y', 'x'],
      },
      schema,
    );
    expect(firstRows(batch, 2).toArray()).toEqual(batch.toArray().slice(0, 2));
    expect(firstRows(batch, 0).toArray()).toEqual([]);
    expect(firstRows(batch, 9)).toBe(batch);
  });
});
