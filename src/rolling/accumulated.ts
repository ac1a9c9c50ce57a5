import { joined, parted } from '../aggregate/_saved.ts';
import type { Accumulator, Aggregation, Parameters } from '../aggregate/accumulator.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { ChunkBuilder } from '../column/chunk-builder.ts';
import { rollingRoom } from '../kernel/rolling.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { packValue, unpackValue } from '../saved/value.ts';
import type { DataType } from '../schema/data-type.ts';
import { field, Schema } from '../schema/schema.ts';
import type { Follower, RollingBlock } from './follower.ts';
import type { KeyColumn, RawColumn } from './slot-columns.ts';

// Step in assembly/shared/steps.ts, in u32 places
const [SLOT, GROUP, OLD, LEAVING, ROWS] = [0, 1, 3, 4, 6] as const;
const none = 0xffff_ffff;

/**
 * What a user's aggregation says of each window, row by row. Rows leave a state through `onOld`, in the order of their group; a window whose
 * rows have all left begins anew.
 */
export class Accumulated implements Follower {
  readonly #memory: Memory;
  readonly #name: string;
  readonly #parameters: Parameters;
  readonly #columns: readonly (RawColumn | KeyColumn)[];
  readonly #states: Accumulator;
  readonly #results: ChunkBuilder;
  /** What one row needs. */
  readonly #own: Scratch;

  /** @param columns the arguments, of these `types` */
  constructor(
    memory: Memory,
    owner: string,
    aggregation: Aggregation,
    parameters: Parameters,
    types: readonly DataType[],
    columns: readonly (RawColumn | KeyColumn)[],
  ) {
    this.#memory = memory;
    this.#name = aggregation.name;
    this.#parameters = parameters;
    this.#columns = columns;
    this.#states = aggregation.kind(types, parameters).create({ memory, owner, types, evicting: true });
    const schema = new Schema([field('result', aggregation.resultType(types))]);
    this.#results = new ChunkBuilder(memory, schema, owner, true);
    this.#own = new Scratch(memory, owner);
  }

  get stateBytes(): number {
    return this.#states.stateBytes;
  }

  follow({ pool: { next, steps, length, total, groups } }: RollingBlock): void {
    this.#states.reserve(groups + 1); // the last has no rows, and answers for rows without a group
    const width = (rollingRoom(this.#memory).stepBytes.value as number) / 4;
    for (let i = 0; i < total; i++) {
      this.#own.reset();
      const at = steps / 4 + i * width;
      const { u32 } = this.#memory;
      const group = u32[at + GROUP]!;
      if (group !== none) {
        const arriving = i < length ? [u32[at + SLOT]!] : [];
        if (u32[at + ROWS] === arriving.length) this.#states.forget(this.#list([group]), 1);
        else this.#move('onOld', group, this.#leaving(u32[at + OLD]!, u32[at + LEAVING]!, next));
        this.#move('onNew', group, arriving);
      }
      if (i < length) this.#answer(group === none ? groups : group);
    }
  }

  /** An answer for each row; good until the next block. */
  answer(): ChunkVector {
    return this.#results.finish().vectors[0]!;
  }

  clear(): void {
    this.#states.clear();
  }

  snapshot(): Uint8Array {
    const { json, buffers } = packValue(this.#states.snapshot());
    const head = new TextEncoder().encode(JSON.stringify({ count: buffers.length, json }));
    return joined([head, joined(buffers)]);
  }

  restore(bytes: Uint8Array): void {
    const [head, body] = parted(bytes, 2, this.#name) as [Uint8Array, Uint8Array];
    const { count, json } = JSON.parse(new TextDecoder().decode(head.slice())) as { count: number; json: unknown };
    this.#states.restore(unpackValue(json, parted(body, count, this.#name)));
  }

  dispose(): void {
    this.#states.dispose();
    this.#results.dispose();
    this.#own.dispose();
  }

  /** Slots of the rows that leave, the oldest first. */
  #leaving(oldest: number, count: number, next: number): number[] {
    const slots: number[] = [];
    for (let slot = oldest; slots.length < count; slot = this.#memory.u32[next / 4 + slot]!) slots.push(slot);
    return slots;
  }

  #move(verb: 'onNew' | 'onOld', group: number, slots: readonly number[]): void {
    const { length } = slots;
    if (length === 0) return;
    const places = this.#list(slots);
    const vectors = this.#columns.map(column => column.take(places, length, this.#own));
    this.#states[verb]({ length, vectors, groupIds: this.#list(slots.map(() => group)), mask: 0, only: group });
  }

  #answer(group: number): void {
    const result = this.#states.result(this.#name, this.#parameters, this.#list([group]), 1, this.#own);
    this.#results.append([result], 1);
  }

  #list(values: readonly number[]): number {
    const address = this.#own.take(values.length * 4 + 4);
    this.#memory.u32.set(values, address / 4);
    return address;
  }
}
