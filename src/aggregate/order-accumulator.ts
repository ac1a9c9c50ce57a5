import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { OptionError } from '../errors.ts';
import { orderRoom } from '../kernel/order.ts';
import type { OrderRoom } from '../kernel/wasm/order.ts';
import { Scratch } from '../memory/scratch.ts';
import { f64, isFloat, isTemporal } from '../schema/data-type.ts';
import { Block } from './_block.ts';
import { joined, parted } from './_saved.ts';
import type { Accumulator, AccumulatorKind, AccumulatorOptions, Parameters, Rows } from './accumulator.ts';
import { GroupTree } from './group-tree.ts';
import { type KeyTile, OrderKeys, tileRows } from './order-keys.ts';

/** How a quantile that lies between two rows is found, as pandas and numpy call it. */
export const INTERPOLATIONS: readonly string[] = /* @__PURE__ */ Object.freeze([
  'linear',
  'lower',
  'higher',
  'nearest',
  'midpoint',
]);

/**
 * The order of a group's values: medians and quantiles, O(log w) a row, of rows that leave or not.
 *
 * The values of rows that never leave are only appended until a second result is asked for: a batch or a window that is closed
 * once selects its quantiles among them (some 20 ns a row where the tree takes 200). Nulls and NaN are skipped.
 */
export class OrderAccumulator implements Accumulator {
  readonly sideBySide = false;
  readonly #room: OrderRoom;
  readonly #keys: OrderKeys;
  readonly #tree: GroupTree;
  readonly #own: Scratch;
  /** Rows that are not in the tree yet: keys and group ids. */
  readonly #waitingKeys: Block;
  readonly #waitingIds: Block;
  #waiting = 0;
  /** New rows go to the tree at once. */
  #treeOnly: boolean;
  /** A result was given while rows were waiting. */
  #asked = false;
  readonly #evicting: boolean;

  constructor({ memory, owner, types, evicting }: AccumulatorOptions) {
    this.#room = orderRoom(memory);
    this.#keys = new OrderKeys(memory, owner, types[0]!);
    this.#tree = new GroupTree(memory, owner);
    this.#own = new Scratch(memory, owner);
    this.#waitingKeys = new Block(memory, owner);
    this.#waitingIds = new Block(memory, owner);
    this.#evicting = evicting;
    this.#treeOnly = evicting;
  }

  get stateBytes(): number {
    return this.#tree.stateBytes + this.#waitingKeys.bytes + this.#waitingIds.bytes + this.#keys.stateBytes;
  }

  reserve(groups: number): void {
    this.#tree.reserve(groups);
  }

