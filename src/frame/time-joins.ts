import { checkOptions, OptionError, SchemaError } from '../errors.ts';
import type { OutputColumn } from '../join/output.ts';
import { type SideOptions, TimeJoin } from '../join/time-join.ts';
import type { TimeMatch } from '../join/time-match.ts';
import { sameType, type TemporalType } from '../schema/data-type.ts';
import type { Duration } from '../schema/duration.ts';
import type { Columns } from '../schema/schema.ts';
import { columnNames } from './input.ts';
import { JoinSource } from './join-source.ts';
import {
  checkKeys,
  defaultSuffixes,
  type Joined,
  type JoinedColumns,
  type JoinKeys,
  joinedColumns,
  type NameOf,
  type Names,
  namesOf,
  type Suffixes,
  type SuffixesOf,
  sharedKeys,
} from './joined-columns.ts';
import { followedBy, indexOf, type Plan, projectPlan, type SourcePlan, visibleSchema } from './plan.ts';
import { keysText } from './plan-text.ts';
import { Root } from './root.ts';
import type { TimeIndex } from './time-index.ts';

/** A frame as a side of a join. */
export interface FrameSide {
  readonly root: Root;
  readonly plan: Plan;
  readonly outOfOrder: Duration;
}

/** What a joined frame is made of. */
export interface JoinedParts {
  readonly root: Root;
  readonly plan: Plan;
  /** How much later than a newer row a joined row may come. */
  readonly outOfOrder: Duration;
}

/** `L` and `R` are the names of the columns of the two frames. */
interface TimeJoinSettings<L extends string, R extends string> {
  /** Columns that must be equal, under one name on both sides. */
  readonly by?: Names<L & R>;
  /** Columns of this frame that must be equal to those in `rightBy`, in pairs. */
  readonly leftBy?: Names<L>;
  readonly rightBy?: Names<R>;
  /** Behind names that both sides have; default `['_x', '_y']`. */
  readonly suffixes?: Suffixes;
}

export interface MergeAsofOptions<L extends string = string, R extends string = string> extends TimeJoinSettings<L, R> {
  /** The column that orders both frames; default: their indexes. Where both call it the same it stands once in the result, with this frame's times. */
  readonly on?: L & R;
  /** Where the partner is: the last at or before the row's time (`backward`, default), the first at or after it, or the nearer of both. */
  readonly direction?: 'backward' | 'forward' | 'nearest';
  /** How far away a partner may be, both ends included; default: any distance. */
  readonly tolerance?: Duration;
  /** Whether a row of the very same time is a partner; default true. */
  readonly allowExactMatches?: boolean;
}

export interface MergeIntervalOptions<L extends string = string, R extends string = string>
  extends TimeJoinSettings<L, R> {
  /** Least of (partner's time − row's time), as `'-5s'`. */
  readonly from: Duration;
  /** Greatest of it, included. */
  readonly to: Duration;
  /** `inner` (default): rows with partners, once for each; `left`: also those without, with missing cells. */
  readonly how?: 'inner' | 'left';
}

type SharedBy<O> = O extends { readonly by: infer N }
  ? NameOf<N>
  : O extends { readonly leftBy: infer A; readonly rightBy: infer B }
    ? NameOf<A> & NameOf<B>
    : never;
/** Without `on` the indexes order the frames. The compiler does not know which columns these are, but that few tables have times that are not. */
type SharedOn<L, R, O> = O extends { readonly on: infer N extends string }
  ? N
  : { [P in keyof L & keyof R & string]: L[P] extends TemporalType ? P : never }[keyof L & keyof R & string];

/** The columns of an as-of join of `L` with `R`. */
export type AsofJoined<L extends Columns, R, O> = Joined<L, R, SharedBy<O> | SharedOn<L, R, O>, SuffixesOf<O>>;

/** The columns of an interval join of `L` with `R`. */
export type IntervalJoined<L extends Columns, R, O> = Joined<L, R, SharedBy<O>, SuffixesOf<O>>;

const joinOptions = ['by', 'leftBy', 'rightBy', 'suffixes'];

