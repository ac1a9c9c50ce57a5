import { checkOptions, OptionError } from '../errors.ts';
import type { StreamOptions } from '../stream/stream.ts';
import type { KafkaConnectionOptions } from './_client.ts';

/** Offsets of the next message, by topic and partition. Plain data: `JSON.stringify` it. */
export type KafkaPosition = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Where to begin. */
export type KafkaStart = 'committed' | 'beginning' | 'end' | KafkaPosition;

export interface KafkaSourceOptions extends StreamOptions, KafkaConnectionOptions {
  /**
   * The consumer group. Its members share the partitions, and the group remembers what is done: an offset is committed when everything
   * below is done with all messages before it. Without a group all partitions are read, and nothing is committed.
   */
  readonly groupId?: string;
  /**
   * Where to begin, in the partitions that are ours at first: where the group stands (default, with a group), at the beginning of what is
   * stored (default, without one), with what comes from now on, or at a `position` that was saved. Partitions that become ours later are
   * read from where the group stands.
   */
  readonly start?: KafkaStart;
  /** Where to begin when the group has no offset, or the broker has no message there any more; default `'beginning'`. */
  readonly otherwise?: 'beginning' | 'end' | 'fail';
  /** Look for partitions that are added to the topics; default true. */
  readonly refreshPartitions?: boolean;
  /** How often offsets are committed at most, in milliseconds; default 100. */
  readonly commitIntervalMs?: number;
  /** How long the group waits for a sign of life before it gives our partitions to others; default 45,000. */
  readonly sessionTimeoutMs?: number;
  /** Bytes of a partition that are asked for at once; default 1 MiB. A larger message comes all the same. */
  readonly maxBytes?: number;
  /** How long to try again when brokers can't be reached any more; default 60,000. */
  readonly reconnectMs?: number;
}

const sourceOptions = [
  ...[
    'groupId',
    'start',
    'otherwise',
    'refreshPartitions',
    'commitIntervalMs',
    'sessionTimeoutMs',
    'maxBytes',
    'reconnectMs',
  ],
  ...['bootstrapBrokers', 'clientId', 'sasl', 'tls', 'client', 'keys', 'name', 'clock'],
  ...['maxBatchSize', 'pollInterval', 'npartitions'],
];

/** @throws OptionError for options that make no sense */
export function checkSourceOptions(verb: string, topics: readonly string[], options: KafkaSourceOptions): void {
  const refuse = (option: string, text: string): never => {
    throw new OptionError(option, `${verb}: ${text}`);
  };
  checkOptions(verb, options, sourceOptions);
  const { groupId, start = 'beginning', otherwise = 'beginning' } = options;
  if (topics.length === 0 || !topics.every(topic => typeof topic === 'string' && topic !== ''))
    refuse('topics', 'no topic is named; give at least one');
  if (groupId === '') refuse('groupId', 'the groupId is empty; give a name, or leave it out');
  const isPosition = typeof start === 'object' && start !== null;
  if (!isPosition && !['committed', 'beginning', 'end'].includes(start)) {
    refuse('start', `start is ${JSON.stringify(start)}; give 'committed', 'beginning', 'end' or a position`);
  }
  if (start === 'committed' && groupId === undefined) {
    refuse('start', "start: 'committed' wants a groupId, whose offsets it means");
  }
  if (!['beginning', 'end', 'fail'].includes(otherwise)) {
    refuse('otherwise', `otherwise is ${JSON.stringify(otherwise)}; give 'beginning', 'end' or 'fail'`);
  }
  for (const name of ['commitIntervalMs', 'sessionTimeoutMs', 'maxBytes'] as const) {
    const value = options[name];
    if (value !== undefined && !(value > 0)) refuse(name, `${name} is ${value}; give a number above 0`);
  }
}
