import type { Parameters } from '../aggregate/accumulator.ts';
import { RollingColumn, type RollingName } from '../aggregate/rolling-column.ts';
import type { ChunkVector } from '../column/chunk.ts';
import { OptionError, SchemaError } from '../errors.ts';
import type { Scratch } from '../memory/scratch.ts';
import { f64, i64, isNumeric, typeText } from '../schema/data-type.ts';
import { TimeSpans } from '../window/time-spans.ts';
import type { Scan, ScanKind, ScanOptions } from './scan.ts';

/** For each row the answer for the window of rows (or the stretch of time) that ends with it. */
class Rolling implements Scan {
  readonly #scratch: Scratch;
  readonly #column: RollingColumn;
  readonly #spans: TimeSpans | null;

  constructor({ memory, scratch, owner, types, parameters, index }: ScanOptions, name: RollingName) {
    const { n, minPeriods, ...rest } = parameters;
    const rows = typeof n === 'string' ? undefined : rowsOf(n);
    const least = Number.isNaN(minPeriods) ? undefined : Number(minPeriods);
    const type = types[0]!;
    this.#scratch = scratch;
    this.#column = new RollingColumn({ memory, owner, type, name, rows, minPeriods: least, parameters: rest });
    if (rows !== undefined) this.#spans = null;
    else {
      const range = index!.ticks(n as string, 'rolling');
      if (range <= 0n) throw new OptionError('rolling', `rolling: a span of ${n} holds no rows; give one above 0`);
      this.#spans = new TimeSpans({ memory, owner, type: i64(), range });
    }
  }

  rows([vector]: readonly ChunkVector[], length: number, times: number): readonly ChunkVector[] {
    const spans = this.#spans ? this.#spans.push(times, length, this.#scratch) : 0;
    return [this.#column.push(vector!, length, this.#scratch, spans)];
  }

  reset(): void {
    this.#column.clear();
    this.#spans?.restore(new Uint8Array(0));
  }

  snapshot(): Uint8Array {
    const column = this.#column.snapshot();
    const spans = this.#spans?.snapshot() ?? new Uint8Array(0);
    const bytes = new Uint8Array(8 + column.length + spans.length);
    new DataView(bytes.buffer).setUint32(0, column.length, true);
    bytes.set(column, 8);
    bytes.set(spans, 8 + column.length);
    return bytes;
  }

  restore(bytes: Uint8Array): void {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    this.#column.restore(bytes.slice(8, 8 + length));
    this.#spans?.restore(bytes.slice(8 + length));
  }

  dispose(): void {
    this.#column.dispose();
    this.#spans?.dispose();
  }
}

function rowsOf(n: Parameters[string] | undefined): number {
  if (typeof n === 'number' && Number.isSafeInteger(n) && n > 0) return n;
  throw new OptionError(
    'rolling',
    `rolling: a window of ${n} rows makes no sense; give a whole number or a span, "2s"`,
  );
}

function rolling(name: RollingName, parameters: Parameters = {}): ScanKind {
  return {
    name: `rolling_${name}`,
    arity: [1, 1],
    parameters: { n: Number.NaN, minPeriods: Number.NaN, ...parameters },
    needsIndex: ({ n }) => typeof n === 'string',
    inputs: ([type]) => {
      if (isNumeric(type!) || type!.kind === 'bool') return [type!];
      throw new SchemaError(`rolling: ${name} takes numbers and bool, not ${typeText(type!)}; cast the column first`, {
        expected: 'a number',
      });
    },
    result: () => f64(),
    create: options => new Rolling(options, name),
  };
}

/** Columns whose windows are of all rows, by their names in texts, for numbers and bool: a tape of f64, and kernels for each. */
export function rollings(): Readonly<Record<string, ScanKind>> {
  const kinds = [
    ...(['sum', 'mean', 'min', 'max', 'count', 'first', 'last', 'median'] as const).map(name => rolling(name)),
    rolling('var', { ddof: 1 }),
    rolling('std', { ddof: 1 }),
    rolling('quantile', { q: 0.5, interpolation: 'linear' }),
  ];
  return Object.fromEntries(kinds.map(kind => [kind.name, kind]));
}
