import { FunctionCode, I32, scalar, V128 } from '../kernel/assemble.ts';
import { widthOf } from '../schema/data-type.ts';
import { type Core, coreLiteral, isLiteral } from './core.ts';
import { type Fold, type FoldLoop, foldOf, type Reduction } from './folds.ts';
import {
  type Bitmaps,
  conjuncts,
  type LaneInputs,
  Lanes,
  laneWidth,
  refusesNull,
  simd,
  union,
  type Width,
} from './lanes.ts';

/** What a loop makes of the rows that pass: a reduction of a column, or the column itself. */
export interface LoopResult {
  readonly kind: Reduction | 'store';
  /** null: of the rows themselves, for `count`. */
  readonly node: Core | null;
}

export interface LoopSpec {
  /** Conditions, one after the other; how many rows are left is known after each. */
  readonly filters: readonly Core[];
  readonly results: readonly LoopResult[];
  /** The mask of the rows that pass is wanted too. */
  readonly keepsMask: boolean;
}

/** What a loop relies on. */
export interface LoopVariant {
  /** Places of columns with nulls. */
  readonly nullable: ReadonlySet<number>;
  /** Only some rows of the block count. */
  readonly masked: boolean;
  /** NaN is looked for. */
  readonly nan: boolean;
}

/**
 * The block of memory that a loop is given: addresses to read and write, constants, and room for results.
 *
 * ```
 * mask in │ mask out │ rows left after each filter │ values and validity of each column │ of each stored result │ constants │ states │ last rows
 * ```
 */
export class LoopLayout {
  readonly maskIn = 0;
  readonly maskOut = 4;
  readonly columns: readonly Core[];
  readonly constants: readonly Core[];
  /** 16 bytes for what is on its way. */
  readonly passing: number;
  readonly bytes: number;
  readonly #pointers: number;
  readonly #constants: number;
  readonly #states: number;

  constructor({ filters, results }: LoopSpec) {
    const columns = new Map<string, Core>();
    const constants = new Map<string, Core>();
    const visit = (node: Core): void => {
      if (node.op === 'column') columns.set(node.key, node);
      if (isLiteral(node)) constants.set(node.key, node);
      if (node.op === 'isIn') for (const value of node.set) visit(coreLiteral(node.args[0]!.type, value));
      for (const arg of node.args) visit(arg);
    };
    for (const filter of filters) visit(filter);
    for (const { node } of results) if (node) visit(node);
    this.columns = [...columns.values()];
    this.constants = [...constants.values()];
    this.#pointers = 8 + 4 * filters.length;
    this.#constants = (this.#pointers + 8 * (columns.size + results.length) + 15) & ~15;
    this.passing = this.#constants + 16 * constants.size;
    this.#states = this.passing + 16;
    this.bytes = this.#states + 32 * results.length + 64 * columns.size;
  }

  readonly left = (filter: number): number => 8 + 4 * filter;
  readonly values = (column: number): number => this.#pointers + 8 * column;
  readonly validity = (column: number): number => this.values(column) + 4;
  readonly stored = (result: number): number => this.values(this.columns.length + result);
  readonly storedValidity = (result: number): number => this.stored(result) + 4;
  readonly constant = (constant: number): number => this.#constants + 16 * constant;
  readonly state = (result: number): number => this.#states + 32 * result;
  readonly lastRows = (column: number): number => this.bytes - 64 * (this.columns.length - column);
}

/** Conditions as lanes and bits: all of both must hold. */
interface Conditions {
  readonly parts: readonly { readonly node: Core; readonly raw: boolean }[];
  readonly bits: Bitmaps;
}

const [block, length] = [0, 1];
const [loadI32, storeI32, storeByte] = [0x28, 0x36, 0x3a];
const i32Mul = 0x6c;

/**
 * Writes a loop over the rows of a block, eight at a time: `run(block, length)` gives 0, or 1 when it met values that this variant has no
 * answer for. Null when lanes can't tell the nulls of these columns.
 */
