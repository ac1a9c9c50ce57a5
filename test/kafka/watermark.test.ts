import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ndjson } from '../../src/codec/ndjson.ts';
import { fromKafka, toKafka } from '../../src/kafka/index.ts';
import { f64, timestamp } from '../../src/schema/data-type.ts';
import { Stream } from '../../src/stream/stream.ts';
import { hasKafka, startKafka, type TestKafka } from './_broker.ts';

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

describe.skipIf(!hasKafka)('partitions', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka?.stop());

  it('are inputs of the watermark: none is late behind another, and one without messages is idle', async () => {
    const bootstrapBrokers = kafka.address;
    await kafka.createTopic('measures', 3);
    // partition 0: minutes 0 … 99, partition 1: the same much later in the log; partition 2 stays empty
    for (const partition of [0, 1]) {
      const out = new Stream<string>();
      out.through(toKafka<string>('measures', { bootstrapBrokers, partition: () => partition }));
      for (let minute = 0; minute < 100; minute++) await out.emit(`{"at":${minute * 60_000},"partition":${partition}}`);
      await out.end();
    }

    const source = fromKafka('measures', { bootstrapBrokers });
    const frame: any = source.toDataFrame(ndjson({ at: timestamp('ms'), partition: f64() }), {
      index: 'at',
      idleAfter: '1s',
    });
    const results = frame.tumbling('10m').agg('n = count()');
    const counts: number[] = [];
    results.sink((batch: any) => counts.push(...batch.toArray().map(({ n }: { n: number }) => n)));
    const stop = new AbortController();
    const run = frame.run({ signal: stop.signal });
    for (let i = 0; i < 1500 && counts.length < 9; i++) await pause(10);
    expect(source.operator.inputs).toEqual([0, 1, 2].map(partition => `measures:${partition}`));
    expect(counts).toEqual(Array.from({ length: 9 }, () => 20));
    expect(results.currentWatermark).toBe(99 * 60_000);
    expect(results.metrics().late).toBe(0);
    stop.abort();
    await run;
  }, 60_000);
});
