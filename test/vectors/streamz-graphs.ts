import { isDeepStrictEqual } from 'node:util';
import { describeGraph, labelOf } from '../../src/view/graph.ts';
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
    // streamz shows intervals in seconds; here they are shown as they were given, which is milliseconds or text.
    const renamed = new Map<string, string>();
    for (const [id, want] of Object.entries<string>(recorded.text)) {
      const node = nodes.get(id)!;
      const shown = node.operator.look === 'time' ? want.replace(/: [\d.e-]+>$/, `: ${node.operator.detail}>`) : want;
      renamed.set(labelOf(want), labelOf(shown));
      same(`text of ${id}`, String(node), shown);
    }
    const label = (text: string): string => {
      const [, base, number] = /^(.*?)(-\d+)?$/.exec(text)!;
      return (renamed.get(base!) ?? base!) + (number ?? '');
    };
    const wanted = recorded.nodes.map((node: any) => ({ ...node, label: label(node.label) }));
    const wantedEdges = recorded.edges.map(([from, to, branch]: string[]) => [label(from!), label(to!), branch]);
    const { nodes: shapes, edges } = describeGraph(nodes.get(recorded.from)!);
    const byLabel = (a: { label: string }, b: { label: string }): number => (a.label < b.label ? -1 : 1);
    same('nodes', [...shapes].sort(byLabel), [...wanted].sort(byLabel));
    same(
      'edges',
      edges.map(edge => JSON.stringify(edge)).sort(),
      wantedEdges.map((edge: any) => JSON.stringify(edge)).sort(),
    );
    return { problems };
  },
};