/** @throws SchemaError for frames without a time index, unknown columns and types that don't go together; OptionError for options */
export function asofParts(left: FrameSide, right: FrameSide, options: MergeAsofOptions): JoinedParts {
  checkOptions('mergeAsof', options, [...joinOptions, 'on', 'direction', 'tolerance', 'allowExactMatches']);
  const { direction = 'backward', tolerance, allowExactMatches = true, on = commonIndex(left, right) } = options;
  if (!['backward', 'forward', 'nearest'].includes(direction)) {
    throw new OptionError('direction', `mergeAsof: direction is "${direction}"; give backward, forward or nearest`);
  }
  const sides = on === undefined ? { left, right } : { left: orderedBy(left, on), right: orderedBy(right, on) };
  const join = new Sides('mergeAsof', sides.left, sides.right, options, on === undefined ? [] : [on]);
  const span = tolerance === undefined ? null : join.index.ticks(tolerance, 'tolerance');
  const within = tolerance === undefined ? '' : `, within ${tolerance}`;
  const exact = allowExactMatches ? '' : ', never of the same time';
  return join.parts(`asof ${direction}${join.byText}${within}${exact}`, {
    kind: 'asof',
    direction,
    tolerance: span,
    exact: allowExactMatches,
  });
}

/** @throws as `asofParts` */
export function intervalParts(left: FrameSide, right: FrameSide, options: MergeIntervalOptions): JoinedParts {
  checkOptions('mergeInterval', options, [...joinOptions, 'from', 'to', 'how']);
  const { how = 'inner' } = options;
  if (how !== 'inner' && how !== 'left') {
    throw new OptionError('how', `mergeInterval: how is "${how}"; give inner or left`);
  }
  const join = new Sides('mergeInterval', left, right, options, []);
  const from = signedTicks(join.index, options.from, 'from');
  const to = signedTicks(join.index, options.to, 'to');
  if (from > to) {
    throw new OptionError('from', `mergeInterval: from ${options.from} to ${options.to} holds no time; exchange them`);
  }
  return join.parts(`interval ${how} from ${options.from} to ${options.to}${join.byText}`, {
    kind: 'interval',
    from,
    to,
    outer: how === 'left',
  });
}

/** Two frames that were found to go together in time. */
class Sides {
  readonly index: TimeIndex;
  readonly byText: string;
  readonly #left: FrameSide;
  readonly #right: FrameSide;
  readonly #keys: JoinKeys;
  readonly #joined: JoinedColumns;
  readonly #sides: { readonly left: SideOptions; readonly right: SideOptions };

