// What a rolling window answers, recomputed for each row. Missing values are NaN.
import { quantile } from './order.ts';

export interface RollingAsk {
  readonly name: string;
  readonly minPeriods: number;
  readonly q?: number;
  readonly interpolation?: string;
  readonly ddof?: number;
}

/** One answer for a window of values, oldest first; null when it has fewer than `minPeriods`, or the answer is NaN. */
export function windowAnswer(window: readonly number[], ask: RollingAsk): number | null {
  const real = window.filter(value => !Number.isNaN(value));
  if (real.length < ask.minPeriods) return null;
  const answer = plainAnswer(real, ask);
  return answer === null || Number.isNaN(answer) ? null : answer;
}

function plainAnswer(real: readonly number[], { name, q = 0.5, interpolation, ddof = 1 }: RollingAsk): number | null {
  if (name === 'count') return real.length;
  if (name === 'sum') return exactSum(real);
  if (real.length === 0) return null;
  switch (name) {
    case 'mean':
      return exactSum(real) / real.length;
    case 'min':
      return Math.min(...real);
    case 'max':
      return Math.max(...real);
    case 'var':
    case 'std': {
      if (real.length <= ddof) return null;
      const mean = exactSum(real) / real.length;
      const variance = exactSum(real.map(value => (value - mean) ** 2)) / (real.length - ddof);
      return name === 'var' ? variance : Math.sqrt(variance);
    }
    case 'first':
      return real[0]!;
    case 'last':
      return real.at(-1)!;
    default:
      return quantile(
        [...real].sort((a, b) => a - b),
        q,
        interpolation,
      );
  }
}

/** Neumaier's sum. */
export function exactSum(values: readonly number[]): number {
  let sum = 0;
  let error = 0;
  for (const value of values) {
    const t = sum + value;
    error += Math.abs(sum) >= Math.abs(value) ? sum - t + value : value - t + sum;
    sum = t;
  }
  return Number.isNaN(sum + error) ? sum : sum + error;
}
