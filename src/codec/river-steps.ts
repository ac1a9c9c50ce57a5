import { exactStep, stepKind, wordKind } from '../kernel/river.ts';
import type { Memory } from '../memory/memory.ts';
import type { FieldDefinition } from './river-schema.ts';

/** A field that moves: where it is in the row, how wide, and its column's number. */
export interface Move {
  readonly offset: number;
  readonly width: number;
  readonly column: number;
}

/** Neighbours that move together. */
interface Group {
  readonly kind: number;
  readonly moves: readonly Move[];
}

/** What is in the list for one group: kind, offset, width, words, and eight columns. */
const stepWords = 12;
const columnsAt = 4;
const columnCount = 8;
/** Width and number of fields that go together because they fill a v128. */
const alikeGroups = /* @__PURE__ */ Object.freeze([
  [8, 2, stepKind.pairs],
  [4, 4, stepKind.fours],
  [2, 8, stepKind.eights],
] as const);
/** A group of narrow fields has at most so many bytes of a row. */
const groupBytes = 8;

/** The list of steps that the kernels `unpackRows` and `packRows` read, with the column addresses left open. */
export class Steps {
  readonly count: number;
  /** Rows that every step passes over before the next rows are looked at. */
  readonly blockRows: number;
  readonly #words: Uint32Array;
  /** Place in the list and column of each address. */
  readonly #addresses: readonly (readonly [number, number])[];

