import type { Accumulator, Rows } from '../aggregate/accumulator.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { paneRoom } from '../kernel/pane.ts';
import type { Scratch } from '../memory/scratch.ts';
import { BlockRows } from './block-rows.ts';
import type { AggregateBlock, GroupSpec, GroupState } from './group-state.ts';
import type { Pane } from './pane.ts';
import type { PaneItems, PaneTable } from './pane-table.ts';

/** States of closed panes that are kept for the next ones. */
const mostSpare = 8;

/**
 * The states of all panes. Where an aggregation's groups lie side by side, one accumulator holds those of all panes, by number: a block
 * of rows is one call, however many panes it has rows of. Other aggregations (medians, distinct values, texts) have an accumulator
 * in each pane, and are given each pane's rows.
 */
export class PaneStates {
  readonly #spec: GroupSpec;
  readonly #scratch: Scratch;
  readonly #table: PaneTable;
  readonly #blocks: BlockRows;
  /** By state; null for those that each pane has of its own. */
  readonly #shared: readonly (Accumulator | null)[];
  /** The states that each pane has of its own. */
  readonly #ownPlaces: readonly number[];
  readonly #spare: (readonly Accumulator[])[] = [];
  readonly #shown: { readonly accumulators: Accumulator[]; readonly ids: number[] };
  readonly #rows: Rows = { length: 0, vectors: [], groupIds: 0, mask: 0 };

  constructor(spec: GroupSpec, scratch: Scratch, table: PaneTable) {
    const { memory, owner, states } = spec;
    this.#spec = spec;
    this.#scratch = scratch;
    this.#table = table;
    this.#blocks = new BlockRows(memory, scratch);
    const made = states.map(({ kind, types }) => kind.create({ memory, owner, types, evicting: false }));
    this.#shared = made.map(accumulator => (accumulator.sideBySide ? accumulator : null));
    const own = made.filter(accumulator => !accumulator.sideBySide);
    if (own.length > 0) this.#spare.push(own);
    this.#shown = { accumulators: made.slice(), ids: made.map(() => 0) };
    this.#ownPlaces = made.flatMap(({ sideBySide }, at) => (sideBySide ? [] : [at]));
  }

  /** Whether each pane has states of its own. */
  get hasOwn(): boolean {
    return this.#ownPlaces.length > 0;
  }

  opened(pane: Pane): void {
    if (this.hasOwn) pane.own = this.#spare.pop() ?? this.#makeOwn();
  }

