import { noGroup } from '../aggregate/accumulator.ts';
import { KeyTable } from '../aggregate/key-table.ts';
import { paneRoom } from '../kernel/pane.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { BlockRows } from './block-rows.ts';
import { type AggregateBlock, type GroupSpec, GroupState, type SavedGroups } from './group-state.ts';
import { beforeAll } from './watermark.ts';
import type { EmitMode } from './window.ts';
import type { Held, PaneSink, Windower, WindowProgress } from './windower.ts';

/** See assembly/pane/session.ts. */
const record = { bytes: 32, first: 0, last: 8, group: 16, older: 20, open: 24 };
const stats = { bytes: 64, highest: 0, used: 8, late: 12, untimed: 16, why: 20, free: 24 };
const none = 0xffff_ffff;
const outOfRecords = 1;
const beforeLatest = 2;

/** Sessions as a checkpoint keeps them. */
export interface SavedSessions {
  readonly keys: Uint8Array | null;
  /** States by session number. */
  readonly groups: SavedGroups;
  readonly stats: Uint8Array;
  /** The session records, and per group its latest session. */
  readonly sessions: Uint8Array;
  readonly current: Uint32Array;
  readonly closedSince: number;
}

/**
 * Sessions: per group, rows less than `gap` apart; [first row, last row + gap). Closed by the watermark.
 *
 * Every session has a number, which is the group id its rows have in the accumulators; a kernel gives rows their sessions. Rows
 * that come before their group's latest session (out-of-order input) are placed here, one by one, and may join two sessions.
 */
export class Session implements Windower {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #spec: GroupSpec;
  readonly #gap: bigint;
  readonly #delay: bigint;
  readonly #emit: EmitMode;
  readonly #keys: KeyTable | null;
  /** Accumulators by session number. */
  readonly #state: GroupState;
  readonly #joined: GroupState;
  readonly #blocks: BlockRows;
  readonly #stats: number;
  #sessions = 0;
  #capacity = 0;
  #current = 0;
  #currentCapacity = 0;
  #closedSince = 0;
  readonly #changed = new Set<number>();

