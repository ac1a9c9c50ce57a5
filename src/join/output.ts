import { type Field, Schema } from '../schema/schema.ts';
import type { Side } from './joiner.ts';

/** A column that the result of a join can have, and where it comes from. */
export interface OutputColumn {
  readonly field: Field;
  readonly side: Side;
  /** Its name there. */
  readonly from: string;
}

/** The columns of one side: their places in its store, and in the output. */
interface SideOutput {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Which columns go where. */
export interface Output {
  readonly names: readonly string[];
  readonly schema: Schema;
  readonly left: SideOutput;
  readonly right: SideOutput;
}

/** The columns of a side that the result can show, under their names there. */
export function storedSchema(columns: readonly OutputColumn[], side: Side): Schema {
  const own = columns.filter(column => column.side === side);
  return new Schema(own.map(({ field, from }) => ({ ...field, name: from })));
}

/**
 * The output with the columns called `names`.
 *
 * @param stored what the sides' stores hold
 */
export function outputOf(
  names: readonly string[],
  columns: readonly OutputColumn[],
  stored: Readonly<Record<Side, Schema>>,
): Output {
  const found = names.map(name => columns.find(({ field }) => field.name === name)!);
  const of = (side: Side): SideOutput => {
    const to = [...found.keys()].filter(at => found[at]!.side === side);
    return { to, from: to.map(at => stored[side].indexOf(found[at]!.from)) };
  };
  return { names, schema: new Schema(found.map(({ field }) => field)), left: of('left'), right: of('right') };
}
