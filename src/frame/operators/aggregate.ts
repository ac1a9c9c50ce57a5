import type { ChunkVector } from '../../column/chunk.ts';
import { ChunkBuilder } from '../../column/chunk-builder.ts';
import type { BoundExpressions } from '../../expr/bind.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Schema } from '../../schema/schema.ts';
import type { AggregateBlock } from '../../window/group-state.ts';
import type { PaneSink, Places, Shown, Windower, WindowSpan, WindowSpans } from '../../window/windower.ts';
import type { Progress } from '../metrics.ts';
import type { AggregatePlan } from '../plan.ts';
import type { TimeIndex } from '../time-index.ts';
import { compactBlock } from './compact.ts';
import { FusedAggregate, type FusedParts } from './fused.ts';
import { Landing } from './landing.ts';
import type { LateOperator } from './late.ts';
import type { Operator, RowBlock } from './operator.ts';
import type { Outlet } from './outlet.ts';
import { PaneColumns } from './pane-columns.ts';
import { Retractions } from './retractions.ts';
import { blockRows, pointAt } from './source.ts';

/** Where a raw result comes from: which accumulator, and which of its results. */
export interface RawResult {
  readonly accumulator: number;
  readonly name: string;
  readonly parameters: AggregatePlan['aggregates'][number]['parameters'];
}

/** Everything an aggregation needs, bound to the input's columns. */
export interface AggregateParts {
  readonly plan: AggregatePlan;
  readonly windower: Windower;
  /** The keys, then the arguments of each accumulator. */
  readonly inputs: BoundExpressions;
  /** Arguments of each accumulator. */
  readonly argCounts: readonly number[];
  readonly results: readonly RawResult[];
  /** Results, from the raw columns; null when they are the raw columns, in order. */
  readonly projections: BoundExpressions | null;
  readonly time: { readonly place: number; readonly index: TimeIndex } | null;
  /** Input columns that are read. */
  readonly reads: Iterable<number>;
  /** Columns of the input that are arguments, or the time, as they are: their numbers in the windower's store. */
  readonly stored: ReadonlyMap<string, number>;
  /** Rows that a mask leaves out may be handed to the windower. */
  readonly takesMask: boolean;
  /** But where many are left out, the others are taken together first. */
  readonly compacts: boolean;
}

/** Grouped, windowed aggregation: evaluates keys and arguments, lets the windower keep the states, and hands results on. */
export class AggregateOperator implements Operator, PaneSink {
  readonly layout: Schema;
  readonly out: Outlet;
  readonly landing: Landing | null;
  /** Does its work when it stands first in what is fused. */
  fused: FusedAggregate | null = null;
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #input: Operator;
  readonly #parts: AggregateParts;
  #reads: readonly number[];
  #late: LateOperator | null = null;
  #fusion: FusedAggregate | null = null;
  /** The block in hand. */
  #taken: RowBlock | null = null;
  readonly #block: AggregateBlock;
  readonly #raw: ChunkBuilder;
  /** How many columns of the window stand in front of the keys. */
  readonly #bounds: number;
  readonly #windows: PaneColumns;
  readonly #retractions: Retractions | null;
  readonly #showsEmpty: boolean;
  /** The batch (or the input) has ended: scratch space stays as it is until its results are handed on. */
  #ending = false;
  /** The results of the batch, all of them, where they were made: they need not be collected. */
  #only: { readonly vectors: readonly ChunkVector[]; readonly count: number } | null = null;

