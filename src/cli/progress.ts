import { bytesText, countText, durationText, rateText } from '../frame/figures.ts';

/** How far a run is; `total` is null when there is no telling. */
export interface Progress {
  readonly rows: number;
  readonly bytes: number;
  readonly total: number | null;
}

/** Shows progress on standard error. */
export interface ProgressBar {
  /** Removes it again; allowed more than once. */
  stop(): void;
}

const everyMs = 100;

/** A bar with rate and time left, or a line of figures when the length of the input is unknown. */
export async function startProgress(read: () => Progress): Promise<ProgressBar> {
  const { default: progress } = await import('cli-progress');
  const began = performance.now();
  const bar = new progress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    format: (_, __, payload: { now: Progress }) => progressLine(payload.now, performance.now() - began),
  });
  bar.start(1, 0, { now: read() });
  const timer = setInterval(() => bar.update(0, { now: read() }), everyMs);
  timer.unref();
  let stopped = false;
  return {
    stop: () => {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      bar.stop();
    },
  };
}

const cells = 24;

/** `━━━━━━──────  42 %  1,260,000 rows  5.2 M rows/s  310 MB/s  0.4 s left` */
function progressLine({ rows, bytes, total }: Progress, elapsedMs: number): string {
  const seconds = Math.max(elapsedMs, 1) / 1000;
  const parts = [`${countText(rows)} rows`, `${rateText(rows / seconds)} rows/s`, `${bytesText(bytes / seconds)}/s`];
  if (total === null || total === 0) return parts.join('  ');
  const share = Math.min(1, bytes / total);
  const full = Math.floor(share * cells);
  const bar = '━'.repeat(full) + '─'.repeat(cells - full);
  const left = share > 0 ? [`${durationText((elapsedMs / share) * (1 - share))} left`] : [];
  return [bar, `${String(Math.floor(share * 100)).padStart(3)} %`, ...parts, ...left].join('  ');
}
