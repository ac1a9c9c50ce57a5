import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { openFunction } from '../kernel/assemble.ts';
import type { Memory } from '../memory/memory.ts';
import { i32, widthOf } from '../schema/data-type.ts';
import { type Block, blockRows } from './block.ts';
import { type Core, coreLiteral, isLiteral } from './core.ts';
import { fillConstant } from './fill-constant.ts';
import { hasLanes } from './lanes.ts';
import { LoopLayout, type LoopSpec, type LoopVariant, loopCode } from './loop-code.ts';

/** A function for one shape of loop and one variant of columns. */
interface Opened {
  readonly run: (block: number, length: number) => number;
  /** Which of the stored results may be null. */
  readonly nullable: readonly boolean[];
}

/** Functions over one memory by what they do; null: there is none. */
const opened = /* @__PURE__ */ new WeakMap<Memory, Map<string, Opened | null>>();
/** What has more shapes than this stays with the kernels: functions are kept for ever. */
const mostFunctions = 500;
/** Columns whose nulls are told apart. */
const mostColumns = 24;

/** Whether one function can do all of this. */
export function canLoop({ filters, results }: LoopSpec): boolean {
  const places = new Set<number>();
  const visit = (node: Core): void => {
    if (node.op === 'column') places.add(node.place);
    for (const arg of node.args) visit(arg);
  };
  const nodes = [...filters, ...results.flatMap(({ node }) => node ?? [])];
  for (const node of nodes) visit(node);
  return (
    places.size <= mostColumns &&
    filters.every(hasLanes) &&
    results.every(
      ({ kind, node }) => node === null || kind === 'count' || (hasLanes(node) && (kind !== 'store' || isStored(node))),
    )
  );
}

/** Whether nothing is kept for each row: then blocks may have any length. */
export const isUnbounded = ({ results, keepsMask }: LoopSpec): boolean =>
  !keepsMask && results.every(({ kind }) => kind !== 'store');

/** Lanes of narrower integers have 32 bits. */
const isStored = ({ type }: Core): boolean => type.kind === 'bool' || widthOf(type) >= 4;

/**
 * Conditions, expressions and reductions of a block in one function that is made for them: rows are read once, and nothing lies in memory
 * between. As long as there is no such function, `run` says so, and kernels do the work.
 */
export class Loop {
  readonly #memory: Memory;
  readonly #spec: LoopSpec;
  readonly #layout: LoopLayout;
  readonly #shape: string;
  readonly #block: number;
  readonly #owned: number[] = [];
  readonly #stored: readonly (ChunkVector | null)[];
  readonly #validities: readonly number[];
  /** By variant. */
  readonly #known = new Map<number, Opened | null>();
  #rows = 0;
  /** NaN was met: it is looked for from now on. */
  #nan = false;
  /** Address of the mask of the rows that pass; 0 where it is not wanted. */
  readonly mask: number;

  readonly #rowsBefore: number;

