import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { DataError } from '../errors.ts';
import { type ArithRoom, arithRoom } from '../kernel/arith.ts';
import { type CastRoom, castRoom } from '../kernel/cast.ts';
import { type CompareRoom, compareRoom } from '../kernel/compare.ts';
import { type SelectRoom, selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import { type DataType, isText, widthOf } from '../schema/data-type.ts';
import { type Block, blockRows } from './block.ts';
import { type Core, type CoreValue, isLiteral } from './core.ts';
import { emitters } from './emit.ts';
import { fillConstant } from './fill-constant.ts';

/** Computes one node for the first `length` rows of the block. */
export type Step = (length: number) => void;

/** Room for the texts of one node, from block to block. */
export interface TextRoom {
  readonly offsets: number;
  /** Room for so many bytes; what was there before is lost. */
  values(bytes: number): number;
}

/** @throws DataError when the texts of one block pass 2 GiB */
export function roomFor(total: number): number {
  if (total < 0) throw new DataError(`the texts of ${blockRows} rows pass 2 GiB`);
  return total;
}

/** Kernels by computed name; all take addresses and counts. */
export type Kernels = Readonly<Record<string, (...args: number[]) => number>>;

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * Expressions compiled to a list of kernel calls over registers, one register per distinct node.
 *
 * Buffers of fixed width are taken once, here, and pass from node to node when their last reader is done; those of texts grow
 * to the largest block seen. Running allocates nothing else.
 */
export class Program {
  readonly memory: Memory;
  readonly owner: string;
  /** The vector of each node; columns are put in before each run. */
  readonly registers: ChunkVector[] = [];
  readonly arith: Kernels;
  readonly compare: CompareRoom & Kernels;
  readonly select: SelectRoom;
  readonly cast: Kernels;
  /** Bits for a whole block, all one and all zero. */
  readonly ones: number;
  readonly zeros: number;
  /** The mask of the block at work; 0 when all its rows count. */
  mask = 0;
  readonly #steps: Step[] = [];
  readonly #columns: { readonly register: number; readonly place: number }[] = [];
  readonly #places = new Map<string, number>();
  readonly #owned: number[] = [];
  readonly #free = new Map<number, number[]>();
  /** Constants that the emitter at work passes by address. */
  readonly #asConstant = new Set<Core>();
  #constants = 0;
  #constantsEnd = 0;

  constructor(roots: readonly Core[], memory: Memory, owner: string) {
    this.memory = memory;
    this.owner = owner;
    this.arith = arithRoom(memory) as ArithRoom & Kernels;
    this.compare = compareRoom(memory) as CompareRoom & Kernels;
    this.select = selectRoom(memory);
    this.cast = castRoom(memory) as CastRoom & Kernels;
    this.ones = this.own(blockRows / 8);
    memory.bulk.fill(this.ones, 0xff, blockRows / 8);
    this.zeros = this.own(blockRows / 8);
    memory.bulk.fill(this.zeros, 0, blockRows / 8);
    this.#compile(roots);
  }

  /** The register that holds the node's vector after a run. */
  registerOf(node: Core): number {
    return this.#places.get(node.key)!;
  }

  run(block: Block): void {
    const { registers } = this;
    for (const { register, place } of this.#columns) registers[register] = block.vectors[place]!;
    this.mask = block.mask ?? 0;
    const { length } = block;
    for (const step of this.#steps) step(length);
  }

  dispose(): void {
    for (const address of this.#owned) this.memory.free(address);
    this.#owned.length = 0;
  }

  /** A block of memory that lives as long as the program. */
  own(bytes: number): number {
    const address = this.memory.allocate(bytes, this.owner);
    this.#owned.push(address);
    return address;
  }

  /** Replaces an owned block by a larger one with the same beginning. */
  grow(address: number, used: number, bytes: number): number {
    const moved = this.memory.reallocate(address, used, bytes, this.owner);
    const place = this.#owned.indexOf(address);
    if (place < 0) this.#owned.push(moved);
    else this.#owned[place] = moved;
    return moved;
  }

  /** A buffer for values of a whole block; bits for bool. */
  buffer(type: DataType): number {
    const bytes = bufferBytes(type);
    return this.#free.get(bytes)?.pop() ?? this.own(bytes);
  }

  /** Bits for the validity of a whole block. Never shared: a later node may pass them on as its own. */
  bits(): number {
    return this.own(blockRows / 8);
  }

  /** Room for a column of texts whose bytes are known only as it is made. */
  texts(): TextRoom {
    let address = 0;
    let room = 0;
    return {
      offsets: this.own((blockRows + 1) * 4),
      values: bytes => {
        if (bytes > room || address === 0) {
          // an eighth more: blocks differ a little
          address = this.grow(address, 0, bytes + (bytes >> 3));
          room = this.memory.sizeOf(address);
        }
        return address;
      },
    };
  }

  /** Address of a constant as its type stores it, repeated over 16 bytes. */
  constant(node: Core): number {
    this.#asConstant.add(node);
    if (this.#constants === this.#constantsEnd) {
      this.#constants = this.own(1024);
      this.#constantsEnd = this.#constants + 1024;
    }
    const address = this.#constants;
    this.#constants += 16;
    this.fill(address, node.type, node.value, 16 / widthOf(node.type));
    return address;
  }

  /** A text in memory. */
  text(value: string): { address: number; bytes: number } {
    const bytes = encoder.encode(value);
    const address = this.own(bytes.length);
    this.memory.u8.set(bytes, address);
    return { address, bytes: bytes.length };
  }

  /** Writes `count` times the same value. */
  fill(address: number, type: DataType, value: CoreValue, count: number): void {
    fillConstant(this.memory, address, type, value, count);
  }

  /** Validity of a result that needs both; `own` is written only when both have nulls. */
  both(a: number, b: number, own: number, length: number): number {
    if (a === 0 || a === b) return b;
    if (b === 0) return a;
    this.select.andBits(a, b, own, (length + 7) >> 3);
    return own;
  }

  #compile(roots: readonly Core[]): void {
    const readers = new Map<string, number>();
    const order: Core[] = [];
    const visit = (node: Core): void => {
      const seen = readers.get(node.key);
      readers.set(node.key, (seen ?? 0) + 1);
      if (seen !== undefined) return;
      for (const arg of node.args) visit(arg);
      order.push(node);
    };
    for (const root of roots) visit(root);
    const values = new Map<string, number>();
    for (const node of order) {
      this.#emit(node, values);
      if (aliases.has(node.op)) continue;
      for (const { key, type } of node.args) {
        const left = readers.get(key)! - 1;
        readers.set(key, left);
        const address = values.get(key);
        if (left === 0 && address !== undefined) this.#release(address, type);
      }
    }
    for (const root of roots) this.#expand(root);
  }

  #emit(node: Core, values: Map<string, number>): void {
    const register = this.registers.length;
    this.#places.set(node.key, register);
    if (node.op === 'column') {
      this.registers.push(chunkVector(node.type, 0));
      this.#columns.push({ register, place: node.place });
      return;
    }
    if (isLiteral(node)) {
      this.registers.push(chunkVector(node.type, 0));
      return;
    }
    const emit = emitters[node.op];
    if (!emit) throw new Error(`expression: no kernel for ${node.key}`);
    const args = node.args.map(arg => this.#places.get(arg.key)!);
    const out = chunkVector(node.type, pooled(node) ? this.buffer(node.type) : 0);
    this.registers.push(out);
    if (out.values !== 0) values.set(node.key, out.values);
    this.#asConstant.clear();
    this.#steps.push(emit(this, node, args, out));
    for (const arg of node.args) if (!this.#asConstant.has(arg)) this.#expand(arg);
  }

  /** Makes a constant a column, for kernels that take no constant. */
  #expand(node: Core): void {
    const register = this.registerOf(node);
    if (isLiteral(node) && this.registers[register]!.values === 0) this.registers[register] = this.#literalColumn(node);
  }

  #release(address: number, type: DataType): void {
    const bytes = bufferBytes(type);
    const list = this.#free.get(bytes);
    if (list) list.push(address);
    else this.#free.set(bytes, [address]);
  }

  #literalColumn(node: Core): ChunkVector {
    const { type, value } = node;
    if (type.kind === 'bool')
      return chunkVector(type, value === true ? this.ones : this.zeros, value === null ? this.zeros : 0);
    if (isText(type) || type.kind === 'binary') {
      const vector = chunkVector(type, 0, value === null ? this.zeros : 0);
      const bytes = encoder.encode(String(value ?? ''));
      vector.offsets = this.own((blockRows + 1) * 4);
      vector.values = this.own(bytes.length * blockRows);
      for (let row = 0; row < blockRows; row++) this.memory.u8.set(bytes, vector.values + row * bytes.length);
      for (let row = 0; row <= blockRows; row++) this.memory.i32[vector.offsets / 4 + row] = row * bytes.length;
      return vector;
    }
    const address = this.own(bufferBytes(type));
    this.fill(address, type, value, blockRows);
    return chunkVector(type, address, value === null ? this.zeros : 0);
  }
}

/** Nodes whose vector is, or may be, an operand's own buffer: that operand's buffer is never handed on. */
const aliases: ReadonlySet<string> = /* @__PURE__ */ new Set(['alias', 'notNull', 'isNull']);

/** Whether a result has one buffer of fixed size. */
const pooled = ({ op, type }: Core): boolean => !aliases.has(op) && !isText(type) && type.kind !== 'binary';

const bufferBytes = (type: DataType): number => (type.kind === 'bool' ? blockRows / 8 : blockRows * widthOf(type));
