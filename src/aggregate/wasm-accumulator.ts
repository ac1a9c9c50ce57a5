import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { viewOf } from '../column/export-chunk.ts';
import type { Values } from '../column/vector.ts';
import { OptionError, StateError } from '../errors.ts';
import { aggregateRoom } from '../kernel/aggregate.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, typeText, widthOf } from '../schema/data-type.ts';
import { codeOf } from './_flat.ts';
import { joined, misfit, parted } from './_saved.ts';
import { type Accumulator, type AccumulatorOptions, noGroup, type Parameters, type Rows } from './accumulator.ts';
import { checkSignatures, type ModuleNeeds } from './wasm-module.ts';

const page = 65536;
/** Rows handed over in one call: their values stay in the L1 and L2 caches. A multiple of 8, so that bits stay aligned to bytes. */
const tileRows = 4096;
const mostStateBytes = 1 << 20;
const guardBytes = 16;
const guard = 0xa5;
const guardWord = 0xa5a5a5a5 | 0;

export interface WasmParts {
  readonly name: string;
  readonly needs: ModuleNeeds;
  /** Types that the module reads. */
  readonly takes: readonly DataType[];
  readonly returns: DataType;
}

interface UserExports {
  state_size(): number;
  initial(state: number): void;
  on_new(states: number, stride: number, groups: number, count: number, ...columns: number[]): void;
  on_old?(states: number, stride: number, groups: number, count: number, ...columns: number[]): void;
  merge?(state: number, other: number): void;
  result(state: number): number | bigint;
  is_null?(state: number): number;
}

/**
 * States that a user's module keeps, in an instance and a memory of its own: rows are copied there, so no write of the module can reach
 * the engine or another frame.
 *
 * ```
 * the module's memory   │ its own data │ group ids │ values │ bits │ … │ guard │ state 0 │ guard │ state 1 │ guard │ …
 * ```
 * Guards are looked at after each call, for the states it was to write.
 */
export class WasmAccumulator implements Accumulator {
  readonly sideBySide = true;
  readonly #parts: WasmParts;
  readonly #memory: Memory;
  readonly #verb: string;
  readonly #own: WebAssembly.Memory;
  readonly #exports: UserExports;
  readonly #stateSize: number;
  readonly #stride: number;
  /** Addresses in the module's memory. */
  readonly #ids: number;
  readonly #columns: number[] = [];
  readonly #other: number;
  #states = 0;
  #capacity = 0;
  #groups = 0;
  /** Space in the engine's memory for values cast to f64. */
  #cast = 0;
  readonly #owner: string;
  #failure: StateError | null = null;
  #u8!: Uint8Array;

