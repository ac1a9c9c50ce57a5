import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { SchemaError } from '../errors.ts';
import { scanRoom } from '../kernel/scan.ts';
import { f64, i64, isFloat, isNumeric, typeText } from '../schema/data-type.ts';
import { CarriedScan } from './_carried.ts';
import type { ScanKind, ScanOptions } from './scan.ts';

type Op = 'sum' | 'prod' | 'min' | 'max';

/** Running results: a null (or NaN) row is null, and the total goes on behind it, also into the next batch. */
class Cumulative extends CarriedScan {
  readonly #op: Op;

  constructor(options: ScanOptions, op: Op) {
    super(options, 24);
    this.#op = op;
  }

  protected carry([vector]: readonly ChunkVector[], length: number, ids: number, states: number): ChunkVector {
    const out = this.scratch.take(length * 8);
    const bits = this.scratch.take((length + 7) >> 3);
    const kernel = scanRoom(this.memory)[`${this.#op}${isFloat(this.type) ? 'F64' : 'I64'}`];
    kernel(vector!.values, vector!.validity, ids, length, states, out, bits);
    return chunkVector(this.type, out, bits);
  }
}

function cumulative(name: string, op: Op): ScanKind {
  const kind: ScanKind = {
    name,
    arity: [1, 1],
    parameters: {},
    keyed: true,
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
