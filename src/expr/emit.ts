import type { ChunkVector } from '../column/chunk.ts';
import type { Core } from './core.ts';
import { arithmeticEmitters } from './emit-arith.ts';
import { castEmitters } from './emit-cast.ts';
import { comparisonEmitters } from './emit-compare.ts';
import { logicEmitters } from './emit-logic.ts';
import { timeEmitters } from './emit-time.ts';
import type { Program, Step } from './program.ts';

/** Makes the step of a node: `args` are the operands' registers, `out` the node's vector, its values buffer taken when it has one of fixed width. */
export type Emit = (program: Program, node: Core, args: readonly number[], out: ChunkVector) => Step;

export const emitters: Readonly<Record<string, Emit>> = /* @__PURE__ */ Object.freeze({
  ...arithmeticEmitters,
  ...castEmitters,
  ...comparisonEmitters,
  ...logicEmitters,
  ...timeEmitters,
});
