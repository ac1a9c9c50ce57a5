/** Plain twin of what event-time windows show, batch by batch: lists of rows, nothing clever. */
import type { Event } from './windows.ts';

export type Mark = 'early' | 'onTime' | 'late';
export type Mode = 'accumulating' | 'discarding' | 'retracting';

export interface PlainEmission {
  readonly emit: 'onClose' | 'onUpdate';
  readonly mode: Mode;
  readonly delay: number;
  readonly lateness: number;
}

/** One row of results. */
export interface PlainPane {
  readonly start: number;
  readonly end: number;
  readonly key: string;
  readonly pane: Mark;
  readonly retract: boolean;
  readonly rows: readonly Event[];
}

interface Kept {
  readonly event: Event;
  readonly batch: number;
}

interface Group {
  readonly start: number;
  readonly end: number;
  readonly key: string;
  readonly rows: Kept[];
  fired: boolean;
  /** What it has shown last. */
  shown: PlainPane | null;
  /** Rows that no result has shown yet. */
  fresh: Kept[];
}

export interface PlainRun {
  /** Per batch what comes out, and the end of the input as the last one. */
  readonly batches: PlainPane[][];
  readonly late: Event[];
}

/** What a group shows, in order: what is taken back first. */
function show(group: Group, pane: Mark, mode: Mode): PlainPane[] {
  const { start, end, key, shown } = group;
  const kept = mode === 'discarding' ? group.fresh : group.rows;
  const result = { start, end, key, pane, retract: false, rows: kept.map(({ event }) => event) };
  group.fresh = [];
  group.shown = result;
  return mode === 'retracting' && shown ? [{ ...shown, retract: true }, result] : [result];
}

/** What a group shows after a batch, `due` when the watermark has passed its end. */
function step(group: Group, batch: number, due: boolean, { emit, mode }: PlainEmission): PlainPane[] {
  const changed = group.rows.some(row => row.batch === batch);
  if (due && !group.fired) {
    group.fired = true;
    return mode === 'discarding' && emit === 'onUpdate' && !changed ? [] : show(group, 'onTime', mode);
  }
  if (!changed) return [];
  if (due) return show(group, 'late', mode);
  return emit === 'onUpdate' ? show(group, 'early', mode) : [];
}

export function plainWindowPanes(
  batches: readonly (readonly Event[])[],
  { size, step: every, offset }: { size: number; step: number; offset: number },
  emission: PlainEmission,
): PlainRun {
  const groups = new Map<string, Group>();
  const late: Event[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  let firedTo = Number.NEGATIVE_INFINITY;
  const out = batches.map((events, batch) => {
    for (const event of events) {
      const watermark = highest - emission.delay;
      const starts: number[] = [];
      const last = Math.floor((event.t - offset) / every) * every + offset;
      for (let start = last; start + size > event.t; start -= every) starts.push(start);
      const open = starts.filter(start => start + size + emission.lateness > watermark);
      if (starts.length > 0 && open.length === 0) late.push(event);
      for (const start of event.k === null ? [] : open) {
        const name = `${start} ${event.k}`;
        let group = groups.get(name);
        // one that comes after its window was shown is late, though it has shown nothing
        if (!group) groups.set(name, (group = newGroup(start, start + size, event.k!, start + size <= firedTo)));
        group.rows.push({ event, batch });
        group.fresh.push({ event, batch });
      }
      highest = Math.max(highest, event.t);
    }
    const watermark = highest - emission.delay;
    firedTo = Math.max(firedTo, watermark);
    return [...groups.values()].flatMap(group => step(group, batch, group.end <= watermark, emission));
  });
  out.push([...groups.values()].flatMap(group => step(group, batches.length, true, emission)));
  return { batches: out, late };
}

export function plainSessionPanes(
  batches: readonly (readonly Event[])[],
  gap: number,
  emission: PlainEmission,
): PlainRun {
  interface Session {
    first: number;
    last: number;
    group: Group;
  }
  const keep = gap + emission.lateness;
  let open: Session[] = [];
  const late: Event[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  const settle = (batch: number, watermark: number): PlainPane[] =>
    open.flatMap(session => {
      const { first, last, group } = session;
      const due = last + gap <= watermark;
      if (!due) group.fired = false;
      const whole: Group = Object.assign(newGroup(first, last + gap, group.key, group.fired), {
        rows: group.rows,
        shown: group.shown,
        fresh: group.fresh,
      });
      const panes = step(whole, batch, due, emission);
      session.group = whole;
      return panes;
    });
  const out = batches.map((events, batch) => {
    const takenBack: PlainPane[] = [];
    for (const event of events) {
      const watermark = highest - emission.delay;
      const { t, k } = event;
      highest = Math.max(highest, t);
      if (k === null) continue;
      const takes = open.filter(({ last }) => last + keep > watermark);
      const near = takes.filter(({ first, last, group }) => group.key === k && t - last < gap && first - t < gap);
      if (near.length === 0 && t + keep <= watermark) {
        late.push(event);
        continue;
      }
      const kept = { event, batch };
      const [older, newer] = near.sort((a, b) => a.first - b.first) as [Session?, Session?];
      if (!older) {
        open.push({
          first: t,
          last: t,
          group: Object.assign(newGroup(0, 0, k, false), { rows: [kept], fresh: [kept] }),
        });
        continue;
      }
      older.group.rows.push(kept);
      older.group.fresh.push(kept);
      older.first = Math.min(older.first, t);
      older.last = Math.max(older.last, t);
      if (!newer) continue;
      // the older becomes part of the newer one
      open = open.filter(session => session !== older);
      if (older.group.shown && emission.mode === 'retracting') takenBack.push({ ...older.group.shown, retract: true });
      newer.group.rows.push(...older.group.rows);
      newer.group.fresh.push(...older.group.fresh);
      newer.group.fired &&= older.group.fired;
      newer.first = Math.min(newer.first, older.first);
      newer.last = Math.max(newer.last, older.last);
    }
    const watermark = highest - emission.delay;
    const panes = [...takenBack, ...settle(batch, watermark)];
    open = open.filter(({ last }) => last + keep > watermark);
    return panes;
  });
  out.push(settle(batches.length, Number.POSITIVE_INFINITY));
  return { batches: out, late };
}

const newGroup = (start: number, end: number, key: string, fired: boolean): Group => ({
  start,
  end,
  key,
  rows: [],
  fired,
  shown: null,
  fresh: [],
});
