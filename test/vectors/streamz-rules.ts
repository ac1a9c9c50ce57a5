import { isDeepStrictEqual } from 'node:util';
import { compare, ofNode, only, type Replay, text } from './streamz-core.ts';
import type { Event } from './streamz-graph.ts';

/** Checks the behaviour that is advised where streamz has a quirk, in place of the recorded one. */
export type Rule = (recorded: any, ours: Replay) => string[];

/** By `quirkId`. Every rule derives what is right from the case's graph and steps. */
export const rules: Readonly<Record<string, Rule>> = {
  // Everything as recorded, but references: done once, when all has run out, and (checked while replaying) not before the work. Then nothing is
  // held that streamz had let go at the end of its steps.
  'reference-zero-too-early': (recorded, ours) => [
    ...compare(recorded, ours, { refs: false }),
    ...doneOnce(recorded, ours),
    ...[...ours.refs]
      .filter(([name, { count }]) => count > 0 && !recorded.log.at(-1)?.counts?.[name])
      .map(([name]) => `${name} is held for ever`),
  ],

  // Values as recorded. Only elements that are kept are held; those that were sent or dropped are done.
  'unique-groups-leak-references': (recorded, ours) => {
    const problems = compare(recorded, ours, { refs: false });
    const node = recorded.graph.find(({ type }: any) => type.endsWith('unique'));
    const timed = node.type === 'timed_window_unique';
    const n = timed ? Number.POSITIVE_INFINITY : (node.kwargs?.n ?? node.args[0]);
    const seen = new Set<string>();
    for (const [index, step] of ours.log.entries()) {
      const held = new Set(Object.keys(step.counts));
      for (const event of step.events) {
        if (event[0] !== 'emit') continue;
        for (const { ref } of event[3]) {
          if (held.has(ref)) problems.push(`step ${index}: ${ref} was sent and is still held`);
          seen.add(ref);
        }
      }
      for (const name of held) if (seen.has(name)) problems.push(`step ${index}: ${name} is held after it was sent`);
      if (held.size >= n) problems.push(`step ${index}: ${held.size} elements are held in groups of ${n}`);
    }
    const idle = only(ours.log.at(-1)!.events, 'emit').length > 0;
    if (timed && idle) problems.push(...same('counts after an idle window', ours.log.at(-1)!.counts, {}));
    return problems;
  },

  // Step counts from start, end 0 is an end, and emit waits for what is below.
  'slice-step-counts-from-zero': sliced,
  'slice-end-zero': sliced,

  // The same values in the same steps; whoever emits (or flushes) waits until the calls are done.
  'backpressure-dropped': (recorded, ours) => {
    const problems = compare(recorded, ours, { refs: false, times: false, settling: false });
    for (const [index, step] of recorded.steps.entries()) {
      const waits = ('emit' in step && step.wait !== false) || 'flush' in step;
      if (waits && ours.log[index]!.calls! > 0)
        problems.push(`step ${index}: ${ours.log[index]!.calls} calls are under way`);
    }
    return [...problems, ...doneOnce(recorded, ours)];
  },

  // Values and times as recorded; an emit waits until its element is taken, and nothing piles up.
  'buffer-zero-unbounded': (recorded, ours) => {
    const problems = compare(recorded, ours, { refs: false, settling: false });
    const events = ours.log.flatMap(step => step.events);
    const taken = ofNode(events, recorded.observe[0]).map(timeOf);
    const resolved = only(events, 'resolved').map(timeOf);
    return [...problems, ...same('times when emits settle', resolved, taken)];
  },

  // What was recorded comes, and after the failure the other elements do; each is either sent or reported.
  'loop-dies-on-error': (recorded, ours) => {
    const id = recorded.observe[0];
    const got = values(
      ofNode(
        ours.log.flatMap(step => step.events),
        id,
      ),
    );
    const want = values(
      ofNode(
        recorded.log.flatMap((step: any) => step.events),
        id,
      ),
    );
    const emits = recorded.steps.filter((step: any) => 'emit' in step);
    const problems = same('first values', got.slice(0, want.length), want);
    if (got.length + ours.failures.length !== emits.length) {
      problems.push(`${emits.length} elements, ${got.length} sent, ${ours.failures.length} reported`);
    }
    if (ours.failures.length === 0 && want.length < emits.length) problems.push('no error was reported');
    const held = Object.values(ours.log.at(-1)!.counts).length;
    const counted = emits.filter(({ emit }: any) => emit.metadata?.some(({ ref }: any) => ref)).length;
    if (counted === emits.length && held !== ours.failures.length)
      problems.push(`${held} elements are held, ${ours.failures.length} failed`);
    return problems;
  },

  // Values are the newest at their time: in the order of the input, never two calls at once, and the last one comes.
  'latest-lost-wakeup': (recorded, ours) => {
    const events = [...ours.log.flatMap(step => step.events), ...ours.rest];
    const got = values(ofNode(events, recorded.observe[0]));
    const inputs = recorded.steps.filter((step: any) => 'emit' in step).map(({ emit }: any) => emit.value);
    const problems = same('the last value', got.at(-1), inputs.at(-1));
    let from = 0;
    for (const value of got) {
      const at = inputs.findIndex((input: unknown, i: number) => i >= from && isDeepStrictEqual(input, value));
      if (at < 0) problems.push(`${text(value)} came out of order, or twice`);
      from = at + 1;
    }
    const first = values(
      ofNode(
        recorded.log.flatMap((step: any) => step.events),
        recorded.observe[0],
      ),
    )[0];
    let open = 0;
    for (const [kind] of events) {
      if (kind === 'call' && ++open > 1) problems.push('two calls at once');
      if (kind === 'settled') open--;
    }
    return [...problems, ...same('the first value', got[0], first)];
  },

  // Every element leaves when the interval has passed since it came, or when the one before is done if that is later.
  'delay-is-spacing': (recorded, ours) => {
    const node = recorded.graph.find(({ type }: any) => type === 'delay');
    const ms = seconds(node.kwargs?.interval ?? node.args[0]);
    const sink = recorded.graph.find(({ type }: any) => type === 'call_sink');
    const events = ours.log.flatMap(step => step.events);
    const left = ofNode(events, recorded.observe[0]);
    const ends = sink ? only(events, 'settled').map(timeOf) : [];
    const problems: string[] = [];
    let now = 0;
    const due: number[] = [];
    const inputs: unknown[] = [];
    for (const step of recorded.steps) {
      if ('sleep' in step) now += step.sleep;
      if (!('emit' in step)) continue;
      due.push(now + ms);
      inputs.push(step.emit.value);
    }
    const gone = due.filter(
      (at, i) => at <= now && (i === 0 || !sink || (ends[i - 1] ?? Number.POSITIVE_INFINITY) <= now),
    );
    problems.push(...same('values', values(left), inputs.slice(0, gone.length)));
    const times = gone.map((at, i) => (sink && i > 0 ? Math.max(at, ends[i - 1]!) : at));
    problems.push(...same('times', left.map(timeOf), times));
    if (events.some(([kind]) => kind === 'waited')) problems.push('an emit waited');
    return problems;
  },

  // disconnect works, also when the input has given a value; everything else as recorded.
  'disconnect-after-value': (recorded, ours) => {
    const fixed = recorded.log.map((step: any, i: number) =>
      'disconnect' in recorded.steps[i] ? { ...step, error: null } : step,
    );
    return compare({ ...recorded, log: fixed }, ours);
  },

  // Inputs may come and go: every element of the first, with the latest of the others, once all have given one.
  'zip-latest-fixed-inputs': (recorded, ours) => {
    const node = recorded.graph.find(({ type }: any) => type === 'zip_latest');
    let inputs: string[] = [...node.up];
    const waiting: unknown[] = [];
    const latest = new Map<string, unknown>();
    const problems: string[] = [];
    for (const [index, step] of recorded.steps.entries()) {
      const want: unknown[] = [];
      if (step.connect?.[1] === node.id) inputs = [...inputs, step.connect[0]];
      if (step.disconnect?.[1] === node.id) inputs = inputs.filter(id => id !== step.disconnect[0]);
      if ('emit' in step && inputs.includes(step.emit.into)) {
        if (step.emit.into === inputs[0]) waiting.push(step.emit.value);
        else latest.set(step.emit.into, step.emit.value);
        const others = inputs.slice(1);
        if (others.every(id => latest.has(id))) {
          for (const first of waiting.splice(0)) want.push([first, ...others.map(id => latest.get(id))]);
        }
      }
      problems.push(...same(`step ${index}`, values(ofNode(ours.log[index]!.events, recorded.observe[0])), want));
      if (ours.log[index]!.error) problems.push(`step ${index}: ${ours.log[index]!.error}`);
    }
    return problems;
  },
};

