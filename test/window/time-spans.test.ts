import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Memory } from '../../src/memory/memory.ts';
import { Scratch } from '../../src/memory/scratch.ts';
import { date32, f64, timestamp } from '../../src/schema/data-type.ts';
import { TimeSpans } from '../../src/window/time-spans.ts';

for (const shared of [true, false]) {
  describe(`TimeSpans, ${shared ? 'shared' : 'plain'} memory`, () => {
    const memory = new Memory({ shared });
    const scratch = new Scratch(memory, 'test');
    const write = {
      timestamp: (times: number[], at: number) => memory.i64.set(times.map(BigInt), at / 8),
      date32: (times: number[], at: number) => memory.i32.set(times, at / 4),
      float64: (times: number[], at: number) => memory.f64.set(times, at / 8),
    };

    for (const type of [timestamp('ms'), date32(), f64()] as const) {
      it(`counts the rows of each window, however batches are cut, saved and restored (${type.kind})`, () => {
        fc.assert(
          fc.property(
            fc.array(fc.array(fc.nat(5), { maxLength: 70 }), { maxLength: 8 }),
            fc.integer({ min: 1, max: 40 }),
            fc.boolean(),
            (batches, range, save) => {
              let spans = new TimeSpans({ memory, owner: 'test', type, range });
              const all: number[] = [];
              let now = -100;
              for (const steps of batches) {
                scratch.reset();
                const times = steps.map(step => (now += step));
                const from = all.length;
                all.push(...times);
                const at = scratch.take(times.length * 8);
                write[type.kind](times, at);
                const found = spans.push(at, times.length, scratch);
                expect([...memory.i32.slice(found / 4, found / 4 + times.length)]).toEqual(
                  times.map((time, i) => all.slice(0, from + i + 1).filter(old => old > time - range).length),
                );
                if (save) {
                  const saved = spans.snapshot();
                  spans.dispose();
                  spans = new TimeSpans({ memory, owner: 'test', type, range });
                  spans.restore(saved);
                }
              }
              spans.dispose();
            },
          ),
        );
      });
    }

    it('refuses an index that goes back, and keeps what it had', () => {
      const spans = new TimeSpans({ memory, owner: 'test', type: f64(), range: 10 });
      const at = scratch.take(64);
      const push = (...times: number[]): number[] => {
        memory.f64.set(times, at / 8);
        const found = spans.push(at, times.length, scratch);
        return [...memory.i32.slice(found / 4, found / 4 + times.length)];
      };
      expect(push(1, 2, 11)).toEqual([1, 2, 2]);
      expect(() => push(11, 12, 5)).toThrow(/^rolling: the index goes back at row 2/);
      expect(() => push(10)).toThrow(/row 0/);
      expect(push(12)).toEqual([2]);
      spans.dispose();
    });
  });
}
