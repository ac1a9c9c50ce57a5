import { OptionError } from '../errors.ts';
import { placeOf, RedisConnection } from './connection.ts';

/** A stream, or a whole Redis, as command lines name it. */
export interface RiverUri {
  readonly connection: RedisConnection;
  /** Empty when the URI names none. */
  readonly stream: string;
  /** What stands behind `?`, without `db` and `tls`. */
  readonly options: ReadonlyMap<string, string>;
}

/**
 * `river://user:password@host:port/stream?db=2&tls=true&…`. What stands for itself in a stream's name and means something in URIs (`?`, `#`,
 * `%`) is written `%3F`, `%23`, `%25`.
 *
 * @throws OptionError for other texts, and options that are not among `known`
 */
export function parseRiverUri(text: string, known: readonly string[] = []): RiverUri {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'river:')
    throw new OptionError('uri', `river: "${text}" is no URI such as river://localhost:6379/name`);
  const { db = '0', tls = 'false', ...rest } = Object.fromEntries(url.searchParams);
  for (const name of Object.keys(rest)) {
    if (known.includes(name)) continue;
    throw new OptionError(name, `river: ?${name}= is unknown; there is ${[...known, 'db', 'tls'].join(', ')}`);
  }
  if (tls !== 'true' && tls !== 'false') throw new OptionError('tls', `river: ?tls=${tls} is neither true nor false`);
  const connection = new RedisConnection({ ...placeOf(url), database: Number(db), tls: tls === 'true' });
  return { connection, stream: decodeURIComponent(url.pathname.slice(1)), options: new Map(Object.entries(rest)) };
}
