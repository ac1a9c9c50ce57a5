// Where and with what a benchmark ran.
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const read = file => JSON.parse(readFileSync(file, 'utf8'));

function versionOf(name) {
  const place = [join(here, 'peer/node_modules'), join(here, '../node_modules')]
    .map(dir => join(dir, name, 'package.json'))
    .find(file => existsSync(file));
  return place && read(place).version;
}

export function machine() {
  const { dependencies = {} } = read(join(here, 'peer/package.json'));
  const rivals = [...new Set([...Object.keys(dependencies), 'apache-arrow'])];
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: loadavg()[0],
    versions: Object.fromEntries(rivals.map(name => [name, versionOf(name)]).filter(([, found]) => found)),
  };
}
