import type { Parameters } from '../aggregate/accumulator.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { OptionError, SchemaError } from '../errors.ts';
import { scanRoom } from '../kernel/scan.ts';
import type { Memory } from '../memory/memory.ts';
import type { Scratch } from '../memory/scratch.ts';
import { f64, isNumeric, typeText } from '../schema/data-type.ts';
import type { Scan, ScanKind, ScanOptions } from './scan.ts';

const stateBytes = 64;

/** 1 − alpha. @throws OptionError unless exactly one parameter is given, in its range */
export function decayOf(parameters: Parameters): number {
  const given = (['com', 'span', 'halflife', 'alpha'] as const).filter(
    name => !Number.isNaN(Number(parameters[name] ?? Number.NaN)),
  );
  if (given.length !== 1) {
    throw new OptionError(
      'ewm',
      `ewm: ${given.length === 0 ? 'no decay is given' : `${given.join(' and ')} are given`}; give exactly one of com, span, halflife, alpha`,
    );
  }
  const name = given[0]!;
  const value = Number(parameters[name]);
  const fits = { com: value >= 0, span: value >= 1, halflife: value > 0, alpha: value > 0 && value <= 1 }[name];
  if (!fits) {
    const range = { com: '0 or more', span: '1 or more', halflife: 'above 0', alpha: 'above 0 and at most 1' }[name];
    throw new OptionError(name, `ewm: ${name} is ${value}; give ${range}`);
  }
  switch (name) {
    case 'com':
      return value / (1 + value);
    case 'span':
      return (value - 1) / (value + 1);
    case 'halflife':
      return 0.5 ** (1 / value);
    case 'alpha':
      return 1 - value;
  }
}

class EwmMean implements Scan {
  readonly #memory: Memory;
  readonly #scratch: Scratch;
  readonly #decay: number;
  readonly #adjust: number;
  readonly #ignoreMissing: number;
  readonly #state: number;

  constructor({ memory, scratch, owner, parameters }: ScanOptions) {
    this.#decay = decayOf(parameters);
    this.#adjust = parameters['adjust'] === false ? 0 : 1;
    this.#ignoreMissing = parameters['ignoreMissing'] === true ? 1 : 0;
    this.#memory = memory;
    this.#scratch = scratch;
    this.#state = memory.allocateZeroed(stateBytes, owner);
  }

  rows([vector]: readonly ChunkVector[], length: number): readonly ChunkVector[] {
    const out = this.#scratch.take(length * 8);
    const bits = this.#scratch.take((length + 7) >> 3);
    const { values, validity } = vector!;
    scanRoom(this.#memory).ewmMean(
      values,
      validity,
      length,
      this.#decay,
      this.#adjust,
      this.#ignoreMissing,
      this.#state,
      out,
      bits,
    );
    return [chunkVector(f64(), out, bits)];
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

/** Exponentially weighted mean, row by row, as pandas' ewm().mean(). */
export const ewmMean: ScanKind = {
  name: 'ewm_mean',
  arity: [1, 1],
  parameters: {
    span: Number.NaN,
    com: Number.NaN,
    halflife: Number.NaN,
    alpha: Number.NaN,
    adjust: true,
    ignoreMissing: false,
  },
  inputs: ([type]) => {
    if (isNumeric(type!) || type!.kind === 'bool') return [f64()];
    throw new SchemaError(`ewm: takes numbers, not ${typeText(type!)}; cast the column first`, {
      expected: 'a number',
    });
  },
  result: () => f64(),
  create: options => new EwmMean(options),
};
