// Runs the tests: brings dist/ up to date for those that use the package, starts the servers that some need, runs vitest.
//
//   npm test [-- vitest's arguments]
//
// CI=true makes a server that could not be had a failure instead of skipped tests.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { startServices } from './services.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
await build({ quiet: true });
const services = await startServices();

const vitest = join(createRequire(import.meta.url).resolve('vitest/package.json'), '../vitest.mjs');
const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...services.env },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', async (code, signal) => {
  await services.stop();
  process.exitCode = services.missing.length > 0 && process.env.CI === 'true' ? 1 : (code ?? (signal ? 1 : 0));
});
