import { type FunctionCode, I32, scalar, V128 } from '../kernel/assemble.ts';
import { type DataType, isUnsigned, widthOf } from '../schema/data-type.ts';
import { type Core, coreLiteral, isLiteral } from './core.ts';

/** How eight rows lie in vectors: four of 64-bit lanes, or two of 32-bit lanes, for narrower integers too. */
export type Shape = 'f64' | 'f32' | 'i64' | 'i32';
/** Bits of a lane. */
export type Width = 32 | 64;

// Opcodes by name of operation. @see https://github.com/WebAssembly/simd/blob/main/proposals/simd/NewOpcodes.md
// biome-ignore format: a table
const opcodes: Readonly<Record<Shape, Readonly<Record<string, number>>>> = /* @__PURE__ */ Object.freeze({
  f64: {
    add: 0xf0, sub: 0xf1, mul: 0xf2, div: 0xf3, least: 0xf4, greatest: 0xf5, min: 0xf6, max: 0xf7, abs: 0xec, neg: 0xed, sqrt: 0xef,
    ceil: 0x74, floor: 0x75, trunc: 0x7a, round: 0x94, eq: 0x47, ne: 0x48, lt: 0x49, gt: 0x4a, le: 0x4b, ge: 0x4c,
  },
  f32: {
    add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7, least: 0xe8, greatest: 0xe9, min: 0xea, max: 0xeb, abs: 0xe0, neg: 0xe1, sqrt: 0xe3,
    ceil: 0x67, floor: 0x68, trunc: 0x69, round: 0x6a, eq: 0x41, ne: 0x42, lt: 0x43, gt: 0x44, le: 0x45, ge: 0x46,
  },
  i64: { add: 0xce, sub: 0xd1, mul: 0xd5, abs: 0xc0, neg: 0xc1, eq: 0xd6, ne: 0xd7, lt: 0xd8, gt: 0xd9, le: 0xda, ge: 0xdb },
  i32: {
    add: 0xae, sub: 0xb1, mul: 0xb5, least: 0xb6, greatest: 0xb8, min: 0xb6, max: 0xb8, abs: 0xa0, neg: 0xa1,
    eq: 0x37, ne: 0x38, lt: 0x39, gt: 0x3b, le: 0x3d, ge: 0x3f,
  },
});

export const simd = {
  load: 0x00,
  store: 0x0b,
  load64Zero: 0x5d,
  shuffle: 0x0d,
  i32x4Splat: 0x11,
  i64x2Extract: 0x1d,
  f64x2Extract: 0x21,
  and: 0x4e,
  or: 0x50,
  xor: 0x51,
  bitselect: 0x52,
  not: 0x4d,
  i32x4Bitmask: 0xa4,
  i64x2Bitmask: 0xc4,
  i64x2ShrS: 0xcc,
  i64x2ShrU: 0xcd,
} as const;
const [replaceF64, demote, promote] = [0x22, 0x5e, 0x5f];

const comparisons: ReadonlySet<string> = /* @__PURE__ */ new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'isNaN', 'isIn']);
const arithmetic: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'add',
  'sub',
  'mul',
  'div',
  'least',
  'greatest',
  'abs',
  'neg',
  'sqrt',
  'ceil',
  'floor',
  'trunc',
  'round',
]);
/** The most members of a set that are compared one after the other. */
const mostMembers = 8;

export function shapeOf({ kind }: DataType): Shape | undefined {
  if (kind === 'float64') return 'f64';
  if (kind === 'float32') return 'f32';
  if (kind === 'int64' || kind === 'uint64' || kind === 'timestamp') return 'i64';
  return kind.startsWith('int') || kind.startsWith('uint') || kind === 'date32' ? 'i32' : undefined;
}

/** Opcode of an operation over lanes of a type; undefined when there is none. */
export function opcodeOf(op: string, type: DataType): number | undefined {
  const shape = shapeOf(type);
  const code = shape && opcodes[shape][op];
  // comparisons and extremes of u32 stand behind those of i32; of i64 there are none
  return code !== undefined && shape === 'i32' && isUnsigned(type) && code >= 0x39 && !(code >= 0xa0 && code < 0xb6)
    ? code + 1
    : code;
}

export const laneWidth = ({ type }: Core): Width => (widthOf(type) === 8 ? 64 : 32);

