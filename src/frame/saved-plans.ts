import { StateError } from '../errors.ts';
import type { Plan } from './plan.ts';
import { explainPlan } from './plan-text.ts';

/** What all attached plans remember, as values that a checkpoint keeps. */
export interface SavedPlans {
  /** In the order in which they were attached: the plan as `explain` shows it, and the places of its states, the first operator's first. */
  readonly plans: readonly { readonly text: string; readonly states: readonly number[] }[];
  /** What each operator remembers; one that several plans share stands here once. */
  readonly states: readonly unknown[];
  /** Inputs that the watermark waited for. */
  readonly inputs: readonly string[];
  /** The input was over: nothing more comes. */
  readonly ended: boolean;
}

/** @throws StateError when the saved plans are others than those attached; it says which line differs */
export function mustBeSamePlans(saved: SavedPlans['plans'], attached: readonly Plan[]): void {
  if (attached.length === 0) {
    throw new StateError('restore: nothing listens to this frame yet; attach its sinks first, then restore');
  }
  const texts = attached.map(explainPlan);
  if (saved.length !== texts.length) {
    throw new StateError(
      `restore: this checkpoint is of ${saved.length} results, ${texts.length} are attached here; attach the same sinks in the same order`,
    );
  }
  for (const [at, { text }] of saved.entries()) if (text !== texts[at]) throw otherPlan(text, texts[at]!, at + 1);
}

/** The plan is the same to the eye, but its operators remember something else. */
export const otherOperators = (number: number): StateError =>
  new StateError(
    `restore: result ${number} was computed by other operators; use the version that wrote the checkpoint`,
  );

function otherPlan(saved: string, here: string, number: number): StateError {
  const [there, own] = [saved.split('\n'), here.split('\n')];
  const line = there.findIndex((text, at) => text !== own[at]);
  const at = line < 0 ? there.length : line;
  const show = (lines: readonly string[]): string => (at < lines.length ? `\`${lines[at]!.trim()}\`` : 'not there');
  return new StateError(
    `restore: this checkpoint is of another plan: line ${at + 1} of result ${number} is ${show(there)} in it and ${show(own)} here; use the same frame and attach its sinks in the same order`,
  );
}
