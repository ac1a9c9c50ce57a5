import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { families } from './families.ts';
import type { Kind } from './family.ts';

const usage = 'usage: npm run vectors -- <family> <folder> [--only text] [--verbose]';

function files(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap(entry => {
    const full = join(path, entry.name);
    if (entry.isDirectory()) return files(full);
    return entry.name.endsWith('.json') ? [full] : [];
  });
}

async function main(args: string[]): Promise<number> {
  const only = option(args, '--only');
  const verbose = flag(args, '--verbose');
  const [name, folder] = args;
  if (name === undefined || folder === undefined) return complain(usage);
  const family = Object.hasOwn(families, name) ? families[name] : undefined;
  if (!family) return complain(`vectors: there is no family "${name}"; known: ${Object.keys(families).join(', ')}`);

  if (!existsSync(folder)) return complain(`vectors: there is no folder ${folder}`);
  const counts = new Map<string, { passed: number; failed: number; byRule: number }>();
  for (const path of files(folder)) {
    const label = relative(folder, path) || path;
    if (only !== undefined && !label.includes(only)) continue;
    const recorded = parsed(path);
    const kind = isCase(recorded) ? family.kinds.find(one => one.accepts(recorded)) : undefined;
    const count = counts.get(kind?.name ?? 'unknown') ?? { passed: 0, failed: 0, byRule: 0 };
    counts.set(kind?.name ?? 'unknown', count);
    const { problems, byRule } = await outcome(kind, recorded);
    if (problems.length === 0) count.passed++;
    else count.failed++;
    if (byRule) count.byRule++;
    if (problems.length > 0)
      console.log(
        `FAILED ${label}\n${problems
          .slice(0, verbose ? 99 : 6)
          .map(text => `  ${text}`)
          .join('\n')}`,
      );
    else if (verbose) console.log(`passed ${label}${byRule ? ` (advised behaviour: ${recorded.quirkId})` : ''}`);
  }
  if (counts.size === 0) return complain(`vectors: no case in ${folder}`);
  let passed = 0;
  let failed = 0;
  for (const [kind, count] of counts) {
    passed += count.passed;
    failed += count.failed;
    const rules = count.byRule > 0 ? `, ${count.byRule} of them against the behaviour advised for a quirk` : '';
    console.log(`${name} ${kind}: ${count.passed} passed, ${count.failed} failed${rules}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The file's content, or why it can't be read: then the case fails. */
function parsed(path: string): any {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return error;
  }
}

const isCase = (recorded: unknown): boolean =>
  typeof recorded === 'object' && recorded !== null && !Array.isArray(recorded) && !(recorded instanceof Error);

async function outcome(kind: Kind | undefined, recorded: any): ReturnType<Kind['run']> {
  if (recorded instanceof Error) return { problems: [`the file is no JSON: ${recorded.message}`] };
  if (!isCase(recorded)) return { problems: ['the file holds no case: a case is an object'] };
  if (!kind) {
    const about = recorded.op === undefined ? 'a case without "op"' : `op ${JSON.stringify(recorded.op)}`;
    return { problems: [`nothing here knows how to run ${about}`] };
  }
  try {
    return await kind.run(recorded);
  } catch (error) {
    return { problems: [`the case could not be run: ${error instanceof Error ? error.stack : String(error)}`] };
  }
}

function option(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}

function flag(args: string[], name: string): boolean {
  const at = args.indexOf(name);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
}

function complain(text: string): number {
  console.error(text);
  return 2;
}

process.exit(await main(process.argv.slice(2)));