/** Whether lanes can compute it. */
export function hasLanes(node: Core): boolean {
  const { op, type, args, set, value } = node;
  if (op === 'column') return type.kind === 'bool' || shapeOf(type) !== undefined;
  if (isLiteral(node)) return value !== null && shapeOf(type) !== undefined;
  if (op === 'notNull' || op === 'isNull') return args[0]!.op === 'column' || hasLanes(args[0]!);
  if (op === 'isIn') return args[0]!.type.kind !== 'bool' && set.length <= mostMembers && args.every(hasLanes);
  if (comparisons.has(op)) return args.length === (op === 'isNaN' ? 1 : 2) && args.every(isNumber);
  if (op === 'and' || op === 'or' || op === 'xor' || op === 'not') return args.every(hasLanes);
  if (op === 'ifElse') return type.kind !== 'bool' && args.every(hasLanes);
  if (op === 'alias') return shapeOf(args[0]!.type) === shapeOf(type) && hasLanes(args[0]!);
  if (op === 'convert') return shapeOf(type) !== undefined && hasLanes(args[0]!);
  return arithmetic.has(op) && opcodeOf(op, type) !== undefined && args.every(isNumber);
}

const isNumber = (node: Core): boolean => node.type.kind !== 'bool' && hasLanes(node);

/** Rows of a set of bits that must all be 1: names of bitmaps, in order. */
export type Bitmaps = readonly string[];

export const union = (...sets: readonly Bitmaps[]): Bitmaps => [...new Set(sets.flat())].sort();

/** Where a loop finds what it reads: numbers of locals. */
export interface LaneInputs {
  /** The address of a column's next row. */
  column(node: Core): number;
  /** 16 bytes of a constant. */
  constant(node: Core): number;
  /** 16 bytes that are the same in every turn. */
  bytes(values: ArrayBufferView): number;
  /** The address of a bitmap's next byte, or undefined and a byte itself. */
  bitmap(name: string): { readonly address?: number; readonly byte?: number };
  /** Whether a column has nulls. */
  isNullable(place: number): boolean;
}

/**
 * Writes the instructions that compute expressions for eight rows. What is computed is kept in a local, once for all that asks for it, up to
 * the next `begin`.
 */
export class Lanes {
  readonly #code: FunctionCode;
  readonly #inputs: LaneInputs;
  readonly #done = new Map<string, number>();
  readonly #vectors: number[] = [];
  readonly #bytes: number[] = [];
  #vectorCount = 0;
  #byteCount = 0;

  constructor(code: FunctionCode, inputs: LaneInputs) {
    this.#code = code;
    this.#inputs = inputs;
  }

  /** Eight other rows: nothing is computed yet. */
  begin(): void {
    this.#done.clear();
    this.#vectorCount = this.#byteCount = 0;
  }

  /** The bitmaps that say where a result is not null. Bools never are, nor is what a condition chooses: see `isSound`. */
  validity(node: Core): Bitmaps {
    const { op, args, place } = node;
    if (op === 'column') return this.#inputs.isNullable(place) ? [`v${place}`] : [];
    if (comparisons.has(op) || op === 'isNull' || op === 'notNull') return [];
    if (op === 'ifElse') return [];
    return union(...args.map(arg => this.validity(arg)));
  }

  /** Whether nulls are where lanes know of them: bools have none, and branches neither. */
  isSound({ op, args, type, place }: Core): boolean {
    if (op === 'column') return type.kind !== 'bool' || !this.#inputs.isNullable(place);
    if (op === 'ifElse' && this.validity(args[2]!).length > 0) return false;
    if (op === 'ifElse' && !isFilled({ op, args }) && this.validity(args[1]!).length > 0) return false;
    return args.every(arg => this.isSound(arg));
  }

