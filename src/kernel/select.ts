import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type SelectRoom, selectWasm } from './wasm/select.ts';

export type { SelectRoom };

/** Masks, selections and rows by either, over `memory`. */
export const selectRoom = (memory: Memory): SelectRoom => openRoom(memory, 'select', selectWasm);
