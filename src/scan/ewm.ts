import type { Parameters } from '../aggregate/accumulator.ts';
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import { OptionError, SchemaError } from '../errors.ts';
import { scanRoom } from '../kernel/scan.ts';
import { f64, isNumeric, typeText } from '../schema/data-type.ts';
import { CarriedScan } from './_carried.ts';
import type { ScanKind, ScanOptions } from './scan.ts';

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

abstract class Weighted extends CarriedScan {
  protected readonly decay: number;
  protected readonly adjust: number;
  protected readonly ignoreMissing: number;
  protected readonly least: number;

  constructor(options: ScanOptions, bytes: number) {
    super(options, bytes);
    const { adjust, ignoreMissing, minPeriods } = options.parameters;
    this.decay = decayOf(options.parameters);
    this.adjust = adjust === false ? 0 : 1;
    this.ignoreMissing = ignoreMissing === true ? 1 : 0;
    this.least = Number(minPeriods);
  }
}

/** The mean of the rows so far, or the sum of the weighted rows. */
class WeightedMean extends Weighted {
  readonly #total: number;

  constructor(options: ScanOptions, name: 'mean' | 'sum') {
    super(options, 24);
    this.#total = name === 'sum' ? 1 : 0;
  }

  protected carry([vector]: readonly ChunkVector[], length: number, ids: number, states: number): ChunkVector {
    const { decay, adjust, ignoreMissing, least, scratch, memory } = this;
    const [out, bits] = [scratch.take(length * 8), scratch.take((length + 7) >> 3)];
    const [{ values, validity }, total] = [vector!, this.#total];
    const room = scanRoom(memory);
    room.ewmMean(values, validity, ids, length, decay, adjust, ignoreMissing, total, least, states, out, bits);
    return chunkVector(f64(), out, bits);
  }
}

const WHAT = { cov: 0, var: 0, corr: 1, std: 2 } as const;

/** Second moments of the rows so far, of one column or two. */
class WeightedMoments extends Weighted {
  readonly #what: number;
  readonly #bias: number;

  constructor(options: ScanOptions, name: keyof typeof WHAT) {
    super(options, 72);
    this.#what = WHAT[name];
    this.#bias = options.parameters['bias'] === true ? 1 : 0;
  }

  protected carry([x, other]: readonly ChunkVector[], length: number, ids: number, states: number): ChunkVector {
    const { decay, adjust, ignoreMissing, least, scratch, memory } = this;
    const [out, bits] = [scratch.take(length * 8), scratch.take((length + 7) >> 3)];
    const y = other ?? x!;
    const [xs, ys, xBits, yBits] = [x!.values, y.values, x!.validity, y.validity];
    const [what, bias, room] = [this.#what, this.#bias, scanRoom(memory)];
    const weights = [decay, adjust, ignoreMissing] as const;
    room.ewmMoments(xs, ys, xBits, yBits, ids, length, ...weights, what, bias, least, states, out, bits);
    return chunkVector(f64(), out, bits);
  }
}

const decays = { span: Number.NaN, com: Number.NaN, halflife: Number.NaN, alpha: Number.NaN };
const weights = { ...decays, adjust: true, ignoreMissing: false, minPeriods: 0 };

function weighted(name: 'mean' | 'sum' | keyof typeof WHAT): ScanKind {
  const arity = name === 'cov' || name === 'corr' ? 2 : 1;
  const unbiased = name === 'cov' || name === 'var' || name === 'std';
  return {
    name: `ewm_${name}`,
    arity: [arity, arity],
    parameters: unbiased ? { ...weights, bias: false } : weights,
    keyed: true,
    inputs: types => {
      for (const type of types) {
        if (isNumeric(type) || type.kind === 'bool') continue;
        throw new SchemaError(`ewm: takes numbers, not ${typeText(type)}; cast the column first`, {
          expected: 'a number',
        });
      }
      return types.map(() => f64());
    },
    result: () => f64(),
    create(options) {
      checkWeights(name, options.parameters);
      return name === 'mean' || name === 'sum' ? new WeightedMean(options, name) : new WeightedMoments(options, name);
    },
  };
}

/** @throws OptionError for weights that make no sense */
function checkWeights(name: string, parameters: Parameters): void {
  decayOf(parameters);
  const { adjust, minPeriods } = parameters;
  if (!(Number.isSafeInteger(minPeriods) && Number(minPeriods) >= 0)) {
    throw new OptionError('minPeriods', `ewm: minPeriods is ${minPeriods}; give a whole number, 0 or above`);
  }
  if (name === 'sum' && adjust === false) {
    throw new OptionError('adjust', 'ewm: a sum has no weight of an infinite past; leave out { adjust: false }');
  }
}

/** Every exponentially weighted column, row by row, by its name in texts: `ewm_mean(x, span=5)`. */
export function ewms(): Readonly<Record<string, ScanKind>> {
  const kinds = (['mean', 'sum', 'var', 'std', 'cov', 'corr'] as const).map(weighted);
  return Object.fromEntries(kinds.map(kind => [kind.name, kind]));
}
