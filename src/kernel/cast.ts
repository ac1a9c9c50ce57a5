import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type CastRoom, castWasm } from './wasm/cast.ts';

export type { CastRoom };

/** Conversions between types over `memory`. */
export const castRoom = (memory: Memory): CastRoom => openRoom(memory, 'cast', castWasm);
