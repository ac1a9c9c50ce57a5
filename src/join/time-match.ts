import type { Reach } from './join-state.ts';

/** Which rows belong together; spans in ticks of the indexes. */
export type TimeMatch =
  | {
      readonly kind: 'asof';
      readonly direction: 'backward' | 'forward' | 'nearest';
      /** Null: any distance. */
      readonly tolerance: bigint | null;
      readonly exact: boolean;
    }
  | { readonly kind: 'interval'; readonly from: bigint; readonly to: bigint; readonly outer: boolean };

/** Where partners lie. */
export function reachOf(match: TimeMatch): Reach {
  if (match.kind === 'interval') return { back: false, ahead: true, tolerance: 0n, from: match.from, to: match.to };
  const { direction, tolerance } = match;
  const [back, ahead] = [direction !== 'forward', direction !== 'backward'];
  return { back, ahead, tolerance: tolerance ?? -1n, from: 0n, to: 0n };
}