export function loopCode(
  spec: LoopSpec,
  layout: LoopLayout,
  variant: LoopVariant,
): { readonly code: FunctionCode; readonly nullable: readonly boolean[] } | null {
  const writer = new LoopWriter(spec, layout, variant);
  if (!writer.isSound) return null;
  const nullable = spec.results.map(({ node }) => node !== null && writer.lanes.validity(node).length > 0);
  return { code: writer.write(), nullable };
}

class LoopWriter implements FoldLoop, LaneInputs {
  readonly code = new FunctionCode(2);
  readonly lanes = new Lanes(this.code, this);
  readonly nan: boolean;
  readonly block = block;
  readonly status = this.code.local(I32);
  readonly #layout: LoopLayout;
  readonly #spec: LoopSpec;
  readonly #variant: LoopVariant;
  /** By name: what moves on by so many bytes with eight rows. */
  readonly #pointers = new Map<string, { readonly local: number; readonly from: number; readonly step: number }>();
  readonly #constants = new Map<string, number>();
  readonly #bytes = new Map<string, { readonly local: number; readonly values: ArrayBufferView }>();
  readonly #counters = new Map<string, { readonly local: number; readonly stage: number; readonly bits: Bitmaps }>();
  readonly #stages: Conditions[] = [];
  /** The bits of the last rows, when there are fewer than eight. */
  readonly #lastBits = this.code.local(I32);
  #atLast = false;
  #countWidth: Width = 64;

  constructor(spec: LoopSpec, layout: LoopLayout, variant: LoopVariant) {
    this.#spec = spec;
    this.#layout = layout;
    this.#variant = variant;
    this.nan = variant.nan;
    let stage: Conditions = { parts: [], bits: variant.masked ? ['mask'] : [] };
    for (const filter of spec.filters) this.#stages.push((stage = this.#narrowed(stage, filter)));
    if (spec.filters.length === 0) this.#stages.push(stage);
  }

  get isSound(): boolean {
    const { filters, results } = this.#spec;
    return [...filters, ...results.flatMap(({ node, kind }) => (node && kind !== 'count' ? [node] : []))].every(node =>
      this.lanes.isSound(node),
    );
  }

