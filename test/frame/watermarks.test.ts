import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ndjson } from '../../src/codec/ndjson.ts';
import type { Batch } from '../../src/column/batch.ts';
import { OptionError, SchemaError } from '../../src/errors.ts';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';
import { VirtualClock } from '../virtual-clock.ts';

const schema = { t: i64(), k: utf8(), x: f64() };
const rowsAt = (...times: number[]): object[] => times.map(t => ({ t: BigInt(t), k: 'a', x: t }));

/** Starts of the windows that come out. */
function starts(results: any): number[] {
  const list: number[] = [];
  results.sink((batch: Batch<any>) => list.push(...batch.toArray().map((row: any) => Number(row.windowStart))));
  return list;
}

const schemes: Readonly<Record<string, (frame: any) => any>> = {
  tumbling: frame => frame.tumbling(10).agg('n = count()'),
  sliding: frame => frame.sliding(10, 5).agg('n = count()'),
  session: frame => frame.session(10).agg('n = count()'),
};

describe('the watermark of several inputs', () => {
  //  a   0─────────────────45
  //  b   0──5─────12                  the least of both: 12 → windows that end by then are closed
  it.each(Object.entries(schemes))('is behind the slowest: %s windows', (_, windowed) => {
    const frame = new DataFrame({ schema, index: 't', inputs: ['a', 'b'] });
    const results = windowed(frame);
    const out = starts(results);
    frame.emit(rowsAt(0, 45) as any, { input: 'a' });
    expect(results.currentWatermark).toBeNull();
    expect(out).toEqual([]);
    frame.emit(rowsAt(5, 12) as any, { input: 'b' });
    expect(results.currentWatermark).toBe(12);
    expect(results.metrics().late).toBe(0);
    frame.emit(rowsAt(50) as any, { input: 'b' });
    expect(results.currentWatermark).toBe(45);
    expect(out.length).toBeGreaterThan(0);
    frame.end();
    expect(results.metrics().late).toBe(0);
  });

  it('is the same whatever turns the inputs take: no row within an input’s order is late, and results are those in order', () => {
    const input = fc.array(fc.nat(200), { maxLength: 30 }).map(times => times.sort((a, b) => a - b));
    fc.assert(
      fc.property(
        fc.array(input, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 })), { maxLength: 40 }),
        fc.constantFrom(...Object.keys(schemes)),
        (inputs, turns, scheme) => {
          const run = (batches: readonly (readonly [string, readonly number[]])[], names: string[]): unknown => {
            const frame: any = new DataFrame({ schema, index: 't', inputs: names });
            const results = schemes[scheme]!(frame);
            const out: object[] = [];
            results.sink((batch: Batch<any>) => out.push(...batch.toArray()));
            for (const [name, times] of batches) frame.emit(rowsAt(...times), { input: name });
            frame.end();
            const { late } = results.metrics();
            frame.dispose();
            return { out, late };
          };
          const left = inputs.map(times => [...times]);
          const batches: [string, number[]][] = [];
          for (const [at, rows] of turns) {
            const from = left[at % left.length]!;
            if (from.length > 0) batches.push([String(at % left.length), from.splice(0, rows)]);
          }
          for (const [at, rest] of left.entries()) if (rest.length > 0) batches.push([String(at), rest]);
          const all = inputs.flat().sort((a, b) => a - b);
          expect(
            run(
              batches,
              inputs.map((_, at) => String(at)),
            ),
          ).toEqual(run([['', all]], ['']));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('never goes back: rows of an input that comes late are late behind it', () => {
    const frame = new DataFrame({ schema, index: 't' });
    const results = frame.tumbling(10).agg('n = count()');
    const late: unknown[] = [];
    results.sink(() => {});
    results.late.sink((batch: Batch<any>) => late.push(...batch.toArray().map((row: any) => Number(row.t))));
    frame.emit(rowsAt(5, 30) as any, { input: 'a' });
    frame.emit(rowsAt(3, 31) as any, { input: 'b' });
    expect(late).toEqual([3]);
    expect(results.currentWatermark).toBe(30);
  });

  it('belongs to the source: results of windows are rows of no input', () => {
    const frame = new DataFrame({ schema, index: 't', inputs: ['a', 'b'] });
    const out = starts(frame.tumbling(10).agg('n = count()').tumbling(20).agg('n = sum(n)'));
    for (let t = 0; t < 100; t += 10) {
      frame.emit(rowsAt(t) as any, { input: 'a' });
      frame.emit(rowsAt(t) as any, { input: 'b' });
    }
    // windows of 10 that end by 90 are through: those of 20 before the last of them are, too
    expect(out).toEqual([0, 20, 40, 60]);
  });

  it('is in checkpoints, input by input', () => {
    const make = (): { frame: any; out: object[]; results: any } => {
      const frame: any = new DataFrame({ schema, index: 't', inputs: ['a', 'b'] });
      const results = frame.tumbling(10).agg('n = count()');
      const out: object[] = [];
      results.sink((batch: Batch<any>) => out.push(...batch.toArray()));
      return { frame, out, results };
    };
    const begin = (frame: any): void => {
      frame.emit(rowsAt(0, 45), { input: 'a' });
      frame.emit(rowsAt(5, 12), { input: 'b' });
    };
    const goOn = (frame: any): void => {
      frame.emit(rowsAt(13, 38), { input: 'b' });
      frame.emit(rowsAt(46, 60), { input: 'a' });
      frame.emit(rowsAt(52), { input: 'b' });
    };
    const whole = make();
    begin(whole.frame);
    goOn(whole.frame);
    const first = make();
    begin(first.frame);
    const bytes = first.frame.checkpoint();
    const second = make();
    second.frame.restore(bytes);
    expect(second.results.currentWatermark).toBe(12);
    goOn(second.frame);
    expect([...first.out, ...second.out]).toEqual(whole.out);
    expect(second.results.currentWatermark).toBe(whole.results.currentWatermark);
    expect(second.results.metrics().late).toBe(0);
  });

  it('waits for the same inputs behind a checkpoint, named before or not, but for those that were idle', async () => {
    const row = fc.record({ input: fc.constantFrom('a', 'b', 'c'), step: fc.nat(9), wait: fc.constantFrom(0, 1, 6) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 20 }),
        fc.array(row, { maxLength: 20 }),
        fc.boolean(),
        async (before, behind, named) => {
          const clock = new VirtualClock();
          const make = () => {
            const inputs = named ? ['a', 'b'] : undefined;
            const frame: any = new DataFrame({ schema, index: 't', idleAfter: '5s', clock, inputs });
            const results = frame.tumbling(10).agg('n = count()');
            const out: object[] = [];
            results.sink((batch: Batch<any>) => out.push(...batch.toArray()));
            return { frame, out, results };
          };
          const times: Record<string, number> = { a: 0, b: 0, c: 0 };
          const first = make();
          for (const { input, step, wait } of before) {
            await clock.advance(wait * 1000);
            first.frame.emit(rowsAt((times[input]! += step)), { input });
          }
          const second = make();
          second.frame.restore(first.frame.checkpoint());
          first.out.length = 0;
          for (const { input, step } of behind) {
            const rows = rowsAt((times[input]! += step));
            for (const { frame } of [first, second]) frame.emit(rows, { input });
            expect(second.results.currentWatermark).toBe(first.results.currentWatermark);
          }
          for (const { frame } of [first, second]) frame.end();
          expect(second.out).toEqual(first.out);
        },
      ),
    );
  });
});

