import { timeRoom } from '../kernel/time.ts';
import type { Emit } from './emit.ts';
import { names, programOf, widestText } from './time-format.ts';
import { zoneTable } from './zone-table.ts';

const datePart: Emit = (program, node, [at], out) => {
  const { registers } = program;
  const room = timeRoom(program.memory);
  const which = node.value as number;
  return length => {
    const x = registers[at!]!;
    room.datePart(which, x.values, out.values, length);
    out.validity = x.validity;
  };
};

const tickPart: Emit = (program, node, [at], out) => {
  const { registers } = program;
  const room = timeRoom(program.memory);
  const [size, cycle] = node.set as [bigint, bigint];
  return length => {
    const x = registers[at!]!;
    room.tickPart(x.values, size, cycle, out.values, length);
    out.validity = x.validity;
  };
};

/** Between instants and the times of a clock; `kernel` may stop at a row that the clock's table does not reach. */
const byClock =
  (kernel: 'toLocal' | 'toInstant'): Emit =>
  (program, node, [at], out) => {
    const { registers, memory } = program;
    const room = timeRoom(memory);
    const zone = zoneTable(program, kernel === 'toLocal' ? node.args[0]!.type : node.type)!;
    return length => {
      const { values, validity } = registers[at!]!;
      for (let row = 0; ; zone.cover(memory.i64[values / 8 + row]!)) {
        row = room[kernel](zone.address, values, validity, row, length, out.values);
        if (row >= length) break;
      }
      out.validity = validity;
    };
  };

const roundTime: Emit = (program, node, [at], out) => {
  const { registers, memory } = program;
  const room = timeRoom(memory);
  const [mode, size, origin, months, whole, lengthMs] = node.set as [number, bigint, bigint, number, number, number];
  const unit = program.own(room.unitBytes.value as number);
  room.setUnit(unit, size, origin, months, whole);
  const zone = zoneTable(program, node.type, lengthMs);
  return length => {
    const { values, validity } = registers[at!]!;
    for (let row = 0; ; zone!.cover(memory.i64[values / 8 + row]!)) {
      row = room.roundTime(unit, zone?.address ?? 0, mode, values, validity, row, length, out.values);
      if (row >= length) break;
    }
    out.validity = validity;
  };
};

const formatTime: Emit = (program, node, args, out) => {
  const { registers, memory } = program;
  const room = timeRoom(memory);
  const texts = program.texts();
  const steps = programOf(node.set[0] as string, args.length > 1);
  const [script, labels] = [steps, names()].map(bytes => {
    const address = program.own(bytes.length);
    memory.u8.set(bytes, address);
    return address;
  }) as [number, number];
  const widest = widestText(steps);
  return length => {
    const local = registers[args[0]!]!;
    const utc = registers[args.at(-1)!]!;
    out.validity = local.validity;
    out.offsets = texts.offsets;
    out.values = texts.values(length * widest);
    const end = script + steps.length;
    room.formatTime(
      local.values,
      utc.values,
      length,
      BigInt(node.value as number),
      labels,
      script,
      end,
      out.offsets,
      out.values,
    );
  };
};

export const timeEmitters: Readonly<Record<string, Emit>> = /* @__PURE__ */ Object.freeze({
  datePart,
  tickPart,
  toLocal: /* @__PURE__ */ byClock('toLocal'),
  toInstant: /* @__PURE__ */ byClock('toInstant'),
  roundTime,
  formatTime,
});
