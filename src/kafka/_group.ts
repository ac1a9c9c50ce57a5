import type { Consumer, GroupAssignment } from '@platformatic/kafka';
import { type Clock, sleep } from '../stream/clock.ts';
import { clientOptions, failure, type KafkaModule, says } from './_client.ts';
import type { KafkaSourceOptions } from './_options.ts';
import { Partition } from './_partition.ts';
import { type Place, startsOf } from './_starts.ts';

export const keyOf = (topic: string, partition: number): string => `${topic}:${partition}`;

/** What is read, and with what. */
export interface Reading {
  readonly verb: string;
  readonly topics: readonly string[];
  readonly options: KafkaSourceOptions;
  /** Partitions with this number and higher ones are left alone. */
  readonly npartitions: number;
  /** All partitions that were ever ours, by `keyOf`; kept between runs. */
  readonly partitions: Map<string, Partition>;
  readonly module: KafkaModule;
  readonly clock: Clock;
}

const patienceMs = 5000;
const refusedMs = 100;

/**
 * The client, our membership in the consumer group if there is one, the partitions that are ours, and what is committed of them. It outlives
 * connections: `rejoin` goes on as the same member.
 */
export class Group {
  readonly verb: string;
  readonly options: KafkaSourceOptions;
  readonly #reading: Reading;
  readonly #onChange: () => void;
  /** What was assigned, until it is adopted. */
  #assignment: readonly GroupAssignment[] | null = null;
  #isLeader = false;
  #counts = new Map<string, number>();
  #commitTimer: unknown;
  #committing: Promise<void> | null = null;
  #isClosed = false;
  /** Why the group is to be joined anew. */
  broken: unknown = null;
  consumer!: Consumer;

  /** @param onChange called when `isChanged` or `broken` becomes true */
  constructor(reading: Reading, onChange: () => void) {
    this.verb = reading.verb;
    this.options = reading.options;
    this.#reading = reading;
    this.#onChange = onChange;
  }

  get isChanged(): boolean {
    return this.#assignment !== null;
  }

