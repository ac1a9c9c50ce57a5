import { bytesText, countText, durationText } from './figures.ts';
import type { FrameMetrics, NodeMetrics } from './metrics.ts';
import type { Plan } from './plan.ts';
import { nodeText } from './plan-text.ts';

/** A step of a plan under those that take its rows. */
interface Step {
  readonly plan: Plan;
  readonly depth: number;
}

const headings = ['rows in', 'rows out', 'batches', 'busy', 'memory'];

/**
 * The plan as text, the last step first, with what has passed through each step before it.
 *
 * @param idOf the number of a plan's step in `metrics.nodes`; undefined when it is not computed
 */
export function analyzePlan(plan: Plan, metrics: FrameMetrics, idOf: (plan: Plan) => number | undefined): string {
  const last = idOf(plan);
  const sinks = metrics.nodes.filter(({ kind, inputs }) => kind === 'sink' && inputs[0] === last);
  const byId = new Map(metrics.nodes.map(node => [node.id, node]));
  const rows = [
    ...sinks.map(sink => ({ text: 'sink', node: sink as NodeMetrics | undefined })),
    ...stepsOf(plan, 0).map(step => {
      const id = idOf(step.plan);
      return {
        text: `${'  '.repeat(step.depth)}${nodeText(step.plan)}`,
        node: id === undefined ? undefined : byId.get(id),
      };
    }),
  ];
  const cells = [headings, ...rows.map(({ node }) => figuresOf(node))];
  const widths = headings.map((_, column) => Math.max(...cells.map(row => row[column]!.length)));
  const line = (row: readonly string[], text: string): string =>
    `${row.map((cell, column) => cell.padStart(widths[column]!)).join('  ')}  ${text}`.trimEnd();
  return [
    line(headings, ''),
    ...rows.map(({ text, node }, at) => line(cells[at + 1]!, `${text}${noteOf(node)}`)),
    totalText(metrics),
  ].join('\n');
}

function stepsOf(plan: Plan, depth: number): Step[] {
  const own = { plan, depth };
  if (plan.op === 'source') return [own];
  const spread = plan.op === 'broadcast' ? [{ plan: plan.aggregate, depth: depth + 1 }] : [];
  return [own, ...spread, ...stepsOf(plan.input, depth + 1)];
}

function figuresOf(node: NodeMetrics | undefined): string[] {
  if (!node) return headings.map(() => '-');
  const { rowsIn, rowsOut, batches, busyMs, stateBytes } = node;
  return [countText(rowsIn), countText(rowsOut), countText(batches), workText(busyMs), bytesText(stateBytes)];
}

/** What only some steps have to tell. */
function noteOf(node: NodeMetrics | undefined): string {
  if (!node) return '';
  const { kind, waitMs, windows, groups, watermark, lagMs, late, untimed } = node;
  const notes = [
    kind === 'sink' && `took ${workText(waitMs)}`,
    windows !== null && amount(windows, 'open window'),
    groups !== null && amount(groups, 'group'),
    watermark !== null && `watermark ${lagMs === null ? watermark : instantText(watermark)}`,
    late > 0 && `${countText(late)} late`,
    untimed > 0 && `${countText(untimed)} untimed`,
  ].filter(note => note !== false);
  return notes.length > 0 ? `  [${notes.join(', ')}]` : '';
}

function totalText({ rowsIn, batches, busyMs, sinkMs, inputMs }: FrameMetrics): string {
  const input = `${amount(rowsIn, 'row')} in ${amount(batches, 'batch', 'batches')}`;
  return `${input}: ${workText(busyMs)} computing, ${workText(sinkMs)} in sinks, ${workText(inputMs)} between batches`;
}

/** `1 row`, `2 rows`. */
const amount = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

const workText = (ms: number): string => (ms < 100 ? `${ms.toFixed(ms < 10 ? 2 : 1)} ms` : durationText(ms));

function instantText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
