import { isDeepStrictEqual } from 'node:util';
import { describeGraph } from '../../src/view/graph.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { Kind, Outcome } from './family.ts';
import { text } from './streamz-core.ts';
import { buildGraph, userFunctions } from './streamz-graph.ts';

/** Pictures of graphs: labels, shapes and edges, and the text form of each node. */
export const streamzGraphs: Kind = {
  name: 'graphs',
  accepts: recorded => recorded.op === 'visualize',
  async run(recorded): Promise<Outcome> {
    const journal = { clock: new VirtualClock(), events: [], broken: [], refs: new Map(), failures: [], calls: 0 };
    const functions = userFunctions(recorded.functions, () => Promise.resolve());
    const nodes = buildGraph(recorded.graph, journal, functions);
    const problems: string[] = [];
    const same = (what: string, got: unknown, want: unknown): void => {
      if (!isDeepStrictEqual(got, want)) problems.push(`${what}: ${text(got)}, recorded ${text(want)}`);
    };
    for (const [id, want] of Object.entries(recorded.text)) same(`text of ${id}`, String(nodes.get(id)), want);
    const { nodes: shapes, edges } = describeGraph(nodes.get(recorded.from)!);
    const byLabel = (a: { label: string }, b: { label: string }): number => (a.label < b.label ? -1 : 1);
    same('nodes', [...shapes].sort(byLabel), [...recorded.nodes].sort(byLabel));
    same(
      'edges',
      edges.map(edge => JSON.stringify(edge)).sort(),
      recorded.edges.map((edge: any) => JSON.stringify(edge)).sort(),
    );
    return { problems };
  },
};
