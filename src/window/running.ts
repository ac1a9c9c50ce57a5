import type { Accumulator } from '../aggregate/accumulator.ts';
import type { Scratch } from '../memory/scratch.ts';
import { ChangedGroups } from './changed-groups.ts';
import { type AggregateBlock, type GroupSpec, GroupState, type SavedGroups } from './group-state.ts';
import type { EmitMode } from './window.ts';
import { type Held, noProgress, type PaneSink, type Windower, type WindowProgress } from './windower.ts';

/** Everything so far: rows never leave. */
export class Running implements Windower {
  readonly progress: WindowProgress = noProgress;
  readonly #state: GroupState;
  readonly #scratch: Scratch;
  readonly #emit: EmitMode;
  readonly #changed: ChangedGroups | null;

  constructor(spec: GroupSpec, scratch: Scratch, emit: EmitMode) {
    this.#state = new GroupState(spec, false);
    this.#scratch = scratch;
    this.#emit = emit;
    this.#changed = emit === 'changed' && this.#state.keys ? new ChangedGroups(spec.memory, spec.owner) : null;
  }

  get held(): Held {
    return { groups: this.#state.size, windows: null };
  }

  get ungrouped(): readonly Accumulator[] | null {
    return this.#state.keys ? null : this.#state.accumulators;
  }

  rows(block: AggregateBlock): void {
    const state = this.#state;
    const groupIds = state.keys ? state.ids(block, this.#scratch.take(block.length * 4)) : 0;
    state.onNew(block, groupIds);
    this.#changed?.add(groupIds, block.length, state.size);
  }

  batchEnd(sink: PaneSink): void {
    if (this.#emit === 'end') return;
    if (this.#changed) {
      sink.show(this.#state.shown(this.#changed.ids, this.#changed.count));
      this.#changed.clear();
    } else this.#showAll(sink);
  }

  end(sink: PaneSink): void {
    if (this.#emit === 'end') this.#showAll(sink);
  }

  clear(): void {
    this.#state.clear();
  }

  snapshot(): SavedGroups {
    return this.#state.snapshot();
  }

  restore(saved: SavedGroups): void {
    this.#state.restore(saved);
  }

  dispose(): void {
    this.#state.dispose();
    this.#changed?.dispose();
  }

  #showAll(sink: PaneSink): void {
    const { keys, size } = this.#state;
    sink.show(this.#state.shown(keys ? keys.sorted() : 0, size));
  }
}
