import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type GroupRoom, groupWasm } from './wasm/group.ts';

/** Kernels that turn keys into dense group ids, and back. */
export const groupRoom = (memory: Memory): GroupRoom => openRoom(memory, 'group', groupWasm);

export type { GroupRoom };
