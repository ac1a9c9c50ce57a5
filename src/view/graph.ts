import type { Look } from '../stream/operator.ts';
import type { Stream } from '../stream/stream.ts';

/** A node of a picture, with Graphviz' words. */
export interface GraphNode {
  readonly label: string;
  readonly shape: string;
  readonly orientation: string;
  readonly style: string;
  readonly fillcolor: string;
}

/** From label, to label, and the number of the branch where there are several. */
export type GraphEdge = readonly [from: string, to: string, branch: string];

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const shapes: Readonly<Record<Look, string>> = {
  node: 'ellipse',
  source: 'doubleoctagon',
  sink: 'trapezium',
  state: 'box',
  window: 'diamond',
  time: 'octagon',
  join: 'triangle',
};

/** The whole graph that `stream` is part of, found along its edges in both directions, in order of discovery. */
export function reachable(stream: Stream): Stream[] {
  const found = new Set<Stream>([stream]);
  for (const one of found) for (const next of [...one.upstreams, ...one.downstreams]) found.add(next);
  return [...found];
}

/** Labels, shapes and edges as streamz draws them; equal labels get `-1`, `-2`, … */
export function describeGraph(stream: Stream): Graph {
  const streams = reachable(stream);
  const labels = new Map<Stream, string>();
  const used = new Map<string, number>();
  for (const one of streams) {
    const label = labelOf(String(one));
    const count = used.get(label) ?? 0;
    used.set(label, count + 1);
    labels.set(one, count === 0 ? label : `${label}-${count}`);
  }
  const nodes = streams.map(one => {
    const { look } = one.operator;
    return {
      label: labels.get(one)!,
      shape: shapes[look],
      orientation: look === 'join' ? '270' : '0',
      style: 'rounded,filled',
      fillcolor: 'white',
    };
  });
  const edges = streams.flatMap(from =>
    from.downstreams.map((to, branch): GraphEdge => {
      const number = from.downstreams.length > 1 ? String(branch) : '';
      return [labels.get(from)!, labels.get(to)!, number];
    }),
  );
  return { nodes, edges };
}

/** The text form with everything but letters, digits, `_` and `:` as single blanks, and `;` for `:`. */
export const labelOf = (text: string): string => text.replace(/[^\p{L}\p{N}_:]+/gu, ' ').replaceAll(':', ';');