describe('idle inputs', () => {
  const framed = (clock: VirtualClock): { frame: any; results: any; out: number[] } => {
    const frame: any = new DataFrame({ schema, index: 't', inputs: ['a', 'b'], idleAfter: '5s', clock });
    const results = frame.tumbling(10).agg('n = count()');
    return { frame, results, out: starts(results) };
  };

  //  clock   0s──────3s──────5s──────6s
  //  a       0              .       40      b says nothing for 5 s: the watermark is a's
  it('do not hold the watermark back, nor do rows have to come for that', async () => {
    const clock = new VirtualClock();
    const { frame, results, out } = framed(clock);
    await clock.advance(3000);
    frame.emit(rowsAt(0, 25), { input: 'a' });
    expect(out).toEqual([]);
    await clock.advance(1999);
    expect(out).toEqual([]);
    await clock.advance(1);
    expect(out).toEqual([0]);
    expect(results.currentWatermark).toBe(25);
    frame.end();
    expect(clock.pending).toBe(0);
  });

  it('are waited for again once they have rows', async () => {
    const clock = new VirtualClock();
    const { frame, results } = framed(clock);
    frame.emit(rowsAt(0, 25), { input: 'a' });
    await clock.advance(4000);
    frame.emit(rowsAt(26), { input: 'a' });
    await clock.advance(2000); // b is idle
    frame.emit(rowsAt(30), { input: 'b' });
    frame.emit(rowsAt(90), { input: 'a' });
    expect(results.currentWatermark).toBe(30);
    frame.dispose();
    expect(clock.pending).toBe(0);
  });

  it('let the furthest through when all are idle', async () => {
    const clock = new VirtualClock();
    const { frame, results, out } = framed(clock);
    frame.emit(rowsAt(0, 45), { input: 'a' });
    await clock.advance(1000);
    frame.emit(rowsAt(3), { input: 'b' });
    expect(results.currentWatermark).toBe(3);
    await clock.advance(10_000);
    expect(results.currentWatermark).toBe(45);
    expect(out).toEqual([0]);
    expect(clock.pending).toBe(0);
  });

  it('are not those that a slow sink keeps waiting', async () => {
    const clock = new VirtualClock();
    const { frame, results } = framed(clock);
    let taken = (): void => {};
    frame.sink(() => new Promise<void>(resolve => (taken = resolve)));
    const first = frame.emit(rowsAt(0, 45), { input: 'a' });
    await clock.advance(8000);
    taken();
    await first;
    await clock.advance(4000); // 12 s without b, 8 of them nobody's fault
    expect(results.currentWatermark).toBeNull();
    await clock.advance(1000);
    expect(results.currentWatermark).toBe(45);
    frame.dispose();
  });

  it('tell the next push of a sink that failed meanwhile', async () => {
    const clock = new VirtualClock();
    const frame: any = new DataFrame({ schema, index: 't', inputs: ['a', 'b'], idleAfter: 5000, clock });
    frame
      .tumbling(10)
      .agg('n = count()')
      .sink(() => {
        throw new Error('full');
      });
    frame.emit(rowsAt(0, 45), { input: 'a' });
    await clock.advance(5000);
    expect(() => frame.emit(rowsAt(46), { input: 'a' })).toThrow('full');
    frame.dispose();
  });

  it('are told after a length of time above 0', () => {
    expect(() => new DataFrame({ schema, index: 't', idleAfter: 0 })).toThrow(OptionError);
    expect(() => new DataFrame({ schema, index: 't', idleAfter: 'soon' })).toThrow(
      /idleAfter: "soon" is no length of time/,
    );
  });
});

