import { StreamSchema } from '../codec/river-schema.ts';
import { DataError, OptionError, StreamReaderException } from '../errors.ts';
import type { Client } from './_client.ts';
import { type Compression, compressionOf } from './_compression.ts';

/** User metadata: texts by name. */
export type UserMetadata = Readonly<Record<string, string>>;

export const metadataKey = (stream: string): string => `${stream}-metadata`;

/** The fields of a stream's hash, as texts; null when there is none. */
export async function metadataHash(client: Client, stream: string): Promise<ReadonlyMap<string, string> | null> {
  const flat = (await client.send('HGETALL', metadataKey(stream))) as string[];
  if (flat.length === 0) return null;
  const fields = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) fields.set(flat[i]!, flat[i + 1]!);
  return fields;
}

/** What a reader needs of a stream's hash. */
export interface StreamFacts {
  readonly firstStreamKey: string;
  readonly schema: StreamSchema;
  readonly initializedAtUs: bigint;
  readonly localMinusServerClockUs: bigint;
  readonly compression: Compression;
}

/**
 * @throws StreamReaderException without a first key
 * @throws DataError when schema or compression can't be read
 */
export function factsOf(stream: string, fields: ReadonlyMap<string, string>): StreamFacts {
  const firstStreamKey = fields.get('first_stream_key');
  if (firstStreamKey === undefined) {
    throw new StreamReaderException(`initialize: the metadata of "${stream}" has no first_stream_key; it is damaged`);
  }
  return {
    firstStreamKey,
    schema: StreamSchema.fromJson(fields.get('schema') ?? ''),
    initializedAtUs: wholeNumber(fields.get('initialized_at_us')),
    localMinusServerClockUs: wholeNumber(fields.get('local_minus_server_clock_us')),
    compression: compressionOf(fields.get('compression_params_json')),
  };
}

const wholeNumber = (text: string | undefined): bigint => (text && /^-?\d+$/.test(text) ? BigInt(text) : 0n);

/** The user metadata in a stream's hash. @throws DataError when it is missing or holds anything but texts */
export function userMetadataOf(fields: ReadonlyMap<string, string>): Record<string, string> {
  const text = fields.get('user_metadata');
  if (text === undefined) throw new DataError('the metadata has no user_metadata');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`the user metadata is no JSON: ${text.slice(0, 80)}`, {}, { cause });
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new DataError('the user metadata is no JSON object');
  for (const [name, entry] of Object.entries(value)) {
    if (typeof entry !== 'string') throw new DataError(`the user metadata "${name}" is no text`);
  }
  return value as Record<string, string>;
}

const utf8 = /* @__PURE__ */ new TextEncoder();

/** The JSON of user metadata as River writes it: names in the order of their bytes, `null` for none. @throws OptionError */
export function userMetadataText(metadata: UserMetadata | ReadonlyMap<string, string> | null | undefined): string {
  const entries = metadata instanceof Map ? [...metadata] : Object.entries(metadata ?? {});
  for (const [name, value] of entries) {
    if (typeof value !== 'string')
      throw new OptionError('userMetadata', `userMetadata: "${name}" is ${typeof value}; give texts`);
    if (/\p{Surrogate}/u.test(`${name}\n${value}`)) {
      throw new OptionError(
        'userMetadata',
        `userMetadata: "${name}" has half a surrogate pair, which UTF-8 can't hold`,
      );
    }
  }
  if (entries.length === 0) return 'null';
  const sorted = entries
    .map(entry => ({ entry, bytes: utf8.encode(entry[0]) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes));
  return `{${sorted.map(({ entry: [name, value] }) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
