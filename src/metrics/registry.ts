import type { Counter, Gauge, Registry } from 'prom-client';
import { OptionError } from '../errors.ts';
import { type DataFrame, DataFrameBase } from '../frame/data-frame.ts';
import type { Root } from '../frame/root.ts';
import type { Memory } from '../memory/memory.ts';
import { type Clock, systemClock } from '../stream/clock.ts';
import { frameFigures, nodeFigures, type RootMetrics } from './_figures.ts';
import { promClient } from './_prom.ts';

/** One frame, several, or several by the names they have in the label `frame`. */
export type Measured = DataFrame<any> | readonly DataFrame<any>[] | Readonly<Record<string, DataFrame<any>>>;

export interface RegistryOptions {
  /** Where the metrics are registered, beside what is there; default: a new registry of their own. */
  readonly registry?: Registry;
  /** What lags are told by; default the host's clock. */
  readonly clock?: Pick<Clock, 'now'>;
}

type Labels = Readonly<Record<string, string>>;
type Look = ReadonlyMap<string, RootMetrics>;

/**
 * The metrics of frames as a registry of prom-client, for a server of one's own: `await registry.metrics()` is the text that Prometheus
 * scrapes. Nothing is computed between scrapes.
 *
 * Every step of a plan has the labels `frame`, `node` (its number) and `operator`; `millrace_node_info` has its text. Frames that share a
 * root share their steps: one of them is enough, and more are shown once, under the first name.
 *
 * @throws OptionError when prom-client is not installed, or there are no frames
 */
export async function metricsRegistry(frames: Measured, options: RegistryOptions = {}): Promise<Registry> {
  const roots = rootsOf(frames);
  const prom = await promClient();
  const { registry = new prom.Registry(), clock = systemClock } = options;
  const look = once(() => new Map([...roots].map(([root, name]) => [name, root.metrics(clock.now())])));
  const add = (kind: 'counter' | 'gauge', name: string, help: string, labelNames: string[], values: Values): void => {
    const Metric = kind === 'counter' ? prom.Counter : prom.Gauge;
    new Metric({
      name,
      help,
      labelNames,
      registers: [registry],
      collect(this: Counter | Gauge) {
        this.reset();
        for (const [labels, value] of values(look())) this.inc(labels, value);
      },
    });
  };
  for (const { kind, name, help, value } of nodeFigures) add(kind, name, help, nodeLabels, perNode(value));
  for (const { kind, name, help, value } of frameFigures) {
    add(kind, name, help, ['frame'], look => present([...look].map(([frame, of]) => [{ frame }, value(of)])));
  }
  add(
    'gauge',
    'millrace_node_info',
    'What each step does.',
    [...nodeLabels, 'text'],
    perNode(() => 1, true),
  );
  const memories = [...new Set([...roots.keys()].map(root => root.executor.memory))];
  const sum = (bytes: (memory: Memory) => number): Values => {
    return () => [[{}, memories.reduce((total, memory) => total + bytes(memory), 0)]];
  };
  const memory = 'Linear memory';
  add(
    'gauge',
    'millrace_memory_bytes',
    `${memory}.`,
    [],
    sum(one => one.stats().totalBytes),
  );
  add(
    'gauge',
    'millrace_memory_held_bytes',
    `${memory} that is in use.`,
    [],
    sum(one => one.stats().heldBytes),
  );
  return registry;
}

type Values = (look: Look) => readonly (readonly [Labels, number])[];
const nodeLabels = ['frame', 'node', 'operator'];

const perNode =
  (value: (typeof nodeFigures)[number]['value'], withText = false): Values =>
  look =>
    present(
      [...look].flatMap(([frame, { nodes }]) =>
        nodes.map((node): [Labels, number | null] => {
          const labels = { frame, node: String(node.id), operator: node.kind };
          return [withText ? { ...labels, text: node.text } : labels, value(node)];
        }),
      ),
    );

const present = (values: readonly (readonly [Labels, number | null])[]): [Labels, number][] =>
  values.flatMap(([labels, value]) => (value === null ? [] : [[labels, value]]));

/** Names of roots; each root once. */
function rootsOf(frames: Measured): Map<Root, string> {
  const named: [string | null, DataFrame][] =
    frames instanceof DataFrameBase
      ? [[null, frames]]
      : Array.isArray(frames)
        ? frames.map(frame => [null, frame])
        : Object.entries(frames as Readonly<Record<string, DataFrame>>);
  if (named.length === 0) throw new OptionError('frames', 'metrics: no frames; give at least one');
  const roots = new Map<Root, string>();
  for (const [name, { root }] of named) if (!roots.has(root)) roots.set(root, name ?? root.name);
  return roots;
}

/** Calls `fn` at most once before control goes back to the event loop: all metrics of a scrape come from one look. */
function once<T>(fn: () => T): () => T {
  let seen: { readonly value: T } | null = null;
  return () => {
    if (!seen) {
      seen = { value: fn() };
      queueMicrotask(() => {
        seen = null;
      });
    }
    return seen.value;
  };
}
