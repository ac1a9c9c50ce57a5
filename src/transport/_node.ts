import { TransportError } from '../errors.ts';

type Builtins = {
  child_process: typeof import('node:child_process');
  events: typeof import('node:events');
  fs: typeof import('node:fs');
  http: typeof import('node:http');
  module: typeof import('node:module');
  net: typeof import('node:net');
  os: typeof import('node:os');
  path: typeof import('node:path');
  process: typeof import('node:process');
  stream: typeof import('node:stream');
  worker_threads: typeof import('node:worker_threads');
  zlib: typeof import('node:zlib');
};

/**
 * A module that is part of Node, asked for when it is needed: nothing under src/ imports one, so that pages can load
 * every file.
 *
 * @param verb what the error begins with: the word that the user wrote
 * @throws TransportError where there is no Node
 */
export function builtin<N extends keyof Builtins>(name: N, verb: string = name): Builtins[N] {
  const found = globalThis.process?.getBuiltinModule?.(name);
  if (!found) throw new TransportError(`${verb}: this needs Node.js 20.19 or later; it can't run in a page`);
  return found as unknown as Builtins[N];
}
