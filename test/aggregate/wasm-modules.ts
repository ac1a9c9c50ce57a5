// Modules for the tests: the examples, built here, and some that misbehave.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import binaryen from 'binaryen';

const example = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)), 'utf8');

/** The module of a text. */
export function fromWat(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(binaryen.parseText(text).emitBinary());
}

export const energyModule = (): Uint8Array<ArrayBuffer> => fromWat(example('aggregation-energy.wat'));

/** examples/aggregation-weighted.as, as its first lines say how to build it. */
export async function weightedModule(): Promise<Uint8Array<ArrayBuffer>> {
  const source = example('aggregation-weighted.as');
  let built = new Uint8Array(0);
  const { error, stderr } = await asc.main(['weighted.ts', '-o', 'out.wasm', '--runtime', 'stub', '-O'], {
    readFile: (name: string) =>
      name === 'weighted.ts' ? source : existsSync(name) ? readFileSync(name, 'utf8') : null,
    writeFile: (name: string, bytes: unknown) => {
      if (name === 'out.wasm') built = Uint8Array.from(bytes as Uint8Array);
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`asc: ${error.message}\n${stderr}`);
  return built;
}

/** A module with one f64 argument whose functions do as little as they can, but for those given. */
export function moduleWith(
  functions: Readonly<Record<string, string>>,
  memory = '(memory (export "memory") 1)',
): Uint8Array<ArrayBuffer> {
  const rows =
    '(param $states i32) (param $stride i32) (param $groups i32) (param $count i32) (param $values i32) (param $bits i32)';
  const all: Record<string, string> = {
    state_size: '(result i32) (i32.const 8)',
    initial: '(param $state i32)',
    on_new: rows,
    result: '(param $state i32) (result f64) (f64.const 0)',
    ...Object.fromEntries(Object.entries(functions).map(([name, body]) => [name, body.replace('ROWS', rows)])),
  };
  const texts = Object.entries(all).map(([name, body]) => (body === '' ? '' : `(func (export "${name}") ${body})`));
  return fromWat(`(module ${memory} ${texts.join(' ')})`);
}
