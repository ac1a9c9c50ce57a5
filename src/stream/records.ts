import { StateError } from '../errors.ts';
import type { ToDataFrameOptions } from '../frame/from-stream.ts';
import type { DataFrame } from '../frame/types.ts';
import type { EmitOptions, Stream } from './stream.ts';

/**
 * A stream whose elements are arrays of records: streamz's `Batch`, named so that nobody takes it for our columnar `Batch`.
 * Its verbs work on each record.
 */
export class Records<R> {
  readonly stream: Stream<readonly R[]>;
  /** Records like those to come, for checks and for the types of a data frame. */
  readonly example: readonly R[] | undefined;

  constructor(stream: Stream<readonly R[]>, example?: readonly R[]) {
    if (example !== undefined) checkRecords(example, 'toBatch');
    this.stream = stream;
    this.example = example;
  }

  map<U>(fn: (record: R) => U): Records<U> {
    return this.mapPartitions(records => records.map(record => fn(record)));
  }

  filter(predicate: (record: R) => unknown): Records<R> {
    return this.mapPartitions(records => records.filter(record => predicate(record)));
  }

  /** A field or position of each record, or an array of several. What is missing is an error. */
  pluck<K extends keyof R & PropertyKey>(key: K): Records<R[K]>;
  pluck(keys: readonly PropertyKey[]): Records<unknown[]>;
  pluck(key: any): Records<any> {
    const one = (record: any): unknown => (Array.isArray(key) ? key.map(k => field(record, k)) : field(record, key));
    return this.mapPartitions(records => records.map(one));
  }

  /** Running total of everything seen, from 0. */
  sum(this: Records<number>): Stream<number> {
    return this.accumulatePartitions((total: number, records) => records.reduce((sum, x) => sum + x, total), 0);
  }

  /** A function of whole batches. */
  mapPartitions<U>(fn: (records: readonly R[]) => readonly U[]): Records<U> {
    const example = this.example && fn(this.example);
    return new Records(this.stream.map(fn), example);
  }

  /** A state carried from batch to batch, sent after each. */
  accumulatePartitions<S>(fn: (state: S, records: readonly R[]) => S, start: S): Stream<S> {
    return this.stream.accumulate(fn, { start });
  }

  /** The records one by one. */
  toStream(): Stream<R> {
    return this.stream.flatten() as Stream<R>;
  }

  /**
   * The records as rows of a streaming dataframe, with the columns of the example.
   *
   * @throws StateError without an example
   */
  toDataFrame(options?: ToDataFrameOptions): DataFrame {
    if (!this.example) {
      throw new StateError(
        'toDataFrame: these records have no example to tell the columns; give one to toBatch, [{ price: 1.5 }]',
      );
    }
    return this.stream.toDataFrame(this.example as any, options);
  }

  /** @throws TypeError when `records` is no array */
  emit(records: readonly R[], options?: EmitOptions): Promise<void> | undefined {
    this.verify(records);
    return this.stream.emit(records, options);
  }

  /** @throws TypeError when `records` is no array */
  verify(records: unknown): asserts records is readonly R[] {
    checkRecords(records, 'emit');
  }

  get currentValue(): readonly R[] | null {
    return this.stream.currentValue;
  }

  sink(fn: (records: readonly R[]) => unknown): Stream<never> {
    return this.stream.sink(fn);
  }

  start(): Promise<void> {
    return this.stream.start();
  }

  stop(): Promise<void> {
    return this.stream.stop();
  }
}

function checkRecords(records: unknown, verb: string): void {
  if (!Array.isArray(records)) throw new TypeError(`${verb}: ${typeof records} is no array of records`);
}

function field(record: any, key: PropertyKey): unknown {
  if (typeof record === 'object' && record !== null && key in record) return record[key];
  throw new RangeError(`pluck: no field ${String(key)} in a record`);
}
