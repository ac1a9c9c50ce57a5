import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type RiverRoom, riverWasm } from './wasm/river.ts';

export type { RiverRoom };

/** Packed rows to columns and back, over `memory`. */
export const riverRoom = (memory: Memory): RiverRoom => openRoom(memory, 'river', riverWasm);

/** What a step of `unpackRows` and `packRows` moves: one field, or so many neighbours of one width that they fill a v128. */
export const stepKind = /* @__PURE__ */ Object.freeze({ single: 0, pairs: 1, fours: 2, eights: 3 });
