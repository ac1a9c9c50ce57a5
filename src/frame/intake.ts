import { Batch } from '../column/batch.ts';
import { isChunk } from '../column/chunk.ts';
import { exportChunk } from '../column/export-chunk.ts';
import { type BatchLike, toBatch } from '../column/to-batch.ts';
import { SchemaError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { sameType, typeText } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import type { BatchClock } from './batch-clock.ts';
import { Importer } from './importer.ts';
import { blockRows, type SourceOperator } from './operators/source.ts';

/** Takes batches in any form, and sends them through the operators. */
export class Intake {
  readonly #memory: Memory;
  readonly #schema: Schema;
  readonly #source: SourceOperator;
  readonly #clock: BatchClock;
  readonly #imports: Scratch;
  readonly #importer: Importer;
  /** The schema of the last batch, which was found to fit. */
  #known: Schema | null = null;

  /** @param owner whom its linear memory is held for */
  constructor(memory: Memory, schema: Schema, source: SourceOperator, clock: BatchClock, owner: string) {
    this.#memory = memory;
    this.#schema = schema;
    this.#source = source;
    this.#clock = clock;
    this.#imports = new Scratch(memory, owner);
    this.#importer = new Importer(memory, this.#imports);
  }

  /** Brings a batch in any form into linear memory and through the operators; the number of its rows. */
  take(input: unknown): number {
    const { required } = this.#source;
    const importer = this.#importer;
    if (isChunk(input)) {
      this.#check(input.schema, required);
      if (input.memory === this.#memory) {
        this.#source.chunk(input, this.#clock.since, input.length <= blockRows, 0);
        return input.length;
      }
      importer.open(exportChunk(input), required);
    } else if (input instanceof Batch && input.schema === this.#known) importer.open(input, required);
    else if (!importer.openColumns(input, this.#schema, required)) {
      importer.open(this.#batchOf(input as BatchLike), required);
    }
    const { length, pieceRows } = importer;
    const { landing } = this.#source;
    for (let start = 0, rows = 0; start < length; start += rows) {
      this.#imports.reset();
      rows = Math.min(pieceRows, length - start);
      if (landing) rows = landing.room(Math.min(rows, blockRows));
      const since = start === 0 ? this.#clock.since : 0;
      const whole = rows === length && rows <= blockRows;
      this.#source.chunk(importer.piece(start, rows, landing), since, whole, length - start - rows);
    }
    return length;
  }

  /** The batch is over: its columns in linear memory are not needed any more. */
  reset(): void {
    this.#imports.reset();
  }

  dispose(): void {
    this.#imports.dispose();
    this.#importer.dispose();
  }

  #batchOf(input: BatchLike): Batch {
    const batch = toBatch(input, this.#schema);
    this.#check(batch.schema, this.#schema.names);
    this.#known = batch.schema;
    return batch;
  }

  #check(schema: Schema, names: readonly string[]): void {
    if (schema === this.#schema) return;
    for (const name of names) {
      const { type } = schema.field(name, 'emit');
      const expected = this.#schema.field(name).type;
      if (sameType(type, expected)) continue;
      throw new SchemaError(
        `emit: column "${name}" is ${typeText(type)} in this batch, the frame has ${typeText(expected)}; cast it before`,
        { column: name, expected: typeText(expected) },
      );
    }
  }
}
