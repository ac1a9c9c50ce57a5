import { type Codec, checkPolicy, type Decoder, type OnBadRecord } from '../codec/codec.ts';
import type { BatchLike } from '../column/to-batch.ts';
import { toBatch } from '../column/to-batch.ts';
import { checkOptions, OptionError, SchemaError } from '../errors.ts';
import { defaultMemory, type Memory } from '../memory/memory.ts';
import type { Duration } from '../schema/duration.ts';
import { type Columns, Schema, schemaOf } from '../schema/schema.ts';
import type { Carried, Metadata } from '../stream/metadata.ts';
import { type Emitted, Operator, type Takes } from '../stream/operator.ts';
import type { Stream } from '../stream/stream.ts';
import { DataFrameBase } from './data-frame.ts';
import type { IdleOptions } from './inputs.ts';
import { sourcePlan } from './plan.ts';
import { Root } from './root.ts';
import type { DataFrame } from './types.ts';
import { checkedDelay } from './window-checks.ts';

export interface ToDataFrameOptions extends IdleOptions {
  /** The column that tells a row's time. */
  readonly index?: string;
  /** How much later than a newer row a row may come and still be in time. */
  readonly outOfOrder?: Duration;
  /** What to do with records that can't be read; default `'throw'`. */
  readonly onBadRecord?: OnBadRecord;
  /** Name of the source, for errors. */
  readonly source?: string;
  /**
   * Every element is a message, or an array of them: whole records, though the last may lack its newline, with a header of its own
   * if the format has one. Default: as the source says (Kafka, MQTT, WebSockets: true), else false: bytes cut anywhere.
   */
  readonly messages?: boolean;
  readonly memory?: Memory;
}

const toOptions = ['index', 'outOfOrder', 'onBadRecord', 'source', 'messages', 'memory', 'idleAfter', 'clock'];

/** What tells the columns: a codec for a stream of bytes or text, a schema or an example for a stream of rows. */
export type FrameShape<C extends Columns = Columns> = Codec<C> | Schema<C> | C | BatchLike;

/** @throws SchemaError when the codec has no schema, or the example shows no columns */
export function frameFromStream(stream: Stream<any>, shape: FrameShape, options: ToDataFrameOptions = {}): DataFrame {
  checkOptions('toDataFrame', options, toOptions);
  checkPolicy('toDataFrame', options.onBadRecord);
  if (typeof shape !== 'object' || shape === null) {
    throw new OptionError(
      'shape',
      `toDataFrame: ${typeof shape} tells no columns; give a codec, a schema or an example`,
    );
  }
  const memory = options.memory ?? defaultMemory();
  const codec = isCodec(shape) ? shape : null;
  const schema = codec ? codec.schema : columnsOf(shape as Exclude<FrameShape, Codec>);
  if (!schema) {
    const columns = codec!.name === 'arrow' ? '{ schema: { price: f64() } }' : '{ price: f64() }';
    throw new SchemaError(
      `toDataFrame: ${codec!.name} without columns can't tell them before the first bytes; name them, as in ${codec!.name}(${columns})`,
    );
  }
  const plan = sourcePlan(schema, options.index ?? null);
  checkedDelay(plan, options.outOfOrder ?? 0);
  const root = new Root(schema, {
    memory,
    stream,
    idle: { clock: options.clock ?? stream.clock, idleAfter: options.idleAfter },
  });
  const { payloadOf } = stream.operator;
  const decoder = (): Decoder => codec!.decoder({ memory, source: options.source, onBadRecord: options.onBadRecord });
  if (!codec) stream.through(new Pushing(root));
  else if (options.messages ?? payloadOf !== null) stream.through(new DecodingMessages(root, decoder, payloadOf));
  else stream.through(new Decoding(root, decoder));
  return new DataFrameBase(root, plan, options.outOfOrder ?? 0) as DataFrame;
}

/** Rows in any form go to the frame's executor. */
class Pushing extends Operator<unknown, never> {
  override readonly label: string = 'toDataFrame';
  override readonly look = 'sink';
  protected readonly root: Root;
  #mixed = false;

  constructor(root: Root) {
    super();
    this.root = root;
  }

  update(rows: unknown, _who: unknown, metadata: Carried): Emitted {
    const input = this.inputOf(metadata);
    return this.root.taking(() => this.root.executor.push(rows, input), metadata) ?? undefined;
  }

  override ended(): Emitted {
    return this.root.finish() ?? undefined;
  }

