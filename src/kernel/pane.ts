import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type PaneRoom, paneWasm } from './wasm/pane.ts';

/** Kernels that cut rows into windows, slices and sessions, and count the rows of groups. */
export const paneRoom = (memory: Memory): PaneRoom => openRoom<PaneRoom>(memory, 'pane', paneWasm);
