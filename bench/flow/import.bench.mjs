import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { processTimes } from './_process.mjs';

const script = name => fileURLToPath(new URL(name, import.meta.url));

export const cases = [
  {
    name: 'importing millrace, whole process, beyond an empty script',
    against: 'the empty script',
    unit: 'ms',
    limit: 40,
    async measure() {
      const [ours, empty] = await processTimes([[script('_import.mjs')], [script('_empty.mjs')]], 21);
      return { ours: ours - empty, theirs: empty };
    },
  },
  {
    name: 'stream + frame + kernels, no codec, minified and gzipped',
    against: 'the budget of',
    unit: 'bytes',
    limit: 100_000,
    async measure() {
      const { outputFiles } = await build({
        stdin: {
          contents: "import { DataFrame, Stream } from '../../dist/index.js';\nconsole.log(DataFrame, Stream);\n",
          resolveDir: script('.'),
        },
        bundle: true,
        minify: true,
        format: 'esm',
        platform: 'browser',
        write: false,
        logLevel: 'error',
      });
      return { ours: gzipSync(outputFiles[0].contents, { level: 9 }).length, theirs: 100_000 };
    },
  },
];