function sliced(recorded: any, ours: Replay): string[] {
  const { id, args = [], kwargs = {} } = recorded.graph.find(({ type }: any) => type === 'slice');
  const start = kwargs.start ?? args[0] ?? 0;
  const end = kwargs.end ?? args[1] ?? Number.POSITIVE_INFINITY;
  const step = kwargs.step ?? args[2] ?? 1;
  let position = 0;
  return recorded.steps.flatMap((one: any, index: number) => {
    const at = 'emit' in one ? position++ : -1;
    const wanted = at >= start && at < end && (at - start) % step === 0;
    return same(`step ${index}`, values(ofNode(ours.log[index]!.events, id)), wanted ? [one.emit.value] : []);
  });
}

/** Every reference that streamz was done with at some time is done once. */
function doneOnce(recorded: any, ours: Replay): string[] {
  const names = new Set<string>();
  for (const step of recorded.log) for (const [kind, name] of step.events) if (kind === 'done') names.add(name);
  return [...names].flatMap(name =>
    ours.refs.get(name)?.dones === 1 ? [] : [`${name} was done ${ours.refs.get(name)?.dones} times`],
  );
}

const timeOf = (event: Event): number => Math.round((event.at(-1) as { t: number }).t);
const values = (events: readonly Event[]): unknown[] => events.map(event => event[2]);
const seconds = (interval: number | string): number =>
  typeof interval === 'number' ? interval * 1000 : Number.parseFloat(interval) * (interval.endsWith('ms') ? 1 : 1000);
const same = (what: string, got: unknown, want: unknown): string[] =>
  isDeepStrictEqual(got, want) ? [] : [`${what}: ${text(got)}, must be ${text(want)}`];
