import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type HashRoom, hashWasm } from './wasm/hash.ts';

/** XXH64, a checksum that runs at the speed of memory. */
export const hashRoom = (memory: Memory): HashRoom => openRoom<HashRoom>(memory, 'hash', hashWasm);