  get owned(): readonly Partition[] {
    return [...this.#reading.partitions.values()].filter(({ isOwned }) => isOwned);
  }

  /** Reaches a broker. @throws TransportError, also when there is no such topic */
  async connect(): Promise<void> {
    const { groupId = 'millrace', sessionTimeoutMs = 45_000 } = this.options;
    const rebalanceTimeout = Math.max(60_000, sessionTimeoutMs);
    const consumer = new this.#reading.module.Consumer({
      requestTimeout: rebalanceTimeout + patienceMs, // joining waits for the other members
      ...clientOptions(this.options),
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout,
      heartbeatInterval: Math.min(3000, sessionTimeoutMs / 3),
    });
    const lose = (error: unknown): void => {
      if (consumer !== this.consumer) return;
      this.broken ??= error;
      this.#onChange();
    };
    consumer.on('error' as never, lose as never); // rejoining failed
    consumer.on('consumer:heartbeat:error', ({ error }) => {
      if (says(error, 'apiId', 'NOT_COORDINATOR')) lose(error);
    });
    consumer.on('consumer:group:rebalance', () => void this.commit());
    consumer.on('consumer:group:join', payload => {
      const { assignments, isLeader } = payload as unknown as { assignments: GroupAssignment[]; isLeader: boolean };
      if (consumer === this.consumer) this.#assign(assignments, isLeader);
    });
    this.consumer = consumer;
    try {
      await consumer.metadata({ topics: [...this.#reading.topics] });
    } catch (cause) {
      discard(consumer);
      throw failure(this.verb, this.options, cause);
    }
  }

  /** Takes part in the group, or takes all partitions without one. */
  async join(): Promise<void> {
    if (this.options.groupId === undefined) {
      this.#assignAll();
      return;
    }
    this.consumer.topics.trackAll(...this.#reading.topics);
    await this.consumer.joinGroup({});
  }

  /** As the same member over new connections: a member that only vanished would keep its partitions until its time is up. */
  async rejoin(): Promise<void> {
    const { consumer } = this;
    const { memberId } = consumer;
    await this.connect();
    this.consumer.memberId = memberId;
    discard(consumer);
    this.broken = null;
    await this.join();
  }

  /** Finds out where the partitions that were assigned are to be read. `first`: the option `start` says so. */
  async adopt(first: boolean): Promise<void> {
    const assignment = this.#assignment!;
    const { npartitions } = this.#reading;
    const places = assignment.flatMap(({ topic, partitions }) =>
      partitions.filter(number => number < npartitions).map(number => ({ topic, number })),
    );
    const committed = await this.#committedOffsets(assignment);
    const fresh: Place[] = [];
    for (const { topic, number } of places) {
      const offset = Number(committed.get(topic)?.[number] ?? -1n);
      const known = this.#reading.partitions.get(keyOf(topic, number));
      // Nobody has got further than we had said: what we have in hand is still to be done by us.
      if (known && (offset === known.committed || offset === known.committing)) known.resume();
      else fresh.push({ topic, number, committed: offset });
    }
    const starts = await startsOf(this.consumer, this.verb, this.options, fresh, first);
    if (assignment !== this.#assignment) return; // changed meanwhile
    this.#assignment = null;
    for (const [i, { topic, number, committed }] of fresh.entries()) {
      this.#reading.partitions.get(keyOf(topic, number))?.lose();
      this.#reading.partitions.set(keyOf(topic, number), new Partition(topic, number, starts[i]!, committed));
    }
    this.touch();
  }

  /** Where to go on in a partition whose messages are gone. @throws TransportError when nobody said */
  async restart(partition: Partition): Promise<void> {
    const { topic, number } = partition;
    const place = { topic, number, committed: -1 };
    const [offset] = await startsOf(this.consumer, this.verb, this.options, [place], false);
    partition.skip(offset!);
    partition.fetchAt = partition.position = offset!;
  }

  /** Partitions that can be asked for, by the number of their leader; also notices new ones. */
  async byLeader(): Promise<Map<number, { topicIds: Map<string, string>; partitions: Partition[] }>> {
    const metadata = await this.consumer.metadata({ topics: [...this.#reading.topics] });
    if (this.options.refreshPartitions ?? true) await this.#notice();
    const leaders = new Map<number, { topicIds: Map<string, string>; partitions: Partition[] }>();
    for (const partition of this.owned) {
      const topic = metadata.topics.get(partition.topic);
      const leader = topic?.partitions[partition.number]?.leader ?? -1;
      if (!topic || leader < 0) continue;
      let entry = leaders.get(leader);
      if (!entry) leaders.set(leader, (entry = { topicIds: new Map(), partitions: [] }));
      entry.topicIds.set(partition.topic, topic.id);
      entry.partitions.push(partition);
    }
    return leaders;
  }

  /** Something was acknowledged: it is committed soon. */
  touch(): void {
    if (this.options.groupId === undefined || this.#commitTimer !== undefined || this.#isClosed) return;
    this.#commitTimer = this.#reading.clock.setTimeout(() => {
      this.#commitTimer = undefined;
      void this.commit();
    }, this.options.commitIntervalMs ?? 100);
  }

  /** Commits what is acknowledged; what can't be now is tried again. Never rejects. */
  async commit(): Promise<void> {
    if (this.options.groupId === undefined) return;
    while (this.#committing) await this.#committing;
    this.#committing = this.#commitNow().finally(() => {
      this.#committing = null;
    });
    await this.#committing;
  }

  /** Commits, leaves the group, and lets go of the connections. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#reading.clock.clearTimeout(this.#commitTimer);
    this.#commitTimer = undefined;
    const { consumer } = this;
    const patience = new AbortController();
    const goodbye = async (): Promise<void> => {
      await this.#commitAll(patience.signal);
      await consumer.close(true);
    };
    await within(patienceMs, goodbye()).catch(() => discard(consumer));
    patience.abort();
    for (const partition of this.owned) partition.lose();
  }

  /** Commits all that is acknowledged; a broker that has just come back refuses for a moment. */
  async #commitAll(patience: AbortSignal): Promise<void> {
    await this.commit();
    while (this.options.groupId !== undefined && this.#due.length > 0 && !this.broken && !patience.aborted) {
      await sleep(this.#reading.clock, refusedMs, patience);
      await this.commit();
    }
  }

  /** Partitions of which more is acknowledged than committed. */
  get #due(): Partition[] {
    return this.owned.filter(({ acknowledged, committed }) => acknowledged !== committed);
  }

  async #commitNow(): Promise<void> {
    const due = this.#due;
    if (due.length === 0) return;
    const offsets = due.map(partition => {
      const offset = partition.acknowledged;
      partition.committing = offset;
      return { topic: partition.topic, partition: partition.number, offset: BigInt(offset), leaderEpoch: -1 };
    });
    try {
      await this.consumer.commit({ offsets });
      for (const [i, { offset }] of offsets.entries()) due[i]!.committed = Number(offset);
    } catch {
      // The group is being shared anew, or the broker is away: the next attempt tells, or whoever joins next.
      this.touch();
    }
  }

  #assign(assignment: readonly GroupAssignment[], isLeader: boolean): void {
    this.#assignment = assignment ?? [];
    this.#isLeader = isLeader;
    const kept = new Set(this.#assignment.flatMap(({ topic, partitions }) => partitions.map(n => keyOf(topic, n))));
    for (const [key, partition] of this.#reading.partitions) if (partition.isOwned && !kept.has(key)) partition.lose();
    this.#count();
    this.#onChange();
  }

  #assignAll(): void {
    const topics = this.consumer.currentMetadata!.topics;
    const assignment = this.#reading.topics.map(topic => ({
      topic,
      partitions: Array.from({ length: topics.get(topic)!.partitionsCount }, (_, number) => number),
    }));
    this.#assign(assignment, false);
  }

  #count(): void {
    for (const topic of this.#reading.topics) {
      this.#counts.set(topic, this.consumer.currentMetadata?.topics.get(topic)?.partitionsCount ?? 0);
    }
  }

  /** Has partitions that were added handed out: by the member who does that, or to us alone. */
  async #notice(): Promise<void> {
    const topics = this.consumer.currentMetadata?.topics;
    if (
      !this.#reading.topics.some(topic => (topics?.get(topic)?.partitionsCount ?? 0) > (this.#counts.get(topic) ?? 0))
    )
      return;
    if (this.options.groupId === undefined) this.#assignAll();
    else if (this.#isLeader) await this.consumer.joinGroup({});
  }

  async #committedOffsets(assignment: readonly GroupAssignment[]): Promise<ReadonlyMap<string, bigint[]>> {
    if (this.options.groupId === undefined || assignment.length === 0) return new Map();
    return this.consumer.listCommittedOffsets({ topics: [...assignment] });
  }
}

/** Ends a consumer without a word to the group: its member lives on in another one, or will be missed. */
function discard(consumer: Consumer): void {
  consumer.memberId = null;
  const end = async (): Promise<void> => {
    await consumer.leaveGroup(true);
    await consumer.close(true);
  };
  void end().catch(() => {});
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
