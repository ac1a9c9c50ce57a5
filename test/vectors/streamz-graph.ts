import { type Carried, type Metadata, RefCounter } from '../../src/stream/metadata.ts';
import { type Emitted, Operator } from '../../src/stream/operator.ts';
import { type Collected, Stream } from '../../src/stream/stream.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { NotUnderstood } from './family.ts';

/** One thing that happened, in the form of the recordings; times in ms. */
export type Event = readonly [kind: string, ...rest: any[]];

/** What the nodes of a replayed case tell. */
export interface Journal {
  readonly clock: VirtualClock;
  readonly events: Event[];
  /** Problems that no recording is needed for: a reference done twice, or before the work was. */
  readonly broken: string[];
  readonly refs: Map<string, NamedRef>;
  /** Errors that reached `onError` of a queue or timer node. */
  readonly failures: unknown[];
  /** Calls that have not settled. */
  calls: number;
}

/** A reference that writes down what happens to it. */
export class NamedRef extends RefCounter {
  readonly name: string;
  readonly #journal: Journal;
  /** Calls under way with this reference. */
  busy = 0;
  dones = 0;

  constructor(name: string, journal: Journal) {
    super({ onZero: () => this.#done() });
    this.name = name;
    this.#journal = journal;
  }

  override retain(n = 1): void {
    super.retain(n);
    this.#journal.events.push(['retain', this.name, n, this.count, { t: this.#journal.clock.now() }]);
  }

  override release(n = 1): void {
    super.release(n);
    this.#journal.events.push(['release', this.name, n, this.count, { t: this.#journal.clock.now() }]);
    if (this.count < 0) this.#journal.broken.push(`${this.name} was released ${-this.count} times too often`);
  }

  #done(): void {
    this.#journal.events.push(['done', this.name, { t: this.#journal.clock.now() }]);
    if (++this.dones > 1) this.#journal.broken.push(`${this.name} was done twice`);
    if (this.busy > 0) this.#journal.broken.push(`${this.name} was done while a call with it was under way`);
  }
}

const refsOf = (metadata: Carried): NamedRef[] =>
  (metadata ?? []).flatMap(({ ref }) => (ref === undefined ? [] : [ref as NamedRef]));

function notDone(journal: Journal, metadata: Carried, what: string): void {
  for (const ref of refsOf(metadata)) if (ref.dones > 0) journal.broken.push(`${ref.name} was done before ${what}`);
}

/** Metadata as the recordings show it. */
export const plainMetadata = (metadata: Carried): unknown[] =>
  (metadata ?? []).map(({ ref, ...rest }: Metadata) => (ref ? { ref: (ref as NamedRef).name, ...rest } : rest));

class Observer extends Operator {
  readonly #id: string;
  readonly #journal: Journal;

  constructor(id: string, journal: Journal) {
    super();
    this.#id = id;
    this.#journal = journal;
  }

