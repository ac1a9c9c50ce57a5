import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type ParquetRoom, parquetWasm } from './wasm/parquet.ts';

/** The kernels that decode Parquet's pages, over `memory`. */
export const parquetRoom = (memory: Memory): ParquetRoom => openRoom<ParquetRoom>(memory, 'parquet', parquetWasm);