  /**
   * @param spec of what `canLoop`
   * @param rowsBefore a function that nobody has made yet is made behind so many rows: kernels are through with them in the time it takes
   */
  constructor(spec: LoopSpec, memory: Memory, owner: string, rowsBefore = 65536) {
    this.#rowsBefore = rowsBefore;
    const layout = new LoopLayout(spec);
    this.#memory = memory;
    this.#spec = spec;
    this.#layout = layout;
    this.#shape = shapeOf(spec, layout);
    const own = (bytes: number): number => {
      const address = memory.allocate(bytes, owner);
      this.#owned.push(address);
      return address;
    };
    this.#block = own(layout.bytes);
    for (const [at, { type, value }] of layout.constants.entries()) {
      const lane = widthOf(type) < 4 ? i32() : type;
      fillConstant(memory, this.#block + layout.constant(at), lane, value, 16 / widthOf(lane));
    }
    this.mask = spec.keepsMask ? own(blockRows / 8) : 0;
    this.#write(layout.maskOut, this.mask);
    this.#validities = spec.results.map(({ kind }) => (kind === 'store' ? own(blockRows / 8) : 0));
    this.#stored = spec.results.map(({ kind, node }, at) => {
      if (kind !== 'store') return null;
      const { type } = node!;
      const values = own(type.kind === 'bool' ? blockRows / 8 : blockRows * widthOf(type));
      this.#write(layout.stored(at), values);
      this.#write(layout.storedValidity(at), this.#validities[at]!);
      return chunkVector(type, values);
    });
  }

  /** Whether it has done the block; then its results are good until the next. */
  run({ vectors, length, mask = 0 }: Block): boolean {
    const layout = this.#layout;
    const { columns } = layout;
    let nulls = 0;
    for (let at = 0; at < columns.length; at++) {
      const { values, validity } = vectors[columns[at]!.place]!;
      this.#write(layout.values(at), values);
      this.#write(layout.validity(at), validity);
      if (validity !== 0) nulls |= 1 << at;
    }
    this.#write(layout.maskIn, mask);
    this.#rows += length;
    const nan = this.#nan;
    return this.#do(nulls, mask, length) || (this.#nan !== nan && this.#do(nulls, mask, length));
  }

  /** Rows that are left after a filter. */
  left(filter: number): number {
    return this.#memory.u32[(this.#block + this.#layout.left(filter)) >>> 2]!;
  }

  /** Address of a reduction's state. */
  state(result: number): number {
    return this.#block + this.#layout.state(result);
  }

  /** A stored result. */
  vector(result: number): ChunkVector {
    return this.#stored[result]!;
  }

  dispose(): void {
    for (const address of this.#owned) this.#memory.free(address);
    this.#owned.length = 0;
  }

  /** False also when there may be NaN, which was not looked for; then it is, the next time. */
  #do(nulls: number, mask: number, length: number): boolean {
    const variant = nulls * 4 + (mask === 0 ? 0 : 2) + Number(this.#nan);
    let done = this.#known.get(variant);
    if (done === undefined) done = this.#open(variant, nulls, mask !== 0);
    if (!done) return false;
    if (done.run(this.#block, length) !== 0) {
      this.#nan = true;
      return false;
    }
    for (let at = 0; at < this.#stored.length; at++) {
      const vector = this.#stored[at];
      if (vector) vector.validity = done.nullable[at] ? this.#validities[at]! : 0;
    }
    return true;
  }

  #open(variant: number, nulls: number, masked: boolean): Opened | null {
    let functions = opened.get(this.#memory);
    if (!functions) opened.set(this.#memory, (functions = new Map()));
    const key = `${variant} ${this.#shape}`;
    let found = functions.get(key);
    if (found === undefined) {
      if (this.#rows < this.#rowsBefore || functions.size >= mostFunctions) return null;
      const nullable = new Set(this.#layout.columns.flatMap(({ place }, at) => (nulls & (1 << at) ? [place] : [])));
      found = this.#make({ nullable, masked, nan: this.#nan });
      functions.set(key, found);
    }
    this.#known.set(variant, found);
    return found;
  }

  #make(variant: LoopVariant): Opened | null {
    const written = loopCode(this.#spec, this.#layout, variant);
    const run = written && openFunction(this.#memory, written.code);
    return run && { run, nullable: written.nullable };
  }

  #write(place: number, address: number): void {
    this.#memory.u32[(this.#block + place) >>> 2] = address;
  }
}

/** What a loop does, but for its constants and which columns it reads. */
function shapeOf({ filters, results, keepsMask }: LoopSpec, layout: LoopLayout): string {
  const numbers = new Map<string, number>();
  for (const list of [layout.columns, layout.constants])
    for (const [at, { key }] of list.entries()) numbers.set(key, at);
  const text = (node: Core): string => {
    const { op, type, args, set } = node;
    const own = numbers.get(node.key);
    if (own !== undefined) return `${isLiteral(node) ? '$' : '#'}${own}:${type.kind}`;
    const members = set.map(value => text(coreLiteral(args[0]!.type, value)));
    return `${op}:${type.kind}(${[...args.map(text), ...members].join()})`;
  };
  const made = results.map(({ kind, node }) => `${kind} ${node ? text(node) : ''}`);
  return [...filters.map(text), keepsMask ? 'mask' : '', ...made].join('; ');
}
