// npm run vectors -- <family> <folder> [--only name] [--verbose]
// Bundles test/vectors/main.ts and runs it, so that recorded cases run against the sources as they are.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(`${root}.cache`, { recursive: true });
const out = `${root}.cache/vectors-${process.pid}.mjs`;
await build({
  entryPoints: [`${root}test/vectors/main.ts`],
  outfile: out,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const { rmSync } = await import('node:fs');
const { status } = spawnSync(process.execPath, ['--enable-source-maps', out, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
rmSync(out, { force: true });
process.exit(status ?? 1);
