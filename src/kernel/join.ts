import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type JoinRoom, joinWasm } from './wasm/join.ts';

export type { JoinRoom };

/** Kernels that find which rows of two tables belong together. */
export const joinRoom = (memory: Memory): JoinRoom => openRoom<JoinRoom>(memory, 'join', joinWasm);
