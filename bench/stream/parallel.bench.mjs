// scatter -> CPU-bound map -> gather on two threads, beside the same work done here.
const jobs = 64;
const size = 40_000;

/** Sum of the prime factors of all numbers below `n`, from `from`: some ten milliseconds of arithmetic. Self-contained. */
function factors(from, n) {
  let sum = 0;
  for (let x = from + 2; x < from + n; x++) {
    let rest = x;
    for (let p = 2; p * p <= rest; p++) {
      while (rest % p === 0) {
        sum += p;
        rest /= p;
      }
    }
    sum += rest;
  }
  return sum;
}

const inputs = Array.from({ length: jobs }, (_, i) => i * size);

export const cases = [
  {
    name: 'scatter, CPU-bound map, gather on 2 threads',
    against: 'the same map here',
    rows: jobs,
    isolate: true,
    target: 1.7,
    async setup() {
      const { Stream } = await import('../../dist/index.js');
      const { Pool, scatter } = await import('../../dist/parallel.js');
      const pool = new Pool({ threads: 2 });
      await Promise.all([1, 2, 3, 4].map(() => pool.run(factors, 0, size))); // threads are there, the function is compiled
      const total = async stream => {
        let sum = 0;
        for await (const x of stream) sum += x;
        return sum;
      };
      return {
        ours: () => total(scatter(Stream.fromIterable(inputs), { pool }).map(factors, size).buffer(8).gather()),
        theirs: () => total(Stream.fromIterable(inputs).map(factors, size)),
        check: (a, b) => a === b,
        close: () => pool.close(),
      };
    },
  },
  {
    name: 'scatter, map that does nothing, gather',
    against: 'mapAsync here',
    rows: 5000,
    isolate: true,
    async setup() {
      const { Stream } = await import('../../dist/index.js');
      const { Pool, scatter } = await import('../../dist/parallel.js');
      const pool = new Pool({ threads: 2 });
      await pool.run(x => x, 1);
      const elements = Array.from({ length: 5000 }, (_, i) => i);
      const count = async stream => {
        let sum = 0;
        for await (const x of stream) sum += x;
        return sum;
      };
      return {
        ours: () =>
          count(
            scatter(Stream.fromIterable(elements), { pool })
              .map(x => x)
              .buffer(64)
              .gather(),
          ),
        theirs: () => count(Stream.fromIterable(elements).mapAsync(async x => x, { parallelism: 64 })),
        check: (a, b) => a === b,
        close: () => pool.close(),
      };
    },
  },
];
