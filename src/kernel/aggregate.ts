import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import { type AggregateRoom, aggregateWasm } from './wasm/aggregate.ts';

/** Kernels over arrays of aggregation states. */
export const aggregateRoom = (memory: Memory): AggregateRoom => openRoom(memory, 'aggregate', aggregateWasm);

export type { AggregateRoom };
