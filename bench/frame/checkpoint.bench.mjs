// Checkpoints of a million groups with four aggregations each: as bytes, back from bytes, and of a run that goes on meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFrame, f64, i32 } from '../../dist/index.js';
import { columns } from '../data.mjs';

export const title = 'Checkpoints';

const groups = 1_000_000;
const batchRows = 65_536;
const rounds = 7;
const schema = { k: i32(), v: f64() };
const what = '1,000,000 groups × sum, var, min, max';

const median = samples => samples.toSorted((a, b) => a - b)[samples.length >> 1];

function summary(frame) {
  const out = frame.groupby('k').agg({ s: 'sum(v)', v: 'var(v)', lo: 'min(v)', hi: 'max(v)' }, { emit: 'end' });
  out.sink(() => {});
  return out;
}

/** A row for each group, in batches. */
function* batches() {
  const { v } = columns(groups, ['v']);
  for (let from = 0; from < groups; from += batchRows) {
    const end = Math.min(groups, from + batchRows);
    yield { k: Int32Array.from({ length: end - from }, (_, row) => (from + row) * 7919), v: v.subarray(from, end) };
  }
}

function filled() {
  const frame = new DataFrame({ schema });
  const out = summary(frame);
  for (const batch of batches()) frame.emit(batch);
  return out;
}

/** Milliseconds of `act` as a median, beside those of its bytes at 500 MB/s. */
async function measured(act) {
  const samples = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    bytes = act();
    samples.push(performance.now() - began);
    await new Promise(setImmediate);
  }
  return { ours: median(samples), theirs: bytes / 500e3, bytes };
}

/** The same rows again and again, from a source that can be read again. */
class Given {
  #at = 0;
  #batches = [...batches()];

  async run(push) {
    for (const batch of this.#batches) {
      await push(batch);
      this.#at++;
    }
  }

  position() {
    return this.#at;
  }

  seek(at) {
    this.#at = at;
  }

  metrics() {
    return { bytes: 0, storedBytes: 0, skipped: 0 };
  }
}

/** How long nothing is read for the last checkpoint of a run, beside 50 ms for each 16 MiB of it. */
async function pauses() {
  const samples = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const dir = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
    try {
      const frame = new DataFrame({ schema, source: new Given() });
      summary(frame);
      await frame.run({ checkpoint: { dir, every: { rows: groups / 2 } } });
      const { checkpoints } = frame.metrics();
      samples.push(checkpoints.pauseMs);
      bytes = checkpoints.bytes;
      frame.dispose();
    } finally {
      rmSync(dir, { recursive: true });
    }
  }
  return { ours: median(samples), theirs: (bytes / (16 << 20)) * 50 };
}

const speed = 'as many bytes at 500 MB/s';

export const cases = [
  {
    name: `checkpoint(), ${what}`,
    against: speed,
    measure: () => {
      const out = filled();
      return measured(() => out.checkpoint().length);
    },
  },
  {
    name: `restore(), ${what}`,
    against: speed,
    measure: () => {
      const saved = filled().checkpoint();
      return measured(() => {
        const frame = new DataFrame({ schema });
        summary(frame).restore(saved);
        frame.dispose();
        return saved.length;
      });
    },
  },
  { name: `pause of run({ checkpoint }), ${what}`, against: '50 ms for each 16 MB', measure: pauses },
].map(one => ({ ...one, unit: 'ms', target: 1, isolate: true }));
