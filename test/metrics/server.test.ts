import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counter, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { DataFrame } from '../../src/frame/data-frame.ts';
import { openFrame } from '../../src/frame/open-frame.ts';
import { type MetricsServer, metricsRegistry, serveMetrics } from '../../src/metrics/index.ts';
import { f64, timestamp, utf8 } from '../../src/schema/data-type.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type Family, parseExposition } from './_exposition.ts';

const schema = { at: timestamp('ms'), key: utf8(), x: f64() };

/** A filter and a window over 6 rows, of which one is late. */
function job(): DataFrame {
  const frame = new DataFrame({ schema, index: 'at' });
  const out = frame.filter('x > 0').tumbling('1s').groupby('key').agg('n = count()');
  out.sink(() => {});
  frame.emit([
    { at: 500, key: 'a', x: 1 },
    { at: 600, key: 'b', x: -1 },
    { at: 1500, key: 'a', x: 1 },
  ]);
  frame.emit([
    { at: 2500, key: 'b', x: 1 },
    { at: 100, key: 'a', x: 1 },
    { at: 2600, key: 'a', x: 1 },
  ]);
  return out;
}

/** What a scraper gets. */
async function scrape(server: MetricsServer): Promise<Map<string, Family>> {
  const response = await fetch(server.url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parseExposition(await response.text());
}

/** The value of each operator's sample. */
const byOperator = (family: Family | undefined): Record<string, number> =>
  Object.fromEntries(family!.samples.map(({ labels, value }) => [labels['operator']!, value]));

describe('a server of metrics', () => {
  it('gives what frame.metrics() says, as Prometheus reads it', async () => {
    const clock = new VirtualClock();
    await clock.advance(10_000);
    const frame = job();
    await using server = await serveMetrics(frame, { port: 0, clock });
    const families = await scrape(server);
    for (const [name, { help, type }] of families) {
      expect(help, name).not.toBe('');
      expect(type, name).toBe(name.endsWith('_total') ? 'counter' : 'gauge');
    }
    const value = (name: string) => byOperator(families.get(name));
    expect(value('millrace_rows_in_total')).toEqual({ source: 6, filter: 6, aggregate: 5, sink: 2 });
    expect(value('millrace_rows_out_total')).toEqual({ source: 6, filter: 5, aggregate: 2, sink: 2 });
    expect(value('millrace_batches_total')).toEqual({ source: 2, filter: 2, aggregate: 2, sink: 2 });
    expect(value('millrace_late_rows_total')).toEqual({ aggregate: 1 });
    expect(value('millrace_open_windows')).toEqual({ aggregate: 1 });
    expect(value('millrace_groups')).toEqual({ aggregate: 2 });
    expect(value('millrace_watermark_timestamp_seconds')).toEqual({ aggregate: 2.6 });
    expect(value('millrace_lag_seconds')).toEqual({ aggregate: 7.4 });
    const { nodes, inputMs } = frame.metrics();
    expect(value('millrace_state_bytes')).toEqual(
      Object.fromEntries(nodes.map(({ kind, stateBytes }) => [kind, stateBytes])),
    );
    expect(value('millrace_busy_seconds_total')).toEqual(
      Object.fromEntries(nodes.map(({ kind, busyMs }) => [kind, busyMs / 1000])),
    );
    expect(Object.keys(value('millrace_sink_seconds_total'))).toEqual(['sink']);
    expect(families.get('millrace_input_seconds_total')!.samples[0]!.value).toBe(inputMs / 1000);
    const texts = families.get('millrace_node_info')!.samples.map(({ labels }) => labels['text']);
    expect(texts).toEqual(nodes.map(({ text }) => text));
    expect(families.get('millrace_memory_held_bytes')!.samples[0]!.value).toBeGreaterThan(0);
  });

  it('tells of checkpoints, and where the source stands', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'millrace-metrics-'));
    try {
      writeFileSync(join(dir, 'in.ndjson'), '{"x":1}\n{"x":2}\n');
      const frame = await openFrame(join(dir, 'in.ndjson'));
      frame.sink(() => {});
      await using server = await serveMetrics(frame, { port: 0 });
      expect((await scrape(server)).get('millrace_checkpoints_total')!.samples).toEqual([]);
      await frame.run({ checkpoint: { dir: join(dir, 'checkpoints') } });
      const families = await scrape(server);
      const { checkpoints, position } = frame.metrics();
      const value = (name: string) => families.get(name)!.samples[0]!.value;
      expect(value('millrace_checkpoints_total')).toBe(checkpoints!.written);
      expect(value('millrace_checkpoint_bytes')).toBe(checkpoints!.bytes);
      expect(value('millrace_source_bytes_total')).toBe(16);
      expect(position).toEqual(frame.root.source!.position!());
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('counts on from scrape to scrape', async () => {
    const frame = job();
    await using server = await serveMetrics(frame, { port: 0 });
    await scrape(server);
    frame.emit([{ at: 2700, key: 'a', x: 1 }]);
    const rows = (await scrape(server)).get('millrace_rows_in_total');
    expect(byOperator(rows)).toMatchObject({ source: 7, filter: 7, aggregate: 6 });
  });

  it('tells frames apart by name, and shows those of one root once', async () => {
    const trades = job();
    const quotes = job();
    await using server = await serveMetrics({ trades, quotes, again: trades.filter('n > 1') }, { port: 0 });
    const { samples } = (await scrape(server)).get('millrace_rows_in_total')!;
    expect([...new Set(samples.map(({ labels }) => labels['frame']))]).toEqual(['trades', 'quotes']);
    await using unnamed = await serveMetrics([trades, quotes], { port: 0 });
    const names = (await scrape(unnamed)).get('millrace_rows_in_total')!.samples.map(({ labels }) => labels['frame']);
    expect([...new Set(names)]).toEqual([trades.root.name, quotes.root.name]);
  });

  it('listens on this machine only, answers nothing but /metrics, and stops when it is told to', async () => {
    const stop = new AbortController();
    const server = await serveMetrics(job(), { port: 0, signal: stop.signal });
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/metrics`);
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
    expect((await fetch(server.url, { method: 'POST', body: 'x' })).status).toBe(405);
    const head = await fetch(server.url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    stop.abort();
    await server.close();
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('says that a port is in use', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(serveMetrics(job(), { port })).rejects.toThrow(`port ${port}: the port is in use`);
    await new Promise(resolve => other.close(resolve));
  });
});

describe('a registry', () => {
  it('may be shared with metrics of the user', async () => {
    const registry = new Registry();
    new Counter({ name: 'orders_total', help: 'Orders.', registers: [registry] }).inc(3);
    expect(await metricsRegistry(job(), { registry })).toBe(registry);
    const families = parseExposition(await registry.metrics());
    expect(families.get('orders_total')!.samples[0]!.value).toBe(3);
    expect(families.has('millrace_rows_in_total')).toBe(true);
  });

  it('wants a frame', async () => {
    await expect(metricsRegistry([])).rejects.toThrow('no frames');
  });
});
