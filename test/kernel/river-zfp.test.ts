import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { riverRoom } from '../../src/kernel/river.ts';
import { Memory } from '../../src/memory/memory.ts';

interface Case {
  readonly type: string;
  readonly columns: number;
  readonly rows: number;
  readonly mode: string;
  readonly values: string;
  readonly stream: string;
  readonly decoded: string;
}

const cases: Case[] = JSON.parse(readFileSync(new URL('../golden/zfp/cases.json', import.meta.url), 'utf8'));
const kinds: Readonly<Record<string, number>> = { i32: 1, i64: 2, f32: 3, f64: 4, i16: 5 };

describe.each([true, false])('ZFP streams in memory with shared %s', shared => {
  const memory = new Memory({ shared });
  const room = riverRoom(memory);
  const [from, to, work] = [
    memory.allocate(1 << 16, 'test'),
    memory.allocate(1 << 16, 'test'),
    memory.allocate(512, 'test'),
  ];

  const decode = (stream: Uint8Array, kind: number, columns: number, limit = 1000): number => {
    memory.u8.set(stream, from);
    return room.decodeZfp(from, stream.length, kind, columns, limit, to, work);
  };

  test.each(cases)('are decoded as zfp does: $type, $columns × $rows, $mode, $values', one => {
    const expected = Buffer.from(one.decoded, 'base64');
    memory.bulk.fill(to, 0xee, expected.length + 64);
    expect(decode(Buffer.from(one.stream, 'base64'), kinds[one.type]!, one.columns)).toBe(one.rows);
    expect(Buffer.from(memory.u8.slice(to, to + expected.length)).equals(expected)).toBe(true);
    expect([...memory.u8.slice(to + expected.length, to + expected.length + 64)].every(byte => byte === 0xee)).toBe(
      true,
    );
  });

  test('are refused when they are others, cut off, or too long', () => {
    const { stream, rows } = cases.find(
      ({ type, columns, values }) => type === 'f64' && columns === 5 && values === 'rough',
    )!;
    const bytes = Buffer.from(stream, 'base64');
    expect(decode(bytes, 4, 5)).toBe(rows);
    expect(decode(Buffer.concat([bytes, Buffer.alloc(100, 7)]), 4, 5)).toBe(rows);
    expect(decode(bytes, 3, 5)).toBe(-2);
    expect(decode(bytes, 4, 4)).toBe(-2);
    expect(decode(bytes, 4, 5, rows - 1)).toBe(-4);
    expect(decode(bytes.subarray(0, bytes.length / 2), 4, 5)).toBe(-3);
    expect(decode(bytes.subarray(1), 4, 5)).toBe(-1);
    expect(decode(bytes.subarray(0, 8), 4, 5)).toBe(-1);
  });

  test('never write beyond their rows, whatever the bytes say', () => {
    const { stream } = cases.find(
      ({ type, columns, values }) => type === 'f64' && columns === 5 && values === 'rough',
    )!;
    const bytes = Buffer.from(stream, 'base64');
    fc.assert(
      fc.property(fc.integer({ min: 12, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = byte;
        memory.bulk.fill(to, 0xee, 9 * 5 * 8 + 64);
        decode(damaged, 4, 5);
        const behind = memory.u8.slice(to + 9 * 5 * 8, to + 9 * 5 * 8 + 64);
        expect(behind.every(one => one === 0xee)).toBe(true);
      }),
    );
  });
});
