/** Plain twins of the window schemes: what rows each window holds, row by row, with nothing clever. */

export interface Event {
  /** Index ticks. */
  readonly t: number;
  readonly k: string | null;
  readonly x: number | null;
}

export interface PlainWindow {
  readonly start: number;
  readonly end: number;
  readonly key: string | null;
  readonly rows: Event[];
}

/** Rows with the watermark that stood before each (-Infinity before the first). */
function* withWatermark(events: readonly Event[], delay: number): Generator<[Event, number]> {
  let highest = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    yield [event, highest - delay];
    highest = Math.max(highest, event.t);
  }
}

/** Windows [start, start + size) with start ≡ offset (mod step); tumbling when step = size. */
export function plainSliding(
  events: readonly Event[],
  { size, step, offset, delay }: { size: number; step: number; offset: number; delay: number },
): PlainWindow[] {
  const windows = new Map<string, PlainWindow>();
  for (const [event, watermark] of withWatermark(events, delay)) {
    if (event.k === null) continue;
    const last = Math.floor((event.t - offset) / step) * step + offset;
    for (let start = last; start + size > event.t; start -= step) {
      if (start + size <= watermark) continue;
      add(windows, `${start} ${event.k}`, { start, end: start + size, key: event.k, rows: [] }).rows.push(event);
    }
  }
  return inOrder([...windows.values()], 'end');
}

export function plainSessions(events: readonly Event[], { gap, delay }: { gap: number; delay: number }): PlainWindow[] {
  interface Open {
    first: number;
    last: number;
    key: string;
    rows: Event[];
  }
  let open: Open[] = [];
  const closed: Open[] = [];
  for (const [event, watermark] of withWatermark(events, delay)) {
    closed.push(...open.filter(({ last }) => last + gap <= watermark));
    open = open.filter(({ last }) => last + gap > watermark);
    const { t, k } = event;
    if (k === null) continue;
    const near = open.filter(({ key, first, last }) => key === k && t - last < gap && first - t < gap);
    if (near.length === 0 && t + gap <= watermark) continue;
    open = open.filter(session => !near.includes(session));
    open.push({
      first: Math.min(t, ...near.map(({ first }) => first)),
      last: Math.max(t, ...near.map(({ last }) => last)),
      key: k,
      rows: [...near.flatMap(({ rows }) => rows), event],
    });
  }
  const all = [...closed, ...open].map(({ first, last, key, rows }) => ({ start: first, end: last + gap, key, rows }));
  return inOrder(all, 'end');
}

/** After each batch the rows in the window, by group. */
export function plainEvicting(
  batches: readonly (readonly Event[])[],
  extent: { rows: number } | { range: number },
): PlainWindow[][] {
  let seen: Event[] = [];
  return batches.map(batch => {
    seen = [...seen, ...batch];
    const newest = Math.max(...seen.map(({ t }) => t));
    const kept =
      'rows' in extent
        ? extent.rows === 0
          ? []
          : seen.slice(-extent.rows)
        : seen.filter(({ t }) => t > newest - extent.range);
    const groups = new Map<string, PlainWindow>();
    for (const event of kept) {
      if (event.k !== null) add(groups, event.k, { start: 0, end: 0, key: event.k, rows: [] }).rows.push(event);
    }
    return inOrder([...groups.values()], 'start');
  });
}

function add(windows: Map<string, PlainWindow>, name: string, fresh: PlainWindow): PlainWindow {
  const known = windows.get(name);
  if (known) return known;
  windows.set(name, fresh);
  return fresh;
}

function inOrder(windows: PlainWindow[], by: 'start' | 'end'): PlainWindow[] {
  return windows.sort((a, b) => a[by] - b[by] || (a.key! < b.key! ? -1 : a.key! > b.key! ? 1 : 0));
}
