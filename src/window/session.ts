import { KeyTable } from '../aggregate/key-table.ts';
import { selectRoom } from '../kernel/select.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { BlockRows } from './block-rows.ts';
import { ChangedGroups } from './changed-groups.ts';
import { closingPane, type Emission, early, late, tracksChanges } from './emission.ts';
import { type AggregateBlock, type GroupSpec, GroupState, type SavedGroups } from './group-state.ts';
import { endReason, type Numbers, type SavedTable, SessionTable } from './session-table.ts';
import { afterAll, beforeAll, type SavedWatermark, Watermark } from './watermark.ts';
import type { Held, PaneSink, Places, Shown, Windower, WindowProgress } from './windower.ts';

/** Sessions as a checkpoint keeps them. */
export interface SavedSessions {
  readonly mark: SavedWatermark;
  readonly keys: Uint8Array | null;
  /** States by session number. */
  readonly groups: SavedGroups;
  readonly table: SavedTable;
  readonly closedSince: number;
}

const nobody: Numbers = /* @__PURE__ */ Object.freeze({ numbers: 0, count: 0 });

/**
 * Sessions: per group, rows less than `gap` apart; [first row, last row + gap). Closed by the watermark.
 *
 * Every session has a number, which is the group id its rows have in the accumulators; a kernel gives rows their sessions. Rows
 * that come before their group's latest session (out-of-order input) are placed one by one, and may join two sessions.
 */
export class Session implements Windower {
  onLate: ((rows: number, count: number) => void) | null = null;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #gap: bigint;
  readonly #emission: Emission;
  readonly #mark: Watermark;
  readonly #keys: KeyTable | null;
  readonly #table: SessionTable;
  /** Accumulators by session number. */
  readonly #state: GroupState;
  readonly #joined: GroupState;
  readonly #blocks: BlockRows;
  readonly #changed: ChangedGroups | null;
  #closedSince = 0;
  /** Sessions that others have taken in; their numbers are free once what they showed is taken back. */
  readonly #swallowed: number[] = [];

  constructor(spec: GroupSpec, scratch: Scratch, gap: bigint, emission: Emission) {
    const { memory, owner } = spec;
    this.#memory = memory;
    this.#scratch = scratch;
    this.#gap = gap;
    this.#emission = emission;
    this.#mark = new Watermark(memory, emission.delay, owner, emission.followed);
    this.#keys = spec.keys.length > 0 ? new KeyTable(memory, { owner, types: spec.keys }) : null;
    this.#table = new SessionTable(memory, gap, gap + emission.lateness, owner);
    this.#state = new GroupState({ ...spec, keys: [] }, false);
    this.#joined = new GroupState({ ...spec, keys: [] }, false);
    this.#blocks = new BlockRows(memory, scratch);
    this.#changed = tracksChanges(emission) ? new ChangedGroups(memory, owner) : null;
  }

