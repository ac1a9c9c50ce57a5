import type { StreamSchema } from '../codec/river-schema.ts';
import { StreamExistsException, StreamWriterException } from '../errors.ts';
import type { Client } from './_client.ts';
import type { Compression } from './_compression.ts';
import { metadataHash, metadataKey } from './_metadata.ts';

/** What is stored of a stream before its first sample. */
export interface Claim {
  readonly name: string;
  readonly schema: StreamSchema;
  readonly userMetadata: string;
  readonly compression: Compression;
  /** Measures how far this clock is ahead of the server's and stores it. */
  readonly computeLocalMinusServerClock: boolean | undefined;
}

const clockRounds = 100;

/**
 * Stores the metadata of a new stream, atomically; gives when it was begun, in microseconds of the server's clock if that is measured.
 *
 * @throws StreamExistsException when there is such a stream
 * @throws StreamWriterException for other fields beside one of variable width
 */
export async function claim(
  client: Client,
  { name, schema, userMetadata, compression, computeLocalMinusServerClock = false }: Claim,
): Promise<bigint> {
  const key = metadataKey(name);
  // WATCH: if anybody writes the hash between the look and EXEC, nothing of ours is stored.
  await client.send('WATCH', key);
  if (await metadataHash(client, name))
    throw new StreamExistsException(`initialize: there is a stream "${name}" already`);
  if (schema.hasVariableWidthField && schema.fieldDefinitions.length > 1) {
    throw new StreamWriterException('initialize: a field of variable width must be the only one');
  }
  const offsetUs = computeLocalMinusServerClock ? await localMinusServerClock(client) : null;
  const initializedAtUs = BigInt(Math.floor(nowUs())) - (offsetUs ?? 0n);
  const hash = [
    ...['first_stream_key', `${name}-0`],
    ...['schema', schema.toJson()],
    ...(offsetUs === null ? [] : ['local_minus_server_clock_us', String(offsetUs)]),
    ...['initialized_at_us', String(initializedAtUs)],
    ...(compression.name === 'UNCOMPRESSED' ? [] : ['compression_params_json', JSON.stringify(compression)]),
    ...['user_metadata', userMetadata],
  ];
  const [, , stored] = await Promise.all([
    client.send('MULTI'),
    client.send('HSET', key, ...hash),
    client.send('EXEC'),
  ]);
  if (stored === null) throw new StreamExistsException(`initialize: somebody else has just begun the stream "${name}"`);
  return initializedAtUs;
}

const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1000;

/** Microseconds by which this clock is ahead of the server's: the mean of a hundred round trips. */
async function localMinusServerClock(client: Client): Promise<bigint> {
  let sum = 0;
  for (let round = 0; round < clockRounds; round++) {
    const sent = nowUs();
    const [seconds, microseconds] = (await client.send('TIME')) as [string, string];
    sum += (sent + nowUs()) / 2 - (Number(seconds) * 1e6 + Number(microseconds));
  }
  return BigInt(Math.trunc(sum / clockRounds));
}
