import { OptionError } from '../errors.ts';

/** What a user's module may ask of its host: one memory, and AssemblyScript's `abort`. */
export interface ModuleNeeds {
  readonly module: WebAssembly.Module;
  /** The memory it imports, in pages of 64 KiB; null when it brings its own. */
  readonly memory: MemoryNeed | null;
  /** Names of the functions it exports. */
  readonly functions: ReadonlySet<string>;
}

export interface MemoryNeed {
  readonly module: string;
  readonly name: string;
  readonly initial: number;
  readonly maximum: number | undefined;
  readonly shared: boolean;
}

/** Functions with their numbers of parameters, for so many columns. */
const signatures: Readonly<Record<string, (args: number) => number>> = /* @__PURE__ */ Object.freeze({
  state_size: () => 0,
  initial: () => 1,
  on_new: (args: number) => 4 + 2 * args,
  on_old: (args: number) => 4 + 2 * args,
  result: () => 1,
  is_null: () => 1,
  merge: () => 2,
});
const needed = ['state_size', 'initial', 'on_new', 'result'];

/**
 * Compiles a user's module and checks what it imports and exports.
 *
 * @throws OptionError when it is no module, lacks a function, or wants more from its host than a memory
 */
export function checkedModule(source: BufferSource | WebAssembly.Module, verb: string): ModuleNeeds {
  const bytes = source instanceof WebAssembly.Module ? null : bytesOf(source);
  let module: WebAssembly.Module;
  try {
    module = bytes === null ? (source as WebAssembly.Module) : new WebAssembly.Module(bytes as BufferSource);
  } catch (cause) {
    throw new OptionError('bytes', `${verb}: these bytes are no WebAssembly module; ${(cause as Error).message}`, {
      cause,
    });
  }
  const exported = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  for (const name of needed) {
    if (exported.get(name) === 'function') continue;
    throw new OptionError(
      'bytes',
      `${verb}: the module exports no function ${name}(); it has ${[...exported.keys()].join(', ') || 'none'}`,
    );
  }
  let memory: MemoryNeed | null = null;
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === 'memory') memory = bytes === null ? asWished(from, name) : importedMemory(bytes, from, name);
    else if (kind !== 'function' || name !== 'abort') {
      throw new OptionError(
        'bytes',
        `${verb}: the module imports ${kind} ${from}.${name}; it gets a memory and abort(), and nothing else`,
      );
    }
  }
  if (memory === null && exported.get('memory') !== 'memory') {
    throw new OptionError('bytes', `${verb}: the module neither imports a memory nor exports one as "memory"`);
  }
  const functions = new Set([...exported].flatMap(([name, kind]) => (kind === 'function' ? [name] : [])));
  return { module, memory, functions };
}

/** @throws OptionError when a function takes another number of parameters than it is called with */
export function checkSignatures(exports: WebAssembly.Exports, args: number, verb: string): void {
  for (const [name, parameters] of Object.entries(signatures)) {
    const fn = exports[name];
    if (typeof fn !== 'function' || fn.length === parameters(args)) continue;
    throw new OptionError(
      'bytes',
      `${verb}: ${name}() takes ${fn.length} parameters, and is called with ${parameters(args)} for ${args} columns`,
    );
  }
}

function bytesOf(source: BufferSource): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return new Uint8Array(source);
}

/** What is given to a compiled module, whose limits can't be read. */
const asWished = (module: string, name: string): MemoryNeed => ({
  module,
  name,
  initial: 16,
  maximum: undefined,
  shared: false,
});

/** The limits of an imported memory, read from the module's import section: the JavaScript interface does not tell them. */
function importedMemory(bytes: Uint8Array, from: string, name: string): MemoryNeed {
  let at = 8;
  const leb = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const text = (): string => {
    const length = leb();
    at += length;
    return new TextDecoder().decode(bytes.slice(at - length, at));
  };
  while (at < bytes.length) {
    const section = bytes[at++]!;
    const end = leb() + at;
    if (section !== 2) {
      at = end;
      continue;
    }
    for (let left = leb(); left > 0; left--) {
      text();
      text();
      const kind = bytes[at++]!;
      if (kind === 0) leb();
      else {
        // only memories and functions passed the check of imports
        const flags = bytes[at++]!;
        const initial = leb();
        return { module: from, name, initial, maximum: flags & 1 ? leb() : undefined, shared: (flags & 2) !== 0 };
      }
    }
  }
  return asWished(from, name);
}
