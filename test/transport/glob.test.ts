import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileFormat } from '../../src/transport/file-format.ts';
import { alternatives, expandPaths, namePattern } from '../../src/transport/glob.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-glob-'));
  for (const dir of ['2001', '2001/deep', '2002', '.git']) mkdirSync(join(folder, dir));
  for (const name of [
    'b.csv',
    'a.csv',
    'c.json',
    '.d.csv',
    'odd[1].csv',
    '2001/x.csv',
    '2001/deep/y.csv',
    '2002/z.csv',
  ])
    writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, '.git/hidden.csv'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const found = (...patterns: string[]): string[] =>
  expandPaths(patterns.map(pattern => join(folder, pattern))).map(path => path.slice(folder.length + 1));

describe('expandPaths', () => {
  it('finds names by wildcard in order, without hidden ones', () => {
    expect(found('*.csv')).toEqual(['a.csv', 'b.csv', 'odd[1].csv']);
    expect(found('.*.csv')).toEqual(['.d.csv']);
    expect(found('?.csv')).toEqual(['a.csv', 'b.csv']);
    expect(found('[!a].{csv,json}')).toEqual(['b.csv', 'c.json']);
  });

  it('finds names over folders', () => {
    expect(found('200*/*.csv')).toEqual(['2001/x.csv', '2002/z.csv']);
    expect(found('**/*.csv')).toEqual(['2001/deep/y.csv', '2001/x.csv', '2002/z.csv', 'a.csv', 'b.csv', 'odd[1].csv']);
    expect(found('2001/**')).toEqual(['2001/deep/y.csv', '2001/x.csv']);
    expect(found('200{1/deep,2}/*')).toEqual(['2001/deep/y.csv', '2002/z.csv']);
  });

  it('takes a file that exists literally, keeps the order of its arguments and says when nothing matches', () => {
    expect(found('odd[1].csv')).toEqual(['odd[1].csv']);
    expect(found('c.json', 'a.*')).toEqual(['c.json', 'a.csv']);
    expect(expandPaths('-')).toEqual(['-']);
    expect(expandPaths('no-such-file')).toEqual(['no-such-file']);
    expect(() => found('*.xml')).toThrow(/no file matches .*\*\.xml/);
  });

  it('reads nested alternatives and leaves a lone brace alone', () => {
    expect(alternatives('{a,b{c,d}}e')).toEqual(['ae', 'bce', 'bde']);
    expect(alternatives('{a')).toEqual(['{a']);
    expect(namePattern('a.b+(c)*').test('a.b+(c)d')).toBe(true);
    expect(namePattern('a.b').test('axb')).toBe(false);
  });
});

describe('fileFormat', () => {
  it('reads format and compression off a name', () => {
    expect(fileFormat('/tmp/x.csv/trades.NDJSON.gz')).toEqual({ format: 'ndjson', compression: 'gzip' });
    expect(fileFormat('a.b.parquet')).toEqual({ format: 'parquet', compression: null });
    expect(fileFormat('a.feather.zst')).toEqual({ format: 'arrow', compression: 'zstd' });
    expect(fileFormat('constructor')).toEqual({ format: null, compression: null });
    expect(fileFormat('x.constructor')).toEqual({ format: null, compression: null });
  });
});