  /** The pane will be closed: its states are as new. */
  closing(pane: Pane, { numbers, count }: Pick<PaneItems, 'numbers' | 'count'>): void {
    for (const accumulator of this.#shared) accumulator?.forget(numbers, count);
    if (!this.hasOwn || pane.bystander) return;
    for (const accumulator of pane.own) accumulator.clear();
    if (this.#spare.length < mostSpare) this.#spare.push(pane.own);
    else for (const accumulator of pane.own) accumulator.dispose();
    pane.own = [];
  }

  /** The states of a pane with these numbers are as new; the groups stay. */
  forget(pane: Pane, { numbers, count }: Pick<PaneItems, 'numbers' | 'count'>): void {
    if (count === 0) return;
    for (const accumulator of this.#shared) accumulator?.forget(numbers, count);
    if (pane.own.length === 0) return;
    const locals = this.#scratch.take(count * 4);
    this.#table.locals(numbers, count, locals);
    for (const accumulator of pane.own) accumulator.forget(locals, count);
  }

  /**
   * Rows came, which the table numbered; for the states that panes share.
   *
   * @param only the number of all of them, where it is known
   */
  onNew(block: AggregateBlock, numbers: number, only: number | undefined): void {
    const { used } = this.#table;
    if (used === 0) return;
    const rows = this.#rows;
    rows.length = block.length;
    rows.groupIds = numbers;
    if (only === undefined) delete rows.only;
    else rows.only = only;
    for (let at = 0; at < this.#shared.length; at++) {
      const accumulator = this.#shared[at];
      if (!accumulator) continue;
      accumulator.reserve(used);
      rows.vectors = block.args[at]!;
      accumulator.onNew(rows);
    }
  }

  /** The same for the states that each pane has of its own: those of active panes. */
  onNewOwn(block: AggregateBlock, numbers: number): void {
    const panes = this.#table.activePanes.filter(pane => pane.used);
    for (const pane of panes) pane.used = false;
    const { length } = block;
    if (panes.length === 1) {
      const locals = this.#scratch.take(length * 4);
      this.#table.locals(numbers, length, locals);
      this.#give(
        panes[0]!,
        this.#ownPlaces.map(place => block.args[place]!),
        length,
        locals,
      );
      return;
    }
    for (const pane of panes) {
      const [rows, locals] = [this.#scratch.take(length * 4), this.#scratch.take(length * 4)];
      const count = this.#table.rowsOf(pane, numbers, length, rows, locals);
      const args = this.#ownPlaces.map(place =>
        block.args[place]!.map(vector => this.#blocks.takeVector(vector, rows, count)),
      );
      this.#give(pane, args, count, locals);
    }
  }

  /** Adds the states of all groups of a pane, in order of first appearance, to those of `to`, whose states are by group. */
  addTo(to: GroupState, pane: Pane, items: PaneItems): void {
    this.#mergeShared(to, items);
    this.#mergeOwn(to, pane, items.groups);
  }

  /** The same of some of its groups, in any order. */
  addSomeTo(to: GroupState, pane: Pane, items: PaneItems): void {
    if (items.count === 0) return;
    this.#mergeShared(to, items);
    if (this.hasOwn) this.#mergeOwn(to, pane, this.#mapOf(pane, items));
  }

  /** The accumulators of a pane, by state, and the ids of these numbers in each (u32); good until the next are asked for. */
  of(pane: Pane, numbers: number, count: number): { accumulators: Accumulator[]; ids: number[] } {
    const shown = this.#shown;
    if (!this.hasOwn) {
      shown.ids.fill(numbers);
      return shown;
    }
    const locals = this.#scratch.take(count * 4);
    this.#table.locals(numbers, count, locals);
    for (let at = 0, own = 0; at < this.#shared.length; at++) {
      const shared = this.#shared[at];
      shown.accumulators[at] = shared ?? pane.own[own++]!;
      shown.ids[at] = shared ? numbers : locals;
    }
    return shown;
  }

  /** States that all panes share. */
  snapshot(): unknown[] {
    return this.#shared.map(accumulator => accumulator?.snapshot() ?? null);
  }

  /** @throws StateError when they are of other aggregations */
  restore(saved: readonly unknown[]): void {
    for (const [at, accumulator] of this.#shared.entries()) accumulator?.restore(saved[at]);
  }

  /** The states that a saved pane had of its own. */
  load(pane: Pane, own: readonly unknown[]): void {
    this.opened(pane);
    for (const [at, accumulator] of pane.own.entries()) accumulator.restore(own[at]!);
  }

  dispose(): void {
    for (const accumulator of this.#shared) accumulator?.dispose();
    for (const { own } of this.#table.panes) for (const accumulator of own) accumulator.dispose();
    for (const own of this.#spare) for (const accumulator of own) accumulator.dispose();
    this.#spare.length = 0;
  }

  #mergeShared(to: GroupState, { numbers, groups, count }: PaneItems): void {
    for (const [at, accumulator] of this.#shared.entries())
      if (accumulator) to.accumulators[at]!.merge(accumulator, groups, count, numbers);
  }

  #mergeOwn(to: GroupState, pane: Pane, map: number): void {
    for (const [at, place] of this.#ownPlaces.entries()) to.accumulators[place]!.merge(pane.own[at]!, map, pane.count);
  }

  /** Where each of a pane's groups goes (u32, by place in the pane), when only these do. */
  #mapOf(pane: Pane, { numbers, groups, count }: PaneItems): number {
    const { memory } = this.#spec;
    const [map, locals] = [this.#scratch.take(pane.count * 4), this.#scratch.take(count * 4)];
    memory.bulk.fill(map, 255, pane.count * 4);
    this.#table.locals(numbers, count, locals);
    paneRoom(memory).scatter(groups, locals, count, map);
    return map;
  }

  #makeOwn(): Accumulator[] {
    const { memory, owner, states } = this.#spec;
    return this.#ownPlaces.map(place => {
      const { kind, types } = states[place]!;
      return kind.create({ memory, owner, types, evicting: false });
    });
  }

  #give(pane: Pane, args: readonly ChunkVector[][], length: number, locals: number): void {
    if (length === 0) return;
    for (const [at, accumulator] of pane.own.entries()) {
      accumulator.reserve(pane.count);
      accumulator.onNew({ length, vectors: args[at]!, groupIds: locals, mask: 0 });
    }
  }
}
