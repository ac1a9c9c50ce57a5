import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const peakHook = fileURLToPath(new URL('./_peak.mjs', import.meta.url));

/** Runs a Node script in a process of its own; resolves to what it printed. */
export function runNode(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const pieces = [];
    child.stdout.on('data', piece => pieces.push(piece));
    child.on('close', code =>
      code === 0 ? resolve(Buffer.concat(pieces).toString()) : reject(new Error(`${args[0]} ended with ${code}`)),
    );
  });
}

/** The most memory that a Node script held at once, in bytes. */
export function peakBytes(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', peakHook, ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    let said = '';
    child.stdio[3].on('data', piece => (said += piece));
    child.on('close', code =>
      code === 0 ? resolve(Number(said)) : reject(new Error(`${args.join(' ')} ended with ${code}`)),
    );
  });
}

/** Median milliseconds of whole processes, run in turns. */
export async function processTimes(scripts, rounds) {
  const samples = scripts.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, args] of scripts.entries()) {
      const began = performance.now();
      await runNode(args);
      if (round > 0) samples[i].push(performance.now() - began); // the first round warms the file cache
    }
  }
  return samples.map(times => times.sort((a, b) => a - b)[times.length >> 1]);
}
