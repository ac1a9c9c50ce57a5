import { OptionError } from '../errors.ts';
import { everything, sameWindow, windowText } from '../window/window.ts';
import type { AggregateSettings } from './group-types.ts';
import { isAggregated } from './scans.ts';
import type { Series } from './series.ts';

/** What a series is over, and when its results come out. */
export type Scoped = Pick<Series<any>, 'scope' | 'settings' | 'expression' | 'name'>;

/** The window and the settings of what is made of two series: those of the one that has any. @throws OptionError when they differ */
export function together(op: string, a: Scoped, b: Scoped): Scoped {
  const settings = bothSettings(op, a, b);
  if (!isAggregated(b.expression) || sameWindow(a.scope, b.scope)) return { ...named(a), settings };
  if (a.scope === everything && !isAggregated(a.expression)) return { ...named(b), settings };
  throw new OptionError(
    'window',
    `${op}: ${a.name} is over ${windowText(a.scope)}, ${b.name} over ${windowText(b.scope)}; take both from one window`,
  );
}

const named = ({ scope, expression, name }: Scoped): Omit<Scoped, 'settings'> => ({ scope, expression, name });

function bothSettings(op: string, a: Scoped, b: Scoped): AggregateSettings {
  for (const [name, value] of Object.entries(b.settings)) {
    const other = a.settings[name as keyof AggregateSettings];
    if (other === undefined || other === value) continue;
    throw new OptionError(
      name,
      `${op}: ${a.name} has ${name} ${JSON.stringify(other)}, ${b.name} ${JSON.stringify(value)}; give both the same`,
    );
  }
  return { ...a.settings, ...b.settings };
}
