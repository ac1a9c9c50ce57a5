import { cummax, cummin, cumprod, cumsum } from './cumulative.ts';
import { ewms } from './ewm.ts';
import { ffill } from './forward-fill.ts';
import { rollings } from './rolling.ts';
import type { ScanKind } from './scan.ts';
import { shift } from './shift.ts';

/** Every remembering column by the name it has in texts. */
export const SCANS: Readonly<Record<string, ScanKind>> = /* @__PURE__ */ Object.freeze({
  cumsum,
  cumprod,
  cummin,
  cummax,
  shift,
  ffill,
  ...ewms(),
  ...rollings(),
});

/** The kind called `name`; undefined when there is none. */
export const scanNamed = (name: string): ScanKind | undefined => (Object.hasOwn(SCANS, name) ? SCANS[name] : undefined);
