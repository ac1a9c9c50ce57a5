import { describe, expect, it } from 'vitest';
import { arrow } from '../../src/codec/arrow.ts';
import { batchOf } from '../../src/column/batch-of.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, i32, utf8 } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';

const batch = batchOf({ name: ['a', 'b', null], unused: [true, false, true], x: [1.5, 2, 3] });
const bytesOf = (format: 'stream' | 'file'): Uint8Array => {
  const encoder = arrow({ format }).encoder(batch.schema);
  return Buffer.concat([encoder.encode(batch), encoder.encode(batch), encoder.end()]);
};

describe('toDataFrame of Arrow bytes', () => {
  it.each(['stream', 'file'] as const)('takes the columns it was told from a %s cut anywhere, in any order', format => {
    const source = new Stream<Uint8Array>();
    const frame = source.toDataFrame(arrow({ schema: { x: f64(), name: utf8() } }));
    expect(frame).toBeInstanceOf(DataFrame);
    const seen = frame
      .groupby('name')
      .agg({ sum: t => t.x.sum() }, { emit: 'end' })
      .sinkToList();
    const bytes = bytesOf(format);
    for (let at = 0; at < bytes.length; at += 61) source.emit(bytes.subarray(at, at + 61));
    source.end();
    expect(seen.flatMap(result => result.toArray())).toEqual([
      { name: 'a', sum: 3 },
      { name: 'b', sum: 4 },
    ]);
    frame.dispose();
  });

  it('says that the columns are others, or must be told', () => {
    const source = new Stream<Uint8Array>();
    source.toDataFrame(arrow({ schema: { x: i32() } })).sink(() => {});
    expect(() => source.emit(bytesOf('stream'))).toThrow('emit: column "x" is f64 in this batch, the frame has i32');
    const other = new Stream<Uint8Array>();
    other.toDataFrame(arrow({ schema: { y: f64() } })).sink(() => {});
    expect(() => other.emit(bytesOf('stream'))).toThrow('emit: no column "y"');
    expect(() => other.toDataFrame(arrow())).toThrow('name them, as in arrow({ schema: { price: f64() } })');
  });
});