  constructor(
    verb: string,
    left: FrameSide,
    right: FrameSide,
    options: TimeJoinSettings<string, string>,
    shared: readonly string[],
  ) {
    this.#left = left;
    this.#right = right;
    for (const [name, { plan }] of [['left', left] as const, ['right', right] as const]) {
      if (plan.mode === 'streaming') continue;
      throw new OptionError(
        'other',
        `${verb}: the ${name} frame is a running result, each of which takes the place of the one before; join rows, as emit "onClose" gives`,
      );
    }
    const [from, to] = [visibleSchema(left.plan), visibleSchema(right.plan)];
    this.#keys = keysBy(options, verb);
    checkKeys(this.#keys, from, to, verb);
    this.index = indexOf(left.plan, verb);
    const other = indexOf(right.plan, verb);
    if (!sameTicks(this.index, other)) {
      const [a, b] = [left, right].map(({ plan }) => plan.index!);
      throw new SchemaError(`${verb}: the indexes ${a} and ${b} count in different units; cast one of them`);
    }
    const once = [...sharedKeys(this.#keys), ...shared];
    this.#joined = joinedColumns(left.plan, to, once, options.suffixes ?? defaultSuffixes, verb);
    this.byText = this.#keys.left.length === 0 ? '' : ` by ${keysText(this.#keys)}`;
    const side = ({ root, plan, outOfOrder }: FrameSide, time: TimeIndex, by: readonly string[]): SideOptions => ({
      index: { name: plan.index!, time },
      by,
      delay: time.ticks(outOfOrder, 'outOfOrder'),
      followed: followedBy(plan, root.inputs),
    });
    this.#sides = { left: side(left, this.index, this.#keys.left), right: side(right, other, this.#keys.right) };
  }

  parts(text: string, match: TimeMatch): JoinedParts {
    const [left, right] = [this.#left, this.#right];
    const { schema, index, visible } = this.#joined;
    const sides = this.#sides;
    const source = new JoinSource({
      left,
      right,
      needs: (side, columns) => {
        const shown = this.#output(columns).filter(column => column.side === side);
        const { index, by } = sides[side];
        return [...new Set([index.name, ...by, ...shown.map(({ from }) => from)])];
      },
      index,
      timed: ['right', 'left'],
      sideOf: name => this.#joined.columns[schema.indexOf(name)]!.side,
      open: ({ memory, sourceOwner }, columns) =>
        new TimeJoin({
          memory,
          owner: sourceOwner,
          ...sides,
          keyTypes: this.#keys.right.map(name => right.plan.schema.field(name).type),
          columns: this.#output(columns),
          match,
        }),
    });
    const joins = { text, left: left.plan, right: right.plan };
    const plan: SourcePlan = { op: 'source', schema, index, visible, mode: 'streaming', joins };
    return { root: new Root(schema, { source, memory: left.root.memory }), plan, outOfOrder: 0 };
  }

  /** Where columns of the result come from. */
  #output(names: readonly string[]): OutputColumn[] {
    const { schema, columns } = this.#joined;
    return names.map(name => {
      const { side, place } = columns[schema.indexOf(name)]!;
      const { plan } = side === 'left' ? this.#left : this.#right;
      return { field: schema.field(name), side, from: plan.schema.fields[place]!.name };
    });
  }
}

/** The index of both frames, when it is a column of one name. */
function commonIndex(left: FrameSide, right: FrameSide): string | undefined {
  const { index } = left.plan;
  if (index === null || index !== right.plan.index) return undefined;
  return [left, right].every(({ plan }) => visibleSchema(plan).has(index)) ? index : undefined;
}

/** The frame with another index. */
function orderedBy(side: FrameSide, name: string): FrameSide {
  const { plan } = side;
  const shown = visibleSchema(plan);
  shown.field(name, 'mergeAsof');
  if (plan.index === name) return side;
  return {
    ...side,
    plan: projectPlan({ ...plan, index: name }, columnNames(shown.names, shown, 'mergeAsof'), 'mergeAsof'),
  };
}

function keysBy({ by, leftBy, rightBy }: TimeJoinSettings<string, string>, verb: string): JoinKeys {
  if (by !== undefined && (leftBy !== undefined || rightBy !== undefined)) {
    throw new OptionError('by', `${verb}: give either "by", or "leftBy" and "rightBy"`);
  }
  if ((leftBy === undefined) !== (rightBy === undefined)) {
    throw new OptionError('leftBy', `${verb}: "leftBy" and "rightBy" go together; give both`);
  }
  const left = namesOf(by ?? leftBy) ?? [];
  return { left, right: namesOf(by ?? rightBy) ?? [] };
}

/** Whether the ticks of two indexes are the same instants. */
function sameTicks({ boundType: a }: TimeIndex, { boundType: b }: TimeIndex): boolean {
  return a.kind === 'timestamp' && b.kind === 'timestamp' ? a.unit === b.unit : sameType(a, b);
}

/** As `index.ticks`, with a sign. */
function signedTicks(index: TimeIndex, span: Duration, option: string): bigint {
  if (span === undefined || span === null) {
    throw new OptionError(
      option,
      `mergeInterval: "${option}" is missing; say how far partners are, as in { from: '-5s', to: 0 }`,
    );
  }
  if (typeof span === 'number') return span < 0 ? -index.ticks(-span, option) : index.ticks(span, option);
  const text = String(span).trim();
  if (text.startsWith('-')) return -index.ticks(text.slice(1), option);
  return index.ticks(text.startsWith('+') ? text.slice(1) : text, option);
}
