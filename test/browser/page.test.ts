import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Set by scripts/services.mjs. */
const executablePath = process.env.MILLRACE_CHROMIUM ?? '';

type Answers = { shared: boolean; answers: Record<string, unknown> };

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const documented = readFileSync(join(root, 'docs/browser.md'), 'utf8');
/** The first piece of docs/browser.md in a language that holds these words. */
const example = (language: string, words: string): string =>
  [...documented.matchAll(/```(\w+)\n([\s\S]*?)```/g)].find(
    ([, tongue, text]) => tongue === language && text!.includes(words),
  )![2]!;

const trades = ((): { ndjson: string; csv: string } => {
  const ndjson: string[] = [];
  const csv = ['at,symbol,price,qty'];
  const words = ['ACME', 'MILL', 'Mühle', '水車', 'W🎡'];
  let state = 42;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let at = Date.UTC(2026, 4, 1, 9, 30);
  for (let i = 0; i < 30_000; i++) {
    at += random(300);
    const symbol = words[random(words.length)]!;
    // eighths: sums of them are exact, however the network cuts the rows into batches
    const price = random(50) === 0 ? null : 10 + random(400) / 8;
    const qty = random(20);
    ndjson.push(JSON.stringify({ at: new Date(at).toISOString(), symbol, price, qty }));
    csv.push(`${new Date(at).toISOString()},${symbol},${price ?? ''},${qty}`);
  }
  return { ndjson: `${ndjson.join('\n')}\n`, csv: `${csv.join('\n')}\n` };
})();

const data = (name: string): string => join(root, 'node_modules/vega-datasets/data', name);

/** What the server gives, by path. */
const files = new Map<string, { type: string; body: Uint8Array | string }>();

/** Responses that were not taken to their end. */
const cut: string[] = [];

const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
/** The strictest policy under which WebAssembly is still compiled. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src data:";

/** A server on a free port of this machine, with or without the headers that isolate a page. */
async function serve(headers: Record<string, string>): Promise<{ base: string; server: Server }> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const file = files.get(request.url!);
    response.on('close', () => {
      if (!response.writableFinished) cut.push(`cut: ${request.url}`);
    });
    response.writeHead(file ? 200 : 404, {
      ...headers,
      'content-type': file?.type ?? 'text/plain',
      'content-security-policy': policy,
      'cache-control': 'no-store',
    });
    const body = Buffer.from(file?.body ?? '');
    // cut where no record ends
    for (let at = 0; at < body.length; at += 40_009) {
      if (!response.write(body.subarray(at, at + 40_009))) await new Promise(done => response.once('drain', done));
    }
    response.end();
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const bundle = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  logLevel: 'silent',
  external: ['@resvg/resvg-js'] as string[],
} as const;

/** Text of a script for pages. */
async function scriptOf(source: { contents: string; resolveDir: string }): Promise<string> {
  const { outputFiles } = await build({ ...bundle, platform: 'browser', stdin: source, write: false });
  return outputFiles![0]!.text;
}

const html = (script: string): string =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;

