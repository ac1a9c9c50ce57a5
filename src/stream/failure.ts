import type { Stream } from './stream.ts';

/** An error and where it came from. */
export interface Failure {
  readonly error: unknown;
  /** The node whose handler took it: the one that failed, or the nearest above it that has a handler. */
  readonly node: Stream;
  /** The element that node had received (or, above a queue, sent). */
  readonly value: unknown;
}

export type ErrorHandler = (error: unknown, failure: Failure) => void;

// Errors on their way up that a handler has already seen.
const seen = /* @__PURE__ */ new WeakSet<object>();

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Tells the handlers of `node` itself; whoever meets the error further up leaves it alone. */
export function reportHere(node: Stream, error: unknown, value: unknown): void {
  if (isObject(error) && seen.has(error)) return;
  for (const handler of node.handlers) handler(error, { error, node, value });
  if (isObject(error)) seen.add(error);
}

/** Whether a handler took this error before, or at `node` or above takes it now; the error travels on. */
export function reportPassing(node: Stream, error: unknown, value: unknown): boolean {
  if (isObject(error) && seen.has(error)) return true;
  const nearest = nearestHandler(node);
  if (nearest === undefined) return false;
  reportHere(nearest, error, value);
  return true;
}

/** The same at the end of the error's way: where the element was emitted. */
export function report(node: Stream, error: unknown, value: unknown): boolean {
  const taken = reportPassing(node, error, value);
  if (isObject(error)) seen.delete(error);
  return taken;
}

/** Reports an error of work that nobody waits for. Without a handler it is an uncaught error of the program. */
export function reportApart(node: Stream, error: unknown, value: unknown): void {
  let fate = error;
  try {
    if (report(node, error, value)) return;
  } catch (failedHandler) {
    fate = failedHandler;
  }
  queueMicrotask(() => {
    throw fate;
  });
}

function nearestHandler(node: Stream): Stream | undefined {
  const visited = new Set<Stream>();
  let level: Stream[] = [node];
  while (level.length > 0) {
    const next: Stream[] = [];
    for (const stream of level) {
      if (visited.has(stream)) continue;
      visited.add(stream);
      if (stream.handlers.length > 0) return stream;
      next.push(...stream.upstreams);
    }
    level = next;
  }
  return undefined;
}
