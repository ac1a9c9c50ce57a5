import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type SketchRoom, sketchWasm } from './wasm/sketch.ts';

/** Kernels of sketches: registers of distinct counts, buckets of quantiles. */
export const sketchRoom = (memory: Memory): SketchRoom => openRoom<SketchRoom>(memory, 'sketch', sketchWasm);
