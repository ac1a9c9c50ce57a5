import type { ChunkVector } from '../column/chunk.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, isText } from '../schema/data-type.ts';
import { FlatAccumulator, JOIN, type Part } from './_flat.ts';
import { kindOf } from './_kinds.ts';
import { TextState } from './_text-state.ts';
import type { AccumulatorKind, AccumulatorOptions, Aggregation, Parameters } from './accumulator.ts';
import { fifoKind } from './fifo-accumulator.ts';

type Which = 'first' | 'last';

/** Which raw bits are NaN, as assembly/aggregate/first.ts asks. */
export const nanOf = ({ kind }: DataType): number => (kind === 'float64' ? 8 : kind === 'float32' ? 4 : 0);

/** [value, seen]: the first or last value of each group, as raw bits. */
class FirstValue extends FlatAccumulator {
  readonly #which: Which;
  readonly #nan: number;

  constructor(options: AccumulatorOptions, which: Which) {
    super(options, { name: which, stride: 16, initial: 0, forms: ['i64'], join: JOIN[which] });
    this.#which = which;
    this.#nan = nanOf(options.types[0]!);
  }

  protected feed({ states, ids, values, validity, mask, length }: Part): void {
    const kernel = this.#which === 'first' ? this.room.first : this.room.last;
    kernel(states, ids, values, validity, mask, length, this.#nan);
  }

  protected join(states: number, from: number, map: number, groups: number): void {
    this.room.mergeFirst(states, from, map, groups, this.#which === 'last' ? 1 : 0);
  }

  result(_name: string, _parameters: Parameters, ids: number, count: number, scratch: Scratch): ChunkVector {
    const [out, bits] = [scratch.take(count * 8 + 8), scratch.take((count >> 3) + 1)];
    const nulls = this.room.resultTaken(this.states, 16, 0, 8, ids, count, out, bits);
    const type = this.types[0]!;
    return this.answer(type, this.narrowed(type, 'i64', out, count, scratch), bits, nulls);
  }
}

const isTextLike = (type: DataType): boolean => isText(type) || type.kind === 'binary';

const firstKind = (which: Which): AccumulatorKind =>
  kindOf(
    which,
    options => (isTextLike(options.types[0]!) ? new TextState(options, which) : new FirstValue(options, which)),
    options => fifoKind(which).create(options),
    { blocks: ([type]) => (isTextLike(type!) ? null : options => new FirstValue(options, which)), ordered: true },
  );

const oldest = /* @__PURE__ */ firstKind('first');
const newest = /* @__PURE__ */ firstKind('last');

/** The first value in order of arrival; null of nothing. Nulls and NaN are skipped. */
export const first: Aggregation = {
  name: 'first',
  arity: [1, 1],
  parameters: {},
  resultType: types => types[0]!,
  kind: () => oldest,
};

/** The last value in order of arrival; null of nothing. Nulls and NaN are skipped. */
export const last: Aggregation = {
  name: 'last',
  arity: [1, 1],
  parameters: {},
  resultType: types => types[0]!,
  kind: () => newest,
};
