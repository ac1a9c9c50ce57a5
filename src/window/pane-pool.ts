import { type GroupSpec, GroupState } from './group-state.ts';

/** Group states for panes, used again and again: a closed window's memory serves the next one. */
export class PanePool {
  readonly #spec: GroupSpec;
  readonly #free: GroupState[] = [];

  constructor(spec: GroupSpec) {
    this.#spec = spec;
  }

  /** An empty state. */
  take(): GroupState {
    return this.#free.pop() ?? new GroupState(this.#spec, false);
  }

  give(state: GroupState): void {
    // A few spares serve a steady flow; more would keep the memory of a burst for ever.
    if (this.#free.length >= 8) state.dispose();
    else {
      state.clear();
      this.#free.push(state);
    }
  }

  dispose(): void {
    for (const state of this.#free) state.dispose();
    this.#free.length = 0;
  }
}