  write(): FunctionCode {
    const { code } = this;
    const layout = this.#layout;
    const folds = this.#spec.results.map(({ kind, node }, at) =>
      kind === 'store' ? this.#storing(node!, at) : foldOf(this, kind, node),
    );
    const left = this.#spec.filters.map((_, stage) => this.#counterOf(stage, []));
    this.#countWidth = this.#widthOf(folds);
    const turn = code.apart(() => this.#turn(folds));
    this.#atLast = true;
    const lastTurn = code.apart(() => this.#turn(folds));
    for (const { local, from } of this.#pointers.values()) code.get(block).at(loadI32, from).set(local);
    for (const [key, local] of this.#constants) {
      const at = layout.constants.findIndex(constant => constant.key === key);
      code.get(block).lanesAt(simd.load, layout.constant(at)).set(local);
    }
    for (const { local, values } of this.#bytes.values()) {
      code
        .get(block)
        .bytes(values)
        .lanesAt(simd.store, layout.passing)
        .get(block)
        .lanesAt(simd.load, layout.passing)
        .set(local);
    }
    for (const fold of folds) fold.start();
    this.#repeat(turn);
    this.#last(lastTurn);
    for (const [at, fold] of folds.entries()) fold.finish(layout.state(at));
    for (const [filter, local] of left.entries()) code.get(block).get(local).at(storeI32, layout.left(filter));
    return code.get(this.status);
  }

  kept(bits: Bitmaps, width: Width, k: number): number | null {
    return this.#kept(this.#stages.length - 1, bits, width, k);
  }

  counter(bits: Bitmaps): number {
    return this.#counterOf(this.#stages.length - 1, bits);
  }

  column(node: Core): number {
    const at = this.#layout.columns.findIndex(({ key }) => key === node.key);
    return this.#pointer(`column ${at}`, this.#layout.values(at), 8 * widthOf(node.type));
  }

  constant(node: Core): number {
    let local = this.#constants.get(node.key);
    if (local === undefined) this.#constants.set(node.key, (local = this.code.local(V128)));
    return local;
  }

  /** Through memory, so that the compiler does not know them: V8 makes constants of lanes anew from immediates wherever they are read. */
  bytes(values: ArrayBufferView): number {
    const key = String(new Uint8Array(values.buffer, values.byteOffset, 16));
    let known = this.#bytes.get(key);
    if (!known) this.#bytes.set(key, (known = { local: this.code.local(V128), values }));
    return known.local;
  }

  isNullable(place: number): boolean {
    return this.#variant.nullable.has(place);
  }

  /** `mask`, `last`, or `v` (validity) or `b` (values) and a column's place. */
  bitmap(name: string): { readonly address?: number; readonly byte?: number } {
    if (name === 'last') return { byte: this.#lastBits };
    if (name === 'mask') return { address: this.#pointer(name, this.#layout.maskIn, 1) };
    const at = this.#layout.columns.findIndex(({ place }) => place === Number(name.slice(1)));
    const from = name[0] === 'v' ? this.#layout.validity(at) : this.#layout.values(at);
    return { address: this.#pointer(name, from, 1) };
  }

  #pointer(name: string, from: number, step: number): number {
    let pointer = this.#pointers.get(name);
    if (!pointer) this.#pointers.set(name, (pointer = { local: this.code.local(I32), from, step }));
    return pointer.local;
  }

  /** What was asked for, and one condition more. Where a null can't pass, its bits are enough. */
  #narrowed({ parts, bits }: Conditions, filter: Core): Conditions {
    const more = { parts: [...parts], bits };
    for (const node of conjuncts(filter)) {
      if (node.op === 'column') more.bits = union(more.bits, [`b${node.place}`]);
      else if (node.op === 'notNull') more.bits = union(more.bits, this.lanes.validity(node.args[0]!));
      else {
        const raw = refusesNull(node);
        more.parts.push({ node, raw });
        if (raw) more.bits = union(more.bits, ...node.args.map(arg => this.lanes.validity(arg)));
      }
    }
    return more;
  }

  #bitsOf(stage: number, bits: Bitmaps): Bitmaps {
    return union(this.#stages[stage]!.bits, bits, this.#atLast ? ['last'] : []);
  }

  #kept(stage: number, bits: Bitmaps, width: Width, k: number): number | null {
    const { parts } = this.#stages[stage]!;
    const all = this.#bitsOf(stage, bits);
    if (parts.length === 0) return all.length === 0 ? null : this.lanes.bits(all, width, k);
    return this.lanes.once(`kept ${stage} ${all} ${width} ${k}`, () => {
      const masks = parts.map(({ node, raw }) => this.lanes.mask(node, width, k, raw));
      if (all.length > 0) masks.push(this.lanes.bits(all, width, k));
      for (const [at, mask] of masks.entries()) {
        this.code.get(mask);
        if (at > 0) this.code.simd(simd.and);
      }
    });
  }

  /** The same for eight rows as bits. */
  #keptByte(stage: number, bits: Bitmaps): number {
    const { code, lanes } = this;
    const all = this.#bitsOf(stage, bits);
    if (this.#stages[stage]!.parts.length === 0) return lanes.byte(all);
    const width = this.#countWidth;
    return lanes.once(
      `byte ${stage} ${all}`,
      () => this.#pack(width, k => code.get(this.#kept(stage, bits, width, k)!)),
      I32,
    );
  }

  /** Leaves a bit for each lane on the stack. */
  #pack(width: Width, push: (k: number) => void): void {
    const [vectors, lanes, bitmask] = width === 64 ? [4, 2, simd.i64x2Bitmask] : [2, 4, simd.i32x4Bitmask];
    for (let k = 0; k < vectors; k++) {
      push(k);
      this.code.simd(bitmask);
      if (k > 0) this.code.i32(k * lanes).op(scalar.i32Shl, scalar.i32Or);
    }
  }

  #counterOf(stage: number, bits: Bitmaps): number {
    const { parts, bits: own } = this.#stages[stage]!;
    if (parts.length === 0 && own.length + bits.length === 0) return length;
    const all = union(own, bits);
    const key = `${stage} ${all}`;
    let counter = this.#counters.get(key);
    if (!counter) this.#counters.set(key, (counter = { local: this.code.local(I32), stage, bits }));
    return counter.local;
  }

