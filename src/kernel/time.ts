import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type TimeRoom, timeWasm } from './wasm/time.ts';

export type { TimeRoom };

/** Kernels of dates and times: parts, clocks of places, rounding, text. */
export const timeRoom = (memory: Memory): TimeRoom => openRoom<TimeRoom>(memory, 'time', timeWasm);
