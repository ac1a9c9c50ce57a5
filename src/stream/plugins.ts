import { MillraceError, StateError } from '../errors.ts';
import { Operator } from './operator.ts';
import { Stream } from './stream.ts';

export interface LoadPluginsOptions {
  /** Folder whose package.json says what is installed; default the working folder. */
  readonly from?: string;
  /** Only these packages. */
  readonly packages?: readonly string[];
}

/** One name that a package brings. */
export interface PluginSource {
  /** The method: `stream.twice()`, or for a source `Stream.twice()`. */
  readonly name: string;
  readonly kind: 'source' | 'node' | 'sink';
  readonly package: string;
  /** Why it was not attached: streams have the name already. */
  readonly skipped?: string;
}

const kinds = /* @__PURE__ */ Object.freeze({ sources: 'source', nodes: 'node', sinks: 'sink' } as const);

/**
 * Attaches the nodes, sources and sinks of installed packages as methods of streams. A package names them in its
 * package.json, each with the module and the export that makes it:
 *
 * ```json
 * "millrace": { "nodes": { "twice": "./twice.js#Twice" }, "sources": { "ticks": "./ticks.js" } }
 * ```
 *
 * The export (without `#…` the default) is a class of `Operator`, or a function that makes an operator or a stream; for
 * nodes and sinks its `this` is the stream. Modules are loaded when a method is first called, and checked then. Names that
 * streams have already are left alone, and reported. Node only.
 *
 * @throws StateError when a package's description makes no sense
 */
export function loadPlugins(options: LoadPluginsOptions = {}): PluginSource[] {
  const { createRequire } = nodeModule('module');
  const folder = nodeModule('path').resolve(options.from ?? '.');
  const here = createRequire(`${folder}/package.json`);
  const found: PluginSource[] = [];
  for (const name of options.packages ?? dependencies(folder)) {
    const description = descriptionOf(here, name);
    if (description === undefined) continue;
    const inside = createRequire(description.file);
    for (const [group, kind] of Object.entries(kinds)) {
      for (const [method, place] of Object.entries(description.millrace[group] ?? {})) {
        found.push(attached(name, kind, method, place, inside));
      }
    }
  }
  return found;
}

interface Description {
  readonly file: string;
  readonly millrace: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type Require = (id: string) => unknown;

function attached(from: string, kind: PluginSource['kind'], name: string, place: unknown, load: Require): PluginSource {
  if (typeof place !== 'string' || !/^[A-Za-z_$][\w$]*$/.test(name)) {
    throw new StateError(
      `loadPlugins: ${from} names ${kind} "${name}" as ${JSON.stringify(place)}; it must be "./module.js#export"`,
    );
  }
  const home: object = kind === 'source' ? Stream : Stream.prototype;
  const plugin = { name, kind, package: from };
  if (name in home) return { ...plugin, skipped: `streams have "${name}" already` };
  let make: ((this: any, ...args: unknown[]) => unknown) | undefined;
  const lazy = function (this: any, ...args: unknown[]): unknown {
    make ??= maker(plugin, place, load);
    const made = make.apply(this, args);
    if (made instanceof Stream || isOperator(made)) return made;
    throw new StateError(`${name}: ${from} made ${typeof made} of it; a plugin makes an Operator or a Stream`);
  };
  Stream.registerApi(name, lazy, { static: kind === 'source' });
  return plugin;
}

/** The function behind a name, checked. */
function maker({ name, package: from }: PluginSource, place: string, load: Require): (...args: unknown[]) => unknown {
  const [module, exported = 'default'] = place.split('#') as [string, string?];
  let content: Readonly<Record<string, unknown>>;
  try {
    content = load(module) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new StateError(`${name}: ${from} names ${module}, which can not be loaded: ${(cause as Error).message}`, {
      cause,
    });
  }
  const found = content[exported];
  if (typeof found !== 'function') {
    const names = Object.keys(content).join(', ') || 'nothing';
    throw new StateError(
      `${name}: ${module} of ${from} exports no function or class "${exported}"; it exports ${names}`,
    );
  }
  if (!/^class\b/.test(Function.prototype.toString.call(found))) return found as (...args: unknown[]) => unknown;
  if (!isOperator(found.prototype)) {
    throw new StateError(
      `${name}: class ${found.name} of ${from} is no operator; extend Operator and give it update(x, who, metadata)`,
    );
  }
  return (...args) => new (found as new (...args: unknown[]) => Operator)(...args);
}

// By shape, not by class: the plugin may hold another copy of millrace.
const isOperator = (value: unknown): boolean =>
  value instanceof Operator ||
  (typeof value === 'object' && value !== null && typeof (value as Partial<Operator>).update === 'function');

function dependencies(folder: string): string[] {
  const own = readJson(`${folder}/package.json`);
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return [...new Set(groups.flatMap(group => Object.keys(own?.[group] ?? {})))];
}

/** What a package says of its plugins; undefined when it has none, or is not installed. */
function descriptionOf(here: NodeJS.Require, name: string): Description | undefined {
  for (const folder of here.resolve.paths(name) ?? []) {
    const file = `${folder}/${name}/package.json`;
    const content = readJson(file);
    if (content === undefined) continue;
    if (content.millrace === undefined) return undefined;
    if (typeof content.millrace === 'object' && content.millrace !== null) return { file, millrace: content.millrace };
    throw new StateError(`loadPlugins: "millrace" in the package.json of ${name} must be { nodes, sources, sinks }`);
  }
  return undefined;
}

function readJson(file: string): any {
  const fs = nodeModule('fs');
  if (!fs.existsSync(file)) return undefined;
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new StateError(`loadPlugins: ${file} is no JSON`, { cause });
  }
}

// Not the door in transport/: that room lies below this one.
function nodeModule<N extends 'fs' | 'module' | 'path'>(name: N): NodeModules[N] {
  const found = globalThis.process?.getBuiltinModule?.(name);
  if (!found)
    throw new MillraceError(
      'PLUGIN',
      'loadPlugins: a page has no installed packages; call Stream.registerApi with what you import',
    );
  return found as unknown as NodeModules[N];
}

interface NodeModules {
  readonly fs: typeof import('node:fs');
  readonly module: typeof import('node:module');
  readonly path: typeof import('node:path');
}