  onNew({ length, vectors, groupIds, mask }: Rows): void {
    this.reserve(1);
    if (this.#asked && length > 0) this.#settle();
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const tile = this.#keys.read(vectors[0]!, start, rows, mask);
      const ids = groupIds === 0 ? 0 : groupIds + start * 4;
      if (this.#treeOnly) this.#push(tile, ids, rows);
      else this.#wait(tile, ids, rows);
    }
  }

  onOld({ length, vectors, groupIds, mask }: Rows): void {
    for (let start = 0; start < length; start += tileRows) {
      const rows = Math.min(tileRows, length - start);
      const { keys, present } = this.#keys.read(vectors[0]!, start, rows, mask);
      this.#room.treePull(this.#tree.address, keys, present, groupIds === 0 ? 0 : groupIds + start * 4, rows);
    }
  }

  merge(from: this, map: number, groups: number): void {
    this.#settle();
    from.#settle();
    const codes = this.#keys.codesOf(from.#keys, this.#own);
    for (let row = 0; row >= 0; ) {
      row = this.#room.treeMerge(this.#tree.address, from.#tree.address, map, groups, codes, row);
      if (row >= 0) this.#tree.grow();
    }
    this.#own.reset();
  }

  forget(ids: number, count: number): void {
    this.#settle();
    this.#room.treeForget(this.#tree.address, ids, count);
  }

  clear(): void {
    this.#tree.clear();
    this.#keys.clear();
    this.#waiting = 0;
    this.#asked = false;
    this.#treeOnly = this.#evicting;
  }

  /** `median`, or `quantile` with parameters `q` and `interpolation`. */
  result(name: string, parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const q = name === 'median' ? 0.5 : (parameters['q'] as number);
    const mode = name === 'median' ? 0 : modeOf(parameters);
    const [below, above, fractions] = [scratch.take(count * 8), scratch.take(count * 8), scratch.take(count * 8)];
    const present = scratch.take((count + 7) >> 3);
    const found = this.#treeOnly
      ? this.#room.treeQuantiles(this.#tree.address, ids, count, q, mode, below, above, fractions, present)
      : this.#select(ids, count, q, mode, below, above, fractions, present, scratch);
    const validity = found === count ? 0 : present;
    const { type } = this.#keys;
    if (isTemporal(type)) {
      this.#room.mixTicks(below, above, fractions, count, below);
      return this.#keys.vector(below, validity, count, scratch);
    }
    const form = isFloat(type) ? 0 : type.kind === 'uint64' ? 2 : 1;
    this.#room.mixNumbers(below, above, fractions, count, form, below);
    return chunkVector(f64(), below, validity);
  }

  /** How many rows of their groups are below each row's value, and how many at or below it; u32 each, 0 for rows without a value. */
  ranks(rows: Rows, below: number, upTo: number): void {
    this.#settle();
    for (let start = 0; start < rows.length; start += tileRows) {
      const length = Math.min(tileRows, rows.length - start);
      const { keys, present } = this.#keys.read(rows.vectors[0]!, start, length, rows.mask);
      const ids = rows.groupIds === 0 ? 0 : rows.groupIds + start * 4;
      const [low, high] = [below + start * 4, upTo + start * 4];
      this.#room.treeRanks(this.#tree.address, keys, present, ids, length, low, high);
    }
  }

  snapshot(): Uint8Array {
    this.#settle();
    return joined([this.#tree.snapshot(), this.#keys.snapshot()]);
  }

  restore(bytes: Uint8Array): void {
    const [tree, keys] = parted(bytes, 2, 'median') as [Uint8Array, Uint8Array];
    this.clear();
    this.#tree.restore(tree);
    this.#keys.restore(keys);
    this.#treeOnly = true;
  }

  dispose(): void {
    this.#tree.dispose();
    this.#waitingKeys.free();
    this.#waitingIds.free();
    this.#keys.dispose();
    this.#own.dispose();
  }

  #push({ keys, present }: KeyTile, ids: number, rows: number): void {
    for (let done = 0; done < rows; ) {
      done = this.#room.treePush(this.#tree.address, keys, present, ids, done, rows);
      if (done < rows) this.#tree.grow();
    }
  }

  #wait({ keys, present }: KeyTile, ids: number, rows: number): void {
    const used = this.#waiting;
    const need = used + rows;
    if (need * 8 > this.#waitingKeys.bytes) this.#waitingKeys.grow(used * 8, Math.max(need, used * 1.5) * 8);
    if (need * 4 > this.#waitingIds.bytes) this.#waitingIds.grow(used * 4, Math.max(need, used * 1.5) * 4);
    const [toKeys, toIds] = [this.#waitingKeys.address + used * 8, this.#waitingIds.address + used * 4];
    this.#waiting += this.#room.compactKeys(keys, present, ids, rows, toKeys, toIds);
  }

  /** Puts the waiting rows into the tree; later ones go there at once. */
  #settle(): void {
    this.#treeOnly = true;
    this.#asked = false;
    const rows = this.#waiting;
    this.#waiting = 0;
    this.#push({ keys: this.#waitingKeys.address, present: 0, count: rows }, this.#waitingIds.address, rows);
    this.#waitingKeys.free();
    this.#waitingIds.free();
  }

  #select(
    ids: number,
    count: number,
    q: number,
    mode: number,
    below: number,
    above: number,
    fractions: number,
    present: number,
    scratch: Scratch,
  ): number {
    this.#asked = true;
    const rows = this.#waiting;
    const { groups } = this.#tree;
    const starts = scratch.take((groups + 1) * 4);
    const keys = scratch.take(rows * 8);
    this.#room.gatherKeys(this.#waitingKeys.address, this.#waitingIds.address, rows, groups, starts, keys);
    return this.#room.keyQuantiles(keys, starts, ids, count, q, mode, below, above, fractions, present);
  }
}

/** @throws OptionError for a name that is no interpolation */
export function modeOf(parameters: Parameters): number {
  const name = parameters['interpolation'] ?? 'linear';
  const mode = INTERPOLATIONS.indexOf(String(name));
  if (mode < 0) {
    throw new OptionError('interpolation', `quantile: interpolation is "${name}"; use ${INTERPOLATIONS.join(', ')}`);
  }
  return mode;
}

/** States that know the order of their values. */
export const orderKind: AccumulatorKind = {
  name: 'order',
  create: options => new OrderAccumulator(options),
};
