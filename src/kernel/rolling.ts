import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type RollingRoom, rollingWasm } from './wasm/rolling.ts';

/** Kernels of windows of each row's own group: who leaves, and what the rows that are left answer. */
export const rollingRoom = (memory: Memory): RollingRoom => openRoom<RollingRoom>(memory, 'rolling', rollingWasm);