  constructor(spec: GroupSpec, scratch: Scratch, gap: bigint, delay: bigint, emit: EmitMode) {
    const { memory, owner } = spec;
    this.#memory = memory;
    this.#scratch = scratch;
    this.#spec = spec;
    this.#gap = gap;
    this.#delay = delay;
    this.#emit = emit;
    this.#keys = spec.keys.length > 0 ? new KeyTable(memory, { owner, types: spec.keys }) : null;
    this.#state = new GroupState({ ...spec, keys: [] }, false);
    this.#joined = new GroupState({ ...spec, keys: [] }, false);
    this.#blocks = new BlockRows(memory, scratch);
    this.#stats = memory.allocateZeroed(stats.bytes, owner);
    memory.i64[this.#stats / 8] = beforeAll;
    this.#setStat('free', none);
  }

  get progress(): WindowProgress {
    return { watermark: this.#watermark, late: this.#stat('late'), untimed: this.#stat('untimed') };
  }

  get held(): Held {
    return { groups: this.#keys?.size ?? 1, windows: this.#open().length };
  }

  rows(block: AggregateBlock): void {
    let groupIds = 0;
    if (this.#keys) {
      groupIds = this.#scratch.take(block.length * 4);
      this.#keys.ids(block.keys, block.length, groupIds);
    }
    this.#reserveCurrent(this.#keys?.size ?? 1);
    const target = this.#scratch.take(block.length * 4);
    // Two sessions may become one in the middle of a block: rows up to there are counted before.
    let counted = 0;
    for (let from = 0; from < block.length; ) {
      const { times, timesValidity, length } = block;
      from += paneRoom(this.#memory).sessionize(
        times,
        timesValidity,
        groupIds,
        from,
        length - from,
        this.#gap,
        this.#delay,
        this.#sessions,
        this.#capacity,
        this.#current,
        target,
        this.#stats,
      );
      const why = this.#stat('why');
      if (why === outOfRecords) this.#growSessions();
      else if (why === beforeLatest) {
        this.#count(block, target, counted, from);
        counted = from;
        this.#place(block, groupIds, from, target);
        from++;
      }
    }
    this.#count(block, target, counted, block.length);
  }

  batchEnd(sink: PaneSink): void {
    if (this.#emit === 'end') return;
    const { memory, room } = { memory: this.#memory, room: paneRoom(this.#memory) };
    const watermark = this.#watermark;
    if (watermark === null) return;
    const numbers = this.#scratch.take(this.#stat('used') * 4 + 4);
    const count = room.closable(this.#sessions, this.#stat('used'), watermark - this.#gap, numbers);
    this.#close(sink, Array.from(memory.u32.slice(numbers / 4, numbers / 4 + count)));
    if (this.#emit === 'onClose') return;
    const open = this.#emit === 'changed' ? [...this.#changed] : this.#open();
    this.#changed.clear();
    this.#show(
      sink,
      open.filter(number => this.#field(number, 'open') === 1),
    );
  }

  end(sink: PaneSink): void {
    this.#close(sink, this.#open());
  }

  snapshot(): SavedSessions {
    const { u8, u32 } = this.#memory;
    const used = this.#stat('used') * record.bytes;
    return {
      keys: this.#keys?.snapshot() ?? null,
      groups: this.#state.snapshot(),
      stats: u8.slice(this.#stats, this.#stats + stats.bytes),
      sessions: u8.slice(this.#sessions, this.#sessions + used),
      current: u32.slice(this.#current / 4, this.#current / 4 + this.#currentCapacity),
      closedSince: this.#closedSince,
    };
  }

  /** @throws StateError when the states are of other keys or aggregations */
  restore({ keys, groups, stats: saved, sessions, current, closedSince }: SavedSessions): void {
    if (this.#keys && keys) this.#keys.restore(keys);
    this.#state.restore(groups);
    while (this.#capacity * record.bytes < sessions.length) this.#growSessions();
    this.#reserveCurrent(current.length);
    const { u8, u32 } = this.#memory;
    u8.set(saved, this.#stats);
    u8.set(sessions, this.#sessions);
    u32.fill(none, this.#current / 4, this.#current / 4 + this.#currentCapacity);
    u32.set(current, this.#current / 4);
    this.#closedSince = closedSince;
    this.#changed.clear();
  }

  dispose(): void {
    this.#keys?.dispose();
    this.#state.dispose();
    this.#joined.dispose();
    for (const address of [this.#stats, this.#sessions, this.#current]) this.#memory.free(address);
    this.#sessions = this.#current = 0;
  }

  get #watermark(): bigint | null {
    const highest = this.#memory.i64[this.#stats / 8]!;
    return highest === beforeAll ? null : highest - this.#delay;
  }

  #stat(name: Exclude<keyof typeof stats, 'bytes' | 'highest'>): number {
    return this.#memory.u32[(this.#stats + stats[name]) / 4]!;
  }

  #setStat(name: Exclude<keyof typeof stats, 'bytes' | 'highest'>, value: number): void {
    this.#memory.u32[(this.#stats + stats[name]) / 4] = value;
  }

  #field(number: number, name: 'group' | 'older' | 'open'): number {
    return this.#memory.u32[(this.#sessions + number * record.bytes + record[name]) / 4]!;
  }

  #setField(number: number, name: 'group' | 'older' | 'open', value: number): void {
    this.#memory.u32[(this.#sessions + number * record.bytes + record[name]) / 4] = value;
  }

  #time(number: number, name: 'first' | 'last'): bigint {
    return this.#memory.i64[(this.#sessions + number * record.bytes + record[name]) / 8]!;
  }

  #setTime(number: number, name: 'first' | 'last', time: bigint): void {
    this.#memory.i64[(this.#sessions + number * record.bytes + record[name]) / 8] = time;
  }

  /** Hands rows [from, to) to the accumulators under their session numbers. */
  #count(block: AggregateBlock, target: number, from: number, to: number): void {
    if (from === to) return;
    for (const accumulator of this.#state.accumulators) accumulator.reserve(this.#stat('used'));
    const part = this.#blocks.slice(block, from, to - from);
    this.#state.feed(part, target + from * 4);
    if (this.#emit !== 'changed') return;
    for (const number of this.#memory.u32.slice(target / 4 + from, target / 4 + to))
      if (number !== none) this.#changed.add(number);
  }

  /** A row before its group's latest session: into an older one, between two (joining them), or a session of its own. */
  #place(block: AggregateBlock, groupIds: number, row: number, target: number): void {
    const time = this.#memory.i64[block.times / 8 + row]!;
    const group = groupIds === 0 ? 0 : this.#memory.u32[groupIds / 4 + row]!;
    const watermark = this.#watermark!;
    let newer = none;
    let number = this.#memory.u32[this.#current / 4 + group]!;
    const touching: number[] = [];
    for (; number !== none; newer = number, number = this.#field(number, 'older')) {
      const [first, last] = [this.#time(number, 'first'), this.#time(number, 'last')];
      if (last + this.#gap <= watermark) continue; // due to be closed: takes no more rows
      if (time - last < this.#gap && first - time < this.#gap) touching.push(number);
      if (last < time) break;
    }
    const out = target / 4 + row;
    if (touching.length === 0) {
      if (time + this.#gap <= watermark) {
        this.#memory.u32[out] = noGroup;
        this.#setStat('late', this.#stat('late') + 1);
        return;
      }
      this.#memory.u32[out] = this.#insert(group, time, newer, number);
      return;
    }
    const [kept, absorbed] = touching as [number, number?];
    if (absorbed !== undefined) this.#join(kept, absorbed);
    if (time < this.#time(kept, 'first')) this.#setTime(kept, 'first', time);
    if (time > this.#time(kept, 'last')) this.#setTime(kept, 'last', time);
    this.#memory.u32[out] = kept;
  }

  /** A new session of `group` between `newer` and `older` (either may be none). */
  #insert(group: number, time: bigint, newer: number, older: number): number {
    if (this.#stat('free') === none && this.#stat('used') === this.#capacity) this.#growSessions();
    let number = this.#stat('free');
    if (number === none) {
      number = this.#stat('used');
      this.#setStat('used', number + 1);
    } else this.#setStat('free', this.#field(number, 'older'));
    this.#setTime(number, 'first', time);
    this.#setTime(number, 'last', time);
    this.#setField(number, 'group', group);
    this.#setField(number, 'older', older);
    this.#setField(number, 'open', 1);
    if (newer === none) this.#memory.u32[this.#current / 4 + group] = number;
    else this.#setField(newer, 'older', number);
    return number;
  }

  /** `absorbed`, the older neighbour, becomes part of `kept`. */
  #join(kept: number, absorbed: number): void {
    this.#joined.clear();
    // The states of the two are brought together in a third, older first, because a state can't be merged into itself.
    this.#move(absorbed, this.#joined);
    this.#move(kept, this.#joined);
    const map = this.#scratch.take(4);
    this.#memory.u32[map / 4] = kept;
    for (const accumulator of this.#state.accumulators) accumulator.reserve(this.#stat('used'));
    this.#state.mergeStates(this.#joined, map, 1);
    this.#setTime(kept, 'first', this.#time(absorbed, 'first'));
    this.#unlink(absorbed); // a session that is due may lie between the two
    this.#release(absorbed);
  }

  /** Adds the state of a session to group 0 of `to`, and forgets it here. */
  #move(number: number, to: GroupState): void {
    const used = this.#stat('used');
    const map = this.#scratch.take(used * 4);
    this.#memory.bulk.fill(map, 255, used * 4);
    this.#memory.u32[map / 4 + number] = 0;
    for (const accumulator of this.#state.accumulators) accumulator.reserve(used);
    to.mergeStates(this.#state, map, used);
    const id = this.#scratch.take(4);
    this.#memory.u32[id / 4] = number;
    this.#state.forget(id, 1);
  }

  #release(number: number): void {
    this.#setField(number, 'open', 0);
    this.#setField(number, 'older', this.#stat('free'));
    this.#setStat('free', number);
    this.#changed.delete(number);
  }

  #open(): number[] {
    const open: number[] = [];
    for (let number = 0; number < this.#stat('used'); number++)
      if (this.#field(number, 'open') === 1) open.push(number);
    return open;
  }

  #close(sink: PaneSink, numbers: number[]): void {
    if (numbers.length === 0) return;
    this.#show(sink, numbers);
    const ids = this.#scratch.take(numbers.length * 4);
    this.#memory.u32.set(numbers, ids / 4);
    this.#state.forget(ids, numbers.length);
    for (const number of numbers) {
      this.#unlink(number);
      this.#release(number);
    }
    this.#closedSince += numbers.length;
    this.#dropIdleKeys();
  }

  #unlink(number: number): void {
    const slot = this.#current / 4 + this.#field(number, 'group');
    const older = this.#field(number, 'older');
    let at = this.#memory.u32[slot]!;
    if (at === number) this.#memory.u32[slot] = older;
    else {
      while (this.#field(at, 'older') !== number) at = this.#field(at, 'older');
      this.#setField(at, 'older', older);
    }
  }

  /** Keys without an open session are forgotten once they are the most, so that memory follows the open sessions. */
  #dropIdleKeys(): void {
    // Looking costs a pass over all sessions: only when about as many closed since the last look.
    if (!this.#keys || this.#keys.size < 1024 || this.#closedSince * 2 < this.#keys.size) return;
    this.#closedSince = 0;
    const open = this.#open();
    if (open.length * 2 > this.#keys.size) return;
    const { u32 } = this.#memory;
    const kept = [...new Set(open.map(number => this.#field(number, 'group')))].sort((a, b) => a - b);
    const ids = this.#scratch.take(kept.length * 4 + 4);
    const size = this.#keys.size;
    const map = this.#scratch.take(size * 4);
    u32.set(kept, ids / 4);
    this.#keys.compact(ids, kept.length, map);
    const current = u32.slice(this.#current / 4, this.#current / 4 + size);
    this.#memory.bulk.fill(this.#current, 255, this.#currentCapacity * 4);
    for (const old of kept) u32[this.#current / 4 + u32[map / 4 + old]!] = current[old]!;
    for (const number of open) this.#setField(number, 'group', u32[map / 4 + this.#field(number, 'group')]!);
  }

  /** One pane a session, in order of start and then key. */
  #show(sink: PaneSink, numbers: number[]): void {
    if (numbers.length === 0) return;
    const rank = new Map<number, number>();
    if (this.#keys) {
      const sorted = this.#keys.sorted();
      for (const [place, id] of this.#memory.u32.slice(sorted / 4, sorted / 4 + this.#keys.size).entries())
        rank.set(id, place);
    }
    const sessions = numbers.map(number => ({
      number,
      group: this.#field(number, 'group'),
      first: this.#time(number, 'first'),
      end: this.#time(number, 'last') + this.#gap,
    }));
    sessions.sort((a, b) =>
      a.first < b.first ? -1 : a.first > b.first ? 1 : (rank.get(a.group) ?? 0) - (rank.get(b.group) ?? 0),
    );
    const ids = this.#scratch.take(sessions.length * 4);
    const groups = this.#scratch.take(sessions.length * 4);
    this.#memory.u32.set(
      sessions.map(({ number }) => number),
      ids / 4,
    );
    this.#memory.u32.set(
      sessions.map(({ group }) => group),
      groups / 4,
    );
    const spans = sessions.map(({ first, end }) => ({ start: first, end }));
    const { accumulators } = this.#state;
    const shown = { accumulators, ids: accumulators.map(() => ids), keys: this.#keys, groups, count: spans.length };
    sink.show(shown, spans);
  }

  #growSessions(): void {
    const capacity = Math.max(256, this.#capacity * 2);
    const { owner } = this.#spec;
    this.#sessions = this.#memory.reallocate(
      this.#sessions,
      this.#capacity * record.bytes,
      capacity * record.bytes,
      owner,
    );
    this.#capacity = capacity;
  }

  #reserveCurrent(groups: number): void {
    if (groups <= this.#currentCapacity) return;
    const capacity = Math.max(groups, this.#currentCapacity * 2, 256);
    const used = this.#currentCapacity * 4;
    this.#current = this.#memory.reallocate(this.#current, used, capacity * 4, this.#spec.owner);
    this.#memory.bulk.fill(this.#current + used, 255, capacity * 4 - used);
    this.#currentCapacity = capacity;
  }
}