  get progress(): WindowProgress {
    const { late, untimed } = this.#table;
    return { watermark: this.#mark.value, late, untimed };
  }

  get held(): Held {
    return { groups: this.#groups, windows: this.#table.open };
  }

  rows(block: AggregateBlock): void {
    this.#mark.follow();
    let groups = 0;
    if (this.#keys) {
      groups = this.#scratch.take(block.length * 4);
      this.#keys.ids(block.keys, block.length, groups);
    }
    this.#table.reserve(this.#groups);
    const target = this.#scratch.take(block.length * 4);
    const lateRows = this.#scratch.take(block.length * 4);
    // Two sessions may become one in the middle of a block: rows up to there are counted before.
    let counted = 0;
    for (let row = 0; row < block.length; ) {
      const before = this.#table.late;
      row = this.#table.sessionize(block, this.#mark, groups, row, target, lateRows);
      if (this.#table.late > before) this.onLate?.(lateRows, this.#table.late - before);
      if (this.#table.why === endReason.full) this.#table.grow();
      else if (this.#table.why === endReason.earlier) {
        const count = (): void => {
          this.#count(block, target, counted, row);
          counted = row;
        };
        this.#place(block, groups, row, target, count);
        row++;
      }
    }
    this.#count(block, target, counted, block.length);
  }

  passTime(): boolean {
    return this.#mark.follow();
  }

  batchEnd(sink: PaneSink): void {
    this.#mark.follow();
    this.#freeSwallowed(sink);
    if (this.#emission.emit === 'end') return;
    const watermark = this.#mark.value;
    if (watermark === null) return;
    const limit = watermark - this.#gap;
    const { emit, lateness } = this.#emission;
    const changed = this.#sortOut(limit);
    this.#show(sink, changed.late, late);
    const due = this.#fire(sink, limit, changed.closing);
    this.#release(sink, lateness === 0n ? due : this.#table.closable(limit - lateness, true, this.#scratch));
    if (emit === 'everyBatch') this.#show(sink, this.#table.closable(afterAll, false, this.#scratch), early);
    else if (emit !== 'onClose') this.#show(sink, changed.open, early);
  }

  end(sink: PaneSink): void {
    this.#fire(sink, afterAll, nobody);
    this.#release(sink, this.#table.closable(afterAll, true, this.#scratch));
  }

  snapshot(): SavedSessions {
    return {
      mark: this.#mark.snapshot(),
      keys: this.#keys?.snapshot() ?? null,
      groups: this.#state.snapshot(),
      table: this.#table.snapshot(),
      closedSince: this.#closedSince,
    };
  }

  /** @throws StateError when the states are of other keys or aggregations */
  restore({ mark, keys, groups, table, closedSince }: SavedSessions): void {
    this.#mark.restore(mark);
    if (this.#keys && keys) this.#keys.restore(keys);
    this.#state.restore(groups);
    this.#table.restore(table);
    this.#closedSince = closedSince;
    this.#changed?.clear();
  }

  dispose(): void {
    this.#mark.dispose();
    this.#keys?.dispose();
    this.#table.dispose();
    this.#state.dispose();
    this.#joined.dispose();
    this.#changed?.dispose();
  }

  get #groups(): number {
    return this.#keys?.size ?? 1;
  }

  /** Hands rows [from, to) to the accumulators under their session numbers. */
  #count(block: AggregateBlock, target: number, from: number, to: number): void {
    if (from === to) return;
    this.#state.reserve(this.#table.used);
    this.#state.feed(this.#blocks.slice(block, from, to - from), target + from * 4);
    this.#changed?.add(target + from * 4, to - from, this.#table.used);
  }

  /** A row before its group's latest session: into an older one, between two (joining them), or a session of its own. */
  #place(block: AggregateBlock, groups: number, row: number, target: number, count: () => void): void {
    const time = this.#memory.i64[block.times / 8 + row]!;
    const group = groups === 0 ? 0 : this.#memory.u32[groups / 4 + row]!;
    const { number, absorbed } = this.#table.place(group, time, this.#mark.value ?? beforeAll);
    this.#mark.raise(time);
    this.#memory.u32[target / 4 + row] = number;
    if (absorbed !== null) {
      count();
      this.#join(number, absorbed);
      return;
    }
    if (!this.#table.wasLate || !this.onLate) return;
    const list = this.#scratch.take(4);
    this.#memory.u32[list / 4] = row;
    this.onLate(list, 1);
  }

  /** `absorbed`, the older neighbour, becomes part of `kept`. */
  #join(kept: number, absorbed: number): void {
    this.#joined.clearAccumulators();
    // The states of the two are brought together in a third, older first, because a state can't be merged into itself.
    this.#move(absorbed, this.#joined);
    this.#move(kept, this.#joined);
    this.#state.mergeStates(this.#joined, this.#listed(kept), 1);
    this.#table.unlink(this.#listed(absorbed), 1);
    this.#swallowed.push(absorbed);
  }

  /** Adds the state of a session to group 0 of `to`, and forgets it here. */
  #move(number: number, to: GroupState): void {
    const { used } = this.#table;
    const map = this.#scratch.take(used * 4);
    this.#memory.bulk.fill(map, 255, used * 4);
    this.#memory.u32[map / 4 + number] = 0;
    this.#state.reserve(used);
    to.mergeStates(this.#state, map, used);
    this.#state.forget(this.#listed(number), 1);
  }

  #listed(number: number): number {
    const list = this.#scratch.take(4);
    this.#memory.u32[list / 4] = number;
    return list;
  }

  #freeSwallowed(sink: PaneSink): void {
    const count = this.#swallowed.length;
    if (count === 0) return;
    const list = this.#scratch.take(count * 4);
    this.#memory.u32.set(this.#swallowed.splice(0), list / 4);
    if (this.#emission.retracts) sink.swallowed(this.#placesOf(list), count);
    this.#table.release(list, count);
  }

  /** Sessions that this batch changed. */
  #sortOut(limit: bigint): ReturnType<SessionTable['sortOut']> {
    const changed = this.#changed;
    if (!changed || changed.count === 0) return { late: nobody, closing: nobody, open: nobody };
    const sorted = this.#table.sortOut(changed.ids, changed.count, limit, this.#scratch);
    changed.clear();
    return sorted;
  }

  /** Sessions whose last row is at or before `limit`, and that have not shown that they are over, do; `changed` are those that this batch changed. */
  #fire(sink: PaneSink, limit: bigint, changed: Numbers): Numbers {
    const due = this.#table.closable(limit, false, this.#scratch);
    const { mark, all } = closingPane(this.#emission);
    this.#show(sink, all ? due : changed, mark);
    this.#table.fire(due);
    return due;
  }

  /** These sessions take no more rows. */
  #release(sink: PaneSink, { numbers, count }: Numbers): void {
    if (count === 0) return;
    if (this.#emission.retracts) sink.goneSessions(this.#placesOf(numbers), count);
    this.#state.forget(numbers, count);
    this.#table.unlink(numbers, count);
    this.#table.release(numbers, count);
    this.#closedSince += count;
    this.#dropIdleKeys();
  }

  /** Keys without a session are forgotten once they are the most, so that memory follows the open sessions. */
  #dropIdleKeys(): void {
    // Looking costs a pass over all sessions: only when about as many closed since the last look.
    if (!this.#keys || this.#keys.size < 1024 || this.#closedSince * 2 < this.#keys.size) return;
    this.#closedSince = 0;
    const { size } = this.#keys;
    const [kept, map] = [this.#scratch.take(size * 4 + 4), this.#scratch.take(size * 4)];
    const count = this.#table.groupsInUse(size, kept, this.#scratch);
    if (count * 2 > size) return;
    this.#keys.compact(kept, count, map);
    this.#table.renumber(map, size, this.#scratch);
  }

  /** Sessions, in order of end, as the watermark closes them wherever batches are cut, and then key. */
  #show(sink: PaneSink, { numbers, count }: Numbers, mark: number): void {
    if (count === 0) return;
    const scratch = this.#scratch;
    const [starts, ends, groups] = [scratch.take(count * 8), scratch.take(count * 8), scratch.take(count * 4)];
    this.#table.describe(numbers, count, starts, ends, groups);
    const order = this.#keys ? this.#keys.orderInTime(groups, ends, count, scratch) : this.#byEnd(ends, count);
    const shown = this.#shownOf(this.#inOrder(numbers, order, count, 4), this.#inOrder(groups, order, count, 4), count);
    const spans = { starts: this.#inOrder(starts, order, count, 8), ends: this.#inOrder(ends, order, count, 8) };
    sink.show(shown, spans, mark);
    if (this.#emission.discards) this.#state.forget(numbers, count);
  }

  /** Without keys: numbers are in the order of time as long as rows come in it. */
  #byEnd(ends: number, count: number): number {
    const order = this.#scratch.take(count * 4);
    const times = this.#memory.i64.subarray(ends / 8, ends / 8 + count);
    if (times.every((time, at) => at === 0 || times[at - 1]! < time)) return 0;
    const places = Array.from(times.keys()).sort((a, b) => (times[a]! < times[b]! ? -1 : 1));
    this.#memory.u32.set(places, order / 4);
    return order;
  }

  #shownOf(numbers: number, groups: number, count: number): Shown {
    const { accumulators } = this.#state;
    const places = this.#placesOf(numbers);
    return { accumulators, ids: accumulators.map(() => numbers), keys: this.#keys, groups, count, places };
  }

  #placesOf(numbers: number): Places {
    return { at: numbers, below: this.#table.used };
  }

  #inOrder(values: number, order: number, count: number, width: 4 | 8): number {
    if (order === 0) return values;
    const out = this.#scratch.take(count * width);
    const room = selectRoom(this.#memory);
    if (width === 4) room.take32(values, order, out, count);
    else room.take64(values, order, out, count);
    return out;
  }
}
