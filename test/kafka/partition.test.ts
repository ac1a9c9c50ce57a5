import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Partition } from '../../src/kafka/_partition.ts';

describe('Partition', () => {
  it('acknowledges up to the first message that is not done, in whatever order they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 30 }).chain(lengths =>
          fc.tuple(
            fc.constant(lengths),
            fc.shuffledSubarray(
              lengths.map((_, i) => i),
              { minLength: 0 },
            ),
            fc.nat(lengths.length),
          ),
        ),
        ([lengths, order, early]) => {
          const partition = new Partition('t', 0, 10, -1);
          const ends = lengths.map((_, i) => 10 + lengths.slice(0, i + 1).reduce((sum, n) => sum + n, 0));
          const done: (() => void)[] = [];
          const finished = new Set<number>();
          // some are done while later ones are not sent on yet
          const expected = (): number => {
            let upTo = 10;
            for (let i = 0; i < done.length && finished.has(i); i++) upTo = ends[i]!;
            return upTo;
          };
          const finish = (i: number): void => {
            done[i]!();
            finished.add(i);
            expect(partition.acknowledged).toBe(expected());
          };
          for (const end of ends.slice(0, early)) done.push(partition.hold(end));
          for (const i of order.filter(i => i < early)) finish(i);
          for (const end of ends.slice(early)) done.push(partition.hold(end));
          for (const i of order.filter(i => i >= early)) finish(i);
        },
      ),
    );
  });

  it('goes on behind what was sent on when it was lost and is ours again', () => {
    const partition = new Partition('t', 0, 5, 5);
    partition.fetchAt = 20;
    partition.position = 9;
    partition.resume();
    expect(partition.fetchAt).toBe(20);
    partition.lose();
    partition.resume();
    expect([partition.fetchAt, partition.epoch]).toEqual([9, 1]);
  });
});