describe('inputs of a stream', () => {
  it('are the partitions that elements say they come from', async () => {
    const stream = new Stream<string>({ clock: new VirtualClock() });
    const frame: any = stream.toDataFrame(ndjson(schema), { index: 't', messages: true });
    const results = frame.tumbling(10).agg('n = count()');
    const out = starts(results);
    const send = (partition: number, ...times: number[]): unknown =>
      stream.emit(times.map(t => `{"t":${t},"k":"a","x":1}`).join('\n'), { metadata: { topic: 'clicks', partition } });
    await send(0, 1);
    await send(1, 2);
    await send(0, 3, 35);
    expect(results.currentWatermark).toBe(2);
    await send(1, 4, 17);
    expect(out).toEqual([0]);
    expect(results.metrics().late).toBe(0);
    frame.dispose();
  });

  it('are one when elements are of several', () => {
    const stream = new Stream<object[]>();
    const frame: any = stream.toDataFrame(schema, { index: 't' });
    const results = frame.tumbling(10).agg('n = count()');
    starts(results);
    stream.emit(rowsAt(1), { metadata: { topic: 'clicks', partition: 0 } });
    stream.emit(rowsAt(2, 30), { metadata: [0, 1].map(partition => ({ topic: 'clicks', partition })) });
    stream.emit(rowsAt(40), { metadata: { topic: 'clicks', partition: 1 } });
    expect(results.currentWatermark).toBe(40);
    frame.dispose();
  });
});

