import { OptionError } from '../errors.ts';

/** A function that a worker can find or make. */
export interface Task<Args extends readonly any[] = any[], Result = unknown> {
  /** URL of the module that exports it; null when it is sent as text. */
  readonly module: string | null;
  /** Its name in the module. */
  readonly name: string;
  /** Its source; null when it is in a module. */
  readonly source: string | null;
  /** Carries the types; never set. */
  readonly types?: (...args: Args) => Result;
}

/**
 * The export `name` of a module, to be run in workers: `task<[number], number>(new URL('./work.js', import.meta.url), 'square')`.
 */
export function task<Args extends readonly any[], Result>(module: URL | string, name = 'default'): Task<Args, Result> {
  const url = String(module);
  if (!/^(file|data|https?|node):/.test(url)) {
    throw new OptionError(
      'module',
      `task: "${url}" is no URL; workers can't tell what it is relative to. Write new URL('${url}', import.meta.url)`,
    );
  }
  return { module: url, name, source: null };
}

/** A task as it is, or a self-contained function as text. @throws OptionError for functions without a source */
export function taskOf(fn: Task<any, any> | ((...args: any[]) => unknown)): Task {
  if (typeof fn !== 'function') return fn;
  const source = sourceOf(fn);
  if (source === null) {
    throw new OptionError(
      'fn',
      `scatter: ${fn.name || 'the function'} is native or bound, and has no source to send to a worker; name it with task(module, name)`,
    );
  }
  return { module: null, name: fn.name, source };
}

/** The text of a function as an expression. Methods (`{ f(x) {} }`) are made one. */
function sourceOf(fn: (...args: any[]) => unknown): string | null {
  const text = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) return null;
  for (const candidate of [text, text.replace(/^(async\s+)?(\*?\s*)/, '$1function $2')]) {
    if (parses(candidate)) return candidate;
  }
  return null;
}

function parses(text: string): boolean {
  try {
    new Function(`return (${text})`);
    return true;
  } catch {
    return false;
  }
}
