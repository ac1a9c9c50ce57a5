import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { SchemaError } from '../errors.ts';
import { scanRoom } from '../kernel/scan.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { type DataType, f64, i64, isFloat, isNumeric, typeText } from '../schema/data-type.ts';
import type { Scan, ScanKind, ScanOptions } from './scan.ts';

type Kernel = (
  values: number,
  validity: number,
  length: number,
  state: number,
  out: number,
  outValidity: number,
) => void;

const stateBytes = 64;

/** Running results: a null (or NaN) row is null, and the total goes on behind it, also into the next batch. */
class Cumulative implements Scan {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #kernel: Kernel;
  readonly #type: DataType;
  readonly #state: number;

  constructor({ memory, scratch, owner, types }: ScanOptions, op: 'sum' | 'prod' | 'min' | 'max') {
    this.#memory = memory;
    this.#scratch = scratch;
    this.#type = types[0]!;
    this.#kernel = scanRoom(memory)[`${op}${isFloat(this.#type) ? 'F64' : 'I64'}`];
    this.#state = memory.allocateZeroed(stateBytes, owner);
  }

  rows([vector]: readonly ChunkVector[], length: number): readonly ChunkVector[] {
    const out = this.#scratch.take(length * 8);
    const validity = this.#scratch.take((length + 7) >> 3);
    this.#kernel(vector!.values, vector!.validity, length, this.#state, out, validity);
    return [chunkVector(this.#type, out, validity)];
  }

  reset(): void {
    this.#memory.bulk.fill(this.#state, 0, stateBytes);
  }

  snapshot(): Uint8Array {
    return this.#memory.u8.slice(this.#state, this.#state + stateBytes);
  }

  restore(bytes: Uint8Array): void {
    this.#memory.u8.set(bytes, this.#state);
  }

  dispose(): void {
    this.#memory.free(this.#state);
  }
}

function cumulative(name: string, op: 'sum' | 'prod' | 'min' | 'max'): ScanKind {
  const kind: ScanKind = {
    name,
    arity: [1, 1],
    parameters: {},
    inputs: ([type]) => {
      if (isNumeric(type!) || type!.kind === 'bool') return [isFloat(type!) ? f64() : i64()];
      throw new SchemaError(`${name}: takes numbers and bool, not ${typeText(type!)}; cast the column first`, {
        expected: 'a number',
      });
    },
    result: ([input]) => input!,
    create: options => new Cumulative(options, op),
  };
  // the least and the most so far are values of the column itself
  return op === 'min' || op === 'max' ? { ...kind, shown: ([type]) => type! } : kind;
}

/** Running sum of the present values. */
export const cumsum: ScanKind = /* @__PURE__ */ cumulative('cumsum', 'sum');
/** Running product. */
export const cumprod: ScanKind = /* @__PURE__ */ cumulative('cumprod', 'prod');
/** Running minimum. */
export const cummin: ScanKind = /* @__PURE__ */ cumulative('cummin', 'min');
/** Running maximum. */
export const cummax: ScanKind = /* @__PURE__ */ cumulative('cummax', 'max');
