// What one element costs on its way through map -> filter -> sink, and what it leaves on the heap.
import { Session } from 'node:inspector/promises';
import { GCProfiler, getHeapStatistics } from 'node:v8';
import { peer } from '../peer/load.mjs';

const count = 2_000_000;
const double = x => x * 2 + 1;
const third = x => x % 3 === 0;

async function ours() {
  const { Stream } = await import('../../dist/index.js');
  return () => {
    let sum = 0;
    const source = new Stream();
    source
      .map(double)
      .filter(third)
      .sink(x => {
        sum += x;
      });
    for (let i = 0; i < count; i++) source.emit(i);
    return sum;
  };
}

/** Nodes of other kinds at work in the same process, as in a real program: call sites see more than one kind then. */
async function pollute() {
  const { Stream } = await import('../../dist/index.js');
  const nodes = [
    s => s.map(x => x + 1),
    s => s.filter(x => x >= 0),
    s => s.accumulate((a, x) => a + x),
    s => s.unique({ maxsize: 3 }),
    s => s.slidingWindow(2).map(([x]) => x),
    s => s.map(x => [x]).flatten(),
    s => s.map(x => ({ x })).pluck('x'),
  ];
  for (const first of nodes) {
    for (const second of nodes) {
      const source = new Stream();
      second(first(source)).sinkToList();
      for (let i = 0; i < 3000; i++) source.emit(i);
    }
  }
}

const same = (a, b) => a === b;

async function rxjs() {
  const { filter, map, Subject } = await peer('rxjs');
  return () => {
    let sum = 0;
    const source = new Subject();
    source.pipe(map(double), filter(third)).subscribe(x => {
      sum += x;
    });
    for (let i = 0; i < count; i++) source.next(i);
    return sum;
  };
}

async function xstream() {
  const { default: loaded } = await peer('xstream');
  const xs = loaded.default ?? loaded;
  return () => {
    let sum = 0;
    const source = xs.create();
    source
      .map(double)
      .filter(third)
      .addListener({
        next: x => {
          sum += x;
        },
        error() {},
        complete() {},
      });
    for (let i = 0; i < count; i++) source.shamefullySendNext(i);
    return sum;
  };
}

/** Closures that call their successor: the same three functions, and nothing else. */
function calls() {
  const map = (fn, next) => x => next(fn(x));
  const filter = (fn, next) => x => {
    if (fn(x)) next(x);
  };
  return () => {
    let sum = 0;
    const head = map(
      double,
      filter(third, x => {
        sum += x;
      }),
    );
    for (let i = 0; i < count; i++) head(i);
    return sum;
  };
}

/**
 * Bytes of heap that ten million elements take, garbage included: a collection in between would hide some, so there must be
 * none. What is left over (some 200 kB) is the compiler's and the profiler's own.
 */
async function allocated() {
  const { Stream } = await import('../../dist/index.js');
  const elements = 10_000_000;
  const cell = new Int32Array(1);
  const source = new Stream();
  source
    .map(x => (x * 2 + 1) | 0)
    .filter(third)
    .sink(x => {
      cell[0] += x;
    });
  for (let i = 0; i < 1_000_000; i++) source.emit(i & 0xffff); // compiled
  globalThis.gc?.();
  const profiler = new GCProfiler();
  profiler.start();
  const before = getHeapStatistics().used_heap_size;
  for (let i = 0; i < elements; i++) source.emit(i & 0xffff);
  const after = getHeapStatistics().used_heap_size;
  const { statistics } = profiler.stop();
  if (statistics.length > 0) throw new Error(`${statistics.length} collections while nothing should be allocated`);
  return Math.max(0, after - before) / elements;
}

/** Every node that sends what it gets, or a part of it, without a promise. Functions of the user make no objects here. */
async function throughAll(source, cell) {
  const { Stream } = await import('../../dist/index.js');
  const end = stream =>
    stream.sink(x => {
      cell[0] += x;
    });
  end(source.map(x => (x * 2 + 1) | 0).filter(third));
  end(source.remove(third).accumulate((sum, x) => (sum + x) & 0xffff));
  end(source.slice(10, null, 3).union(source));
  end(source.unique({ maxsize: 4 }));
  const pair = new Stream();
  end(pair.pluck(0));
  end(pair.starmap((a, b) => (a + b) | 0));
  end(pair.flatten());
  const pairs = Array.from({ length: 0x100 }, (_, i) => [i, i + 1]);
  return i => {
    source.emit(i & 0xffff);
    pair.emit(pairs[i & 0xff]);
  };
}

/**
 * A heap profile of elements on their way through these nodes: bytes that code of millrace has allocated for two million of them, what was
 * collected meanwhile included. V8 takes one sample in `samplingInterval` bytes and writes down who had asked for them. The two million
 * before are not counted: profiling makes V8 compile the code once more, which leaves some 30 kB, however many elements follow.
 */
async function profiled() {
  const { Stream } = await import('../../dist/index.js');
  const elements = 2_000_000;
  const emit = await throughAll(new Stream(), new Int32Array(1));
  for (let i = 0; i < 200_000; i++) emit(i); // compiled
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.enable');
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 64,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  const bytesOf = ({ callFrame, selfSize, children }) =>
    (callFrame.url.includes('/dist/') ? selfSize : 0) + children.reduce((sum, child) => sum + bytesOf(child), 0);
  const bytesAfter = async () => {
    for (let i = 0; i < elements; i++) emit(i);
    return bytesOf((await session.post('HeapProfiler.getSamplingProfile')).profile.head);
  };
  const before = await bytesAfter();
  const after = await bytesAfter();
  session.disconnect();
  return (after - before) / elements;
}

const shape = (name, against, theirs, reach, prepare) => ({
  name,
  against,
  rows: count,
  isolate: true,
  ...reach,
  async setup() {
    await prepare?.();
    return { ours: await ours(), theirs: await theirs(), check: same };
  },
});

export const cases = [
  shape('map, filter, sink beside rxjs', 'rxjs Subject.pipe(map, filter)', rxjs, { target: 2.5 }),
  shape('map, filter, sink beside xstream', 'xstream', xstream, { target: 1 }),
  shape('map, filter, sink beside bare calls', 'closures calling each other', calls, { atMost: 4 }),
  shape('map, filter, sink, in a process with many kinds of nodes', 'rxjs', rxjs, { target: 2.5 }, pollute),
  {
    name: 'bytes allocated per element',
    against: 'nothing',
    unit: 'bytes/element',
    isolate: true,
    limit: 0.1,
    measure: async () => ({ ours: await allocated(), theirs: 0 }),
  },
  {
    name: 'bytes allocated per element by nodes that make no result of their own, by heap profile',
    against: 'nothing',
    unit: 'bytes/element',
    isolate: true,
    limit: 0.001,
    measure: async () => ({ ours: await profiled(), theirs: 0 }),
  },
];
