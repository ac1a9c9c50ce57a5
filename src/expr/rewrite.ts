// Texts through functions of JavaScript: regular expressions, and what needs all of Unicode's rules.
import { type ChunkVector, chunkVector } from '../column/chunk.ts';
import type { Dictionary } from '../column/dictionary.ts';
import type { Memory } from '../memory/memory.ts';
import { type DataType, utf8 } from '../schema/data-type.ts';
import { blockRows } from './block.ts';
import type { Emit } from './emit.ts';
import { patternOf } from './pattern.ts';
import { type Program, roomFor, type TextRoom } from './program.ts';

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

/** Encoded texts as a column, null for none. */
export function writeTexts(
  memory: Memory,
  room: TextRoom,
  parts: readonly (Uint8Array | null)[],
  total: number,
  out: ChunkVector,
): void {
  out.offsets = room.offsets;
  out.values = room.values(roomFor(total));
  const { u8, i32 } = memory;
  let end = 0;
  i32[out.offsets / 4] = 0;
  for (const [row, part] of parts.entries()) {
    if (part !== null) {
      u8.set(part, out.values + end);
      end += part.length;
    }
    i32[out.offsets / 4 + row + 1] = end;
  }
}

type Convert = (text: string) => string | null;
type Rewrite = (x: ChunkVector, out: ChunkVector, rows: number) => void;

/** What a function makes of each text; null for none. Of a dictionary's distinct texts it is asked once. */
export function rewriter(program: Program, type: DataType, convert: Convert): Rewrite {
  return type.kind === 'dictionary' ? dictionaryRewriter(program, convert) : rowRewriter(program, convert);
}

function rowRewriter(program: Program, convert: Convert): Rewrite {
  const { memory } = program;
  const room = program.texts();
  const decoder = textDecoder();
  const [found, own] = [program.bits(), program.bits()];
  return (x, out, rows) => {
    const converted = new Converted();
    for (let row = 0; row < rows; row++) converted.push(convert(textAt(memory, decoder, x, row)));
    out.validity = x.validity;
    if (converted.someNull) {
      memory.u8.set(converted.bits(), found);
      out.validity = program.both(x.validity, found, own, rows);
    }
    writeTexts(memory, room, converted.parts, converted.bytes, out);
  };
}

/** Texts in UTF-8 as they are made. */
class Converted {
  readonly parts: (Uint8Array | null)[] = [];
  bytes = 0;
  someNull = false;

  push(text: string | null): void {
    const part = text === null ? null : encoder.encode(text);
    if (part === null) this.someNull = true;
    else this.bytes += part.length;
    this.parts.push(part);
  }

  /** 1 = there is a text. */
  bits(): Uint8Array {
    const bits = new Uint8Array((this.parts.length + 7) >> 3);
    for (const [at, part] of this.parts.entries()) if (part !== null) bits[at >> 3]! |= 1 << (at & 7);
    return bits;
  }
}

/** Keeps what the distinct texts became, in the order of their codes. */
function dictionaryRewriter(program: Program, convert: Convert): Rewrite {
  const { memory, select, compare } = program;
  const decoder = textDecoder();
  const room = program.texts();
  const [codes, zeros] = [program.own(blockRows * 4), program.own(blockRows * 4)];
  const [found, own] = [program.bits(), program.bits()];
  memory.bulk.fill(zeros, 0, blockRows * 4);
  const texts = chunkVector(utf8(), 0);
  let known: Dictionary | undefined;
  let converted = new Converted();
  let [offsets, values, bits] = [0, 0, 0];
  const learn = (dictionary: Dictionary): void => {
    const { count } = dictionary;
    if (known !== dictionary || count < converted.parts.length) converted = new Converted();
    known = dictionary;
    texts.offsets = dictionary.offsets;
    texts.values = dictionary.values;
    for (let at = converted.parts.length; at < count; at++) converted.push(convert(textAt(memory, decoder, texts, at)));
    offsets = program.grow(offsets, 0, (count + 1) * 4);
    values = program.grow(values, 0, converted.bytes + 1);
    bits = program.grow(bits, 0, (count >> 3) + 8);
    writeTexts(memory, { offsets, values: () => values }, converted.parts, converted.bytes, chunkVector(utf8(), 0));
    memory.u8.set(converted.bits(), bits);
  };
  return (x, out, rows) => {
    const dictionary = x.dictionary!;
    if (dictionary !== known || dictionary.count !== converted.parts.length) learn(dictionary);
    out.validity = x.validity;
    out.offsets = room.offsets;
    if (converted.parts.length === 0) {
      memory.bulk.fill(out.offsets, 0, (rows + 1) * 4);
      out.values = room.values(0);
      return;
    }
    let present = x.values;
    // what lies under a null may be no code at all
    if (x.validity !== 0) select.blend32(x.validity, x.values, zeros, (present = codes), rows);
    out.values = room.values(roomFor(select.takeUtf8Offsets(offsets, present, out.offsets, rows)));
    select.takeUtf8Bytes(offsets, values, present, out.values, rows);
    if (!converted.someNull) return;
    compare.lookUpBits(present, bits, converted.parts.length, found, rows, 0);
    out.validity = program.both(x.validity, found, own, rows);
  };
}

const byPattern =
  (convertOf: (pattern: RegExp, set: readonly unknown[]) => Convert, flags: string): Emit =>
  (program, node, [at], out) => {
    const pattern = patternOf(node.set[0] as string, flags);
    const rewrite = rewriter(program, node.args[0]!.type, convertOf(pattern, node.set));
    return rows => rewrite(program.registers[at!]!, out, rows);
  };

export const replacePattern: Emit = /* @__PURE__ */ byPattern(
  (pattern, [, by]) =>
    text =>
      text.replace(pattern, by as string),
  'g',
);

export const extract: Emit = /* @__PURE__ */ byPattern((pattern, [, group]) => {
  const name = typeof group === 'string' ? group : null;
  return text => {
    const match = pattern.exec(text);
    return (name === null ? match?.[group as number] : match?.groups?.[name]) ?? null;
  };
}, '');

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
