import { RedisException } from '../errors.ts';
import type { RedisConnection } from './connection.ts';

export type Argument = string | Buffer;

/** The part of node-redis' client that is used here. */
interface NodeRedis {
  on(event: 'error', listener: (error: Error) => void): unknown;
  connect(): Promise<unknown>;
  sendCommand(args: readonly Argument[], options: object): Promise<unknown>;
  destroy(): void;
  readonly isOpen: boolean;
}

interface RedisModule {
  createClient(options: object): NodeRedis;
  readonly ErrorReply: new (...args: any[]) => Error;
  readonly RESP_TYPES: { readonly BLOB_STRING: number };
}

let loading: Promise<RedisModule> | undefined;

/** node-redis, loaded when the first connection is opened. @throws RedisException that says what to install */
function redisModule(): Promise<RedisModule> {
  loading ??= (import('redis') as Promise<unknown> as Promise<RedisModule>).catch(cause => {
    loading = undefined;
    throw new RedisException('River needs the package "redis": npm install redis', { cause });
  });
  return loading;
}

// node-redis gives each command a timer of 5 s by default, which costs more than the command.
const plain = /* @__PURE__ */ Object.freeze({ timeout: undefined });

/** One connection: alive until it breaks or is closed, never opened again. */
export class Client {
  readonly #redis: NodeRedis;
  readonly #module: RedisModule;
  readonly #where: string;
  readonly #answerTimeoutMs: number;
  #silent = false;
  readonly #binary: object;
  /** Redis' number for this connection, or null when it may not be asked. */
  id: string | null = null;
  /** Tells this run of Redis from others: numbers of connections begin anew when it is restarted. */
  run = '';

  private constructor(redis: NodeRedis, module: RedisModule, connection: RedisConnection) {
    this.#redis = redis;
    this.#module = module;
    this.#where = String(connection);
    this.#answerTimeoutMs = connection.answerTimeoutMs;
    this.#binary = { timeout: undefined, typeMapping: { [module.RESP_TYPES.BLOB_STRING]: Buffer } };
  }

  /** @throws RedisException when Redis can't be reached or does not let us in */
  static async open(connection: RedisConnection, signal?: AbortSignal): Promise<Client> {
    const module = await redisModule();
    signal?.throwIfAborted();
    const { redisHostname, redisPort, redisPassword, username, database, tls, connectTimeoutMs } = connection;
    const redis = module.createClient({
      RESP: 2,
      username,
      password: redisPassword,
      database,
      disableOfflineQueue: true,
      disableClientInfo: true,
      maintNotifications: 'disabled',
      socket: {
        ...(typeof tls === 'object' ? tls : {}),
        host: redisHostname,
        port: redisPort,
        tls: tls !== false,
        connectTimeout: connectTimeoutMs,
        reconnectStrategy: false,
      },
    });
    // Failures come back from the commands; an event without a listener would end the process.
    redis.on('error', () => {});
    const client = new Client(redis, module, connection);
    const stop = (): void => client.close();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await redis.connect();
      await client.#ask();
      return client;
    } catch (error) {
      client.close();
      signal?.throwIfAborted();
      throw client.#wrapped(error, true);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  get isOpen(): boolean {
    return this.#redis.isOpen;
  }

  /** @throws RedisException */
  async send(...args: Argument[]): Promise<unknown> {
    try {
      return await this.#due(this.#redis.sendCommand(args, plain));
    } catch (error) {
      throw this.#wrapped(error);
    }
  }

  /** As `send`, with texts in the answer as bytes. @throws RedisException */
  async sendBinary(...args: Argument[]): Promise<unknown> {
    try {
      return await this.#due(this.#redis.sendCommand(args, this.#binary));
    } catch (error) {
      throw this.#wrapped(error);
    }
  }

  /**
   * Sends commands back to back and waits for all answers. `done` is how many went well before the first that did not; never
   * rejects.
   */
  async sendAll(commands: readonly (readonly Argument[])[]): Promise<{ done: number; error: RedisException | null }> {
    const answers = commands.map(args => this.#redis.sendCommand(args, plain));
    try {
      await this.#due(Promise.all(answers));
      return { done: commands.length, error: null };
    } catch {
      const results = await Promise.allSettled(answers);
      const done = results.findIndex(({ status }) => status === 'rejected');
      return { done, error: this.#wrapped((results[done] as PromiseRejectedResult).reason) };
    }
  }

  close(): void {
    if (this.#redis.isOpen) this.#redis.destroy();
  }

  /** An answer that does not come: the other end may be gone without a word. */
  #due<T>(answer: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#silent = true;
      this.close();
    }, this.#answerTimeoutMs);
    return answer.finally(() => clearTimeout(timer));
  }

  async #ask(): Promise<void> {
    const [id, info] = await Promise.allSettled([this.send('CLIENT', 'ID'), this.send('INFO', 'server')]);
    for (const answer of [id, info]) {
      // A user without the right to ask is served all the same; a Redis that is loading its data is not.
      if (answer.status === 'rejected' && !(answer.reason as RedisException).reply?.startsWith('NOPERM'))
        throw answer.reason;
    }
    if (id.status === 'fulfilled') this.id = String(id.value);
    if (info.status === 'fulfilled') this.run = /run_id:(\w+)/.exec(String(info.value))?.[1] ?? '';
  }

  #wrapped(error: unknown, opening = false): RedisException {
    if (error instanceof RedisException) return error;
    const { message } = error as Error;
    const reply = error instanceof this.#module.ErrorReply ? message : undefined;
    const silence = this.#silent ? `no answer for ${this.#answerTimeoutMs} ms` : undefined;
    const problem = reply ?? silence ?? (message || (error as { code?: string }).code || 'the connection broke');
    const text = `${this.#where}: ${opening ? "can't connect: " : ''}${problem}`;
    return new RedisException(text, { reply, lost: reply === undefined, cause: error });
  }
}

/** Whether another connection may mend it: the old one broke, or Redis is not ready yet. */
export const isPassing = (error: unknown): error is RedisException =>
  error instanceof RedisException && (error.lost || /^(LOADING|MASTERDOWN|TRYAGAIN)\b/.test(error.reply ?? ''));
