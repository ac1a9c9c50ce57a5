import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ResultRow } from '../flow/_duckdb.ts';

export const main: string = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command; `input` is its standard input. */
export function millrace(args: readonly string[], input?: string | Uint8Array): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', piece => (stdout += piece));
    child.stderr.setEncoding('utf8').on('data', piece => (stderr += piece));
    child.stdin.on('error', () => {}); // the command may end before it has read everything
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', code => resolve({ code, stdout, stderr }));
  });
}

/** Rows of an NDJSON text; the columns in `times` as epoch milliseconds. */
export function parseRows(text: string, times: readonly string[] = []): ResultRow[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const row = JSON.parse(line) as ResultRow;
      for (const name of times) if (typeof row[name] === 'string') row[name] = Date.parse(row[name]);
      return row;
    });
}

export const rowsOfFile = (path: string, times: readonly string[] = []): ResultRow[] =>
  parseRows(readFileSync(path, 'utf8'), times);
