import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arithRoom } from '../../src/kernel/arith.ts';
import { Memory } from '../../src/memory/memory.ts';
import * as plain from '../reference/arith.ts';
import { Bench, columnOf, lengths, stores, type Value } from './_columns.ts';

type Kernel = (...args: number[]) => number;
const runs = { numRuns: 60 };

describe.each([true, false])('arith over shared memory: %s', shared => {
  const memory = new Memory({ shared });
  const room = arithRoom(memory);
  const bench = new Bench(memory);
  const names = Object.keys(room).filter(name => typeof room[name as 'addF64'] === 'function');
  const shape = /^(scalar)?([A-Za-z]+?)([IUF](?:32|64))(Scalar)?$/;
  const unaries = /^(neg|abs|floor|ceil|trunc|round|sqrt)$/;

  for (const name of names) {
    const [, left, word, type, right] = shape.exec(name) as unknown as [
      string,
      string?,
      string?,
      plain.KernelType?,
      string?,
    ];
    const op = word!.toLowerCase();
    if (op === 'roundto' || op === 'roundtens') continue;
    const kernel = room[name as 'addF64'] as Kernel;

    it(`${name} equals its plain twin`, () => {
      fc.assert(
        fc.property(
          lengths.chain(length => fc.tuple(columnOf(type!, length), columnOf(type!, length))),
          stores[type!]!.value,
          ([a, b], single) => {
            const constant = constantFor(op, type!, single, right !== undefined);
            if (unaries.test(op)) expect(run1(kernel, type!, a)).toEqual(a.map(x => plain.unary(op, type!, exact(x))));
            else if (left)
              expect(run2(kernel, type!, [constant], b, b.length)).toEqual(
                b.map(y => plain.binary(op, type!, exact(constant), exact(y))),
              );
            else if (right)
              expect(run2(kernel, type!, a, [constant], a.length)).toEqual(
                a.map(x => plain.binary(op, type!, exact(x), exact(constant))),
              );
            else
              expect(run2(kernel, type!, a, b, a.length)).toEqual(
                a.map((x, i) => plain.binary(op, type!, exact(x), exact(b[i]!))),
              );
          },
        ),
        runs,
      );
    });

    const exact = (value: Value): Value => plain.stored(type!, value);
  }

  it('rounds to decimals as numpy: scaled, to even, scaled back', () => {
    fc.assert(
      fc.property(
        lengths.chain(length => columnOf('F64', length)),
        fc.integer({ min: 1, max: 6 }),
        (a, decimals) => {
          const scale = 10 ** decimals;
          expect(run2(room.roundToF64 as Kernel, 'F64', a, [scale], a.length)).toEqual(
            a.map(x => plain.roundHalfEven((x as number) * scale) / scale),
          );
          expect(run2(room.roundTensF64 as Kernel, 'F64', a, [scale], a.length)).toEqual(
            a.map(x => plain.roundHalfEven((x as number) / scale) * scale),
          );
        },
      ),
      runs,
    );
  });

  it('writes in place', () => {
    const a = bench.put('F64', [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    room.mulF64(a, a, a, 9);
    expect(bench.get('F64', a, 9)).toEqual([1, 4, 9, 16, 25, 36, 49, 64, 81]);
    expect(bench.close()).toBe(true);
  });

  function run1(kernel: Kernel, type: string, a: Value[]): Value[] {
    const from = bench.put(type, a);
    const out = bench.room(a.length * stores[type]!.bytes);
    kernel(from, out, a.length);
    return finish(type, out, a.length);
  }

  function run2(kernel: Kernel, type: string, a: Value[], b: Value[], rows: number): Value[] {
    const [p, q] = [bench.put(type, a), bench.put(type, b)];
    const out = bench.room(rows * stores[type]!.bytes);
    kernel(p, q, out, rows);
    return finish(type, out, rows);
  }

  function finish(type: string, out: number, length: number): Value[] {
    const values = bench.get(type, out, length);
    expect(bench.close()).toBe(true);
    return values;
  }
});

/** Divisors are not zero and exponents not negative where the kernel says so. */
function constantFor(op: string, type: plain.KernelType, value: Value, right: boolean): Value {
  if (!right || type.startsWith('F')) return plain.stored(type, value);
  const whole = BigInt(value);
  if (op === 'pow') return (whole < 0n ? -whole : whole) % 40n;
  if (op === 'floordiv' || op === 'mod') return plain.stored(type, whole === 0n ? 3 : value);
  return plain.stored(type, value);
}
