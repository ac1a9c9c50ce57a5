/**
 * Every error a caller can meet. Each class has a stable `code`; fields say what the text says.
 *
 * Texts have one form: what the user called, what was there, how to fix it.
 */

/** The base of all errors that millrace throws on purpose. */
export class MillraceError extends Error {
  /** Stable name of the kind of failure, for programs. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An option or argument has a value that makes no sense; nothing was started. Correct the call. */
export class OptionError extends MillraceError {
  /** The option's name, as the caller wrote it. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super('OPTION', message, options);
    this.option = option;
  }
}

/** A column is missing, or has a type that the operation lacks. Thrown when a plan is built, before any row moves. */
export class SchemaError extends MillraceError {
  /** The column the text speaks of, if there is one. */
  readonly column: string | undefined;
  /** What the operation wanted there. */
  readonly expected: string | undefined;

  constructor(message: string, details: { column?: string; expected?: string; cause?: unknown } = {}) {
    super('SCHEMA', message, details.cause === undefined ? undefined : { cause: details.cause });
    this.column = details.column;
    this.expected = details.expected;
  }
}

/** A text expression can't be parsed. `position` is the offset of the offending character. */
export class ExpressionError extends MillraceError {
  /** The whole text. */
  readonly text: string;
  /** Offset in UTF-16 units into `text`. */
  readonly position: number;

  constructor(message: string, text: string, position: number) {
    super('EXPRESSION', message);
    this.text = text;
    this.position = position;
  }
}

/** Where in its source a record went wrong; unknown parts are absent. */
export interface DataPlace {
  /** File name, topic or address. */
  readonly source?: string;
  /** Number of the record in its source, from 1 (a CSV header counts as record 0). */
  readonly record?: number;
  /** Offset of the record's first byte in its source, before decompression undone (that is: in the text). */
  readonly byteOffset?: number;
  /** The column that could not be read. */
  readonly column?: string;
}

/** Bytes that are not what their codec expects. Choose the policy `'skip'` to count such records and go on. */
export class DataError extends MillraceError implements DataPlace {
  readonly source: string | undefined;
  readonly record: number | undefined;
  readonly byteOffset: number | undefined;
  readonly column: string | undefined;

  constructor(problem: string, place: DataPlace = {}, options?: ErrorOptions) {
    super('DATA', `${placeText(place)}${problem}`, options);
    this.source = place.source;
    this.record = place.record;
    this.byteOffset = place.byteOffset;
    this.column = place.column;
  }
}

function placeText({ source, record, byteOffset, column }: DataPlace): string {
  const parts = [
    source,
    record === undefined ? undefined : `record ${record}`,
    byteOffset === undefined ? undefined : `byte ${byteOffset}`,
    column === undefined ? undefined : `column "${column}"`,
  ].filter(part => part !== undefined);
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}

/** Linear memory is used up (wasm32 ends at 4 GiB). Nothing is corrupted; stop the frame named, or make windows smaller. */
export class MemoryError extends MillraceError {
  /** Who asked. */
  readonly owner: string;
  /** How many bytes were wanted. */
  readonly bytes: number;

  constructor(owner: string, bytes: number, held: number) {
    super(
      'MEMORY',
      `${owner}: no room for ${bytes} more bytes in linear memory (${held} bytes are held; memoryStats() tells by whom). ` +
        'Use a smaller window, fewer groups, or stop another frame',
    );
    this.owner = owner;
    this.bytes = bytes;
  }
}

/** Something was used in the wrong order, or a saved state does not fit: disposed, started twice, another plan's checkpoint. */
export class StateError extends MillraceError {
  constructor(message: string, options?: ErrorOptions) {
    super('STATE', message, options);
  }
}

/** The outside world failed: a file can't be opened, a connection broke. `cause` holds the original error. */
export class TransportError extends MillraceError {
  constructor(message: string, options?: ErrorOptions) {
    super('TRANSPORT', message, options);
  }
}

/**
 * An option that nobody reads is a slip of the pen, whose results are wrong without a word.
 *
 * @param elsewhere what to say of options that another verb takes
 * @throws OptionError for an option that `verb` does not have
 */
export function checkOptions(
  verb: string,
  options: object | undefined,
  known: readonly string[],
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  if (options === null || (options !== undefined && typeof options !== 'object')) {
    throw new OptionError(
      'options',
      `${verb}: options are an object, not ${options === null ? 'null' : typeof options}`,
    );
  }
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value === undefined || known.includes(name)) continue;
    const near = nearest(name, known);
    const hint = elsewhere[name] ?? (near ? `did you mean "${near}"?` : `there are ${known.join(', ')}`);
    throw new OptionError(name, `${verb}: there is no option "${name}"; ${hint}`);
  }
}

/** The nearest of `names` to `name` within two edits (or a third of its length), for "did you mean". */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance, or `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return Math.min(limit, row[b.length]!);
}

/** Redis can't be reached, refused what it was asked, or the connection broke. `reply` is its answer, if there was one. */
export class RedisException extends MillraceError {
  /** Redis' own error text (`WRONGTYPE …`); undefined when there was no answer. */
  readonly reply: string | undefined;
  /** Whether the connection is gone: what was asked may have happened or not. */
  readonly lost: boolean;

  constructor(message: string, details: { reply?: string; lost?: boolean; cause?: unknown } = {}) {
    super('REDIS', message, details.cause === undefined ? undefined : { cause: details.cause });
    this.reply = details.reply;
    this.lost = details.lost ?? false;
  }
}

/** A River writer was used in the wrong order, or Redis refused an entry. `confirmed` samples are stored for certain. */
export class StreamWriterException extends MillraceError {
  /** Samples that Redis has confirmed; undefined when the error came before any could be written. */
  readonly confirmed: number | undefined;

  constructor(message: string, details: { confirmed?: number; cause?: unknown } = {}) {
    super('STREAM_WRITER', message, details.cause === undefined ? undefined : { cause: details.cause });
    this.confirmed = details.confirmed;
  }
}

/** There is a River stream of that name already. Choose another name, or delete its keys. */
export class StreamExistsException extends StreamWriterException {}

/** A River reader was used in the wrong order, or met an entry that is damaged or gone. */
export class StreamReaderException extends MillraceError {
  constructor(message: string, options?: ErrorOptions) {
    super('STREAM_READER', message, options);
  }
}

/** No River stream of that name appeared in time. The reader may try again. */
export class StreamDoesNotExistException extends StreamReaderException {}
