import { describe, expect, it } from 'vitest';
import { OptionError, SchemaError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';

const schema = { at: timestamp('ms'), n: i64(), k: utf8(), x: f64() };
const timed: any = new DataFrame({ schema, index: 'at' });
const counted: any = new DataFrame({ schema, index: 'n' });
const untimed: any = new DataFrame({ schema });

describe('windows that make no sense are refused when they are written', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['tumbling', () => timed.tumbling('x'), /^tumbling: "x" is no length of time/],
    ['tumbling of nothing', () => timed.tumbling('0s'), /holds no rows/],
    ['tumbling backwards', () => timed.tumbling(-1), /-1 is no length of time/],
    ['tumbling without a size', () => timed.tumbling(), /"undefined" is no length of time/],
    ['tumbling by integers', () => counted.tumbling('1m'), /column of integers/],
    ['an offset', () => timed.tumbling('1m', { offset: '5k' }), /^offset: "5k"/],
    ['a time zone', () => timed.tumbling('1d', { timeZone: 'Nowhere/City' }), /no time zone/],
    ['a lateness', () => timed.session('1m', { allowedLateness: 'long' }), /^allowedLateness: "long"/],
    ['sliding', () => timed.sliding('1m', 'x'), /^step: "x"/],
    ['session', () => timed.session('5 lightyears'), /^session: "5 lightyears"/],
    ['window', () => timed.window('60x'), /^window: "60x"/],
    ['window of a column', () => timed.x.window('60x'), /^window: "60x"/],
    ['rolling', () => timed.rolling('5y'), /^rolling: "5y"/],
    ['rolling of a column', () => timed.x.rolling('5y'), /^rolling: "5y"/],
    ['rolling of groups', () => timed.groupby('k').rolling('5y'), /^rolling: "5y"/],
    ['rolling in a text', () => timed.assign('m = rolling_mean(x, "5y")'), /^rolling: "5y"/],
    ['rolling over nothing', () => timed.rolling(0), /a window of 0 rows/],
    ['out of order', () => new DataFrame({ schema, index: 'at', outOfOrder: 'a bit' }), /^outOfOrder: "a bit"/],
    ['out of order, without an index', () => new DataFrame({ schema, outOfOrder: 'a bit' }), /^outOfOrder: "a bit"/],
    ['out of order, of a stream', () => new Stream().toDataFrame(schema, { outOfOrder: 'a bit' }), /^outOfOrder/],
  ])('%s', (_, make, problem) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(problem);
  });

  it.each<[string, () => unknown]>([
    ['tumbling', () => untimed.tumbling('1m')],
    ['sliding', () => untimed.sliding('1m', '1s')],
    ['session', () => untimed.session('1m')],
    ['window', () => untimed.window('1m')],
    ['window of a column', () => untimed.x.window('1m')],
    ['rolling', () => untimed.rolling('1m')],
    ['rolling of a column', () => untimed.x.rolling('1m')],
    ['rolling of groups', () => untimed.groupby('k').rolling('1m')],
  ])('%s, where rows have no time', (_, make) => {
    expect(make).toThrow(SchemaError);
    expect(make).toThrow(/no time index; name one where the frame is made/);
  });
});

describe('modes that there are not', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['emit', () => timed.tumbling('1m').agg('n = count()', { emit: 'onClos' }), /did you mean "onClose"\?/],
    ['emit, by another name', () => timed.tumbling('1m').sum({ emit: 'never ever' }), /there are everyBatch, changed/],
    ['emit of running results', () => timed.groupby('k').sum({ emit: 'change' }), /did you mean "changed"\?/],
    ['panes', () => timed.tumbling('1m').agg('n = count()', { panes: 'retractin' }), /did you mean "retracting"\?/],
  ])('%s: are told with the nearest', (_, make, problem) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(problem);
  });
});
