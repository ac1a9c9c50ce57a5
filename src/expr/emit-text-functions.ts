import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import type { Memory } from '../memory/memory.ts';
import { utf8 } from '../schema/data-type.ts';
import type { Emit } from './emit.ts';
import type { Program, TextRoom } from './program.ts';

const encoder = /* @__PURE__ */ new TextEncoder();

/** The text of a row. */
export function textAt(memory: Memory, decoder: TextDecoder, { offsets, values }: ChunkVector, row: number): string {
  const from = values + memory.i32[offsets / 4 + row]!;
  const to = values + memory.i32[offsets / 4 + row + 1]!;
  // a copy: decoders refuse shared views
  return decoder.decode(memory.u8.slice(from, to));
}

/** Texts keep a leading byte order mark. */
export const textDecoder = (): TextDecoder => new TextDecoder('utf-8', { ignoreBOM: true });

export const length: Emit = (program, _node, [at], out) => {
  const { registers, select } = program;
  return rows => {
    const x = registers[at!]!;
    select.lengthUtf8(x.offsets, x.values, out.values, rows);
    out.validity = x.validity;
  };
};

export const slice: Emit = (program, node, [at], out) => {
  const { registers, select } = program;
  const room = program.texts();
  const [start, stop] = node.set as [number, number];
  return rows => {
    const x = registers[at!]!;
    out.validity = x.validity;
    out.offsets = room.offsets;
    // never longer than the texts themselves
    out.values = room.values(bytesOf(program, x, rows));
    select.sliceUtf8(x.offsets, x.values, start, stop, out.offsets, out.values, rows);
  };
};

/** ASCII blocks in a kernel, others row by row with all of Unicode's rules. */
const inCase = (name: 'upperAscii' | 'lowerAscii', convert: (text: string) => string): Emit => {
  return (program, _node, [at], out) => {
    const { registers, select, memory } = program;
    const room = program.texts();
    const slow = rewriter(program, convert);
    return rows => {
      const x = registers[at!]!;
      const bytes = bytesOf(program, x, rows);
      const values = room.values(bytes);
      const first = memory.i32[x.offsets / 4]!;
      if (select[name](x.values + first, values, bytes) !== 0) return slow(x, out, rows);
      out.validity = x.validity;
      out.offsets = x.offsets;
      // offsets stay those of the column, which may begin above 0
      out.values = values - first;
    };
  };
};

export const upper: Emit = /* @__PURE__ */ inCase('upperAscii', text => text.toUpperCase());
export const lower: Emit = /* @__PURE__ */ inCase('lowerAscii', text => text.toLowerCase());

const rewritten =
  (convertOf: (set: readonly unknown[]) => (text: string) => string): Emit =>
  (program, node, [at], out) => {
    const rewrite = rewriter(program, convertOf(node.set));
    return rows => rewrite(program.registers[at!]!, out, rows);
  };

export const strip: Emit = /* @__PURE__ */ rewritten(() => text => text.trim());
export const replace: Emit = /* @__PURE__ */ rewritten(
  ([from, to]) =>
    text =>
      text.replaceAll(from as string, () => to as string),
);

/** Row by row in JavaScript, whose string functions know all of Unicode. */
function rewriter(
  program: Program,
  convert: (text: string) => string,
): (x: ChunkVector, out: ChunkVector, rows: number) => void {
  const { memory } = program;
  const room = program.texts();
  const decoder = textDecoder();
  return (x, out, rows) => {
    const parts: Uint8Array[] = [];
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const part = encoder.encode(convert(textAt(memory, decoder, x, row)));
      parts.push(part);
      total += part.length;
    }
    out.validity = x.validity;
    writeTexts(memory, room, parts, total, out);
  };
}

/** Encoded texts as a column. */
export function writeTexts(
  memory: Memory,
  room: TextRoom,
  parts: readonly Uint8Array[],
  total: number,
  out: ChunkVector,
): void {
  out.offsets = room.offsets;
  out.values = room.values(total);
  const { u8, i32 } = memory;
  let end = 0;
  i32[out.offsets / 4] = 0;
  for (const [row, part] of parts.entries()) {
    u8.set(part, out.values + end);
    end += part.length;
    i32[out.offsets / 4 + row + 1] = end;
  }
}

function bytesOf({ memory }: Program, { offsets }: ChunkVector, rows: number): number {
  return memory.i32[offsets / 4 + rows]! - memory.i32[offsets / 4]!;
}

/** Bits of the rows whose text a regular expression finds something in. */
export function patternTest(
  { memory }: Program,
  pattern: RegExp,
): (offsets: number, values: number, bits: number, each: number, rows: number) => void {
  const decoder = textDecoder();
  const view = chunkVector(utf8(), 0);
  return (offsets, values, bits, _each, rows) => {
    view.offsets = offsets;
    view.values = values;
    for (let row = 0; row < rows; row += 8) {
      let byte = 0;
      for (let i = 0; i < 8 && row + i < rows; i++) {
        if (pattern.test(textAt(memory, decoder, view, row + i))) byte |= 1 << i;
      }
      memory.u8[bits + (row >> 3)] = byte;
    }
  };
}
