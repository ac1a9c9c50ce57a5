import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type ScanRoom, scanWasm } from './wasm/scan.ts';

/** Kernels of columns that remember: running totals, values carried on, weighted means. */
export const scanRoom = (memory: Memory): ScanRoom => openRoom<ScanRoom>(memory, 'scan', scanWasm);
