/** One metric of Prometheus' text format. */
export interface Family {
  readonly help: string;
  readonly type: string;
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\.)*)",?/gy;
const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/**
 * Reads Prometheus' text format, version 0.0.4.
 *
 * @throws Error for a line that is not of it, and for samples before their HELP and TYPE
 */
export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, { help: string; type: string; samples: Family['samples'] }>();
  for (const row of text.split('\n')) {
    if (row === '') continue;
    const [, keyword, about, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(row) ?? [];
    if (keyword === 'HELP') families.set(about!, { help: rest!, type: '', samples: [] });
    else if (keyword === 'TYPE') families.get(about!)!.type = rest!;
    else {
      const [, name, labels = '', value] = line.exec(row) ?? [];
      const family = families.get(name ?? '');
      if (!family?.type || Number.isNaN(Number(value))) throw new Error(`not a sample: ${row}`);
      family.samples.push({ labels: labelsOf(labels), value: Number(value) });
    }
  }
  return families;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let end = 0;
  for (const [pair, name, value] of text.matchAll(label)) {
    labels[name!] = value!.replace(/\\[\\"n]/g, pair => escapes[pair]!);
    end += pair.length;
  }
  if (end !== text.length) throw new Error(`not labels: ${text}`);
  return labels;
}