  /** @throws OptionError when its functions or states are not as told; StateError when the module fails at once */
  constructor(parts: WasmParts, { memory, owner, types }: AccumulatorOptions) {
    this.#parts = parts;
    this.#memory = memory;
    this.#owner = owner;
    this.#verb = `wasmAggregation ${parts.name}`;
    const { module, memory: need } = parts.needs;
    const imported = need ? this.#memoryFor(need) : null;
    const instance = this.#open(module, need, imported);
    this.#own = imported ?? (instance.exports['memory'] as WebAssembly.Memory);
    checkSignatures(instance.exports, types.length, this.#verb);
    this.#exports = instance.exports as unknown as UserExports;
    const size = this.#try('state_size', () => this.#exports.state_size());
    if (!(size > 0 && size <= mostStateBytes)) {
      throw new OptionError(
        'bytes',
        `${this.#verb}: state_size() says ${size}; a state has 1 to ${mostStateBytes} bytes`,
      );
    }
    this.#stateSize = (size + 3) & ~3;
    this.#stride = ((this.#stateSize + 7) & ~7) + guardBytes;
    const columnBytes = tileRows * 8 + tileRows / 8;
    this.#ids = this.#take(tileRows * 4 + types.length * columnBytes + this.#stride + guardBytes);
    for (let at = 0; at < types.length; at++) this.#columns.push(this.#ids + tileRows * 4 + at * columnBytes);
    this.#other = this.#ids + tileRows * 4 + types.length * columnBytes;
    this.reserve(1);
  }

  get stateBytes(): number {
    return this.#own.buffer.byteLength + this.#memory.sizeOf(this.#cast);
  }

  reserve(groups: number): void {
    if (groups <= this.#groups) return;
    if (groups > this.#capacity) {
      const capacity = Math.max(groups, 2 * this.#capacity, 16);
      const moved = this.#take(guardBytes + capacity * this.#stride) + guardBytes;
      const bytes = this.#bytes();
      bytes.fill(guard, moved - guardBytes, moved);
      bytes.copyWithin(moved, this.#states, this.#states + this.#groups * this.#stride);
      this.#states = moved;
      this.#capacity = capacity;
    }
    const from = this.#groups;
    this.#groups = groups;
    for (let id = from; id < groups; id++) this.#initial(id);
  }

  onNew(rows: Rows): void {
    this.#rows(rows, 'on_new');
  }

  onOld(rows: Rows): void {
    this.#rows(rows, 'on_old');
  }

  merge(from: this, map: number, groups: number, ids = 0): void {
    const targets = this.#memory.u32.slice(map / 4, map / 4 + groups);
    const sources = ids === 0 ? null : this.#memory.u32.slice(ids / 4, ids / 4 + groups);
    for (const [at, id] of targets.entries()) {
      if (id === noGroup) continue;
      const group = sources ? sources[at]! : at;
      const state = from.#bytes().subarray(from.#at(group), from.#at(group) + this.#stateSize);
      this.#bytes().set(state, this.#other);
      this.#try('merge', () => this.#exports.merge!(this.#at(id), this.#other));
      this.#checkGuards('merge', id);
    }
  }

  forget(ids: number, count: number): void {
    for (const id of this.#memory.u32.slice(ids / 4, ids / 4 + count)) this.#initial(id);
  }

  clear(): void {
    for (let id = 0; id < this.#groups; id++) this.#initial(id);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const { returns } = this.#parts;
    const width = widthOf(returns);
    const values = scratch.take(Math.max(1, count * (width || 1)));
    const bits = this.#exports.is_null ? scratch.takeZeroed((count + 7) >> 3) : 0;
    const list = ids === 0 ? null : this.#memory.u32.slice(ids / 4, ids / 4 + count);
    if (width === 0) this.#memory.bulk.fill(values, 0, (count + 7) >> 3);
    const view = viewOf(returns, this.#memory);
    const { u8 } = this.#memory;
    for (let at = 0; at < count; at++) {
      const state = this.#at(list ? list[at]! : at);
      const value = this.#try('result', () => this.#exports.result(state));
      if (width === 0) u8[values + (at >> 3)]! |= Number(Boolean(value)) << (at & 7);
      else this.#put(view, values / width + at, value);
      if (bits !== 0 && this.#try('is_null', () => this.#exports.is_null!(state)) === 0) {
        u8[bits + (at >> 3)]! |= 1 << (at & 7);
      }
    }
    return chunkVector(returns, values, bits);
  }

  snapshot(): Uint8Array {
    const states = new Uint8Array(this.#groups * this.#stateSize);
    const bytes = this.#bytes();
    for (let id = 0; id < this.#groups; id++) {
      states.set(bytes.subarray(this.#at(id), this.#at(id) + this.#stateSize), id * this.#stateSize);
    }
    return joined([new TextEncoder().encode(`${this.#parts.name} ${this.#stateSize}`), states]);
  }

  restore(saved: Uint8Array): void {
    const [head, states] = parted(saved, 2, this.#parts.name) as [Uint8Array, Uint8Array];
    if (new TextDecoder().decode(head.slice()) !== `${this.#parts.name} ${this.#stateSize}`) {
      throw new StateError(misfit(this.#parts.name));
    }
    this.clear();
    this.reserve(states.length / this.#stateSize);
    const bytes = this.#bytes();
    for (let id = 0; (id + 1) * this.#stateSize <= states.length; id++) {
      bytes.set(states.subarray(id * this.#stateSize, (id + 1) * this.#stateSize), this.#at(id));
    }
  }

  dispose(): void {
    this.#memory.free(this.#cast);
    this.#cast = 0;
  }

  readonly #at = (id: number): number => this.#states + id * this.#stride;

  #initial(id: number): void {
    const state = this.#at(id);
    this.#bytes().fill(0, state, state + this.#stateSize);
    this.#bytes().fill(guard, state + this.#stateSize, state + this.#stride);
    this.#try('initial', () => this.#exports.initial(state));
    this.#checkGuards('initial', id);
  }

  #rows({ length, vectors, groupIds, mask }: Rows, verb: 'on_new' | 'on_old'): void {
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const ids = groupIds === 0 ? 0 : groupIds / 4 + start;
      const count = this.#copyIn(vectors, start, rows, ids, mask === 0 ? 0 : mask + start / 8);
      if (count === 0) continue;
      const columns = this.#columns.flatMap((values, at) => [
        values,
        vectors[at]!.validity === 0 ? 0 : values + tileRows * 8,
      ]);
      const groups = groupIds === 0 ? 0 : this.#ids;
      this.#try(verb, () => this.#exports[verb]!(this.#states, this.#stride, groups, count, ...columns));
      if (groups === 0) this.#checkGuards(verb, 0);
      else this.#checkTouched(verb, count);
    }
  }

  /** Copies rows [start, start + rows) to the module, without those that take no part; how many there are. */
  #copyIn(vectors: readonly ChunkVector[], start: number, rows: number, ids: number, mask: number): number {
    for (let at = 0; at < vectors.length; at++) this.#copyColumn(vectors[at]!, at, start, rows);
    if (ids !== 0) {
      const target = new Uint32Array(this.#own.buffer, this.#ids, rows);
      target.set(this.#memory.u32.subarray(ids, ids + rows));
      if (!target.includes(noGroup)) return rows;
      return this.#squeeze(vectors, rows, row => target[row] !== noGroup);
    }
    if (mask === 0) return rows;
    const bits = this.#memory.u8.slice(mask, mask + ((rows + 7) >> 3));
    return this.#squeeze(vectors, rows, row => ((bits[row >> 3]! >> (row & 7)) & 1) === 1);
  }

  #copyColumn(vector: ChunkVector, at: number, start: number, rows: number): void {
    const { u8 } = this.#memory;
    const { type, validity } = vector;
    const wanted = this.#parts.takes[at]!;
    const width = widthOf(type);
    const from = type.kind === 'bool' ? vector.values + start / 8 : vector.values + start * width;
    const target = this.#columns[at]!;
    if (wanted.kind === 'float64' && type.kind !== 'float64') {
      this.#cast ||= this.#memory.allocate(tileRows * 8, this.#owner);
      aggregateRoom(this.#memory).castF64(codeOf(type), from, rows, this.#cast);
      this.#bytes().set(this.#memory.u8.subarray(this.#cast, this.#cast + rows * 8), target);
    } else if (type.kind === 'bool') {
      const bytes = this.#bytes();
      for (let row = 0; row < rows; row++) bytes[target + row] = (u8[from + (row >> 3)]! >> (row & 7)) & 1;
    } else this.#bytes().set(u8.subarray(from, from + rows * width), target);
    if (validity === 0) return;
    const bits = validity + start / 8;
    this.#bytes().set(u8.subarray(bits, bits + ((rows + 7) >> 3)), target + tileRows * 8);
  }

  /** Moves the rows that take part together. */
  #squeeze(vectors: readonly ChunkVector[], rows: number, takesPart: (row: number) => boolean): number {
    const kept: number[] = [];
    for (let row = 0; row < rows; row++) if (takesPart(row)) kept.push(row);
    const bytes = this.#bytes();
    const move = (from: number, width: number): void => {
      for (const [at, row] of kept.entries())
        bytes.copyWithin(from + at * width, from + row * width, from + (row + 1) * width);
    };
    move(this.#ids, 4);
    for (const [at, values] of this.#columns.entries()) {
      move(values, widthOf(this.#parts.takes[at]!) || 1);
      if (vectors[at]!.validity === 0) continue;
      const bits = values + tileRows * 8;
      const before = bytes.slice(bits, bits + ((rows + 7) >> 3));
      bytes.fill(0, bits, bits + ((kept.length + 7) >> 3));
      for (const [to, row] of kept.entries()) {
        if ((before[row >> 3]! >> (row & 7)) & 1) bytes[bits + (to >> 3)]! |= 1 << (to & 7);
      }
    }
    return kept.length;
  }

  /** @throws StateError when the bytes around the state are not as they were */
  #checkGuards(verb: string, id: number): void {
    const words = new Int32Array(this.#own.buffer);
    const state = this.#at(id);
    let whole = words[(this.#states - 4) >>> 2] === guardWord;
    for (let at = state + this.#stateSize; at < state + this.#stride; at += 4) {
      if (words[at >>> 2] !== guardWord) whole = false;
    }
    if (!whole) this.#overrun(verb);
  }

  #checkTouched(verb: string, count: number): void {
    const words = new Int32Array(this.#own.buffer);
    const first = (this.#states + this.#stateSize) >>> 2;
    const [stride, last] = [this.#stride >> 2, (this.#stride - this.#stateSize - 4) >> 2];
    const ids = this.#ids >>> 2;
    let whole = words[(this.#states - 4) >>> 2] === guardWord;
    for (let row = 0; row < count; row++) {
      const at = first + words[ids + row]! * stride;
      if (words[at] !== guardWord || words[at + last] !== guardWord) whole = false;
    }
    if (!whole) this.#overrun(verb);
  }

  #overrun(verb: string): never {
    this.#failure = new StateError(
      `${this.#verb}: ${verb}() wrote outside its state of ${this.#stateSize} bytes; make state_size() tell the truth. This frame has stopped`,
    );
    throw this.#failure;
  }

  #put(view: Values, at: number, value: number | bigint): void {
    const wide = view instanceof BigInt64Array || view instanceof BigUint64Array;
    if (wide !== (typeof value === 'bigint')) {
      throw new OptionError(
        'returns',
        `${this.#verb}: result() gives ${typeof value === 'bigint' ? 'an i64' : 'no i64'}, which is no ${typeText(this.#parts.returns)}; say what it returns`,
      );
    }
    (view as { [place: number]: number | bigint })[at] = value;
  }

  /** Calls the module. @throws StateError when it traps, now and ever after */
  #try<T>(verb: string, call: () => T): T {
    if (this.#failure) throw this.#failure;
    try {
      return call();
    } catch (cause) {
      this.#failure = new StateError(
        `${this.#verb}: ${verb}() failed: ${(cause as Error).message}. This frame has stopped`,
        { cause },
      );
      throw this.#failure;
    }
  }

  /** The module's memory; it may have grown since. */
  #bytes(): Uint8Array {
    if (this.#u8?.buffer !== this.#own.buffer) this.#u8 = new Uint8Array(this.#own.buffer);
    return this.#u8;
  }

  /** New pages behind all others: nothing of the module's own lies there. */
  #take(bytes: number): number {
    const pages = Math.ceil(bytes / page);
    try {
      return this.#own.grow(pages) * page;
    } catch (cause) {
      throw new StateError(
        `${this.#verb}: the module's memory can't grow by ${pages} pages; declare a higher maximum`,
        { cause },
      );
    }
  }

  #memoryFor({ initial, maximum, shared }: NonNullable<ModuleNeeds['memory']>): WebAssembly.Memory {
    return new WebAssembly.Memory({ initial, maximum: maximum ?? 32768, shared });
  }

  #open(
    module: WebAssembly.Module,
    need: ModuleNeeds['memory'],
    memory: WebAssembly.Memory | null,
  ): WebAssembly.Instance {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
      imports[from] ??= {};
      if (kind === 'function') imports[from]![name] = aborted;
    }
    if (need) imports[need.module]![need.name] = memory!;
    try {
      return new WebAssembly.Instance(module, imports);
    } catch (cause) {
      throw new StateError(`${this.#verb}: the module does not start: ${(cause as Error).message}`, { cause });
    }
  }
}

/** AssemblyScript's `abort(message, file, line, column)`. */
function aborted(_message: number, _file: number, line: number, column: number): never {
  throw new Error(`abort at line ${line}, column ${column}`);
}
