import { isDeepStrictEqual } from 'node:util';
import type { Metadata } from '../../src/stream/metadata.ts';
import type { Collected, Stream } from '../../src/stream/stream.ts';
import { settle, VirtualClock } from '../virtual-clock.ts';
import { type Kind, NotUnderstood, type Outcome } from './family.ts';
import { buildGraph, type Event, type Journal, NamedRef, observe, userFunctions } from './streamz-graph.ts';
import { rules } from './streamz-rules.ts';

/** What one step of a case did. */
export interface StepLog {
  readonly events: readonly Event[];
  readonly error?: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly pending: readonly number[];
  /** Calls that have not settled after the step; ours only. */
  readonly calls?: number;
}

/** A case as we ran it. */
export interface Replay {
  readonly log: readonly StepLog[];
  /** What came when all ran out, after the last step. */
  readonly rest: readonly Event[];
  readonly buildError: string | null;
  readonly broken: readonly string[];
  readonly failures: readonly unknown[];
  /** As they are when all has run out. */
  readonly refs: ReadonlyMap<string, NamedRef>;
}

/** Cases with a graph and steps: every core node. */
export const streamzCore: Kind = {
  name: 'core',
  accepts: recorded => Array.isArray(recorded.graph) && (Array.isArray(recorded.log) || 'buildError' in recorded),
  async run(recorded): Promise<Outcome> {
    const unknown = notUnderstood(recorded);
    if (unknown.length > 0) return { problems: unknown };
    const ours = await replay(recorded);
    const rule = recorded.quirk ? rules[recorded.quirkId as string] : undefined;
    const problems = rule ? rule(recorded, ours) : compare(recorded, ours);
    return { problems: [...problems, ...ours.broken], byRule: rule !== undefined };
  },
};

const stepKinds = ['emit', 'sleep', 'flush', 'connect', 'disconnect', 'destroy', 'start', 'stop'];
const eventKinds = ['retain', 'release', 'done', 'emit', 'call', 'waited', 'resolved', 'rejected'];

/** What a case says that the runner has no meaning for: it would go unchecked. */
function notUnderstood({ steps = [], log = [], buildError }: any): string[] {
  const known = (step: object): boolean => stepKinds.some(kind => kind in step);
  const events: Event[] = log.flatMap((step: any) => step.events);
  return [
    ...steps.filter((step: object) => !known(step)).map((step: object) => `the runner knows no step ${text(step)}`),
    ...events.filter(([kind]) => !eventKinds.includes(kind)).map(event => `the runner knows no event ${text(event)}`),
    ...(buildError || steps.length === log.length ? [] : [`${steps.length} steps, but the log has ${log.length}`]),
  ];
}

/** What is under way at the end of the steps goes on for so long: who is done then has been let go. */
const runOutMs = 10_000;

async function replay(recorded: any): Promise<Replay> {
  const clock = new VirtualClock();
  const journal: Journal = { clock, events: [], broken: [], refs: new Map(), failures: [], calls: 0 };
  const sleep = (ms: number): Promise<void> => new Promise(resolve => clock.setTimeout(resolve, ms));
  let nodes: Map<string, Stream>;
  try {
    nodes = buildGraph(recorded.graph, journal, userFunctions(recorded.functions, sleep));
    for (const id of recorded.observe ?? []) observe(nodes.get(id)!, id, journal);
  } catch (error) {
    if (!recorded.buildError || error instanceof NotUnderstood) throw error;
    return { log: [], rest: [], buildError: (error as Error).name, broken: [], failures: [], refs: journal.refs };
  }
  const pending = new Set<number>();
  const log: StepLog[] = [];
  for (const [index, step] of (recorded.steps ?? []).entries()) {
    journal.events.length = 0;
    let error: string | null = null;
    try {
      await act(step, index, nodes, journal, pending);
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.name : String(thrown);
    }
    await settle();
    const held = [...journal.refs].filter(([, { count }]) => count !== 0).map(([name, { count }]) => [name, count]);
    log.push({
      events: journal.events.slice(),
      error,
      counts: Object.fromEntries(held),
      pending: [...pending],
      calls: journal.calls,
    });
  }
  journal.events.length = 0;
  await clock.advance(runOutMs);
  for (const node of nodes.values()) node.destroy();
  const rest = journal.events.slice();
  return { log, rest, buildError: null, broken: journal.broken, failures: journal.failures, refs: journal.refs };
}

async function act(
  step: any,
  index: number,
  nodes: ReadonlyMap<string, Stream>,
  journal: Journal,
  pending: Set<number>,
): Promise<void> {
  const { clock, events } = journal;
  const node = (id: string): Stream => nodes.get(id)!;
  if ('emit' in step) {
    const { into, value, metadata } = step.emit;
    const sent = node(into).emit(value, metadata ? { metadata: withRefs(metadata, journal) } : undefined);
    if (step.wait === false) {
      const settled = (event: Event): void => {
        pending.delete(index);
        events.push(event);
      };
      pending.add(index);
      // An emit that returns nothing is done.
      Promise.resolve(sent).then(
        () => settled(['resolved', index, { t: clock.now() }]),
        error => settled(['rejected', index, error?.name, { t: clock.now() }]),
      );
    } else if (sent !== undefined) await waited(sent, journal);
  } else if ('sleep' in step) await clock.advance(step.sleep);
  else if ('flush' in step) {
    const sent = (node(step.flush) as Collected<unknown>).flush();
    if (sent !== undefined) await waited(sent, journal);
  } else if ('connect' in step) node(step.connect[0]).connect(node(step.connect[1]));
  else if ('disconnect' in step) node(step.disconnect[0]).disconnect(node(step.disconnect[1]));
  else if ('destroy' in step) node(step.destroy).destroy();
  else if ('start' in step) void node(step.start).start();
  else void node(step.stop).stop();
}

