import type { Memory } from '../memory/memory.ts';
import { openRoom } from '../memory/room.ts';
import type { DataType } from '../schema/data-type.ts';
import { type OrderRoom, orderWasm } from './wasm/order.ts';

/** Kernels of ordered values: keys in the order of any type, multisets, quantiles. */
export const orderRoom = (memory: Memory): OrderRoom => openRoom<OrderRoom>(memory, 'order', orderWasm);

type ToKeys = (values: number, validity: number, mask: number, length: number, keys: number, present: number) => number;
type FromKeys = (keys: number, length: number, values: number) => void;

/** The kernels that turn values of `type` into i64 keys of the same order, and back; null for text, whose keys are codes. */
export function keyKernels(memory: Memory, type: DataType): { read: ToKeys; write: FromKeys } | null {
  const room = orderRoom(memory);
  switch (type.kind) {
    case 'bool':
      return { read: room.keysBits, write: room.valuesBits };
    case 'int8':
      return { read: room.keysI8, write: room.valuesI8 };
    case 'int16':
      return { read: room.keysI16, write: room.valuesI16 };
    case 'int32':
    case 'date32':
      return { read: room.keysI32, write: room.valuesI32 };
    case 'int64':
    case 'timestamp':
      return { read: room.keysI64, write: room.valuesI64 };
    case 'uint8':
      return { read: room.keysU8, write: room.valuesU8 };
    case 'uint16':
      return { read: room.keysU16, write: room.valuesU16 };
    case 'uint32':
      return { read: room.keysU32, write: room.valuesU32 };
    case 'uint64':
      return { read: room.keysU64, write: room.valuesU64 };
    case 'float32':
      return { read: room.keysF32, write: room.valuesF32 };
    case 'float64':
      return { read: room.keysF64, write: room.valuesF64 };
    default:
      return null;
  }
}
