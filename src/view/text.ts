import type { Stream } from '../stream/stream.ts';
import { reachable } from './graph.ts';

/**
 * The whole graph as text for a terminal. Every node stands below what feeds it; a node that was shown before is only named
 * again, with ↩.
 *
 * ```
 * <source; Stream>
 * ├─ <map: inc>
 * │  └─ <zip>
 * │     └─ <sink: print>
 * └─ <map: double>
 *    └─ <zip> ↩
 * ```
 */
export function graphText(stream: Stream): string {
  const streams = reachable(stream);
  const shown = new Set<Stream>();
  const lines: string[] = [];
  const show = (one: Stream, lead: string, branch: string): void => {
    const again = shown.has(one);
    lines.push(`${lead}${branch}${one}${again && one.downstreams.length > 0 ? ' ↩' : ''}`);
    if (again) return;
    shown.add(one);
    const below = branch === '' ? '' : lead + (branch === '├─ ' ? '│  ' : '   ');
    for (const [place, next] of one.downstreams.entries()) {
      show(next, below, place === one.downstreams.length - 1 ? '└─ ' : '├─ ');
    }
  };
  for (const one of streams) if (one.upstreams.length === 0) show(one, '', '');
  // A graph that is one loop has no beginning: show it from where the caller stands.
  for (const one of streams) if (!shown.has(one)) show(one, '', '');
  return lines.join('\n');
}
