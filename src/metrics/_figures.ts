import type { FrameMetrics, NodeMetrics } from '../frame/metrics.ts';
import type { RunMetrics, SourceMetrics } from '../frame/root.ts';

/** A figure as Prometheus knows it; `value` is null where there is none. */
interface Figure<Of> {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  value(of: Of): number | null;
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** What each step of a plan tells; units are Prometheus' base units. */
export const nodeFigures: readonly Figure<NodeMetrics>[] = [
  { name: 'millrace_rows_in_total', kind: 'counter', help: 'Rows that came to the step.', value: node => node.rowsIn },
  { name: 'millrace_rows_out_total', kind: 'counter', help: 'Rows that left the step.', value: node => node.rowsOut },
  {
    name: 'millrace_batches_total',
    kind: 'counter',
    help: 'Batches that left the step.',
    value: node => node.batches,
  },
  {
    name: 'millrace_busy_seconds_total',
    kind: 'counter',
    help: 'Time the step worked, without the steps behind it.',
    value: node => seconds(node.busyMs),
  },
  {
    name: 'millrace_sink_seconds_total',
    kind: 'counter',
    help: 'Time a sink took, with what it waited for.',
    value: node => (node.kind === 'sink' ? seconds(node.waitMs) : null),
  },
  {
    name: 'millrace_state_bytes',
    kind: 'gauge',
    help: 'Linear memory that the step holds.',
    value: node => node.stateBytes,
  },
  { name: 'millrace_groups', kind: 'gauge', help: 'Groups that the step keeps.', value: node => node.groups },
  { name: 'millrace_open_windows', kind: 'gauge', help: 'Windows that are open.', value: node => node.windows },
  {
    name: 'millrace_watermark_timestamp_seconds',
    kind: 'gauge',
    help: 'No earlier rows are expected: seconds since the epoch.',
    value: node => (node.lagMs === null ? null : seconds(node.watermark)),
  },
  {
    name: 'millrace_lag_seconds',
    kind: 'gauge',
    help: 'How far the watermark is behind the clock.',
    value: node => seconds(node.lagMs),
  },
  {
    name: 'millrace_late_rows_total',
    kind: 'counter',
    help: 'Rows that came after their window had closed.',
    value: node => (node.watermark === null ? null : node.late),
  },
  {
    name: 'millrace_untimed_rows_total',
    kind: 'counter',
    help: 'Rows without a time, in windows over time.',
    value: node => (node.watermark === null ? null : node.untimed),
  },
];

export type RootMetrics = FrameMetrics & SourceMetrics & RunMetrics;

/** What each root tells. */
export const frameFigures: readonly Figure<RootMetrics>[] = [
  {
    name: 'millrace_source_bytes_total',
    kind: 'counter',
    help: 'Bytes read, after decompression.',
    value: ({ bytes }) => bytes,
  },
  {
    name: 'millrace_source_stored_bytes_total',
    kind: 'counter',
    help: 'Bytes read, as they are stored.',
    value: ({ storedBytes }) => storedBytes,
  },
  {
    name: 'millrace_skipped_records_total',
    kind: 'counter',
    help: 'Records that could not be read and were skipped.',
    value: ({ skipped }) => skipped,
  },
  {
    name: 'millrace_input_seconds_total',
    kind: 'counter',
    help: 'Time between batches: reading and decoding them, or waiting for input.',
    value: ({ inputMs }) => seconds(inputMs),
  },
  {
    name: 'millrace_checkpoints_total',
    kind: 'counter',
    help: 'Checkpoints that are on the disk.',
    value: ({ checkpoints }) => checkpoints?.written ?? null,
  },
  {
    name: 'millrace_checkpoint_bytes',
    kind: 'gauge',
    help: 'Bytes of the last checkpoint.',
    value: ({ checkpoints }) => checkpoints?.bytes ?? null,
  },
  {
    name: 'millrace_checkpoint_pause_seconds',
    kind: 'gauge',
    help: 'How long nothing was read for the last checkpoint.',
    value: ({ checkpoints }) => seconds(checkpoints?.pauseMs ?? null),
  },
];