  /** Lanes of numbers: vector `k` of four or two. */
  vector(node: Core, k: number): number {
    if (isLiteral(node)) return this.#inputs.constant(node);
    return this.once(`${node.key}|${k}`, () => this.#number(node, k));
  }

  /** Lanes of a bool, all ones or all zeros; `k` of two or four. `raw`: a comparison takes nulls for other values. */
  mask(node: Core, width: Width, k: number, raw = false): number {
    return this.once(`${node.key}|${raw}|${width}|${k}`, () => this.#bool(node, width, k, raw));
  }

  /** Lanes of rows whose bits are all set. */
  bits(names: Bitmaps, width: Width, k: number): number {
    const code = this.#code;
    const splat = this.once(`${names}|splat`, () => {
      code.get(this.byte(names)).simd(simd.i32x4Splat);
    });
    return this.once(`${names}|${width}|${k}`, () => {
      // both halves of a 64-bit lane look for the same bit
      const order = width === 64 ? [0, 0, 1, 1] : [0, 1, 2, 3];
      const bit = this.#inputs.bytes(Int32Array.from(order, at => 1 << (at + (128 / width) * k)));
      code.get(splat).get(bit).simd(simd.and).get(bit).simd(opcodes.i32['eq']!);
    });
  }

  /** Eight bits, which are set in all of these. */
  byte(names: Bitmaps): number {
    const code = this.#code;
    return this.once(
      `${names}|byte`,
      () => {
        for (const [at, name] of names.entries()) {
          const { address, byte } = this.#inputs.bitmap(name);
          if (byte === undefined) code.get(address!).at(0x2d, 0);
          else code.get(byte);
          if (at > 0) code.op(scalar.i32And);
        }
      },
      I32,
    );
  }

  /** What `make` leaves on the stack, in a local. */
  once(key: string, make: () => void, type: number = V128): number {
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    make();
    const local =
      type === V128
        ? this.#next(this.#vectors, this.#vectorCount++, V128)
        : this.#next(this.#bytes, this.#byteCount++, I32);
    this.#code.set(local);
    this.#done.set(key, local);
    return local;
  }

  #next(locals: number[], at: number, type: number): number {
    locals[at] ??= this.#code.local(type);
    return locals[at]!;
  }

  #number(node: Core, k: number): void {
    const { op, args, type } = node;
    const [a, b, c] = args as [Core, Core, Core];
    const code = this.#code;
    if (op === 'column') this.#load(node, k);
    else if (op === 'alias') code.get(this.vector(a, k));
    else if (op === 'convert') this.#convert(a, type, k);
    else if (op === 'ifElse') {
      const [yes, no] = [this.vector(b, k), this.vector(c, k)];
      const mask = this.mask(a, laneWidth(node), k);
      code.get(yes).get(no).get(mask).simd(simd.bitselect);
    } else {
      const operands = args.map(arg => this.vector(arg, k));
      for (const operand of operands) code.get(operand);
      code.simd(opcodeOf(op, type)!);
    }
  }

