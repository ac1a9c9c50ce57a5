import type { ChunkVector } from '../column/chunk.ts';
import { SchemaError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import { bool, type DataType, typeText } from '../schema/data-type.ts';
import type { Schema } from '../schema/schema.ts';
import type { Block } from './block.ts';
import { Elaborator } from './elaborate.ts';
import type { Expression } from './expression.ts';
import { Program } from './program.ts';

export interface BindOptions {
  /** What the user called, for errors. */
  readonly verb?: string;
  /** Who holds the temporaries, for `memoryStats()`. */
  readonly owner?: string;
}

/** An expression over blocks of one schema. */
export interface BoundExpression {
  readonly type: DataType;
  /**
   * The values for each row of the block; valid until the next `evaluate`. A plain column is the block's own vector.
   *
   * @throws DataError when a checked cast meets a value that does not fit
   */
  evaluate(block: Block): ChunkVector;
  dispose(): void;
}

/** Several expressions that compute their common parts once. */
export interface BoundExpressions {
  readonly types: readonly DataType[];
  /** As `BoundExpression.evaluate`; the same array each time. */
  evaluate(block: Block): readonly ChunkVector[];
  dispose(): void;
}

/** A condition over blocks. */
export interface BoundPredicate {
  /** Number of rows for which the condition is true; neither false nor null. */
  evaluate(block: Block): number;
  /** Address of the bits of the last block: 1 = true. Bits beyond the block's length are undefined. */
  readonly mask: number;
  dispose(): void;
}

/**
 * Compiles an expression for blocks of `schema`: checks it, chooses kernels, takes temporaries.
 *
 * @throws SchemaError as `typeOf`
 */
export function bind(expression: Expression, schema: Schema, memory: Memory, options?: BindOptions): BoundExpression {
  const all = bindAll([expression], schema, memory, options);
  return { type: all.types[0]!, evaluate: block => all.evaluate(block)[0]!, dispose: all.dispose };
}

/** Like `bind`, for several expressions at once: what they have in common is computed once per block. */
export function bindAll(
  expressions: readonly Expression[],
  schema: Schema,
  memory: Memory,
  { verb = 'expression', owner = verb }: BindOptions = {},
): BoundExpressions {
  const elaborator = new Elaborator(schema, verb);
  const roots = expressions.map(expression => elaborator.elaborate(expression));
  const program = new Program(roots, memory, owner);
  const places = roots.map(root => program.registerOf(root));
  const results: ChunkVector[] = [];
  return {
    types: roots.map(({ type }) => type),
    evaluate(block) {
      program.run(block);
      for (let i = 0; i < places.length; i++) results[i] = program.registers[places[i]!]!;
      return results;
    },
    dispose: () => program.dispose(),
  };
}

/**
 * Like `bind`, for a condition.
 *
 * @throws SchemaError also when the expression is no bool
 */
export function bindPredicate(
  expression: Expression,
  schema: Schema,
  memory: Memory,
  { verb = 'filter', owner = verb }: BindOptions = {},
): BoundPredicate {
  const root = new Elaborator(schema, verb).elaborate(expression);
  if (root.type.kind !== bool().kind) {
    throw new SchemaError(`${verb}: a condition must be bool, ${expression.key} is ${typeText(root.type)}`, {
      expected: 'bool',
    });
  }
  const program = new Program([root], memory, owner);
  const at = program.registerOf(root);
  const own = program.bits();
  const { select, registers } = program;
  let mask = program.zeros;
  return {
    evaluate(block) {
      program.run(block);
      const { values, validity } = registers[at]!;
      mask = values;
      if (validity !== 0) select.andBits(values, validity, (mask = own), (block.length + 7) >> 3);
      return select.countBits(mask, block.length);
    },
    get mask() {
      return mask;
    },
    dispose: () => program.dispose(),
  };
}