describe('joins of frames of several inputs', () => {
  const joined = (clock = new VirtualClock()): { left: any; right: any; out: unknown[]; rows: any } => {
    const left: any = new DataFrame({ schema: { t: i64(), x: f64() }, index: 't' });
    const right: any = new DataFrame({
      schema: { t: i64(), y: f64() },
      index: 't',
      inputs: ['a', 'b'],
      idleAfter: 5000,
      clock,
    });
    const rows = left.mergeAsof(right, { on: 't' });
    const out: unknown[] = [];
    rows.sink((batch: Batch<any>) => out.push(...batch.toArray().map(({ x, y }: any) => [x, y])));
    return { left, right, out, rows };
  };

  //  left    3        8
  //  a       0──────────────20          partners may come from b as long as it is behind
  //  b       1───7────────────9
  it('wait for the slowest, whose rows are not late', () => {
    const { left, right, out, rows } = joined();
    left.emit({ t: [3n, 8n], x: [3, 8] });
    right.emit({ t: [0n, 20n], y: [0, 20] }, { input: 'a' });
    expect(out).toEqual([]);
    right.emit({ t: [1n, 7n], y: [1, 7] }, { input: 'b' });
    expect(out).toEqual([[3, 1]]);
    right.emit({ t: [9n], y: [9] }, { input: 'b' });
    expect(out).toEqual([
      [3, 1],
      [8, 7],
    ]);
    expect(rows.metrics().late).toBe(0);
  });

  it('do not wait for idle ones, nor behind a watermark that is given', async () => {
    const clock = new VirtualClock();
    const { left, right, out } = joined(clock);
    left.emit({ t: [3n, 8n, 30n, 50n], x: [3, 8, 30, 50] });
    right.emit({ t: [0n, 20n], y: [0, 20] }, { input: 'a' });
    await clock.advance(5000);
    expect(out).toEqual([
      [3, 0],
      [8, 0],
    ]);
    await right.advanceWatermark(40);
    expect(out.at(-1)).toEqual([30, 20]);
    left.dispose();
    right.dispose();
  });
});

describe('a watermark that is given', () => {
  it('closes windows without rows, in every frame with these times', () => {
    const frame: any = new DataFrame({ schema, index: 't', outOfOrder: 100 });
    const [tumbling, sessions] = [
      frame.tumbling(10).agg('n = count()'),
      frame.filter('x > 0').session(5).agg('n = count()'),
    ];
    const [out, late] = [starts(tumbling), starts(sessions)];
    frame.emit(rowsAt(1, 12));
    expect([out, late]).toEqual([[], []]);
    frame.advanceWatermark(19);
    expect([out, late]).toEqual([[0], [1, 12]]);
    expect([tumbling.currentWatermark, sessions.currentWatermark, frame.currentWatermark]).toEqual([19, 19, 19]);
    frame.advanceWatermark(3n);
    expect(frame.currentWatermark).toBe(19);
    frame.emit(rowsAt(5));
    expect(tumbling.metrics().nodes.find((node: any) => node.text.includes('tumbling')).late).toBe(1);
  });

  it('is a point in time', () => {
    const frame: any = new DataFrame({ schema: { at: timestamp('us'), x: f64() }, index: 'at' });
    const results = frame.tumbling('10s').agg('n = count()');
    starts(results);
    frame.emit([{ at: new Date(1000), x: 1 }]);
    frame.advanceWatermark(new Date(2000));
    expect(results.currentWatermark).toBe(2000);
    frame.advanceWatermark(2500.5);
    expect(results.currentWatermark).toBe(2500.5);
    frame.advanceWatermark(3_000_000n);
    expect(results.currentWatermark).toBe(3000);
    expect(() => frame.advanceWatermark(Number.NaN)).toThrow(OptionError);
    expect(() => frame.advanceWatermark(new Date(Number.NaN))).toThrow(/no point in time/);
  });

  it('is one of times that the frame has, as they came', () => {
    const frame: any = new DataFrame({ schema, index: 't' });
    expect(() => new DataFrame({ schema }).advanceWatermark(1)).toThrow(SchemaError);
    expect(() => frame.tumbling(10).agg('n = count()').advanceWatermark(1)).toThrow(/times of these rows are computed/);
    expect(() => frame.assign('t = t + 5').advanceWatermark(1)).toThrow(/times of these rows are computed/);
    frame.rename({ t: 'time' }).advanceWatermark(1);
    expect(() => frame.advanceWatermark(1.5)).toThrow(/whole number/);
  });

  it('gives no result of frames without windows: every batch has one', () => {
    const frame: any = new DataFrame({ schema, index: 't' });
    const results: unknown[] = [];
    frame.x.sum().sink((value: unknown) => results.push(value));
    starts(frame.tumbling(10).agg('n = count()'));
    frame.emit(rowsAt(1, 2));
    frame.advanceWatermark(50);
    expect(results).toHaveLength(1);
  });
});
