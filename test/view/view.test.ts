import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Stream } from '../../src/stream/stream.ts';
import { describeGraph, graphText, toDot, toMermaid, toPng, toSvg, visualize } from '../../src/view/index.ts';

function graph(): Stream {
  const source = new Stream<number>({ name: 'source' });
  const inc = source.map(function inc(x: number) {
    return x + 1;
  });
  const double = source.map(function double(x: number) {
    return x * 2;
  });
  inc.zip(double).sink(function print() {});
  return double;
}

it('draws the whole graph from any of its nodes, with streamz’s shapes', () => {
  const { nodes, edges } = describeGraph(graph());
  expect(nodes.map(({ label, shape }) => [label, shape]).sort()).toEqual([
    [' map; double ', 'ellipse'],
    [' map; inc ', 'ellipse'],
    [' sink; print ', 'trapezium'],
    [' source Stream ', 'ellipse'],
    [' zip ', 'triangle'],
  ]);
  expect(edges).toContainEqual([' source Stream ', ' map; inc ', '0']);
  expect(edges).toContainEqual([' source Stream ', ' map; double ', '1']);
});

it('numbers equal labels', () => {
  const source = new Stream<number>();
  source.slidingWindow(2);
  source.slidingWindow(2);
  expect(describeGraph(source).nodes.map(({ label }) => label)).toEqual([
    ' Stream ',
    ' sliding_window; 2 ',
    ' sliding_window; 2 -1',
  ]);
});

it.each([
  ['a source', Stream.fromIterable([1]), 'doubleoctagon'],
  ['a state', new Stream<number>().accumulate((a, b) => a + b), 'box'],
  ['a window', new Stream<number>().buffer(3), 'diamond'],
  ['time', new Stream<number>().rateLimit('1s'), 'octagon'],
])('has a shape for %s', (_what, stream, shape) => {
  expect(describeGraph(stream).nodes[0]!.shape).toBe(shape);
});

it('writes DOT, with attributes and escapes', () => {
  const dot = toDot(new Stream({ name: 'a' }), { rankdir: 'LR', label: 'say "hi"' });
  expect(dot).toContain('rankdir="LR";');
  expect(dot).toContain('label="say \\"hi\\"";');
  expect(dot).toContain('" a Stream " [shape=ellipse');
});

it('writes Mermaid', () => {
  const source = new Stream({ name: 'a' });
  source.buffer(3);
  expect(toMermaid(source)).toBe('flowchart TD\n  n0(["a Stream"])\n  n1{"buffer"}\n  n0 --> n1\n');
});

it('shows the graph as text, with loops named again', () => {
  expect(graphText(graph())).toBe(`<source; Stream>
├─ <map: inc>
│  └─ <zip>
│     └─ <sink: print>
└─ <map: double>
   └─ <zip> ↩`);
  const loop = new Stream({ name: 'loop' });
  loop.buffer(1).connect(loop);
  expect(graphText(loop)).toBe('<loop; Stream>\n└─ <buffer>\n   └─ <loop; Stream> ↩');
});

it('draws SVG and PNG', async () => {
  const svg = await toSvg(graph());
  expect(svg).toContain('<svg');
  expect(svg).toContain('map; double');
  const png = await toPng(graph(), { scale: 2 });
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
});

it('writes files, by the ending of their name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  try {
    await visualize(graph(), join(folder, 'g.dot'));
    expect(readFileSync(join(folder, 'g.dot'), 'utf8')).toContain('digraph');
    const { format, content } = await visualize(graph(), join(folder, 'g.svg'));
    expect([format, readFileSync(join(folder, 'g.svg'), 'utf8')]).toEqual(['svg', content]);
    await expect(visualize(graph(), 'g.bmp')).rejects.toThrow(/names no format/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
