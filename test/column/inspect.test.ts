import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../src/column/batch-of.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, i32, timestamp, utf8 } from '../../src/schema/data-type.ts';

const lines = (value: unknown): string[] => inspect(value).split('\n');

describe('what console.log shows', () => {
  it('of a batch: its rows', () => {
    const batch = batchOf({ symbol: ['ada', 'b\n'], price: [0.5, null], n: Int32Array.of(7, 12) });
    expect(lines(batch)).toEqual([
      'Batch(symbol: utf8, price: f64, n: i32) × 2',
      'symbol  price   n',
      '──────  ─────  ──',
      'ada       0.5   7',
      'b\\n            12',
    ]);
  });

  it('of a long batch: the first and the last rows', () => {
    const shown = lines(batchOf({ n: Int32Array.from({ length: 11 }, (_, i) => i) }));
    expect(shown.slice(3)).toEqual(
      ['0', '1', '2', '3', '4', '… 1 more', '6', '7', '8', '9', '10'].map(n => n.padStart(n[0] === '…' ? 0 : 2)),
    );
    expect(lines(batchOf({ n: Int32Array.from({ length: 10 }, (_, i) => i) })).length).toBe(13);
  });

  it('of a batch without rows or columns, or inside of something else: one line', () => {
    expect(inspect(batchOf([], { n: i32() }))).toBe('Batch(n: i32) × 0');
    expect(inspect(batchOf([{}, {}]))).toBe('Batch() × 2');
    expect(inspect([batchOf({ n: [1] })])).toBe('[ Batch(n: f64) × 1 ]');
  });

  it('of a column: its first cells', () => {
    const batch = batchOf({ s: ['x', null], at: [new Date(0), new Date(1)] }, { s: utf8(), at: timestamp('ms') });
    expect(inspect(batch.column('s'))).toBe('Vector<utf8>(2) ["x", null]');
    expect(inspect(batch.column('at'))).toBe(
      'Vector<timestamp[ms]>(2) [1970-01-01T00:00:00.000Z, 1970-01-01T00:00:00.001Z]',
    );
    expect(inspect(batchOf({ n: Int32Array.from({ length: 40 }, (_, i) => i) }).column('n'))).toBe(
      'Vector<i32>(40) [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …]',
    );
  });

  it('of frames, series, groups, windows and streams: what they are', () => {
    const frame = new DataFrame({ schema: { k: i32(), v: f64() } });
    expect(inspect(frame)).toBe('DataFrame(k: i32, v: f64)');
    expect(inspect(frame.schema)).toBe('(k: i32, v: f64)');
    expect(inspect(frame.v)).toBe('Series<f64> v');
    expect(inspect(frame.window(10).groupby('k'))).toBe('window(10 rows) by k of DataFrame(k: i32, v: f64)');
    expect(inspect(frame.stream)).toBe('<DataFrame; Stream>');
  });
});
