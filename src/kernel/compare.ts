import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type CompareRoom, compareWasm } from './wasm/compare.ts';

export type { CompareRoom };

/** Comparisons to bits over `memory`. */
export const compareRoom = (memory: Memory): CompareRoom => openRoom(memory, 'compare', compareWasm);
