import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type ColumnRoom, columnWasm } from './wasm/column.ts';

/** A code that stands for "no value" in the map of `mapCodes`, and what `encodeUtf8` is told to write for null rows. */
export const nullCode = 0xffff_ffff;

/** The kernels that move columns, over `memory`. */
export const columnRoom = (memory: Memory): ColumnRoom => openRoom<ColumnRoom>(memory, 'column', columnWasm);
