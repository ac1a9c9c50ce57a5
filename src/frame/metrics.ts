import type { RunningNode } from './compiler.ts';
import type { Plan } from './plan.ts';
import { nodeText } from './plan-text.ts';

/** What has passed through one step of a plan. Counts begin when the step was first computed. */
export interface NodeMetrics {
  /** Its number among the steps of all frames that share a root; the source is 0. */
  readonly id: number;
  /** Where its rows come from. */
  readonly inputs: readonly number[];
  readonly kind: Plan['op'] | 'sink';
  /** What it does, as `explain` shows it. */
  readonly text: string;
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Batches handed on; for a sink, taken. */
  readonly batches: number;
  /** Milliseconds of work, without that of the steps behind it. Some passes are timed for all: the more batches, the truer. */
  readonly busyMs: number;
  /** Sinks: milliseconds their functions took, with the promises that were waited for; 0 for other steps. */
  readonly waitMs: number;
  /** Linear memory that it holds, in bytes; 0 for a step that remembers nothing. */
  readonly stateBytes: number;
  /** Groups that it keeps, in all its windows together; null where rows are not grouped. */
  readonly groups: number | null;
  /** Windows that are open; null where windows don't open and close. */
  readonly windows: number | null;
  /** No earlier rows are expected: milliseconds since the epoch, or the number itself for an integer index; null where there is none. */
  readonly watermark: number | null;
  /** How far the watermark is behind the clock, in milliseconds; null where there is none, and for an integer index. */
  readonly lagMs: number | null;
  /** Rows that came after their window had closed. */
  readonly late: number;
  /** Rows without a time, in windows over time. */
  readonly untimed: number;
}

/** What has passed through all frames that share a root. */
export interface FrameMetrics {
  readonly rowsIn: number;
  /** Rows that sinks were given. */
  readonly rowsOut: number;
  readonly batches: number;
  /** Rows that came after their window had closed. */
  readonly late: number;
  /** Rows without a time, in windows over time. */
  readonly untimed: number;
  /** The lowest of all steps: milliseconds since the epoch (or the number itself for an integer index); null before the first row. */
  readonly watermark: number | null;
  /** How far the watermark is behind the clock, in milliseconds; null where there is none, and for an integer index. */
  readonly lagMs: number | null;
  /** Milliseconds spent computing. */
  readonly busyMs: number;
  /** Milliseconds in the functions of sinks, with the promises that were waited for. */
  readonly sinkMs: number;
  /** Milliseconds between batches: reading and decoding them, or waiting for input. */
  readonly inputMs: number;
  /** Linear memory that the steps hold, in bytes. */
  readonly stateBytes: number;
  /** Every step: the source first, a step behind those it takes rows from, sinks in the order they were attached. */
  readonly nodes: readonly NodeMetrics[];
}

/** What operators over time, or with groups, tell of themselves. */
export interface Progress {
  /** In milliseconds since the epoch, or the number itself for an integer index. */
  readonly watermark: number | null;
  /** Whether the watermark is an instant, which a clock can be ahead of. */
  readonly isInstant: boolean;
  readonly late: number;
  readonly untimed: number;
  readonly groups: number | null;
  readonly windows: number | null;
}

/**
 * The figures of one step.
 *
 * @param owners bytes of linear memory by holder
 * @param now milliseconds since the epoch
 */
export function nodeMetrics(node: RunningNode, owners: Readonly<Record<string, number>>, now: number): NodeMetrics {
  const { id, kind, inputs, plan, owner, operator } = node;
  const { out, progress = noProgress } = operator;
  const { watermark, isInstant, late, untimed, groups, windows } = progress;
  return {
    id,
    inputs,
    kind,
    text: kind === 'sink' ? 'sink' : nodeText(plan),
    rowsIn: out.rowsIn,
    rowsOut: out.rowCount,
    batches: out.batchCount,
    busyMs: out.busyMs,
    waitMs: 0,
    stateBytes: owners[owner] ?? 0,
    groups,
    windows,
    watermark,
    lagMs: watermark !== null && isInstant ? now - watermark : null,
    late,
    untimed,
  };
}

const noProgress: Progress = /* @__PURE__ */ Object.freeze({
  watermark: null,
  isInstant: false,
  late: 0,
  untimed: 0,
  groups: null,
  windows: null,
});

/** What is true of all steps together. */
export function totalsOf(
  nodes: readonly NodeMetrics[],
): Pick<FrameMetrics, 'late' | 'untimed' | 'watermark' | 'lagMs' | 'stateBytes'> {
  const total = (figure: 'late' | 'untimed' | 'stateBytes'): number =>
    nodes.reduce((sum, node) => sum + node[figure], 0);
  const marks = nodes.map(({ watermark }) => watermark).filter(mark => mark !== null);
  const lags = nodes.map(({ lagMs }) => lagMs).filter(lag => lag !== null);
  return {
    late: total('late'),
    untimed: total('untimed'),
    watermark: marks.length > 0 ? Math.min(...marks) : null,
    lagMs: lags.length > 0 ? Math.max(...lags) : null,
    stateBytes: total('stateBytes'),
  };
}
