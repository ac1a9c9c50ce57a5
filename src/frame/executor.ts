import { Batch } from '../column/batch.ts';
import { isChunk } from '../column/chunk.ts';
import { exportChunk } from '../column/export-chunk.ts';
import { type BatchLike, toBatch } from '../column/to-batch.ts';
import { SchemaError, StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { sameType, typeText } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import { BatchClock } from './batch-clock.ts';
import { Compiler, type RunningNode } from './compiler.ts';
import type { FrameSink } from './frame-sink.ts';
import { Importer } from './importer.ts';
import { Inputs } from './inputs.ts';
import { type FrameMetrics, nodeMetrics, type Progress, totalsOf } from './metrics.ts';
import type { Operator } from './operators/operator.ts';
import { blockRows, SourceOperator } from './operators/source.ts';
import type { TappedRows, TapReceiver } from './operators/tap.ts';
import { type Plan, visibleSchema } from './plan.ts';
import { explainPlan } from './plan-text.ts';
import { mustBeSamePlans, otherOperators, type SavedPlans } from './saved-plans.ts';

/** Receives a frame's results; a promise holds the next batch back. */
export type Deliver = (batch: Batch) => unknown;

/** Who takes results at the end of a plan: a user's function, or a join. */
interface Taker extends RunningNode {
  readonly deliver: (result: any) => unknown;
  /** It will never be the result's turn. */
  readonly drop?: (result: any) => void;
  /** What `deliver` writes to, if that is more than a function. */
  readonly sink: FrameSink | null;
  /** Milliseconds that it took, with promises that were waited for. */
  waitMs: number;
}

interface Result {
  readonly taker: Taker;
  /** A batch, or for taps rows in linear memory, and null at the end. */
  readonly result: Batch | TappedRows | null;
}

/** A tap in use. */
export interface Tap {
  /** Takes these columns from the next batch on. */
  widen(names: readonly string[]): void;
  detach(): void;
}

/**
 * Runs the plans of all frames with one root: every batch is imported once, plan nodes that frames share are computed once, and
 * results are delivered in the order in which sinks were attached.
 */
export class Executor {
  readonly schema: Schema;
  readonly memory: Memory;
  readonly #source: SourceOperator;
  readonly #scratch: Scratch;
  readonly #imports: Scratch;
  readonly #importer: Importer;
  /** The schema of the last batch, which was found to fit. */
  #known: Schema | null = null;
  readonly #compiler: Compiler;
  #computing = false;
  /** Results computed for the batch in hand, waiting for delivery. */
  #results: Result[] = [];
  /** In the order in which they were attached. */
  readonly #takers = new Set<Taker>();
  /** Settles when the input has ended and its last results are delivered. */
  readonly ended: Promise<void>;
  readonly #tellEnd: () => void;
  #pending: Promise<void> | null = null;
  #ended = false;
  /** What comes is not wanted any more. */
  #isStopped = false;
  /** Some of the batch in hand has reached the operators. */
  #isTouched = false;
  #isTorn = false;
  #isOpen = false;
  #isAbandoned = false;
  #rowsIn = 0;
  #rowsOut = 0;
  #batches = 0;
  #busyMs = 0;
  #sinkMs = 0;
  #inputMs = 0;
  readonly #clock = new BatchClock();
  readonly #inputs: Inputs;

  /** @param source what the rows come from; null: they are pushed by hand */
  constructor(
    memory: Memory,
    schema: Schema,
    owner: string,
    source: { readonly progress?: Progress } | null = null,
    inputs: Inputs = new Inputs(),
  ) {
    this.memory = memory;
    this.#inputs = inputs;
    this.schema = schema;
    let tellEnd = (): void => {};
    this.ended = new Promise(resolve => {
      tellEnd = resolve;
    });
    this.#tellEnd = tellEnd;
    this.#scratch = new Scratch(memory, `${owner} scratch`);
    this.#imports = new Scratch(memory, `${owner} source`);
    this.#importer = new Importer(memory, this.#imports);
    const beforeBlock = (): void => {
      this.#isTouched = true;
      this.#scratch.reset();
    };
    this.#source = new SourceOperator(schema, beforeBlock, source);
    this.#compiler = new Compiler(memory, this.#scratch, this.#source, inputs, owner);
  }

  /** Whom a source of this executor holds linear memory for. */
  get sourceOwner(): string {
    return this.#compiler.sourceOwner;
  }

  /** Columns that the attached plans read. */
  get requiredColumns(): readonly string[] {
    return this.#source.required;
  }

  /** Whether any sink is attached. */
  get active(): boolean {
    return this.#source.out.targets.length > 0;
  }

  /** Computes `plan` from now on and delivers its results; returns what ends that. */
  attach(plan: Plan, to: Deliver | FrameSink<any>): () => void {
    const sink = typeof to === 'function' ? null : to;
    sink?.begin?.(visibleSchema(plan));
    const node = this.#compiler.sink(plan, batch => {
      this.#rowsOut += batch.length;
      this.#results.push({ taker, result: batch });
    });
    const deliver = typeof to === 'function' ? to : (batch: Batch): unknown => to.write(batch);
    const taker: Taker = { ...node, deliver, sink, waitMs: 0 };
    return this.#taking(taker);
  }

  /** Of each plan in the order in which they were attached; null for functions. */
  get sinks(): (FrameSink | null)[] {
    return [...this.#takers].map(({ sink }) => sink);
  }

  /**
   * As `attach`, for another executor over the same memory: the columns called `names`, hidden or not, in linear memory, and a word when the
   * input has ended.
   */
  tap(plan: Plan, names: readonly string[], receiver: TapReceiver): Tap {
    const node = this.#compiler.tap(
      plan,
      names,
      rows => {
        this.#rowsOut += rows.chunk.length;
        this.#results.push({ taker, result: rows });
      },
      () => this.#results.push({ taker, result: null }),
    );
    const deliver = (rows: TappedRows | null): unknown => (rows ? receiver.rows(rows) : receiver.ended());
    const drop = (rows: TappedRows | null): void => rows?.release();
    const taker: Taker = { ...node, deliver, drop, sink: null, waitMs: 0 };
    return { widen: more => node.operator.widen(more), detach: this.#taking(taker) };
  }

  /**
   * A batch in any form: its results are computed at once; the promise, if there is one, settles when slow sinks are done.
   *
   * @param from the input that it comes from; see `Inputs`
   * @throws SchemaError when it lacks a column, or a column has another type; nothing was counted then
   * @throws StateError after `end`
   */
  push(input: unknown, from = ''): void | Promise<void> {
    if (this.#pending) return this.#after(() => this.#push(input, from));
    return this.#push(input, from);
  }

  /**
   * No rows came, but watermarks may have moved: results that are due come out.
   *
   * @param column of the source, whose times are not before `time` any more
   */
  passTime(column?: string, time?: bigint): void | Promise<void> {
    if (column !== undefined) this.#inputs.give(column, time!);
    if (!this.#followsTime) return;
    if (this.#pending) return this.#after(() => this.#passTime());
    return this.#passTime();
  }

  /** The input is over: windows close, results that wait for the end come out. */
  end(): void | Promise<void> {
    if (this.#pending) return this.#after(() => this.#end());
    return this.#end();
  }

  /** Takes no more: nothing is computed, nothing closes, no result comes out. */
  stop(): void {
    this.#inputs.close();
    this.#isStopped = this.#ended = true;
  }

  get rowsIn(): number {
    return this.#rowsIn;
  }

  /** A batch has failed after some of it was taken: what is remembered is of no exact moment. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  /** The input is over, or nothing more is wanted. */
  get isOver(): boolean {
    return this.#ended;
  }

  /** Tells the sinks that a run begins, once. */
  async open(): Promise<void> {
    if (this.#isOpen || this.#ended) return;
    this.#isOpen = true;
    for (const sink of this.sinks) await sink?.open?.();
  }

  /** Tells the sinks that no more will come. Their errors are left to whoever stopped it: they are of little use beside its reason. */
  async abandon(): Promise<void> {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    await Promise.allSettled(this.sinks.map(async sink => sink?.abandon?.()));
  }

  /**
   * What all attached plans remember after the last batch; typed arrays are copies.
   *
   * @throws StateError while a batch is being computed, or when something is remembered that can't be saved
   */
  save(): SavedPlans {
    if (this.#computing) throw new StateError('checkpoint: a batch is being computed; call it between batches');
    const operators = new Map<Operator, number>();
    const plans = this.#plans.map(plan => ({
      text: explainPlan(plan),
      states: this.#compiler.states(plan).map(operator => {
        const place = operators.get(operator) ?? operators.size;
        operators.set(operator, place);
        return place;
      }),
    }));
    const states = [...operators.keys()].map(operator => operator.snapshot!());
    return { plans, states, inputs: this.#inputs.awaited, ended: this.#ended };
  }

  /**
   * Goes on from what was saved, before the first batch.
   *
   * @throws StateError when other plans are attached, or rows have come already
   */
  load({ plans, states, inputs, ended }: SavedPlans): void {
    if (this.#batches > 0) throw new StateError('restore: rows have come already; restore before the first batch');
    mustBeSamePlans(plans, this.#plans);
    const loaded = new Set<Operator>();
    for (const [at, plan] of this.#plans.entries()) {
      const operators = this.#compiler.states(plan);
      const places = plans[at]!.states;
      if (places.length !== operators.length) throw otherOperators(at + 1);
      for (const [i, operator] of operators.entries()) {
        if (loaded.has(operator)) continue;
        operator.restore!(states[places[i]!]);
        loaded.add(operator);
      }
    }
    this.#scratch.reset();
    this.#inputs.resume(inputs);
    if (!ended) return;
    this.#ended = true;
    this.#tellEnd();
  }

  /** Frees linear memory. */
  dispose(): void {
    this.#ended = true;
    this.#inputs.close();
    this.#compiler.dispose();
    this.#scratch.dispose();
    this.#imports.dispose();
    this.#importer.dispose();
  }

  /** @param now milliseconds since the epoch, for lags */
  metrics(now: number): FrameMetrics {
    const { owners } = this.memory.stats();
    const nodes = [
      ...this.#compiler.nodes.map(node => nodeMetrics(node, owners, now)),
      ...[...this.#takers].map(taker => ({ ...nodeMetrics(taker, owners, now), waitMs: taker.waitMs })),
    ];
    return {
      rowsIn: this.#rowsIn,
      rowsOut: this.#rowsOut,
      batches: this.#batches,
      ...totalsOf(nodes),
      busyMs: this.#busyMs,
      sinkMs: this.#sinkMs,
      inputMs: this.#inputMs,
      nodes,
    };
  }

  /**
   * The watermark of the windows that a plan's rows come from, or else the least of all there are; as in `metrics`, null when there is none.
   */
  watermarkOf(plan: Plan): number | null {
    const own = this.#compiler.node(plan)?.operator.progress?.watermark;
    if (own !== undefined && own !== null) return own;
    if (plan.op !== 'source') return this.watermarkOf(plan.input);
    const marks = this.#compiler.nodes.map(({ operator }) => operator.progress?.watermark ?? null);
    return marks.reduce((least, mark) => (least === null || (mark !== null && mark < least) ? mark : least), null);
  }

  /** The number of a plan's node in `metrics().nodes`; undefined when it is not computed. */
  nodeOf(plan: Plan): number | undefined {
    return this.#compiler.node(plan)?.id;
  }

  /** Plans with a sink. */
  get #plans(): Plan[] {
    return [...this.#takers].map(({ plan }) => plan);
  }

  #taking(taker: Taker): () => void {
    this.#takers.add(taker);
    return () => {
      this.#takers.delete(taker);
      this.#compiler.release(taker);
    };
  }

  #push(input: unknown, from: string): void | Promise<void> {
    if (this.#isStopped) return;
    if (this.#ended) throw new StateError('emit: this frame has ended; make a new one');
    this.#inputs.turnTo(from);
    this.#compute(() => {
      const rows = this.#take(input);
      this.#source.batchEnd();
      this.#rowsIn += rows;
      this.#batches++;
    });
    return this.#deliver();
  }

  #passTime(): void | Promise<void> {
    if (this.#ended) return;
    this.#compute(() =>
      this.#source.passTimeTo([...this.#compiler.nodes, ...this.#takers].map(({ operator }) => operator)),
    );
    return this.#deliver();
  }

  /** Whether anything goes by time; joins say after every batch how far it has come. */
  get #followsTime(): boolean {
    for (const { operator } of this.#compiler.nodes) if (operator.passTime) return true;
    for (const { operator } of this.#takers) if (operator.passTime) return true;
    return false;
  }

  /** What fails in the middle leaves no results behind. */
  #compute(work: () => void): void {
    this.#isTouched = false;
    this.#inputMs += this.#clock.lap();
    this.#computing = true;
    try {
      work();
    } catch (error) {
      this.#isTorn ||= this.#isTouched;
      for (const { taker, result } of this.#results.splice(0)) taker.drop?.(result);
      this.#source.discard();
      throw error;
    } finally {
      this.#computing = false;
      this.#imports.reset();
      this.#busyMs += this.#clock.lap();
    }
  }

  #end(): void | Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#inputs.close();
    this.#inputMs += this.#clock.lap();
    this.#source.end();
    this.#busyMs += this.#clock.lap();
    const delivered = this.#deliver();
    const waiting = delivered ? delivered.then(() => this.#endSinks()) : this.#endSinks();
    if (waiting) void waiting.then(this.#tellEnd, this.#tellEnd);
    else this.#tellEnd();
    return waiting;
  }

  /** Every sink has all of its results now. */
  #endSinks(): void | Promise<void> {
    const sinks = this.sinks.filter(sink => sink?.end);
    if (sinks.length === 0) return;
    return (async () => {
      for (const sink of sinks) await sink!.end!();
    })();
  }

  #after(run: () => void | Promise<void>): Promise<void> {
    const next = this.#pending!.then(run);
    this.#setPending(next);
    return next;
  }

  #setPending(work: Promise<void>): void {
    const settled = work.then(noop, noop).then(() => {
      if (this.#pending === settled) this.#pending = null;
    });
    this.#pending = settled;
  }

  /** Hands results to sinks, each after the ones before it are done. */
  #deliver(): void | Promise<void> {
    if (this.#results.length === 0) {
      this.#clock.next();
      return;
    }
    const results = this.#results;
    this.#results = [];
    if (results.length > 1) results.sort((a, b) => a.taker.id - b.taker.id);
    for (let at = 0; at < results.length; at++) {
      const waiting = this.#hand(results[at]!);
      if (!waiting) continue;
      this.#inputs.pause();
      const rest = (async () => {
        try {
          await waiting;
          for (const later of results.slice(at + 1)) await this.#hand(later);
        } finally {
          this.#inputs.unpause();
        }
        this.#clock.next();
      })();
      this.#setPending(rest);
      return rest;
    }
    this.#clock.next();
  }

  /** One result to its sink. */
  #hand({ taker, result }: Result): void | Promise<void> {
    try {
      const waiting = taker.deliver(result);
      if (!(waiting instanceof Promise)) return this.#charge(taker);
      return waiting.then(
        () => this.#charge(taker),
        error => this.#tear(error),
      );
    } catch (error) {
      this.#tear(error);
    }
  }

  #tear(error: unknown): never {
    this.#isTorn = true;
    throw error;
  }

  /** The time since the last look at the clock was a sink's. */
  #charge(taker: Taker): void {
    const ms = this.#clock.lap();
    taker.waitMs += ms;
    this.#sinkMs += ms;
  }

  /** Brings a batch in any form into linear memory and through the operators; the number of its rows. */
  #take(input: unknown): number {
    const { required } = this.#source;
    const importer = this.#importer;
    if (isChunk(input)) {
      this.#check(input.schema, required);
      if (input.memory === this.memory) {
        this.#source.chunk(input, this.#clock.since, input.length <= blockRows, 0);
        return input.length;
      }
      importer.open(exportChunk(input), required);
    } else if (input instanceof Batch && input.schema === this.#known) importer.open(input, required);
    else if (!importer.openColumns(input, this.schema, required)) {
      importer.open(this.#batchOf(input as BatchLike), required);
    }
    const { length, pieceRows } = importer;
    for (let start = 0; start < length; start += pieceRows) {
      this.#imports.reset();
      const rows = Math.min(pieceRows, length - start);
      const since = start === 0 ? this.#clock.since : 0;
      this.#source.chunk(importer.piece(start, rows), since, length <= blockRows, length - start - rows);
    }
    return length;
  }

  #batchOf(input: BatchLike): Batch {
    const batch = toBatch(input, this.schema);
    this.#check(batch.schema, this.schema.names);
    this.#known = batch.schema;
    return batch;
  }

  #check(schema: Schema, names: readonly string[]): void {
    if (schema === this.schema) return;
    for (const name of names) {
      const { type } = schema.field(name, 'emit');
      const expected = this.schema.field(name).type;
      if (sameType(type, expected)) continue;
      throw new SchemaError(
        `emit: column "${name}" is ${typeText(type)} in this batch, the frame has ${typeText(expected)}; cast it before`,
        { column: name, expected: typeText(expected) },
      );
    }
  }
}

const noop = (): void => {};
