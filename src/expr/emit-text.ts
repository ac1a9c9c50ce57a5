import type { ChunkVector } from '../column/chunk.ts';
import type { Dictionary } from '../column/dictionary.ts';
import { settle } from './_settle.ts';
import { blockRows } from './block.ts';
import type { Core } from './core.ts';
import type { Emit } from './emit.ts';
import { patternOf } from './pattern.ts';
import { type Program, roomFor, type TextRoom } from './program.ts';
import { patternTest } from './rewrite.ts';

/** Kernel and inversion of a test of texts; for `isIn` the answers of several are put together. */
function kernelOf(op: string): { name: string; flip: number } {
  if (op === 'ne') return { name: 'eq', flip: 1 };
  if (op === 'gt') return { name: 'le', flip: 1 };
  if (op === 'ge') return { name: 'lt', flip: 1 };
  return { name: op === 'isIn' ? 'eq' : op, flip: 0 };
}

/** Writes the answers for `length` texts as bits; `each` is room for as many. */
type TextTest = (offsets: number, values: number, bits: number, each: number, length: number) => void;

/** One kernel call per constant text. */
function wordTest(program: Program, node: Core): TextTest {
  const { name, flip } = kernelOf(node.op);
  const kernel = program.compare[`${name}Utf8Scalar`]!;
  const texts = node.set.map(text => program.text(String(text)));
  return (offsets, values, bits, each, length) => {
    for (const [i, { address, bytes }] of texts.entries()) {
      kernel(offsets, values, address, bytes, i === 0 ? bits : each, length, flip);
      if (i > 0) program.select.orBits(bits, each, bits, (length + 7) >> 3);
    }
  };
}

/** A text column against constant texts. */
export const textTest: Emit = (program, node, args, out) => {
  const { registers } = program;
  const test = node.op === 'matches' ? patternTest(program, patternOf(String(node.set[0]))) : wordTest(program, node);
  const one = program.bits();
  if (node.args[0]!.type.kind === 'dictionary') return dictionaryTest(program, args[0]!, node.op, out, test);
  return length => {
    const x = registers[args[0]!]!;
    test(x.offsets, x.values, out.values, one, length);
    settle(program, node.op, out, x.validity, length);
  };
};

/** Asks each distinct text once, as dictionaries grow; rows then look up the bit of their code. */
function dictionaryTest(
  program: Program,
  at: number,
  op: string,
  out: ChunkVector,
  test: TextTest,
): (length: number) => void {
  const { registers, compare } = program;
  let known: Dictionary | undefined;
  let count = 0;
  let answers = 0;
  let each = 0;
  const learn = (dictionary: Dictionary): void => {
    // whole bytes of answers stay; the last, begun one is asked again
    const from = known === dictionary && dictionary.count >= count ? count & ~7 : 0;
    const bytes = ((dictionary.count + 7) >> 3) + 8;
    answers = program.grow(answers, from >> 3, bytes);
    each = program.grow(each, 0, bytes);
    test(dictionary.offsets + from * 4, dictionary.values, answers + (from >> 3), each, dictionary.count - from);
    known = dictionary;
    count = dictionary.count;
  };
  return length => {
    const x = registers[at]!;
    const dictionary = x.dictionary!;
    if (dictionary !== known || dictionary.count !== count) learn(dictionary);
    compare.lookUpBits(x.values, answers, count, out.values, length, 0);
    settle(program, op, out, x.validity, length);
  };
}

export const compareTextColumns: Emit = (program, node, [left, right], out) => {
  const { registers } = program;
  // a > b is b < a
  const [name, flip, swap] = (
    {
      eq: ['eq', 0, 0],
      ne: ['eq', 1, 0],
      lt: ['lt', 0, 0],
      le: ['le', 0, 0],
      gt: ['lt', 0, 1],
      ge: ['le', 0, 1],
    } as const
  )[node.op as 'eq']!;
  const kernel = program.compare[`${name}Utf8`]!;
  const [first, second] = swap ? [right!, left!] : [left!, right!];
  return length => {
    const x = registers[first]!;
    const y = registers[second]!;
    kernel(x.offsets, x.values, y.offsets, y.values, out.values, length, flip);
    settle(program, node.op, out, x.validity, length);
    settle(program, node.op, out, y.validity, length);
  };
};

type Offsets = (bits: number, a: number, b: number, out: number, length: number) => number;
type Bytes = (
  bits: number,
  aOffsets: number,
  aValues: number,
  bOffsets: number,
  bValues: number,
  out: number,
  length: number,
) => void;

/** Texts made of two columns: offsets first, which tell the bytes, then the bytes. */
export function joinTexts(
  room: TextRoom,
  out: ChunkVector,
  length: number,
  offsets: Offsets,
  bytes: Bytes,
  bits: number,
  a: ChunkVector,
  b: ChunkVector,
): void {
  out.offsets = room.offsets;
  const total = offsets(bits, a.offsets, b.offsets, out.offsets, length);
  out.values = room.values(roomFor(total));
  bytes(bits, a.offsets, a.values, b.offsets, b.values, out.values, length);
}

export const concat: Emit = (program, _node, [left, right], out) => {
  const { registers, select } = program;
  const own = program.bits();
  const room = program.texts();
  return length => {
    const x = registers[left!]!;
    const y = registers[right!]!;
    joinTexts(
      room,
      out,
      length,
      (_bits, a, b, to, rows) => select.joinUtf8Offsets(a, b, to, rows),
      (_bits, aOffsets, aValues, bOffsets, bValues, to, rows) =>
        select.joinUtf8Bytes(aOffsets, aValues, bOffsets, bValues, to, rows),
      0,
      x,
      y,
    );
    out.validity = program.both(x.validity, y.validity, own, length);
  };
};

/** Texts of a dictionary column. */
export const decode: Emit = (program, _node, [at], out) => {
  const { registers, select, memory } = program;
  const room = program.texts();
  const codes = program.own(blockRows * 4);
  const zeros = program.own(blockRows * 4);
  memory.bulk.fill(zeros, 0, blockRows * 4);
  /** The codes, with 0 where there is no value: what lies under a null may be no code at all. */
  const present = ({ values, validity }: ChunkVector, length: number): number => {
    if (validity === 0) return values;
    select.blend32(validity, values, zeros, codes, length);
    return codes;
  };
  return length => {
    const x = registers[at!]!;
    const dictionary = x.dictionary!;
    out.validity = x.validity;
    out.offsets = room.offsets;
    if (dictionary.count === 0) {
      memory.bulk.fill(out.offsets, 0, (length + 1) * 4);
      out.values = room.values(0);
      return;
    }
    const rows = present(x, length);
    const total = select.takeUtf8Offsets(dictionary.offsets, rows, out.offsets, length);
    out.values = room.values(roomFor(total));
    select.takeUtf8Bytes(dictionary.offsets, dictionary.values, rows, out.values, length);
  };
};