  /** @param stride bytes of a row */
  constructor(moves: readonly Move[], stride: number) {
    const { order, exact } = ordered(grouped(moves), stride);
    this.count = order.length;
    this.blockRows = blockRowsOf(moves, stride);
    this.#words = new Uint32Array(order.length * stepWords);
    const addresses: (readonly [number, number])[] = [];
    for (const [i, group] of order.entries()) {
      const at = i * stepWords;
      const kind = group.kind + (exact.has(group) ? exactStep : 0);
      const { words, columns } =
        group.kind === stepKind.words ? wordsOf(group) : { words: 0, columns: columnsOf(group) };
      this.#words.set([kind, group.moves[0]!.offset, widthOf(group), words], at);
      for (let k = 0; k < columnCount; k++) addresses.push([at + columnsAt + k, columns[k] ?? columns[0]!]);
    }
    this.#addresses = addresses;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  /** Writes the list to `address`. */
  place(memory: Memory, address: number, columns: (column: number) => number): void {
    for (const [word, column] of this.#addresses) this.#words[word] = columns(column);
    memory.u32.set(this.#words, address >>> 2);
  }
}

/** The fields whose columns are wanted; `columnOf` gives -1 for others. */
export function movesOf(fields: readonly FieldDefinition[], columnOf: (name: string) => number): Move[] {
  const moves: Move[] = [];
  let offset = 0;
  for (const { name, size } of fields) {
    const column = columnOf(name);
    if (column >= 0) moves.push({ offset, width: size, column });
    offset += size;
  }
  return moves;
}

const widthOf = ({ moves }: Group): number => moves.reduce((sum, { width }) => sum + width, 0);
// Blocks of 4 KiB, so that rows are in the L1 cache for every step: eight f64 in a row 21 → 34 GB/s (16 KiB before, of 32 that the cache has); but no
// less than 512 bytes of each column, or 32 columns of i16 that no cache holds go at 4.0 instead of 5.0 GB/s.
const blockBytes = 4096;
const mostBlockBytes = 16384;
const columnBytes = 512;

function blockRowsOf(moves: readonly Move[], stride: number): number {
  const narrowest = Math.min(...moves.map(({ width }) => width));
  const rows = Math.max(blockBytes / stride, Math.min(mostBlockBytes / stride, columnBytes / narrowest));
  return Math.max(8, Math.floor(rows) & ~7);
}

const columnsOf = ({ moves }: Group): number[] => moves.map(({ column }) => column);

/** What the words of a row are, four bits each, and the column of each. */
function wordsOf({ moves }: Group): { readonly words: number; readonly columns: readonly number[] } {
  const kinds = moves.flatMap(({ width }) => (width === 2 ? [wordKind.whole] : [wordKind.lower, wordKind.upper]));
  const columns = moves.flatMap(({ width, column }) => (width === 2 ? [column] : [column, column]));
  return { words: kinds.reduce((sum, kind, k) => sum + kind * 16 ** k, 0), columns };
}

/** Takes the longest groups there are, from the first field on. */
function grouped(moves: readonly Move[]): Group[] {
  const groups: Group[] = [];
  for (let at = 0; at < moves.length; at += groups.at(-1)!.moves.length) groups.push(groupAt(moves, at));
  return groups;
}

function groupAt(moves: readonly Move[], at: number): Group {
  const { width, offset } = moves[at]!;
  for (const [each, count, kind] of alikeGroups) {
    if (width === each && alike(moves, at, count)) return { kind, moves: moves.slice(at, at + count) };
  }
  let end = at + 1;
  while (adjoins(moves, end) && joins(moves, at, end) && endOf(moves[end]!) <= offset + groupBytes) end++;
  const group = moves.slice(at, end);
  if (group.length > 1 && width === 1) return { kind: stepKind.octets, moves: group };
  if (group.length === 2 && group.every(move => move.width === 2)) return { kind: stepKind.twos, moves: group };
  if (group.length > 1 && group.some(move => move.width === 2)) return { kind: stepKind.words, moves: group };
  return { kind: stepKind.field, moves: [moves[at]!] };
}

const endOf = ({ offset, width }: Move): number => offset + width;
const adjoins = (moves: readonly Move[], at: number): boolean =>
  at < moves.length && moves[at]!.offset === endOf(moves[at - 1]!);

/** Whether a field can go with those from the `first` on. */
function joins(moves: readonly Move[], first: number, at: number): boolean {
  const { width } = moves[at]!;
  if (moves[first]!.width === 1) return width === 1;
  return narrow(moves[first]!) && narrow(moves[at]!) && !(width === 4 && alike(moves, at, 4));
}

const narrow = ({ width }: Move): boolean => width === 2 || width === 4;

/** Whether `count` fields of one width stand side by side. */
function alike(moves: readonly Move[], at: number, count: number): boolean {
  for (let next = at + 1; next < at + count; next++) {
    if (!adjoins(moves, next) || moves[next]!.width !== moves[at]!.width) return false;
  }
  return true;
}

/** Bytes that packing a group writes, of which only the first are its own. */
function reachOf(group: Group): number {
  const width = widthOf(group);
  const { kind } = group;
  if (kind === stepKind.octets || kind === stepKind.words) return groupBytes;
  if (kind !== stepKind.field || width > 8) return width;
  return width === 3 ? 4 : width > 4 ? 8 : width;
}

/**
 * The order to go in: what a group writes behind its own bytes must be written by a later one, in this row or at the begin of the next. Where
 * that can't be, the group is exact.
 */
function ordered(groups: readonly Group[], stride: number): { order: Group[]; exact: Set<Group> } {
  const overrun = groups.map((_, i) => overrunBy(groups, i, stride));
  let best: { order: Group[]; exact: Set<Group> } | undefined;
  for (let first = 0; first < groups.length && !(best?.exact.size === 0); first++) {
    const place = (i: number): number => (i + groups.length - first) % groups.length;
    const exact = new Set(groups.filter((_, i) => overrun[i]!.some(other => place(other) < place(i))));
    if (best && exact.size >= best.exact.size) continue;
    best = { order: [...groups.slice(first), ...groups.slice(0, first)], exact };
  }
  return best ?? { order: [], exact: new Set() };
}

/** The groups whose bytes packing a group writes too. */
function overrunBy(groups: readonly Group[], i: number, stride: number): number[] {
  const group = groups[i]!;
  const { offset } = group.moves[0]!;
  const bytes: number[] = [];
  for (let at = offset + widthOf(group); at < offset + reachOf(group); at++) bytes.push(at % stride);
  const holds = (byte: number) => (other: Group) => {
    const begin = other.moves[0]!.offset;
    return begin <= byte && byte < begin + widthOf(other);
  };
  return bytes.map(byte => groups.findIndex(holds(byte))).filter(other => other >= 0);
}
