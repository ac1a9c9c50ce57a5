import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import type { FrameMetrics, NodeMetrics } from '../../src/frame/metrics.ts';
import { Memory } from '../../src/memory/memory.ts';
import { f64, i64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';
import { VirtualClock } from '../virtual-clock.ts';

const schema = { at: timestamp('ms'), key: utf8(), x: f64() };
type Row = { readonly at: number; readonly key: string; readonly x: number };

const row: fc.Arbitrary<Row> = fc.record({
  at: fc.nat(10_000),
  key: fc.constantFrom('a', 'b', 'c'),
  x: fc.integer({ min: -10, max: 10 }),
});
const cuts = fc.array(fc.array(row, { maxLength: 20 }), { maxLength: 12 });

/** Figures that must not depend on where batches are cut. */
const counts = ({ kind, rowsIn, rowsOut, groups, windows, watermark, late }: NodeMetrics): object => ({
  kind,
  rowsIn,
  rowsOut,
  groups,
  windows,
  watermark,
  late,
});

const framed = (): DataFrame<typeof schema> => new DataFrame({ schema, index: 'at', outOfOrder: '1s' });

const schemes: Readonly<Record<string, (frame: DataFrame<typeof schema>) => DataFrame>> = {
  tumbling: frame => frame.tumbling('2s').groupby('key').agg('n = count(), s = sum(x)'),
  sliding: frame => frame.sliding('3s', '1s').groupby('key').agg('n = count()'),
  session: frame => frame.session('500ms').groupby('key').agg('n = count()'),
  range: frame => frame.window('2s').groupby('key').agg('n = count()', { emit: 'end' }),
  rows: frame => frame.window(7).groupby('key').agg('n = count()', { emit: 'end' }),
  everything: frame => frame.groupby('key').agg('n = count()', { emit: 'end' }),
};

/** What a filter and a window leave behind, for rows in these batches. */
function measured(scheme: string, batches: readonly (readonly Row[])[]): FrameMetrics {
  const frame = framed();
  const out = schemes[scheme]!(frame.filter('x > -5'));
  out.sink(() => {});
  for (const rows of batches) frame.emit(rows as Row[]);
  const metrics = out.metrics();
  frame.dispose();
  return metrics;
}

describe('metrics of steps', () => {
  it.each(Object.keys(schemes))('of a %s window do not depend on where batches are cut', scheme => {
    fc.assert(
      fc.property(cuts, batches => {
        const [cut, whole] = [batches, [batches.flat()]].map(rows => measured(scheme, rows).nodes.map(counts));
        // sliding windows keep groups by slices, and free a slice at the end of the batch that closed its last window
        const known = scheme === 'sliding' ? (node: object) => ({ ...node, groups: null }) : (node: object) => node;
        expect(cut!.map(known)).toEqual(whole!.map(known));
      }),
      { numRuns: 40 },
    );
  });

  it('count the open windows and their groups as a list of rows does', () => {
    fc.assert(
      fc.property(cuts, batches => {
        const rows = batches.flat().filter(({ x }) => x > -5);
        const newest = Math.max(...rows.map(({ at }) => at));
        const watermark = newest - 1000;
        const open = new Set<string>();
        for (const [place, { at, key }] of rows.entries()) {
          const seen = Math.max(...rows.slice(0, place + 1).map(({ at }) => at)) - 1000;
          const end = Math.floor(at / 2000) * 2000 + 2000;
          if (end > seen && end > watermark) open.add(`${end} ${key}`);
        }
        const aggregate = measured('tumbling', batches).nodes.find(({ kind }) => kind === 'aggregate')!;
        expect(aggregate.groups).toBe(open.size);
        expect(aggregate.windows).toBe(new Set([...open].map(text => text.split(' ')[0])).size);
        expect(aggregate.watermark).toBe(rows.length > 0 ? watermark : null);
      }),
    );
  });

  it('hand on as many rows as the next is given, and sinks as many as the totals say', () => {
    fc.assert(
      fc.property(cuts, batches => {
        const frame = framed();
        const kept = frame.filter('x > 0');
        kept
          .groupby('key')
          .agg('n = count()')
          .sink(() => {});
        kept.assign({ d: t => t.x.sub(t.x.mean()) }).sink(() => {});
        kept.sink(() => {});
        for (const rows of batches) frame.emit(rows);
        const { nodes, rowsIn, rowsOut, late } = frame.metrics();
        for (const { inputs, rowsIn } of nodes)
          if (inputs.length > 0) expect(rowsIn).toBe(nodes.find(({ id }) => id === inputs[0])!.rowsOut);
        expect(nodes[0]).toMatchObject({ kind: 'source', rowsIn, rowsOut: rowsIn, batches: batches.length });
        const sinks = nodes.filter(({ kind }) => kind === 'sink');
        expect(sinks).toHaveLength(3);
        expect(sinks.reduce((sum, sink) => sum + sink.rowsOut, 0)).toBe(rowsOut);
        expect(late).toBe(0);
        frame.dispose();
      }),
      { numRuns: 50 },
    );
  });

  it('stand behind the steps that they take rows from', () => {
    const frame = framed();
    frame.select({ d: t => t.x.sub(t.x.mean()) }).sink(() => {});
    const { nodes } = frame.metrics();
    expect(nodes.map(({ kind }) => kind)).toEqual(['source', 'aggregate', 'broadcast', 'project', 'sink']);
    for (const [place, { inputs }] of nodes.entries()) {
      for (const input of inputs) expect(nodes.slice(0, place).map(({ id }) => id)).toContain(input);
    }
  });

  it('begin when a step is first computed, and end with its last sink', () => {
    const frame = framed();
    frame.sink(() => {});
    frame.emit([{ at: 1, key: 'a', x: 1 }]);
    const detach = frame.filter('x > 0').sink(() => {});
    frame.emit([
      { at: 2, key: 'a', x: 1 },
      { at: 3, key: 'a', x: -1 },
    ]);
    const filter = () => frame.metrics().nodes.find(({ kind }) => kind === 'filter');
    expect(filter()).toMatchObject({ rowsIn: 2, rowsOut: 1, batches: 1 });
    detach();
    expect(filter()).toBeUndefined();
    expect(frame.metrics().nodes).toHaveLength(2);
  });

  it('divide the time of a batch over the steps: together they work no longer than the frame', () => {
    const frame = framed();
    frame
      .filter('x > 0')
      .groupby('key')
      .agg('n = count(), m = median(x)')
      .sink(() => {});
    for (let batch = 0; batch < 20; batch++) {
      frame.emit(Array.from({ length: 100 }, (_, at) => ({ at, key: `k${at % 7}`, x: at })));
    }
    const { nodes, busyMs } = frame.metrics();
    for (const node of nodes) expect(node.busyMs).toBeGreaterThan(0);
    const sum = nodes.reduce((sum, node) => sum + node.busyMs, 0);
    expect(sum).toBeLessThanOrEqual(busyMs + 1e-6); // sums of floats
  });

  it('tell what linear memory a step holds', () => {
    const memory = new Memory();
    const frame = new DataFrame({ schema, memory });
    frame
      .groupby('key')
      .agg('m = median(x)')
      .sink(() => {});
    const held = () => frame.metrics().nodes.find(({ kind }) => kind === 'aggregate')!;
    frame.emit([{ at: 1, key: 'a', x: 1 }]);
    const { stateBytes, id } = held();
    expect(stateBytes).toBeGreaterThan(0);
    frame.emit(Array.from({ length: 10_000 }, (_, at) => ({ at, key: `k${at % 3000}`, x: at })));
    expect(held().stateBytes).toBeGreaterThan(stateBytes + 10_000 * 8);
    const owner = Object.keys(memory.stats().owners).find(name => name.endsWith(` aggregate ${id}`))!;
    expect(held().stateBytes).toBe(memory.stats().owners[owner]);
    frame.dispose();
    expect(memory.stats().owners[owner]).toBeUndefined();
  });
});

describe('metrics of a frame', () => {
  it('tell how far the watermark is behind a clock', async () => {
    const clock = new VirtualClock();
    const frame = framed();
    const out = frame.tumbling('1s').agg('n = count()');
    out.sink(() => {});
    expect(out.metrics({ clock })).toMatchObject({ watermark: null, lagMs: null });
    frame.emit([{ at: 5000, key: 'a', x: 1 }]);
    await clock.advance(10_000);
    expect(out.metrics({ clock })).toMatchObject({ watermark: 4000, lagMs: 6000 });
  });

  it('tell no lag of numbers that are no instants', () => {
    const frame = new DataFrame({ schema: { at: i64(), x: f64() }, index: 'at' });
    const out = frame.tumbling(10).agg('n = count()');
    out.sink(() => {});
    frame.emit([{ at: 25n, x: 1 }]);
    expect(out.metrics()).toMatchObject({ watermark: 25, lagMs: null });
  });

  it('keep the time in sinks apart, with the promises that are waited for', async () => {
    const frame = framed();
    let release = (): void => {};
    frame.sink(() => new Promise<void>(resolve => (release = resolve)));
    const emitted = frame.emit([{ at: 1, key: 'a', x: 1 }]);
    expect(frame.metrics()).toMatchObject({ batches: 1, rowsOut: 1, sinkMs: 0 });
    release();
    await emitted;
    const { sinkMs, nodes } = frame.metrics();
    expect(sinkMs).toBeGreaterThan(0);
    expect(nodes.at(-1)).toMatchObject({ kind: 'sink', waitMs: sinkMs });
  });

  it('do not count rows of a batch that failed', () => {
    const stream = new Stream<unknown>();
    const frame = stream.toDataFrame({ x: f64() });
    frame
      .mapPartitions(rows => {
        if (rows.length === 2) throw new Error('two');
        return rows;
      })
      .sink(() => {});
    frame.emit([{ x: 1 }]);
    expect(() => frame.emit([{ x: 1 }, { x: 2 }])).toThrow('two');
    frame.emit([{ x: 1 }]);
    expect(frame.metrics()).toMatchObject({ rowsIn: 2, rowsOut: 2, batches: 2 });
  });
});

describe('explain with analyze', () => {
  const withoutTimes = (text: string): string => text.replace(/\d[\d.,]* (ms|k?B|MB)/g, '… $1').replace(/ +/g, ' ');

  it('shows the figures of each step beside it', () => {
    const frame = framed();
    const out = frame.filter('x > 0').tumbling('2s').groupby('key').agg('n = count()');
    out.sink(() => {});
    for (let batch = 0; batch < 3; batch++) {
      frame.emit(
        Array.from({ length: 400 }, (_, at) => ({ at: batch * 4000 + at * 10, key: 'ab'[at % 2]!, x: (at % 4) - 1 })),
      );
    }
    frame.emit([{ at: 0, key: 'a', x: 1 }]);
    expect(withoutTimes(out.explain({ analyze: true })).split('\n')).toEqual([
      'rows in rows out batches busy memory',
      ' 10 10 3 … ms … B sink [took … ms]',
      ' 601 10 3 … ms … kB aggregate n = count() by key over tumbling(2s), emit onClose [1 open window, 2 groups, watermark 1970-01-01T00:00:10.990Z, 1 late]',
      ' 1,201 601 4 … ms … kB filter (x > 0)',
      ' 1,201 1,201 4 … ms … kB source (at: timestamp[ms], key: utf8, x: f64) index at',
      '1,201 rows in 4 batches: … ms computing, … ms in sinks, … ms between batches',
    ]);
    expect(out.explain()).not.toContain('rows in');
  });

  it('shows the aggregation that a broadcast waits for, and no figures of what is not computed', () => {
    const frame = framed();
    const spread = frame.select({ d: t => t.x.sub(t.x.mean()) });
    frame.sink(() => {});
    const lines = withoutTimes(spread.explain({ analyze: true })).split('\n');
    expect(lines.slice(1, -1)).toEqual([
      ' - - - - - project d = (x - `mean(x)`)',
      ' - - - - - broadcast mean(x) over everything',
      ' - - - - - aggregate mean(x) over everything, emit everyBatch',
      ' 0 0 0 … ms … B source (at: timestamp[ms], key: utf8, x: f64) index at',
    ]);
  });
});