  /** Lanes that most of the work is in already. */
  #widthOf(folds: readonly Fold[]): Width {
    if (folds.some(({ width }) => width === 64)) return 64;
    const first = this.#stages.at(-1)!.parts[0]?.node.args[0];
    return folds.some(({ width }) => width === 32) || !first ? 32 : laneWidth(first);
  }

  #turn(folds: readonly Fold[]): void {
    const { code } = this;
    this.lanes.begin();
    for (let k = 0; k < 4; k++) {
      for (const fold of folds) {
        if (fold.width === 64) fold.step(k);
        else if (fold.width === 32 && (k & 1) === 0) fold.step(k >> 1);
      }
    }
    for (const { local, stage, bits } of this.#counters.values()) {
      const byte = this.#keptByte(stage, bits);
      code.get(local).get(byte).op(scalar.i32Popcnt, scalar.i32Add).set(local);
    }
    if (!this.#spec.keepsMask) return;
    const byte = this.#keptByte(this.#stages.length - 1, []);
    code
      .get(this.#pointer('mask out', this.#layout.maskOut, 1))
      .get(byte)
      .at(storeByte, 0);
  }

  #repeat(turn: readonly number[]): void {
    const { code } = this;
    const rows = code.local(I32);
    code.get(length).i32(-8).op(scalar.i32And).set(rows);
    code.unless(
      () => code.get(rows).op(scalar.i32Eqz),
      () =>
        code.loop(() => {
          code.op(...turn);
          for (const { local, step } of this.#pointers.values()) code.get(local).i32(step).op(scalar.i32Add).set(local);
          code.get(rows).i32(8).op(scalar.i32Sub).set(rows).get(rows);
        }),
    );
  }

  /** Fewer than eight rows: nothing is read behind them. */
  #last(turn: readonly number[]): void {
    const { code } = this;
    const rows = code.local(I32);
    code.get(length).i32(7).op(scalar.i32And).set(rows);
    code.unless(
      () => code.get(rows).op(scalar.i32Eqz),
      () => {
        code.i32(1).get(rows).op(scalar.i32Shl).i32(1).op(scalar.i32Sub).set(this.#lastBits);
        for (const [name, { local }] of this.#pointers) {
          if (!name.startsWith('column')) continue;
          const column = Number(name.slice('column'.length));
          const target = code.local(I32);
          code.get(block).i32(this.#layout.lastRows(column)).op(scalar.i32Add).set(target);
          code.get(target).get(local).get(rows).i32(widthOf(this.#layout.columns[column]!.type)).op(i32Mul).copyBytes();
          code.get(target).set(local);
        }
        code.op(...turn);
      },
    );
  }

  /** Writes a result for each row, and its validity bits when it may be null. */
  #storing(node: Core, result: number): Fold {
    const { code, lanes } = this;
    const isBool = node.type.kind === 'bool';
    const width = isBool ? 32 : laneWidth(node);
    const bits = lanes.validity(node);
    const target = (): number => this.#pointer(`stored ${result}`, this.#layout.stored(result), isBool ? 1 : width);
    const step = (k: number): void => {
      if (!isBool) {
        const x = lanes.vector(node, k);
        code
          .get(target())
          .get(x)
          .lanesAt(simd.store, 16 * k);
      } else if (k === 0) {
        const masks = [lanes.mask(node, 32, 0), lanes.mask(node, 32, 1)];
        code.get(target());
        this.#pack(32, at => code.get(masks[at]!));
        code.at(storeByte, 0);
      }
      if (k > 0 || bits.length === 0) return;
      const byte = lanes.byte(bits);
      code
        .get(this.#pointer(`stored validity ${result}`, this.#layout.storedValidity(result), 1))
        .get(byte)
        .at(storeByte, 0);
    };
    return { width, step, start() {}, finish() {} };
  }
}
