import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Move, Steps } from '../../src/codec/river-steps.ts';
import { riverRoom } from '../../src/kernel/river.ts';
import { Memory } from '../../src/memory/memory.ts';
import { columnsOfRows, rowsOfColumns } from '../reference/river.ts';

/** Runs of one width, so that groups form; narrow ones mostly. */
const layouts = fc
  .array(
    fc.record({
      width: fc.oneof(fc.constantFrom(1, 2, 4, 8), fc.integer({ min: 1, max: 40 })),
      run: fc.constantFrom(1, 1, 1, 2, 3, 4, 8, 9),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map(runs => runs.flatMap(({ width, run }) => Array<number>(run).fill(width)));
/** Around the sizes of groups. */
const fewRows = fc.constantFrom(0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 100);
/** A layout with rows: few, or more than two blocks have. */
const tables = layouts.chain(widths => {
  const many = Math.floor(40_000 / strideOf(widths));
  return fc.tuple(
    fc.constant(widths),
    fc.oneof({ weight: 3, arbitrary: fewRows }, fc.integer({ min: many, max: many + 9 })),
  );
});

const untouched = 0xa5;
const strideOf = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0);
const movesOf = (widths: readonly number[]): Move[] =>
  widths.map((width, column) => ({
    offset: widths.slice(0, column).reduce((sum, one) => sum + one, 0),
    width,
    column,
  }));

/** Bytes that are the same in every run, and never in the next call. */
let seed = 1;
function random(bytes: number): Uint8Array {
  const words = new Uint32Array((bytes + 3) >> 2);
  for (let i = 0; i < words.length; i++) words[i] = seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return new Uint8Array(words.buffer, 0, bytes);
}

/** `toEqual` looks at every byte of a typed array by name. */
const same = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
  a.length === b.length && a.every((bytes, i) => Buffer.compare(bytes, b[i]!) === 0);

describe.each([true, false])('rows to columns and back, shared memory %s', shared => {
  const memory = new Memory({ shared });
  const room = riverRoom(memory);

  /** Space with 64 bytes behind it that must stay as they are. */
  function space(bytes: number): { address: number; read: () => Uint8Array } {
    const address = memory.allocate(bytes + 64, 'test');
    memory.u8.fill(untouched, address, address + bytes + 64);
    const read = (): Uint8Array => {
      const behind = memory.u8.slice(address + bytes, address + bytes + 64);
      expect(same([behind], [new Uint8Array(64).fill(untouched)])).toBe(true);
      memory.free(address);
      return memory.u8.slice(address, address + bytes);
    };
    return { address, read };
  }

  function listOf(
    moves: readonly Move[],
    stride: number,
    columns: readonly number[],
  ): { at: number; count: number; block: number } {
    const steps = new Steps(moves, stride);
    const at = memory.allocate(steps.bytes, 'test');
    steps.place(memory, at, column => columns[column]!);
    return { at, count: steps.count, block: steps.blockRows };
  }

  /** The columns that the kernel makes of rows at `place`, or in space of their own. */
  function unpacked(widths: readonly number[], wanted: readonly Move[], rows: Uint8Array, place = 0): Uint8Array[] {
    const stride = strideOf(widths);
    const count = rows.length / stride;
    const own = place === 0 ? space(rows.length) : null;
    const columns = widths.map(width => space(count * width));
    const list = listOf(
      wanted,
      stride,
      columns.map(({ address }) => address),
    );
    memory.u8.set(rows, own?.address ?? place);
    room.unpackRows(own?.address ?? place, stride, count, list.at, list.count, list.block);
    memory.free(list.at);
    own?.read();
    return columns.map(({ read }) => read());
  }

  /** The rows that the kernel makes of columns, at `place` or in space of their own. */
  function packed(widths: readonly number[], given: readonly Uint8Array[], count: number, place = 0): Uint8Array {
    const stride = strideOf(widths);
    const columns = given.map(bytes => {
      const column = space(bytes.length);
      memory.u8.set(bytes, column.address);
      return column;
    });
    const own = place === 0 ? space(count * stride) : null;
    const list = listOf(
      movesOf(widths),
      stride,
      columns.map(({ address }) => address),
    );
    room.packRows(own?.address ?? place, stride, count, list.at, list.count, list.block);
    memory.free(list.at);
    for (const { read } of columns) read();
    return own?.read() ?? memory.u8.slice(place, place + count * stride);
  }

  it('reads and writes nothing behind the end of memory', () => {
    const end = memory.wasm.buffer.byteLength;
    fc.assert(
      fc.property(layouts, fewRows, (widths, count) => {
        const rows = random(count * strideOf(widths));
        const place = end - rows.length;
        const columns = columnsOfRows(rows, widths);
        expect(same(unpacked(widths, movesOf(widths), rows, place), columns)).toBe(true);
        expect(same([packed(widths, columns, count, place)], [rows])).toBe(true);
        expect(memory.wasm.buffer.byteLength).toBe(end); // else the place was not the end
      }),
    );
  });

  it('moves the bytes of every field to its column, and writes nothing else', () => {
    fc.assert(
      fc.property(tables, ([widths, count]) => {
        const rows = random(count * strideOf(widths));
        return same(unpacked(widths, movesOf(widths), rows), columnsOfRows(rows, widths));
      }),
      { numRuns: 300 },
    );
  });

  it('moves the bytes of every column to its field, and writes nothing else', () => {
    fc.assert(
      fc.property(tables, ([widths, count]) => {
        const columns = widths.map(width => random(count * width));
        return same([packed(widths, columns, count)], [rowsOfColumns(columns, widths, count)]);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the columns of fields that are not wanted alone', () => {
    fc.assert(
      fc.property(layouts, fewRows, fc.infiniteStream(fc.boolean()), (widths, count, choose) => {
        const wanted = movesOf(widths).filter(() => choose.next().value);
        const rows = random(count * strideOf(widths));
        const whole = columnsOfRows(rows, widths).map((column, at) =>
          wanted.some(move => move.column === at) ? column : new Uint8Array(column.length).fill(untouched),
        );
        return same(unpacked(widths, wanted, rows), whole);
      }),
    );
  });
});