  update(x: unknown, _who: Stream, metadata: Carried): Emitted {
    const { clock, events } = this.#journal;
    events.push(['emit', this.#id, plain(x), plainMetadata(metadata), { t: clock.now() }]);
    notDone(this.#journal, metadata, `${this.#id} sent it`);
    return undefined;
  }
}

class CallSink extends Operator {
  readonly #id: string;
  readonly #fn: (x: unknown) => unknown;
  readonly #journal: Journal;

  constructor(id: string, fn: (x: unknown) => unknown, journal: Journal) {
    super();
    this.#id = id;
    this.#fn = fn;
    this.#journal = journal;
  }

  update(x: unknown, _who: Stream, metadata: Carried): Emitted {
    const journal = this.#journal;
    journal.events.push(['call', this.#id, plain(x), { t: journal.clock.now() }]);
    notDone(journal, metadata, `${this.#id} was called`);
    const result = this.#fn(x) as Emitted;
    if (result === undefined) return undefined;
    const refs = refsOf(metadata);
    for (const ref of refs) ref.busy++;
    journal.calls++;
    return result.finally(() => {
      for (const ref of refs) ref.busy--;
      journal.calls--;
      journal.events.push(['settled', this.#id, plain(x), { t: journal.clock.now() }]);
    });
  }
}

/** A value as JSON shows it. */
export function plain(x: unknown): unknown {
  if (x instanceof Map) return Object.fromEntries([...x].map(([key, value]) => [String(key), plain(value)]));
  if (x instanceof Uint8Array) return { bytes: Buffer.from(x).toString('latin1') };
  if (Array.isArray(x)) return x.map(plain);
  if (typeof x === 'object' && x !== null) {
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, plain(value)]));
  }
  return x;
}

/** User functions from their text. Like Python's, they complain about a wrong number of arguments. */
export function userFunctions(
  texts: Readonly<Record<string, string>> = {},
  sleep: (ms: number) => Promise<void>,
): (name: string) => (...args: any[]) => any {
  return name => {
    const text = texts[name] ?? builtins[name];
    if (text === undefined) throw new NotUnderstood(`the case gives no function "${name}"`);
    const fn = new Function('sleep', `return (${text})`)(sleep) as (...args: any[]) => any;
    const strict = (...args: any[]): any => {
      if (args.length !== fn.length) throw new TypeError(`${name} takes ${fn.length} arguments, not ${args.length}`);
      return fn(...args);
    };
    return Object.defineProperty(strict, 'name', { value: name });
  };
}

// named in graph pictures only, where nothing calls them
const builtins: Readonly<Record<string, string>> = {
  inc: 'x => x + 1',
  double: 'x => 2 * x',
  add: '(a, b) => a + b',
  isEven: 'x => x % 2 === 0',
  sumTuple: 'x => x.reduce((a, b) => a + b, 0)',
};

/** streamz counts bare numbers in seconds. */
const time = (value: number | string): number | string => (typeof value === 'number' ? value * 1000 : value);

interface NodeSpec {
  readonly id: string;
  readonly type: string;
  readonly up?: readonly (string | { literal: unknown })[];
  readonly args?: readonly any[];
  readonly kwargs?: Readonly<Record<string, any>>;
  readonly fn?: string;
  readonly keyFn?: string;
  readonly emit_on?: any;
  readonly name?: string;
  readonly target?: string;
}

/** Makes the nodes of a case in the order they are listed. */
export function buildGraph(
  specs: readonly NodeSpec[],
  journal: Journal,
  functions: (name: string) => (...args: any[]) => any,
): Map<string, Stream> {
  const nodes = new Map<string, Stream>();
  const { clock } = journal;
  const ref = (id: string): Stream => {
    const node = nodes.get(id);
    if (!node) throw new NotUnderstood(`the case names no node "${id}"`);
    return node;
  };
  for (const given of specs) {
    const { spec, unread } = watched(given);
    const node = buildNode(spec, ref, clock, journal, functions);
    if (unread.size > 0) {
      throw new NotUnderstood(`the runner knows no ${[...unread].join(', ')} of "${spec.type}"`);
    }
    if (spec.name !== undefined && spec.name !== null) node.named(spec.name);
    if (spec.type !== 'connect' && isApart(spec.type)) node.onError(error => journal.failures.push(error));
    nodes.set(spec.id, node);
  }
  return nodes;
}

/** The node's description, and which of its keyword arguments nobody has looked at. */
function watched(given: NodeSpec): { spec: NodeSpec; unread: Set<string> } {
  const unread = new Set(Object.keys(given.kwargs ?? {}));
  const kwargs = new Proxy(given.kwargs ?? {}, {
    get(target, name) {
      unread.delete(name as string);
      return target[name as string];
    },
  });
  return { spec: { ...given, kwargs }, unread };
}

/** Nodes whose work no emit waits for: their errors need a handler, or they are uncaught errors of the runner. */
const isApart = (type: string): boolean =>
  ['buffer', 'delay', 'latest', 'map_async', 'timed_window', 'timed_window_unique', 'partition'].includes(type);

function buildNode(
  spec: NodeSpec,
  ref: (id: string) => Stream,
  clock: VirtualClock,
  journal: Journal,
  functions: (name: string) => (...args: any[]) => any,
): Stream {
  const { type, up = [], target } = spec;
  const args = spec.args ?? [];
  const kwargs = spec.kwargs ?? {};
  const fn = (): ((...rest: any[]) => any) => functions(spec.fn!);
  const streams = (): Stream[] => up.map(id => ref(id as string));
  const s = (): Stream => ref(up[0] as string);
  const rest = (): Stream[] => streams().slice(1);
  const given = (options: object): any =>
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const key = spec.keyFn !== undefined ? functions(spec.keyFn) : undefined;
  switch (type) {
    case 'stream':
      return up.length > 0 ? through(streams(), clock) : new Stream({ clock });
    case 'map':
      return s().map(fn(), ...args);
    case 'starmap':
      return s().starmap(fn(), ...args);
    case 'map_async': {
      const inner = fn();
      const called = args.length > 0 ? (x: unknown) => inner(x, ...args) : inner;
      return s().mapAsync(
        called,
        given({ parallelism: kwargs.parallelism, stopOnException: kwargs.stop_on_exception }),
      );
    }
    case 'filter':
      return spec.fn === undefined || spec.fn === null ? s().filter() : s().filter(fn(), ...args);
    case 'remove':
      return s().remove(fn());
    case 'accumulate':
    case 'scan': {
      // A null start is one; an absent start is not.
      const options = given({ returnsState: kwargs.returns_state, withState: kwargs.with_state });
      const start = 'start' in kwargs ? kwargs.start : args[0];
      if (start !== undefined) options.start = start;
      return type === 'scan' ? s().scan(fn(), options) : s().accumulate(fn(), options);
    }
    case 'frequencies':
      return s().frequencies();
    case 'slice':
      return s().slice(kwargs.start ?? args[0], kwargs.end ?? args[1], kwargs.step ?? args[2]);
    case 'partition':
      return s().partition(
        kwargs.n ?? args[0],
        given({
          timeout: optional(kwargs.timeout ?? args[1], time),
          key: key ?? kwargs.key ?? args[2] ?? undefined,
        }),
      );
    case 'partition_unique':
      return s().partitionUnique(
        kwargs.n ?? args[0],
        given({ key: key ?? kwargs.key ?? args[1], keep: kwargs.keep ?? args[2] }),
      );
    case 'sliding_window':
      return s().slidingWindow(kwargs.n ?? args[0], given({ returnPartial: kwargs.return_partial ?? args[1] }));
    case 'timed_window':
      return s().timedWindow(time(kwargs.interval ?? args[0]));
    case 'timed_window_unique':
      return s().timedWindowUnique(
        time(kwargs.interval ?? args[0]),
        given({ key: key ?? kwargs.key ?? args[1], keep: kwargs.keep ?? args[2] }),
      );
    case 'flatten':
      return s().flatten();
    case 'concat':
      return s().concat();
    case 'pluck':
      return s().pluck(kwargs.pick ?? args[0]);
    case 'unique':
      return s().unique(
        given({
          maxsize: kwargs.maxsize ?? args[0],
          key: key ?? kwargs.key ?? args[1],
          hashable: kwargs.hashable ?? args[2],
        }),
      );
    case 'collect':
      return s().collect();
    case 'delay':
      return s().delay(time(kwargs.interval ?? args[0]));
    case 'rate_limit':
      return s().rateLimit(time(kwargs.interval ?? args[0]));
    case 'buffer':
      return s().buffer(kwargs.n ?? args[0]);
    case 'latest':
      return s().latest();
    case 'union':
      return s().union(...rest());
    case 'zip':
      return s().zip(...rest(), given({ maxsize: kwargs.maxsize }));
    case 'zip_fn':
      return Stream.zip(
        up.map(id => (typeof id === 'object' ? id.literal : ref(id))),
        given({ maxsize: kwargs.maxsize }),
      );
    case 'combine_latest': {
      const input = (one: string | number): Stream | number => (typeof one === 'number' ? one : ref(one));
      const wanted = spec.emit_on ?? kwargs.emit_on;
      const emitOn = wanted === undefined || wanted === null ? undefined : [wanted].flat().map(input);
      return s().combineLatest(...rest(), given({ emitOn }));
    }
    case 'zip_latest':
      return s().zipLatest(...rest());
    case 'sink':
      return s().sink(fn(), ...args);
    case 'call_sink':
      return s().through(new CallSink(spec.id, fn(), journal));
    case 'emit_into':
      return s().sink(x => ref(target!).emit(x));
    case 'flush_on':
      return s().sink((ref(target!) as Collected<unknown>).flush);
    case 'connect':
      s().connect(ref(target!));
      return s();
    case 'gather':
      return s().gather();
    case 'from_iterable':
      return Stream.fromIterable(kwargs.iterable ?? args[0], { clock });
    case 'from_periodic': {
      let count = 0;
      const interval = kwargs.poll_interval ?? args[0];
      return Stream.fromPeriodic(() => count++, { clock, ...given({ pollInterval: optional(interval, time) }) });
    }
    default:
      throw new NotUnderstood(`the runner knows no node "${type}"`);
  }
}

const optional = <T, U>(value: T | null | undefined, fn: (value: T) => U): U | undefined =>
  value === undefined || value === null ? undefined : fn(value);

function through(upstreams: readonly Stream[], clock: VirtualClock): Stream {
  const stream = new Stream({ clock });
  for (const upstream of upstreams) upstream.connect(stream);
  return stream;
}

export const observe = (node: Stream, id: string, journal: Journal): Stream => node.through(new Observer(id, journal));