describe.skipIf(!executablePath)('millrace in a page', () => {
  const servers: Server[] = [];
  const bases = { plain: '', isolated: '' };
  let expected: Answers;
  let folder: string;
  let context: BrowserContext;
  let profile: string;

  beforeAll(async () => {
    files.set('/trades.ndjson', { type: 'application/x-ndjson', body: trades.ndjson });
    files.set('/trades.csv.gz', { type: 'application/gzip', body: gzipSync(trades.csv) });
    for (const name of ['flights-200k.arrow', 'flights-3m.parquet'])
      files.set(`/${name}`, { type: 'application/octet-stream', body: readFileSync(data(name)) });

    const program = JSON.stringify(here('program.ts'));
    const script = (contents: string): Promise<string> => scriptOf({ contents, resolveDir: root });
    const page = await script(`export * from ${program}; import * as all from ${program}; globalThis.program = all;`);
    files.set('/page.js', { type: 'text/javascript', body: page });
    files.set('/page.html', { type: 'text/html', body: html('/page.js') });
    const worker = await script(
      `import { run } from ${program};
      run(location.origin).then(found => postMessage(found), error => postMessage(String(error)));`,
    );
    files.set('/worker.js', { type: 'text/javascript', body: worker });

    for (const kind of ['plain', 'isolated'] as const) {
      const { base, server } = await serve(kind === 'isolated' ? isolation : {});
      servers.push(server);
      bases[kind] = base;
    }

    // Bundles for Node import the packages that are installed here, so they lie inside the repository.
    mkdirSync(join(root, '.cache'), { recursive: true });
    folder = mkdtempSync(join(root, '.cache/browser-'));
    const file = join(folder, 'node.mjs');
    await build({
      ...bundle,
      platform: 'node',
      packages: 'external',
      stdin: {
        contents: `import { run } from ${program};
        process.stdout.write(JSON.stringify(await run(process.argv[2])));`,
        resolveDir: root,
      },
      outfile: file,
    });
    const { stdout } = await promisify(execFile)(process.execPath, [file, bases.plain], { maxBuffer: 1 << 28 });
    expected = JSON.parse(stdout);

    profile = mkdtempSync(join(tmpdir(), 'millrace-chromium-'));
    context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });

  afterAll(async () => {
    await context?.close();
    for (const server of servers) server.close();
    for (const path of [folder, profile]) if (path) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Opens a page, uses it, and sees to it that nothing in it failed. */
  async function inPage<R>(url: string, use: (page: Page) => Promise<R>): Promise<R> {
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', error => problems.push(`error: ${error.stack}`));
    page.on('requestfailed', request => {
      const reason = request.failure()?.errorText;
      // Chromium says so of bodies that a reader has read to their end, too (of 200 bare fetches in 85); `cut` tells the truth.
      if (reason !== 'net::ERR_ABORTED') problems.push(`failed: ${request.url()} ${reason}`);
    });
    page.on('response', response => {
      if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
    });
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) problems.push(`console: ${message.text()}`);
    });
    try {
      await page.goto(url);
      const result = await use(page);
      expect(problems.concat(cut.splice(0))).toEqual([]);
      return result;
    } finally {
      await page.close();
    }
  }

  it('has right answers to find, from Node', () => {
    const { shared, answers } = expected;
    expect(shared).toBe(true);
    expect(answers['a loop over a stream']).toEqual([10, 20, 30]);
    expect(answers['Arrow IPC out and in']).toMatchObject({
      rows: [
        { id: '1152921504606846976n', word: 'Mühle' },
        {},
        { word: '水車 🎡', x: 'number -Infinity' },
        { x: '-0' },
        {},
        {},
        {},
        {},
      ],
    });
    expect(answers['much memory']).toMatchObject({ grew: true, keys: 150_000, total: 20 * ((9999 * 10_000) / 2 / 8) });
    const flights = answers.Parquet as { rows: number }[];
    expect(flights.reduce((sum, { rows }) => sum + rows, 0)).toBe(3_000_000);
    expect(answers.errors).toEqual([
      'true SchemaError: filter: no column "prize" in (at: timestamp[ms], symbol: utf8, price: f64, qty: i32); did you mean "price"?',
      'true DataError: record 1, column "at": "no time" is no timestamp[ms]',
      expect.stringContaining('true DataError: ticks, record 2, byte 8, column "x"'),
    ]);
  });

  describe.each(['plain', 'isolated'] as const)('%s', kind => {
    const shared = kind === 'isolated';

    it(`computes in ${shared ? 'shared' : 'plain'} memory what Node computes`, async () => {
      const found = await inPage(`${bases[kind]}/page.html`, page =>
        page.evaluate(() => (globalThis as any).program.run(location.origin) as Promise<Answers>),
      );
      expect(found.shared).toBe(shared);
      expect(Object.keys(found.answers)).toEqual(Object.keys(expected.answers));
      for (const [name, answer] of Object.entries(expected.answers)) expect(found.answers[name], name).toEqual(answer);
    });

    it('does so in a worker, too', async () => {
      const found = await inPage(`${bases[kind]}/page.html`, page =>
        page.evaluate(
          () =>
            new Promise<Answers | string>((resolve, reject) => {
              const worker = new Worker('/worker.js', { type: 'module' });
              worker.onmessage = ({ data }) => resolve(data);
              worker.onerror = event => reject(new Error(event.message));
            }),
        ),
      );
      expect(found).toEqual({ shared, answers: expected.answers });
    });
  });

  it('does what docs/browser.md says', async () => {
    writeFileSync(join(folder, 'page.js'), example('js', '// page.js'));
    const [npx, command, ...args] = example('sh', 'esbuild').trim().split(' ');
    expect([npx, command]).toEqual(['npx', 'esbuild']);
    await promisify(execFile)(join(root, 'node_modules/.bin/esbuild'), [...args, '--log-level=error'], { cwd: folder });
    files.set('/docs/index.html', { type: 'text/html', body: example('html', 'index.html') });
    files.set('/docs/app.js', { type: 'text/javascript', body: readFileSync(join(folder, 'app.js')) });
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/at: new Date\('(.*?)'\), symbol: '(\w+)', price: ([\d.]+), qty: (\d+)/g)].map(
      ([, at, symbol, price, qty]) => JSON.stringify({ at, symbol, price: Number(price), qty: Number(qty) }),
    );
    expect(rows.length).toBe(4);
    files.set('/docs/trades.ndjson', { type: 'application/x-ndjson', body: rows.join('\n') });
    const shown = example('text', '09:30');
    for (const base of Object.values(bases)) {
      const text = await inPage(`${base}/docs/index.html`, async page => {
        await page.waitForFunction(lines => document.body.innerText.split('\n').length >= lines, 3);
        return page.textContent('#result');
      });
      expect(text).toBe(shown);
    }
  });

  it('paints graphs', async () => {
    const head = await inPage(`${bases.plain}/page.html`, page =>
      page.evaluate(() => (globalThis as any).program.picture() as Promise<number[]>),
    );
    expect(Buffer.from(head).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  });

  it('says of what needs Node that it does', async () => {
    const texts = await inPage(`${bases.plain}/page.html`, page =>
      page.evaluate(() => (globalThis as any).program.nodeOnly() as Promise<Record<string, string>>),
    );
    expect(texts).toMatchInlineSnapshot(`
      {
        "filenames": "TransportError TRANSPORT: filenames: this needs Node.js 20.19 or later; it can't run in a page",
        "fromHttpServer": "TransportError TRANSPORT: fromHttpServer: this needs Node.js 20.19 or later; it can't run in a page",
        "fromProcess": "TransportError TRANSPORT: fromProcess: this needs Node.js 20.19 or later; it can't run in a page",
        "fromTcp": "TransportError TRANSPORT: fromTcp: this needs Node.js 20.19 or later; it can't run in a page",
        "fromTextfile": "TransportError TRANSPORT: open: this needs Node.js 20.19 or later; it can't run in a page",
        "loadPlugins": "MillraceError PLUGIN: loadPlugins: a page has no installed packages; call Stream.registerApi with what you import",
        "openFrame": "TransportError TRANSPORT: open: this needs Node.js 20.19 or later; it can't run in a page",
        "sinkToTextfile": "TransportError TRANSPORT: sinkToTextfile: this needs Node.js 20.19 or later; it can't run in a page",
        "toArrow": "OptionError OPTION: toArrow: only Node can load apache-arrow here; import { toArrow } from 'millrace/arrow'",
      }
    `);
  });
});
