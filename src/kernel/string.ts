import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type StringRoom, stringWasm } from './wasm/string.ts';

/** Kernels of texts by code points: parts, places, changes. */
export const stringRoom = (memory: Memory): StringRoom => openRoom<StringRoom>(memory, 'string', stringWasm);