  constructor(memory: Memory, scratch: Scratch, input: Operator, parts: AggregateParts, owner: string) {
    const { plan } = parts;
    this.#memory = memory;
    this.#scratch = scratch;
    this.#input = input;
    this.#parts = parts;
    this.#reads = [...parts.reads];
    this.layout = plan.schema;
    this.#bounds = plan.raw.length - plan.keys.length - plan.aggregates.length;
    this.#showsEmpty = plan.mode === 'updating' && this.#bounds === 0;
    this.#raw = new ChunkBuilder(memory, plan.raw, owner, true);
    this.#windows = new PaneColumns(memory, scratch, plan.raw.fields.slice(0, this.#bounds));
    const retracts = plan.panes === 'retracting';
    this.#retractions = retracts ? new Retractions(memory, scratch, plan.raw, owner) : null;
    this.#block = { length: 0, keys: [], args: parts.argCounts.map(() => []), times: 0, timesValidity: 0, mask: 0 };
    const { store } = parts.windower;
    this.landing = store && parts.stored.size > 0 ? new Landing(store, parts.stored) : null;
    input.require(this.#reads);
    this.out = input.out.connect(this);
  }

  get progress(): Progress {
    const { time, windower, plan } = this.#parts;
    const { watermark, late, untimed } = windower.progress;
    const { groups, windows } = windower.held;
    return {
      watermark: watermark === null ? null : time!.index.toMs(watermark),
      isInstant: time?.index.boundType.kind === 'timestamp',
      late,
      untimed,
      groups: plan.keys.length > 0 ? groups : null,
      windows,
    };
  }

  require(): void {}

  rows(incoming: RowBlock): void {
    if (this.fused?.take(incoming)) return;
    const { plan, inputs, argCounts, time, windower, takesMask, compacts } = this.#parts;
    const block =
      takesMask && !(compacts && isGappy(incoming))
        ? incoming
        : compactBlock(this.#memory, this.#scratch, incoming, this.#reads);
    this.#taken = block;
    const out = this.#block;
    out.length = block.length;
    out.mask = block.mask;
    const vectors = inputs.evaluate(block);
    let from = 0;
    for (let at = 0; at < plan.keys.length; at++) out.keys[at] = vectors[from++]!;
    for (let at = 0; at < argCounts.length; at++) {
      for (let arg = 0; arg < argCounts[at]!; arg++) out.args[at]![arg] = vectors[from++]!;
    }
    if (time) {
      const vector = block.vectors[time.place]!;
      out.times = time.index.read(this.#memory, this.#scratch, vector, block.length);
      out.timesValidity = vector.validity;
    }
    windower.rows(out);
  }

  /** Has one loop do its work, and that of some before it, where it can. */
  fuse(parts: FusedParts): void {
    this.#fusion = new FusedAggregate(parts);
  }

  /** What takes the rows that come too late; null when nobody does. */
  set late(operator: LateOperator | null) {
    this.#late = operator;
    this.#parts.windower.onLate = operator && ((rows, count) => operator.take(this.#taken!, rows, count));
  }

  /** Columns of the input that late rows are wanted with. */
  requireLate(columns: Iterable<number>): void {
    this.#reads = [...new Set([...this.#parts.reads, ...columns])];
    this.#input.require(this.#reads);
  }

  batchEnd(): void {
    this.#late?.settle();
    this.#ending = true;
    this.#parts.windower.batchEnd(this);
    this.#handOn(this.#parts.plan.emit !== 'end' && this.#showsEmpty);
    if (this.#parts.plan.input.mode === 'updating') this.#parts.windower.clear?.();
  }

  passTime(): void {
    const { windower } = this.#parts;
    if (!windower.passTime?.()) return;
    this.#ending = true;
    windower.batchEnd(this);
    this.#handOn(false);
  }

  end(): void {
    this.#ending = true;
    this.#parts.windower.end(this);
    this.#handOn(this.#parts.plan.emit === 'end');
    this.out.end();
  }

  discard(): void {
    this.#only = null;
    this.#ending = false;
    this.#raw.finish();
    this.out.discard();
  }

  snapshot(): unknown {
    const windows = this.#parts.windower.snapshot();
    return this.#retractions ? { windows, shown: this.#retractions.snapshot() } : windows;
  }

  restore(state: any): void {
    this.#parts.windower.restore(this.#retractions ? state.windows : state);
    this.#retractions?.restore(state.shown);
  }

  dispose(): void {
    this.#fusion?.dispose();
    this.#parts.windower.dispose();
    this.#parts.inputs.dispose();
    this.#parts.projections?.dispose();
    this.#raw.dispose();
    this.#windows.dispose();
    this.#retractions?.dispose();
  }

  show({ accumulators, ids, keys, groups, count, places }: Shown, span?: WindowSpan | WindowSpans, pane = 0): void {
    if (count === 0) return;
    const vectors = span ? this.#windows.vectors(span, pane, count) : [];
    // the state of windows that close goes with them; what stays has its key columns in hand
    if (keys) {
      const columns = (span ? null : keys.ascending(groups, count)) ?? keys.keys(groups, count, this.#scratch);
      for (let at = 0; at < columns.length; at++) vectors.push(columns[at]!);
    }
    let lasts = !span && this.#ending;
    const { results } = this.#parts;
    for (let at = 0; at < results.length; at++) {
      const { accumulator, name, parameters } = results[at]!;
      const result = accumulators[accumulator]!.result(name, parameters, ids[accumulator]!, count, this.#scratch);
      vectors.push(result);
      lasts &&= result.dictionary === null; // texts may be made for the moment
    }
    this.#retractions?.show(this.#raw, vectors, count, places!, span!);
    if (lasts) this.#only = { vectors, count };
    else this.#raw.append(vectors, count);
  }

  gone(start: bigint): void {
    this.#retractions?.gone(start);
  }

  goneSessions(places: Places, count: number): void {
    this.#retractions?.forget(places, count);
  }

  swallowed(places: Places, count: number): void {
    this.#retractions?.takeBack(this.#raw, places, count);
  }

  renumber(map: number, length: number): void {
    if (this.#parts.plan.window.kind === 'sliding') this.#retractions?.renumber(map, length);
  }

  /** Passes the results of a batch on, block by block; an empty result only if `always`. */
  #handOn(always: boolean): void {
    const only = this.#only;
    this.#only = null;
    this.#ending = false;
    if (only === null && this.#raw.length === 0 && !always) return;
    const { vectors, length } = only ? { vectors: only.vectors, length: only.count } : this.#raw.finish();
    if (length > blockRows) this.#handOnBlocks(vectors, length);
    else if (length > 0) this.#handOnBlock(vectors, length, true, 0);
    this.out.batchEnd();
  }

  #handOnBlocks(vectors: readonly ChunkVector[], length: number): void {
    const block = vectors.map(vector => ({ ...vector }));
    for (let start = 0; start < length; start += blockRows) {
      for (let at = 0; at < block.length; at++) pointAt(block[at]!, vectors[at]!, vectors[at]!.type, start);
      const rows = Math.min(blockRows, length - start);
      this.#handOnBlock(block, rows, false, length - start - rows);
    }
  }

  /** Bounds and keys as they are, results computed from them and the raw aggregates. */
  #handOnBlock(raw: readonly ChunkVector[], length: number, whole: boolean, behind: number): void {
    const { plan, projections } = this.#parts;
    const block: RowBlock = { length, vectors: raw, mask: 0, selected: length, whole, behind };
    if (projections) block.vectors = [...raw.slice(0, this.#bounds + plan.keys.length), ...projections.evaluate(block)];
    this.out.rows(block);
  }
}

/**
 * Whether a mask leaves so many rows out that to look keys up around them costs more than to copy the others, for then every row is a branch that is
 * not foreseen: sums by 100 keys of one row in two, 6 → 4 ns a row; where nearly all rows count, copying costs 1 ns more.
 */
const isGappy = ({ mask, selected, length }: RowBlock): boolean => mask !== 0 && selected * 8 < length * 7;
