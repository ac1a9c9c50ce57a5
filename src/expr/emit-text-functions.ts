import type { ChunkVector } from '../column/chunk.ts';
import { stringRoom } from '../kernel/string.ts';
import type { Memory } from '../memory/memory.ts';
import type { Emit } from './emit.ts';
import { type Program, roomFor } from './program.ts';
import { rewriter } from './rewrite.ts';

/** A kernel from texts to int32. */
const counted =
  (
    kernel: (
      room: ReturnType<typeof stringRoom>,
      program: Program,
      set: readonly unknown[],
    ) => (x: ChunkVector, out: number, rows: number) => void,
  ): Emit =>
  (program, node, [at], out) => {
    const { registers, memory } = program;
    const run = kernel(stringRoom(memory), program, node.set);
    return rows => {
      const x = registers[at!]!;
      run(x, out.values, rows);
      out.validity = x.validity;
    };
  };

export const length: Emit = /* @__PURE__ */ counted(
  room => (x, out, rows) => room.lengthUtf8(x.offsets, x.values, out, rows),
);

export const find: Emit = /* @__PURE__ */ counted((room, program, [text]) => {
  const { address, bytes } = program.text(text as string);
  return (x, out, rows) => room.find(x.offsets, x.values, address, bytes, out, rows);
});

export const occurrences: Emit = /* @__PURE__ */ counted((room, program, [text]) => {
  const { address, bytes } = program.text(text as string);
  return (x, out, rows) => room.occurrences(x.offsets, x.values, address, bytes, out, rows);
});

/** A kernel whose texts are never longer than those they are made of. */
const shortened =
  (
    kernel: (
      room: ReturnType<typeof stringRoom>,
      program: Program,
      set: readonly unknown[],
    ) => (x: ChunkVector, out: ChunkVector, rows: number) => void,
  ): Emit =>
  (program, node, [at], out) => {
    const { registers, memory } = program;
    const texts = program.texts();
    const run = kernel(stringRoom(memory), program, node.set);
    return rows => {
      const x = registers[at!]!;
      out.validity = x.validity;
      out.offsets = texts.offsets;
      out.values = texts.values(bytesOf(memory, x, rows));
      run(x, out, rows);
    };
  };

export const slice: Emit = /* @__PURE__ */ shortened((room, _program, [start, stop]) => (x, out, rows) => {
  room.sliceUtf8(x.offsets, x.values, start as number, stop as number, out.offsets, out.values, rows);
});

export const strip: Emit = /* @__PURE__ */ shortened(
  (room, _program, [ends]) =>
    (x, out, rows) =>
      room.strip(x.offsets, x.values, ends as number, rows, out.offsets, out.values),
);

export const splitPart: Emit = /* @__PURE__ */ shortened((room, program, [text, n]) => {
  const { address, bytes } = program.text(text as string);
  const [found, own] = [program.bits(), program.bits()];
  return (x, out, rows) => {
    room.splitPart(x.offsets, x.values, address, bytes, n as number, rows, out.offsets, out.values, found);
    out.validity = program.both(x.validity, found, own, rows);
  };
});

type Sized = (x: ChunkVector, rows: number, outOffsets: number, out: number) => number;

/** A kernel that is run twice: to know how long its texts are, and to write them. */
const lengthened =
  (kernel: (room: ReturnType<typeof stringRoom>, program: Program, set: readonly unknown[]) => Sized): Emit =>
  (program, node, [at], out) => {
    const { registers, memory } = program;
    const texts = program.texts();
    const run = kernel(stringRoom(memory), program, node.set);
    return rows => {
      const x = registers[at!]!;
      out.validity = x.validity;
      out.offsets = texts.offsets;
      out.values = texts.values(roomFor(run(x, rows, texts.offsets, 0)));
      run(x, rows, texts.offsets, out.values);
    };
  };

export const replace: Emit = /* @__PURE__ */ lengthened((room, program, [text, by]) => {
  const [from, to] = [program.text(text as string), program.text(by as string)];
  return (x, rows, outOffsets, out) =>
    room.replace(x.offsets, x.values, from.address, from.bytes, to.address, to.bytes, rows, outOffsets, out);
});

export const pad: Emit = /* @__PURE__ */ lengthened((room, program, [width, fill, side]) => {
  const { address, bytes } = program.text(fill as string);
  return (x, rows, outOffsets, out) =>
    room.pad(x.offsets, x.values, width as number, address, bytes, side as number, rows, outOffsets, out);
});

export const repeat: Emit = /* @__PURE__ */ lengthened(
  (room, _program, [times]) =>
    (x, rows, outOffsets, out) =>
      room.repeat(x.offsets, x.values, times as number, rows, outOffsets, out),
);

/** ASCII blocks in a kernel, others row by row with all of Unicode's rules. */
const inCase = (name: 'upperAscii' | 'lowerAscii', convert: (text: string) => string): Emit => {
  return (program, node, args, out) => {
    const { registers, memory } = program;
    const kernel = stringRoom(memory)[name];
    const texts = program.texts();
    const slow = rewriter(program, node.args[0]!.type, convert);
    return rows => {
      const x = registers[args[0]!]!;
      const bytes = bytesOf(memory, x, rows);
      const values = texts.values(bytes);
      const first = memory.i32[x.offsets / 4]!;
      if (kernel(x.values + first, values, bytes) !== 0) return slow(x, out, rows);
      out.validity = x.validity;
      out.offsets = x.offsets;
      // offsets stay those of the column, which may begin above 0
      out.values = values - first;
    };
  };
};

export const upper: Emit = /* @__PURE__ */ inCase('upperAscii', text => text.toUpperCase());
export const lower: Emit = /* @__PURE__ */ inCase('lowerAscii', text => text.toLowerCase());

function bytesOf(memory: Memory, { offsets }: ChunkVector, rows: number): number {
  return memory.i32[offsets / 4 + rows]! - memory.i32[offsets / 4]!;
}
