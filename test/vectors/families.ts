import type { Family } from './family.ts';
import { riverDumps, riverScenarios } from './river.ts';
import { streamzCore } from './streamz-core.ts';
import { streamzDataFrame } from './streamz-dataframe.ts';
import { streamzFiles } from './streamz-files.ts';
import { streamzGraphs } from './streamz-graphs.ts';
import { streamzRecords } from './streamz-records.ts';

/** Every family that can be run: `npm run vectors -- <family> <folder>`. */
export const families: Readonly<Record<string, Family>> = {
  river: { kinds: [riverDumps, riverScenarios] },
  streamz: { kinds: [streamzDataFrame, streamzGraphs, streamzCore, streamzFiles, streamzRecords] },
};
