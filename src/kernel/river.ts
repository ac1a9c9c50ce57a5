import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type RiverRoom, riverWasm } from './wasm/river.ts';

export type { RiverRoom };

/** Packed rows to columns and back, over `memory`. */
export const riverRoom = (memory: Memory): RiverRoom => openRoom(memory, 'river', riverWasm);

/** What a step of `unpackRows` and `packRows` moves; see assembly/river/steps.ts. */
export const stepKind = /* @__PURE__ */ Object.freeze({
  field: 0,
  pairs: 1,
  fours: 2,
  eights: 3,
  twos: 4,
  words: 5,
  octets: 6,
});

/** Added to a step's kind: `packRows` writes nothing behind its fields. */
export const exactStep = 256;

/** What a word of a row is, in a step of kind `words`. */
export const wordKind = /* @__PURE__ */ Object.freeze({ whole: 1, lower: 2, upper: 3 });
