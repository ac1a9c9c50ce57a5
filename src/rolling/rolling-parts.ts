import { joined, parted } from '../aggregate/_saved.ts';
import type { Aggregation, Parameters } from '../aggregate/accumulator.ts';
import type { Memory } from '../memory/memory.ts';
import type { DataType } from '../schema/data-type.ts';
import { Accumulated } from './accumulated.ts';
import { PresentCounts, RowCounts, TrueCounts } from './counts.ts';
import { Distinct } from './distinct.ts';
import type { Follower, RollingBlock } from './follower.ts';
import { Modes } from './modes.ts';
import { Quantiles, type RankMethod, Ranks } from './ordered.ts';
import { Extreme, Nth, Oldest } from './picks.ts';
import { KeyColumn, NumberColumn, RawColumn } from './slot-columns.ts';
import { type StackKind, Stacks } from './stacks.ts';

/** The columns and states of one set of windows: what several answers need is there once. Arguments are known by their places. */
export class RollingParts {
  readonly #memory: Memory;
  readonly #owner: string;
  readonly #types: readonly DataType[];
  /** In the order in which they were asked for: what a state reads comes before it. */
  readonly #parts = new Map<string, Follower>();

  constructor(memory: Memory, owner: string, types: readonly DataType[]) {
    this.#memory = memory;
    this.#owner = owner;
    this.#types = types;
  }

  get stateBytes(): number {
    return [...this.#parts.values()].reduce((sum, { stateBytes }) => sum + stateBytes, 0);
  }

  numbers(arg: number): NumberColumn {
    return this.#part(`numbers ${arg}`, () => new NumberColumn(this.#columnOptions(arg)));
  }

  keys(arg: number): KeyColumn {
    return this.#part(`keys ${arg}`, () => new KeyColumn(this.#columnOptions(arg)));
  }

  /** The values as they are, NaN among them. */
  stored(arg: number): RawColumn | KeyColumn {
    const { kind } = this.#types[arg]!;
    if (kind === 'utf8' || kind === 'binary' || kind === 'dictionary') return this.keys(arg);
    return this.#part(`raw ${arg}`, () => new RawColumn(this.#columnOptions(arg)));
  }

  rowCounts(): RowCounts {
    return this.#part('rows', () => new RowCounts(this.#memory, this.#owner));
  }

  /** Of rows with a value in all these columns; the first has the form that is there anyway. */
  presentCounts(args: readonly number[], form: 'numbers' | 'keys'): PresentCounts {
    const columns = args.map(arg => this[form](arg));
    return this.#part(`count ${args}`, () => new PresentCounts(this.#memory, this.#owner, columns));
  }

  trueCounts(arg: number): TrueCounts {
    const column = this.numbers(arg);
    return this.#part(`true ${arg}`, () => new TrueCounts(this.#memory, this.#owner, column));
  }

  stacks(kind: StackKind, args: readonly number[]): Stacks {
    const columns = args.map(arg => this.numbers(arg));
    return this.#part(`${kind} ${args}`, () => new Stacks(this.#memory, this.#owner, kind, columns));
  }

  nth(arg: number, n: number): Nth {
    const column = this.keys(arg);
    return this.#part(`nth ${arg} ${n}`, () => new Nth(this.#memory, this.#owner, column, n));
  }

  /** The row where `by` is least or greatest, of those with a value in `arg`. */
  extreme(name: 'min' | 'max', by: number, arg = by): Extreme {
    const [column, other] = [this.keys(by), this.keys(arg)];
    return this.#part(`${name} ${by} ${arg}`, () => new Extreme(this.#memory, this.#owner, name, column, other));
  }

  oldest(): Oldest {
    return this.#part('oldest', () => new Oldest(this.#memory, this.#owner));
  }

  quantiles(arg: number, q: number, mode: number): Quantiles {
    const column = this.keys(arg);
    return this.#part(`q ${arg} ${q} ${mode}`, () => new Quantiles(this.#memory, this.#owner, column, q, mode));
  }

  ranks(arg: number, method: RankMethod, ascending: boolean, pct: boolean): Ranks {
    const column = this.keys(arg);
    const make = (): Ranks => new Ranks(this.#memory, this.#owner, column, method, ascending, pct);
    return this.#part(`rank ${arg} ${method} ${ascending} ${pct}`, make);
  }

  distinct(arg: number): Distinct {
    const column = this.keys(arg);
    return this.#part(`nunique ${arg}`, () => new Distinct(this.#memory, this.#owner, column));
  }

  modes(arg: number): Modes {
    const column = this.keys(arg);
    return this.#part(`mode ${arg}`, () => new Modes(this.#memory, this.#owner, column));
  }

  accumulated(aggregation: Aggregation, args: readonly number[], parameters: Parameters): Accumulated {
    const types = args.map(arg => this.#types[arg]!);
    const columns = args.map(arg => this.stored(arg));
    const { name } = aggregation.kind(types, parameters);
    return this.#part(`${aggregation.name} ${name} ${args} ${JSON.stringify(parameters)}`, () => {
      return new Accumulated(this.#memory, this.#owner, aggregation, parameters, types, columns);
    });
  }

  follow(block: RollingBlock): void {
    for (const part of this.#parts.values()) part.follow(block);
  }

  /** Lets go of texts of rows that left. */
  renew({ pool, scratch }: RollingBlock): void {
    for (const column of this.#parts.values()) {
      if (!(column instanceof KeyColumn)) continue;
      const map = column.renew(pool, scratch);
      if (map !== 0) for (const part of this.#parts.values()) part.recoded?.(column, map);
    }
  }

  clear(): void {
    for (const part of this.#parts.values()) part.clear();
  }

  snapshot(): Uint8Array {
    return joined([...this.#parts.values()].map(part => part.snapshot()));
  }

  /** @throws StateError when the bytes are of other parts */
  restore(bytes: Uint8Array): void {
    const parts = [...this.#parts.values()];
    for (const [at, saved] of parted(bytes, parts.length, 'rolling').entries()) parts[at]!.restore(saved);
  }

  dispose(): void {
    for (const part of this.#parts.values()) part.dispose();
  }

  #columnOptions(arg: number): ConstructorParameters<typeof KeyColumn>[0] {
    return { memory: this.#memory, owner: this.#owner, type: this.#types[arg]!, arg };
  }

  #part<T extends Follower>(key: string, make: () => T): T {
    let part = this.#parts.get(key);
    if (!part) this.#parts.set(key, (part = make()));
    return part as T;
  }
}