  #load(node: Core, k: number): void {
    const { type } = node;
    const code = this.#code.get(this.#inputs.column(node));
    const width = widthOf(type);
    if (width >= 4) code.lanesAt(simd.load, 16 * k);
    else if (width === 2) code.lanesAt(isUnsigned(type) ? 0x04 : 0x03, 8 * k);
    else {
      // eight bytes to words, then half of these
      code.lanesAt(isUnsigned(type) ? 0x02 : 0x01, 0);
      code.simd((isUnsigned(type) ? 0xa9 : 0xa7) + k);
    }
  }

  #convert(from: Core, to: DataType, k: number): void {
    const code = this.#code;
    if (from.type.kind === 'bool') {
      const ones = this.#inputs.bytes(Int32Array.of(1, 1, 1, 1));
      code
        .get(this.mask(from, 32, k))
        .get(ones)
        .simd(simd.and);
      return;
    }
    const [source, target] = [shapeOf(from.type)!, shapeOf(to)!];
    const sign = isUnsigned(from.type) ? 1 : 0;
    if (source === 'i32' && target === 'f32') code.get(this.vector(from, k)).simd(0xfa + sign);
    else if (source === 'f64' && target === 'f32') {
      const [low, high] = [this.vector(from, 2 * k), this.vector(from, 2 * k + 1)];
      code
        .get(low)
        .simd(demote)
        .get(high)
        .simd(demote)
        .simd(simd.shuffle, ...bytesOf(0, 8), ...bytesOf(16, 8));
    } else if (source === 'i64' && target === 'f64') {
      const wide = this.vector(from, k);
      code.bytes(new Float64Array(2));
      for (const lane of [0, 1])
        code
          .get(wide)
          .simd(simd.i64x2Extract, lane)
          .op(scalar.f64ConvertI64S + sign)
          .simd(replaceF64, lane);
    } else if (source === target) code.get(this.vector(from, k));
    else if (target === 'i64') code.get(this.vector(from, k >> 1)).simd(0xc7 + (k & 1) + 2 * sign);
    else {
      // of four lanes the first two or the last two
      const four = this.vector(from, k >> 1);
      code.get(four);
      if (k & 1) code.get(four).simd(simd.shuffle, ...bytesOf(8, 8), ...bytesOf(8, 8));
      code.simd(source === 'f32' ? promote : 0xfe + sign);
    }
  }

  #bool(node: Core, width: Width, k: number, raw: boolean): void {
    const { op, args } = node;
    const code = this.#code;
    if (op === 'and' || op === 'or' || op === 'xor') {
      const [a, b] = args.map(arg => this.mask(arg, width, k)) as [number, number];
      code.get(a).get(b).simd(simd[op]);
    } else if (op === 'not') code.get(this.mask(args[0]!, width, k)).simd(simd.not);
    else if (op === 'column') code.get(this.bits([`b${node.place}`], width, k));
    else if (op === 'notNull' || op === 'isNull') this.#present(args[0]!, op === 'isNull', width, k);
    else {
      const own = laneWidth(args[0]!);
      if (width === own) this.#settled(node, width, k, raw);
      else if (width === 64) code.get(this.mask(node, 32, k >> 1, raw)).simd(0xc7 + (k & 1));
      else {
        const [low, high] = [this.mask(node, 64, 2 * k, raw), this.mask(node, 64, 2 * k + 1, raw)];
        code
          .get(low)
          .get(high)
          .simd(simd.shuffle, ...[0, 8, 16, 24].flatMap(at => bytesOf(at, 4)));
      }
    }
  }

  #present(x: Core, isAbsent: boolean, width: Width, k: number): void {
    const names = this.validity(x);
    if (names.length === 0) this.#code.bytes(new BigInt64Array(2).fill(isAbsent ? 0n : -1n));
    else this.#code.get(this.bits(names, width, k));
    if (names.length > 0 && isAbsent) this.#code.simd(simd.not);
  }

  /** A comparison, which a null satisfies only if it is `ne`. */
  #settled(node: Core, width: Width, k: number, raw: boolean): void {
    const names = raw ? [] : union(...node.args.map(arg => this.validity(arg)));
    const present = names.length > 0 ? this.bits(names, width, k) : null;
    this.#compared(node, k);
    if (present === null) return;
    this.#code.get(present);
    if (node.op === 'ne') this.#code.simd(simd.not).simd(simd.or);
    else this.#code.simd(simd.and);
  }

  #compared({ op, args, set }: Core, k: number): void {
    const { type } = args[0]!;
    const code = this.#code;
    if (op === 'isIn') {
      const x = this.vector(args[0]!, k);
      for (const [at, value] of set.entries()) {
        code
          .get(x)
          .get(this.#inputs.constant(coreLiteral(type, value)))
          .simd(opcodeOf('eq', type)!);
        if (at > 0) code.simd(simd.or);
      }
      return;
    }
    const [a, b] = op === 'isNaN' ? [args[0]!, args[0]!] : [args[0]!, args[1]!];
    const operands = [this.vector(a, k), this.vector(b, k)];
    // i64 is compared signed only: moving both by 2^63 keeps the order
    const isMoved = type.kind === 'uint64' && op !== 'eq' && op !== 'ne';
    for (const operand of operands) {
      code.get(operand);
      if (isMoved) code.get(this.#inputs.bytes(BigInt64Array.of(lowest, lowest))).simd(simd.xor);
    }
    code.simd(opcodeOf(op === 'isNaN' ? 'ne' : op, type)!);
  }
}

export const lowest = -(2n ** 63n);

/** A condition's parts, all of which must hold. */
export const conjuncts = (node: Core): Core[] => (node.op === 'and' ? node.args.flatMap(conjuncts) : [node]);

/** Comparisons that no null satisfies. */
export const refusesNull = ({ op }: Core): boolean => comparisons.has(op) && op !== 'ne';

/** `fillNull`: the value where there is one. */
const isFilled = ({ op, args }: Pick<Core, 'op' | 'args'>): boolean =>
  op === 'ifElse' && args[0]!.op === 'notNull' && args[0]!.args[0]!.key === args[1]!.key;

const bytesOf = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);
