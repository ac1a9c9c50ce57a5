import { OptionError } from '../errors.ts';

export interface RedisConnectionOptions {
  /** Default 127.0.0.1. */
  readonly hostname?: string;
  /** Default 6379. */
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  /** Number of the database; default 0. */
  readonly database?: number;
  /** TLS: true, or what `tls.connect` takes (`ca`, `cert`, `key`, `servername` …). */
  readonly tls?: boolean | Readonly<Record<string, unknown>>;
  /** How long a connection may take; default 30,000. */
  readonly connectTimeoutMs?: number;
  /** How long an answer may take before the connection counts as broken; default 60,000. */
  readonly answerTimeoutMs?: number;
}

/**
 * Where a Redis is. Nothing connects yet: each reader and writer opens a connection of its own.
 *
 * ```ts
 * new RedisConnection('localhost', 6379, 'secret');
 * new RedisConnection({ hostname: 'db', username: 'lab', password: '…', database: 2, tls: true });
 * RedisConnection.parse('rediss://lab:…@db:6380/2');
 * ```
 */
export class RedisConnection {
  readonly redisHostname: string;
  readonly redisPort: number;
  readonly redisPassword: string | undefined;
  readonly username: string | undefined;
  readonly database: number;
  readonly tls: boolean | Readonly<Record<string, unknown>>;
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;

  constructor(options?: RedisConnectionOptions);
  constructor(hostname: string, port?: number, password?: string);
  /** @throws OptionError for a port or database that can't be */
  constructor(where: string | RedisConnectionOptions = {}, port?: number, password?: string) {
    const options = typeof where === 'string' ? { hostname: where, port, password } : where;
    this.redisHostname = options.hostname ?? '127.0.0.1';
    this.redisPort = options.port ?? 6379;
    this.redisPassword = options.password;
    const { username, database = 0, tls = false } = options as RedisConnectionOptions;
    const { connectTimeoutMs = 30_000, answerTimeoutMs = 60_000 } = options as RedisConnectionOptions;
    this.username = username;
    this.database = database;
    this.tls = tls;
    this.connectTimeoutMs = connectTimeoutMs;
    this.answerTimeoutMs = answerTimeoutMs;
    if (!(Number.isInteger(this.redisPort) && this.redisPort > 0 && this.redisPort < 65536)) {
      throw new OptionError('port', `RedisConnection: ${this.redisPort} is no port; give 1 to 65535`);
    }
    if (!(Number.isInteger(database) && database >= 0)) {
      throw new OptionError('database', `RedisConnection: ${database} is no database; give a number from 0`);
    }
  }

  /** `redis://user:password@host:port/database`, `rediss://` for TLS. @throws OptionError for anything else */
  static parse(text: string): RedisConnection {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:') {
      throw new OptionError('url', `RedisConnection: "${text}" is no URL such as redis://localhost:6379/0`);
    }
    const database = url.pathname.slice(1);
    return new RedisConnection({ ...placeOf(url), database: Number(database || 0), tls: url.protocol === 'rediss:' });
  }

  toString(): string {
    const host = this.redisHostname.includes(':') ? `[${this.redisHostname}]` : this.redisHostname;
    return `${this.tls ? 'rediss' : 'redis'}://${host}:${this.redisPort}/${this.database}`;
  }
}

/** Host, port, user and password of a URL. */
export function placeOf(url: URL): RedisConnectionOptions {
  return {
    hostname: url.hostname === '' ? undefined : url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? undefined : Number(url.port),
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
  };
}

/** What the functions of this room take for a place: a connection, its options, or a URL. */
export type RedisPlace = RedisConnection | RedisConnectionOptions | string;

export function connectionOf(place: RedisPlace | undefined): RedisConnection {
  if (place instanceof RedisConnection) return place;
  return typeof place === 'string' ? RedisConnection.parse(place) : new RedisConnection(place);
}
