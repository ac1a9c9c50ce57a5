// Compiles each room of assembly/ to one wasm module and writes src/kernel/wasm/<room>.ts: the bytes in hex and the
// TypeScript interface of the room's exports, read off its index.ts.
//
//   node scripts/build-wasm.mjs [--debug] [--names] [room ...]     no room: every room whose sources changed
//
// --debug keeps asserts, --names keeps function names (for profilers).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = join(root, 'src/kernel/wasm');

// Static data of the rooms lies side by side below the heap (`reservedBytes` in src/memory/memory.ts). 1 KiB at the bottom stays empty, so that address 0 can mean "none".
const roomBytes = 16 * 1024;
const firstRoom = 1024;

export const rooms = () =>
  readdirSync(join(root, 'assembly'), { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(join(root, 'assembly', entry.name, 'index.ts')))
    .map(entry => entry.name)
    .sort();

/** A stable place for each room, so that adding one leaves the others' builds untouched. */
const places = [
  'bulk',
  'arith',
  'compare',
  'select',
  'cast',
  'aggregate',
  'group',
  'window',
  'codec',
  'ipc',
  'ndjson',
  'csv',
  'river',
  'text',
  'order',
  'sort',
  'join',
  'sketch',
  'btrdb',
  'probe',
  'column',
  'pane',
  'scan',
  'parquet',
  'time',
  'hash',
  'rolling',
  'string',
];

function memoryBase(room) {
  const place = places.indexOf(room);
  if (place < 0)
    throw new Error(`build-wasm: room "${room}" has no place in scripts/build-wasm.mjs; append it to \`places\``);
  return firstRoom + place * roomBytes;
}

function sourcesOf(room) {
  const files = dir =>
    existsSync(dir)
      ? readdirSync(dir, { recursive: true })
          .map(name => join(dir, String(name)))
          .filter(name => name.endsWith('.ts'))
          .sort()
      : [];
  return [...files(join(root, 'assembly', room)), ...files(join(root, 'assembly/shared'))];
}

function digest(room, flags) {
  const hash = createHash('sha256')
    .update(flags.join(' '))
    .update(readFileSync(join(root, 'asconfig.json')));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of sourcesOf(room)) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

const jsType = { i64: 'bigint', u64: 'bigint', void: 'void', bool: 'number' };
const pascal = name => name.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());

/** The interface of a room, from lines such as `export function sumF64(values: usize, length: i32): f64 {`. */
function interfaceOf(room) {
  const source = readFileSync(join(root, 'assembly', room, 'index.ts'), 'utf8');
  const lines = [];
  for (const [, doc, name, params, result] of source.matchAll(
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?export function (\w+)\(([^)]*)\)\s*:\s*(\w+)/g,
  )) {
    const args = params
      .split(',')
      .map(part => part.trim())
      .filter(Boolean)
      .map(part => part.split(':').map(word => word.trim()))
      .map(([arg, type]) => `${arg}: ${jsType[type] ?? 'number'}`);
    if (doc) lines.push(`  ${doc.trim().replace(/\n\s*/g, '\n   ')}`);
    lines.push(`  ${name}(${args.join(', ')}): ${jsType[result] ?? 'number'};`);
  }
  for (const [, name] of source.matchAll(/export const (\w+)\s*:/g))
    lines.push(`  readonly ${name}: WebAssembly.Global;`);
  return lines.join('\n');
}

/** Compiles the rooms named (or every stale one); returns the names of those that failed. */
export async function buildWasm({ names = [], debug = false, keepNames = false, quiet = false } = {}) {
  const flags = [debug ? 'debug' : 'release', keepNames ? 'names' : ''];
  mkdirSync(outDir, { recursive: true });
  const failed = [];
  let asc;
  for (const room of names.length ? names : rooms()) {
    const target = join(outDir, `${room}.ts`);
    const stamp = `// sources ${digest(room, flags)}`;
    if (existsSync(target) && readFileSync(target, 'utf8').includes(stamp)) continue;
    asc ??= (await import('assemblyscript/asc')).default;
    const began = performance.now();
    const binary = { bytes: undefined };
    const { error, stderr } = await asc.main(
      [
        `assembly/${room}/index.ts`,
        '--config',
        'asconfig.json',
        '--target',
        debug ? 'debug' : 'release',
        '--memoryBase',
        String(memoryBase(room)),
        '--outFile',
        'room.wasm',
        ...(keepNames ? ['--debug'] : []),
      ],
      {
        readFile: (name, base) => (existsSync(join(base, name)) ? readFileSync(join(base, name), 'utf8') : null),
        writeFile: (name, contents) => {
          if (name.endsWith('.wasm')) binary.bytes = contents;
        },
      },
    );
    if (error || !binary.bytes) {
      failed.push(room);
      process.stderr.write(`assembly/${room}: ${error?.message ?? 'no output'}\n${stderr}\n`);
      continue;
    }
    const hex = Buffer.from(binary.bytes).toString('hex');
    writeFileSync(
      target,
      `// Made by scripts/build-wasm from assembly/${room}; do not edit.\n${stamp}\n` +
        `/** Exports of the kernel room \`${room}\`: addresses and counts in, a count or a negative status out. */\n` +
        `export interface ${pascal(room)}Room {\n${interfaceOf(room)}\n}\n\n` +
        // hex, not base64: repeated code stays repeated text, so the first import is 15 kB smaller gzipped (46 against 62 kB of kernels)
        `export const ${room.replace(/-(\w)/g, (_, l) => l.toUpperCase())}Wasm =\n  '${hex}';\n`,
    );
    if (!quiet) {
      process.stdout.write(
        `assembly/${room}: ${binary.bytes.length} bytes, ${Math.round(performance.now() - began)} ms\n`,
      );
    }
  }
  return failed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const failed = await buildWasm({
    names: args.filter(arg => !arg.startsWith('--')),
    debug: args.includes('--debug'),
    keepNames: args.includes('--names'),
  });
  process.exitCode = failed.length ? 1 : 0;
}