async function waited(sent: Promise<unknown>, { clock, events }: Journal): Promise<void> {
  const from = clock.now();
  await clock.until(sent);
  if (clock.now() > from) events.push(['waited', clock.now() - from, { t: clock.now() }]);
}

function withRefs(metadata: any[], journal: Journal): Metadata[] {
  return metadata.map(({ ref, ...rest }) => {
    if (ref === undefined) return rest;
    let known = journal.refs.get(ref);
    if (!known) {
      known = new NamedRef(ref, journal);
      journal.refs.set(ref, known);
    }
    return { ref: known, ...rest };
  });
}

/* Comparing ------------------------------------------------------------------------------------------------------------ */

/** What is compared; rules leave parts out that they check themselves. */
export interface Parts {
  /** Retains and releases, counts after each step, and when references are done. */
  readonly refs?: boolean;
  /** Times of events. */
  readonly times?: boolean;
  /** When emits settle. */
  readonly settling?: boolean;
}

/** Everything, as recorded. */
export function compare(recorded: any, ours: Replay, parts: Parts = {}): string[] {
  const { refs = true, times = recorded.mode === 'async', settling = true } = parts;
  const problems: string[] = [];
  const check = (where: string, got: unknown, want: unknown): void => {
    if (!isDeepStrictEqual(got, want)) problems.push(`${where}: ${text(got)}, recorded ${text(want)}`);
  };
  if (recorded.buildError) {
    if (ours.buildError === null) problems.push(`building must fail with ${recorded.buildError.type}`);
    return problems;
  }
  // streamz lets these counts fall below zero and calls back twice; ours must be done once and end at zero.
  const overReleased = new Set<string>();
  for (const step of recorded.log)
    for (const [kind, name, , count] of step.events) if (kind === 'release' && count < 0) overReleased.add(name);

  for (const [index, want] of (recorded.log as any[]).entries()) {
    const got = ours.log[index]!;
    const where = `step ${index}`;
    const theirs = want.events.map(tidy);
    const mine = got.events.map(tidy);
    const stamped = (event: Event): unknown => (times ? event : event.filter(part => !isTime(part)));
    for (const id of nodesIn([...theirs, ...mine])) {
      check(`${where}, node ${id}`, ofNode(mine, id).map(stamped), ofNode(theirs, id).map(stamped));
    }
    if (!times) check(`${where}, order over all nodes`, sequence(mine), sequence(theirs));
    check(`${where}, error`, Boolean(got.error), Boolean(want.error));
    if (settling) {
      check(`${where}, waited`, only(mine, 'waited'), only(theirs, 'waited'));
      for (const kind of ['resolved', 'rejected']) {
        check(`${where}, ${kind}`, settlings(mine, kind), settlings(theirs, kind));
      }
      check(`${where}, pending`, got.pending, want.pending ?? []);
    }
    if (!refs) continue;
    for (const name of refsIn([...theirs, ...mine])) {
      if (overReleased.has(name)) continue;
      check(`${where}, reference ${name}`, movements(mine, name).map(stamped), movements(theirs, name).map(stamped));
      check(`${where}, ${name} done`, dones(mine, name).map(stamped), dones(theirs, name).map(stamped));
    }
    check(`${where}, counts`, without(got.counts, overReleased), without(want.counts ?? {}, overReleased));
  }
  for (const name of overReleased) if (ours.refs.get(name)?.dones !== 1) problems.push(`${name} must be done once`);
  return problems;
}

/** The event with whole times, and nested metadata flat. */
function tidy(event: Event): Event {
  return event.map((part, at) => {
    if (isTime(part)) return { t: Math.round(part.t) };
    if (event[0] === 'emit' && at === 3) return part.flat();
    return part;
  }) as unknown as Event;
}

const isTime = (part: any): part is { t: number } =>
  typeof part === 'object' && part !== null && !Array.isArray(part) && Object.keys(part).length === 1 && 't' in part;

const isSeen = ([kind]: Event): boolean => kind === 'emit' || kind === 'call';
const nodesIn = (events: readonly Event[]): Set<string> => new Set(events.filter(isSeen).map(([, id]) => id));
export const ofNode = (events: readonly Event[], id: string): Event[] =>
  events.filter(event => isSeen(event) && event[1] === id);
const sequence = (events: readonly Event[]): unknown[] => events.filter(isSeen).map(([kind, id]) => [kind, id]);
export const only = (events: readonly Event[], kind: string): Event[] => events.filter(event => event[0] === kind);
const settlings = (events: readonly Event[], kind: string): unknown[] =>
  only(events, kind)
    .map(event => [event[1], event.at(-1)])
    .sort((a: any, b: any) => a[0] - b[0]);
const isMove = ([kind, , n]: Event): boolean => (kind === 'retain' || kind === 'release') && n !== 0;
const refsIn = (events: readonly Event[]): Set<string> =>
  new Set(events.filter(event => isMove(event) || event[0] === 'done').map(([, name]) => name));
const movements = (events: readonly Event[], name: string): Event[] =>
  events.filter(event => isMove(event) && event[1] === name);
const dones = (events: readonly Event[], name: string): Event[] =>
  only(events, 'done').filter(event => event[1] === name);
const without = (counts: Readonly<Record<string, number>>, names: ReadonlySet<string>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([name]) => !names.has(name)));
export const text = (value: unknown): string => {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 300 ? `${json.slice(0, 300)}…` : json;
};
