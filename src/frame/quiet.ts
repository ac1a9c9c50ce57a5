import { StateError } from '../errors.ts';
import type { Gate } from './gate.ts';
import type { Root } from './root.ts';

/** A root, and before it those that feed it, each once. */
export function rootsOf(root: Root): Root[] {
  const before = (root.source?.inputs ?? []).flatMap(rootsOf);
  return [...new Set([...before, root])];
}

/**
 * Calls `act` at a moment when no batch is on its way to `root` or to one that feeds it: at once when that is so now. Nothing comes
 * meanwhile.
 *
 * @throws StateError when a batch was lost on its way: the run has failed
 */
export function quietly<T>(root: Root, act: () => T): Promise<T> {
  const roots = rootsOf(root);
  const gates: Gate[] = roots.filter(({ source }) => !source?.inputs).map(leaf => leaf.gate);
  const letGo = roots.map(({ source }) => source?.hold?.());
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const isBroken = gates.some(gate => gate.isBroken);
      if (!isBroken && !gates.every(({ isQuiet }) => isQuiet)) return;
      try {
        if (isBroken)
          throw new StateError('checkpoint: a batch has failed; what is remembered no longer fits what was read');
        resolve(act());
      } catch (error) {
        reject(error);
      }
      for (const gate of gates) gate.open();
      for (const go of letGo) go?.();
    };
    for (const gate of gates) gate.close(look);
    look();
  });
}
