/** A case says what the runner has no meaning for: never the error that a recording expects. */
export class NotUnderstood extends Error {}

/** What a case did: problems (none: passed), and whether advised behaviour was checked instead of the recorded one. */
export interface Outcome {
  readonly problems: readonly string[];
  readonly byRule?: boolean;
}

/** One sort of recorded case. */
export interface Kind {
  readonly name: string;
  /** Whether this kind knows how to run the file's content. */
  accepts(recorded: any): boolean;
  run(recorded: any): Promise<Outcome>;
}

/** The cases of one system. */
export interface Family {
  readonly kinds: readonly Kind[];
}
