import type { Batch } from '../column/batch.ts';
import { StateError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import type { Schema } from '../schema/schema.ts';
import { BatchClock } from './batch-clock.ts';
import { Compiler } from './compiler.ts';
import { Delivery, type Taker } from './delivery.ts';
import type { FrameSink } from './frame-sink.ts';
import { Inputs } from './inputs.ts';
import { Intake } from './intake.ts';
import { type FrameMetrics, nodeMetrics, type Progress, totalsOf } from './metrics.ts';
import type { Operator } from './operators/operator.ts';
import { SourceOperator } from './operators/source.ts';
import type { TappedRows, TapReceiver } from './operators/tap.ts';
import { type Plan, visibleSchema } from './plan.ts';
import { explainPlan } from './plan-text.ts';
import { mustBeSamePlans, otherOperators, type SavedPlans } from './saved-plans.ts';

/** Receives a frame's results; a promise holds the next batch back. */
export type Deliver = (batch: Batch) => unknown;

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
  readonly #intake: Intake;
  readonly #compiler: Compiler;
  #computing = false;
  readonly #delivery: Delivery;
  /** Settles when the input has ended and its last results are delivered. */
  readonly ended: Promise<void>;
  readonly #tellEnd: () => void;
  #ended = false;
  /** What comes is not wanted any more. */
  #isStopped = false;
  /** Some of the batch in hand has reached the operators. */
  #isTouched = false;
  /** A batch failed in the middle. */
  #isTorn = false;
  #isOpen = false;
  #isAbandoned = false;
  #rowsIn = 0;
  #rowsOut = 0;
  #batches = 0;
  #busyMs = 0;
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
    const beforeBlock = (): void => {
      this.#isTouched = true;
      this.#scratch.reset();
    };
    this.#source = new SourceOperator(schema, beforeBlock, source);
    this.#intake = new Intake(memory, schema, this.#source, this.#clock, `${owner} source`);
    this.#delivery = new Delivery(this.#clock, inputs);
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
      this.#delivery.add(taker, batch);
    });
    const deliver = typeof to === 'function' ? to : (batch: Batch): unknown => to.write(batch);
    const taker: Taker = { ...node, deliver, sink, waitMs: 0 };
    return this.#taking(taker);
  }

  /** Of each plan in the order in which they were attached; null for functions. */
  get sinks(): (FrameSink | null)[] {
    return [...this.#delivery.takers].map(({ sink }) => sink);
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
        this.#delivery.add(taker, rows);
      },
      () => this.#delivery.add(taker, null),
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
    if (this.#delivery.isBusy) return this.#delivery.after(() => this.#push(input, from));
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
    if (this.#delivery.isBusy) return this.#delivery.after(() => this.#passTime());
    return this.#passTime();
  }

  /** The input is over: windows close, results that wait for the end come out. */
  end(): void | Promise<void> {
    if (this.#delivery.isBusy) return this.#delivery.after(() => this.#end());
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
    return this.#isTorn || this.#delivery.isTorn;
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
    this.#intake.dispose();
  }

  /** @param now milliseconds since the epoch, for lags */
  metrics(now: number): FrameMetrics {
    const { owners } = this.memory.stats();
    const nodes = [
      ...this.#compiler.nodes.map(node => nodeMetrics(node, owners, now)),
      ...[...this.#delivery.takers].map(taker => ({ ...nodeMetrics(taker, owners, now), waitMs: taker.waitMs })),
    ];
    return {
      rowsIn: this.#rowsIn,
      rowsOut: this.#rowsOut,
      batches: this.#batches,
      ...totalsOf(nodes),
      busyMs: this.#busyMs,
      sinkMs: this.#delivery.sinkMs,
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
    return [...this.#delivery.takers].map(({ plan }) => plan);
  }

  #taking(taker: Taker): () => void {
    this.#delivery.takers.add(taker);
    return () => {
      this.#delivery.takers.delete(taker);
      this.#compiler.release(taker);
    };
  }

  #push(input: unknown, from: string): void | Promise<void> {
    if (this.#isStopped) return;
    if (this.#ended) throw new StateError('emit: this frame has ended; make a new one');
    this.#inputs.turnTo(from);
    this.#begin();
    try {
      const rows = this.#intake.take(input);
      this.#source.batchEnd();
      this.#rowsIn += rows;
      this.#batches++;
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#settle();
    }
    return this.#delivery.deliver();
  }

  #passTime(): void | Promise<void> {
    if (this.#ended) return;
    this.#begin();
    try {
      this.#source.passTimeTo([...this.#compiler.nodes, ...this.#delivery.takers].map(({ operator }) => operator));
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#settle();
    }
    return this.#delivery.deliver();
  }

  /** Whether anything goes by time; joins say after every batch how far it has come. */
  get #followsTime(): boolean {
    for (const { operator } of this.#compiler.nodes) if (operator.passTime) return true;
    for (const { operator } of this.#delivery.takers) if (operator.passTime) return true;
    return false;
  }

  #begin(): void {
    this.#isTouched = false;
    this.#inputMs += this.#clock.lap();
    this.#computing = true;
  }

  /** What fails in the middle leaves no results behind. */
  #fail(error: unknown): never {
    this.#isTorn ||= this.#isTouched;
    this.#delivery.drop();
    this.#source.discard();
    throw error;
  }

  #settle(): void {
    this.#computing = false;
    this.#intake.reset();
    this.#busyMs += this.#clock.lap();
  }

  #end(): void | Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#inputs.close();
    this.#inputMs += this.#clock.lap();
    this.#source.end();
    this.#busyMs += this.#clock.lap();
    const delivered = this.#delivery.deliver();
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
}