  /** The input that an element comes from, as it says itself. Those of several make all inputs one. */
  protected inputOf(metadata: Carried): string {
    if (metadata === undefined || this.#mixed) return '';
    const name = inputName(metadata[0]!);
    if (name === '') return '';
    const { inputs } = this.root;
    this.#mixed = metadata.some(one => inputName(one) !== name);
    if (this.#mixed) inputs.unite();
    else inputs.expect(this.node.inputs);
    return this.#mixed ? '' : name;
  }
}

/** A partition of a topic, or what the element calls it. */
const inputName = ({ input, topic, partition }: Metadata): string =>
  typeof input === 'string'
    ? input
    : typeof topic === 'string' && partition !== undefined
      ? `${topic}:${partition}`
      : '';

/** Bytes and text go through a decoder, wherever they are cut. */
class Decoding extends Pushing {
  override readonly takes: Takes = 'bytes';
  protected decoder: Decoder;
  #busy: Promise<void> | null = null;
  /** What the bytes in hand come from. */
  #input = '';

  constructor(root: Root, decoder: () => Decoder) {
    super(root);
    this.decoder = decoder();
    root.cutsBytes = true;
  }

  override update(data: unknown, _who: unknown, metadata: Carried): Emitted {
    const act = (): void | Promise<void> => {
      this.#input = this.inputOf(metadata);
      return this.take(data);
    };
    const take = (): void | Promise<void> => this.root.taking(act, metadata);
    if (this.#busy) return this.#keep(this.#busy.then(take));
    const waiting = take();
    return waiting ? this.#keep(waiting) : undefined;
  }

  override ended(): Emitted {
    if (this.#busy) return this.#keep(this.#busy.then(() => this.#finish()));
    return this.#finish() ?? undefined;
  }

  override detached(): Emitted {
    this.decoder.dispose();
    return undefined;
  }

  protected take(data: unknown): Promise<void> | undefined {
    this.decoder.write(bytesOf(data));
    return this.pushAll();
  }

  #finish(): Promise<void> | undefined {
    this.decoder.end();
    const waiting = this.pushAll();
    return waiting ? waiting.then(() => this.root.finish()) : (this.root.finish() ?? undefined);
  }

  /** Pushes every chunk there is; a chunk lasts until the next is asked for, so each push is waited for. */
  protected pushAll(): Promise<void> | undefined {
    for (let chunk = this.decoder.next(); chunk; chunk = this.decoder.next()) {
      const waiting = this.root.executor.push(chunk, this.#input);
      if (waiting) return waiting.then(() => this.pushAll());
    }
    return undefined;
  }

  #keep(work: Promise<void>): Promise<void> {
    const settled = work.then(nothing, nothing).then(() => {
      if (this.#busy === settled) this.#busy = null;
    });
    this.#busy = settled;
    return work;
  }
}

/** Messages go through a decoder one by one, or many at once where the format lets them follow each other. */
class DecodingMessages extends Decoding {
  override readonly takes: Takes = 'messages';
  readonly #renew: () => Decoder;
  readonly #payloadOf: (message: unknown) => unknown;

  constructor(root: Root, decoder: () => Decoder, payloadOf: ((message: unknown) => unknown) | null) {
    super(root, decoder);
    root.cutsBytes = false;
    this.#renew = decoder;
    this.#payloadOf = payloadOf ?? (message => message);
  }

  protected override take(data: unknown): Promise<void> | undefined {
    try {
      const waiting = this.#takeFrom(Array.isArray(data) ? data : [data], 0);
      return waiting?.catch(error => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #takeFrom(messages: readonly unknown[], first: number): Promise<void> | undefined {
    for (let at = first; at < messages.length; at++) {
      this.decoder.write(bytesOf(this.#payloadOf(messages[at])));
      if (this.decoder.endMessage() && at + 1 < messages.length) continue;
      const waiting = this.pushAll();
      if (waiting) return waiting.then(() => this.#takeFrom(messages, at + 1));
    }
    return undefined;
  }

  /** What is left of the failed message is not for the next. */
  #fail(error: unknown): never {
    this.decoder.dispose();
    this.decoder = this.#renew();
    throw error;
  }
}

/** @throws OptionError for what is neither */
function bytesOf(data: unknown): Uint8Array {
  if (typeof data === 'string') return encoder.encode(data);
  if (data instanceof Uint8Array) return data;
  const what = data === null ? 'null' : typeof data;
  throw new OptionError(
    'data',
    `toDataFrame: ${what} is neither text nor bytes, which the codec reads; send those, or give a schema for rows`,
  );
}

const encoder = /* @__PURE__ */ new TextEncoder();
const nothing = (): void => {};

const isCodec = (shape: FrameShape): shape is Codec => typeof (shape as Partial<Codec>).decoder === 'function';

function columnsOf(shape: Schema | Columns | BatchLike): Schema {
  if (shape instanceof Schema) return shape;
  const values = Object.values(shape);
  const types =
    values.length > 0 && values.every(value => typeof value === 'object' && value !== null && 'kind' in value);
  return types ? schemaOf(shape as Columns) : toBatch(shape as BatchLike).schema;
}
