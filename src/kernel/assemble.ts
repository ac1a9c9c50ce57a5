import type { Memory } from '../memory/memory.ts';

/** Types of locals. */
export const I32 = 0x7f;
export const V128 = 0x7b;

/** Opcodes of scalars that loops need; those of lanes are in expr/lanes.ts. */
export const scalar = {
  i32Eqz: 0x45,
  i32LtU: 0x49,
  i64LtU: 0x54,
  f64Eq: 0x61,
  i32Popcnt: 0x69,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32And: 0x71,
  i32Or: 0x72,
  i32Shl: 0x74,
  i64Add: 0x7c,
  i64And: 0x83,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  f64Sub: 0xa1,
  i64ExtendU: 0xad,
  f64ConvertI32S: 0xb7,
  f64ConvertI32U: 0xb8,
  f64ConvertI64S: 0xb9,
  f64ConvertI64U: 0xba,
  f64Promote: 0xbb,
} as const;

const [block, loop, branchIf, end] = [0x02, 0x03, 0x0d, 0x0b];
const empty = 0x40;

/**
 * One function in WebAssembly's binary format, written instruction by instruction.
 *
 * @see https://webassembly.github.io/spec/core/binary/index.html
 */
export class FunctionCode {
  readonly #params: number;
  #code: number[] = [];
  readonly #locals: number[] = [];

  /** @param params how many i32 it takes; it gives an i32 */
  constructor(params: number) {
    this.#params = params;
  }

  /** A new local, zero at first. */
  local(type: number): number {
    this.#locals.push(type);
    return this.#params + this.#locals.length - 1;
  }

  op(...bytes: number[]): this {
    this.#code.push(...bytes);
    return this;
  }

  get(local: number): this {
    return this.op(0x20, ...unsigned(local));
  }

  set(local: number): this {
    return this.op(0x21, ...unsigned(local));
  }

  i32(value: number): this {
    return this.op(0x41, ...signed(value));
  }

  i64(value: number): this {
    return this.op(0x42, ...signed(value));
  }

  f64(value: number): this {
    return this.op(0x44, ...new Uint8Array(Float64Array.of(value).buffer));
  }

  /** An instruction of lanes, with the bytes that follow its opcode. */
  simd(opcode: number, ...more: readonly number[]): this {
    return this.op(0xfd, ...unsigned(opcode), ...more);
  }

  /** A constant of 16 bytes. */
  bytes(values: ArrayBufferView): this {
    return this.simd(0x0c, ...new Uint8Array(values.buffer, values.byteOffset, 16));
  }

  /** A load or store of lanes, `offset` bytes behind the address on the stack; 8 bytes aligned at most, for slices begin anywhere. */
  lanesAt(opcode: number, offset: number): this {
    return this.simd(opcode, 0, ...unsigned(offset));
  }

  /** A load or store of one number. */
  at(opcode: number, offset: number): this {
    return this.op(opcode, 0, ...unsigned(offset));
  }

  copyBytes(): this {
    return this.op(0xfc, 10, 0, 0);
  }

  /** Repeats `body`, which leaves whether to go on. */
  loop(body: () => void): this {
    this.op(loop, empty);
    body();
    return this.op(branchIf, 0, end);
  }

  /** Does `body` unless what is on the stack is not 0. */
  unless(condition: () => void, body: () => void): this {
    this.op(block, empty);
    condition();
    this.op(branchIf, 0);
    body();
    return this.op(end);
  }

  /** The instructions that `write` writes, which are left out here. */
  apart(write: () => void): readonly number[] {
    const before = this.#code;
    this.#code = [];
    write();
    const written = this.#code;
    this.#code = before;
    return written;
  }

  /** A module that imports the memory and exports the function as `run`. */
  module(shared: boolean): Uint8Array<ArrayBuffer> {
    const types = [1, 0x60, this.#params, ...new Array<number>(this.#params).fill(I32), 1, I32];
    const memory = [1, 3, ...ascii('env'), 6, ...ascii('memory'), 2, shared ? 3 : 1, 1, ...unsigned(65536)];
    const locals = this.#locals.flatMap(type => [1, type]);
    const body = [...unsigned(this.#locals.length), ...locals, ...this.#code, end];
    return Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, types),
      ...section(2, memory),
      ...section(3, [1, 0]),
      ...section(7, [1, 3, ...ascii('run'), 0, 0]),
      ...section(10, [1, ...unsigned(body.length), ...body]),
    ]);
  }
}

/** The function over `memory`; null where the host compiles no more. */
export function openFunction(memory: Memory, code: FunctionCode): ((...args: number[]) => number) | null {
  try {
    const module = new WebAssembly.Module(code.module(memory.shared));
    const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.wasm } });
    return exports['run'] as (...args: number[]) => number;
  } catch {
    return null;
  }
}

const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];

const ascii = (text: string): number[] => [...text].map(letter => letter.charCodeAt(0));

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

/** LEB128 of whole numbers up to 2^53. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 63 || rest < -64; rest = Math.floor(rest / 128)) bytes.push((((rest % 128) + 128) % 128) | 128);
  return [...bytes, rest & 127];
}
