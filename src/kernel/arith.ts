import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type ArithRoom, arithWasm } from './wasm/arith.ts';

export type { ArithRoom };

/** Elementwise arithmetic over `memory`. */
export const arithRoom = (memory: Memory): ArithRoom => openRoom(memory, 'arith', arithWasm);
