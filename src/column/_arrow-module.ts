import type * as Arrow from 'apache-arrow';
import { OptionError } from '../errors.ts';

let loaded: typeof Arrow | undefined;

/**
 * apache-arrow, loaded when it is first wanted: importing millrace must not cost its 30 ms.
 *
 * It is the module that `import 'apache-arrow'` gives, loaded synchronously: Node 20.19 can require an ES module.
 *
 * @throws OptionError outside Node, where `millrace/arrow` does the same with a static import
 */
export function arrowModule(): typeof Arrow {
  if (loaded) return loaded;
  const node = (globalThis as { process?: { getBuiltinModule?: (name: string) => any } }).process;
  const createRequire = node?.getBuiltinModule?.('module')?.createRequire;
  if (!createRequire) {
    throw new OptionError(
      'toArrow',
      "toArrow: only Node can load apache-arrow here; import { toArrow } from 'millrace/arrow'",
    );
  }
  const require = createRequire(import.meta.url);
  // require finds the CommonJS entry; its neighbour is the ES module of the same name
  loaded = require(require.resolve('apache-arrow').replace(/\.js$/, '.mjs')) as typeof Arrow;
  return loaded;
}
