import { packed, unpacked } from './descriptor.ts';
import type { Task } from './task.ts';

/** What a worker is asked to do. */
export interface Job {
  readonly task: Task;
  readonly args: readonly unknown[];
}

type Fn = (...args: any[]) => unknown;

const found = /* @__PURE__ */ new Map<string, Promise<Fn>>();

/** Finds the function, once for each thread, and calls it. */
export default async function run({ task, args }: Job): Promise<unknown> {
  const key = task.source ?? `${task.module} ${task.name}`;
  let fn = found.get(key);
  if (!fn) {
    fn = find(task);
    found.set(key, fn);
  }
  return packed(await (await fn)(...args.map(unpacked)));
}

async function find({ module, name, source }: Task): Promise<Fn> {
  if (source !== null) return new Function(`return (${source})`)() as Fn;
  const exported = (await import(module!)) as Readonly<Record<string, unknown>>;
  const fn = exported[name];
  if (typeof fn === 'function') return fn as Fn;
  throw new TypeError(
    `task: ${module} exports no function "${name}"; it exports ${Object.keys(exported).join(', ') || 'nothing'}`,
  );
}
