import type { Clock } from '../stream/clock.ts';
import { sleep } from '../stream/clock.ts';
import { Retry } from '../transport/_retry.ts';
import { failure, isHopeless, says } from './_client.ts';
import { type Fetched, type FetchResponse, fetchedOf } from './_fetched.ts';
import { Group, keyOf, type Reading } from './_group.ts';
import type { Partition } from './_partition.ts';

/** How long a broker waits for messages before it says that there are none. */
const waitMs = 500;
const answerBytes = 8 << 20;
const partitionBytes = 1 << 20;
const OFFSET_OUT_OF_RANGE = 1;

interface Answer {
  readonly leader: number;
  readonly lists: readonly Fetched[];
}

/** What partitions hold, list by list, over whatever happens to brokers and to the group. */
export class Reader {
  readonly group: Group;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #retry: Retry;
  #first: boolean;
  #wake: () => void = () => {};

  /** @param first whether the option `start` says where to begin */
  constructor(reading: Reading, first: boolean, signal: AbortSignal) {
    const { verb, options, clock } = reading;
    this.group = new Group(reading, () => this.#wake());
    this.#retry = new Retry(verb, options.reconnectMs, clock);
    this.#clock = clock;
    this.#signal = signal;
    this.#first = first;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** @throws TransportError when no broker can be reached, or there is no such topic */
  async open(): Promise<void> {
    await this.group.connect();
    await this.#persist(() => this.group.join());
  }

  /** Lists as they come, the next being fetched while one is worked on. Ends when the signal is aborted. */
  async *lists(): AsyncGenerator<Fetched, void, void> {
    const asked = new Map<number, Promise<Answer>>();
    while (!this.#signal.aborted) {
      const answer = await this.#persist(async () => {
        try {
          await this.#adopt();
          const woken = new Promise<null>(resolve => {
            this.#wake = () => resolve(null);
          });
          await this.#askAll(asked);
          if (this.group.isChanged || this.group.broken || this.#signal.aborted) return null;
          const pause = asked.size === 0 ? [sleep(this.#clock, waitMs, this.#signal).then(() => null)] : [];
          const answer = await Promise.race([...asked.values(), ...pause, woken]);
          if (answer === null) return null;
          asked.delete(answer.leader);
          advance(answer.lists);
          // What goes wrong here goes wrong again in the next turn; the answer must not be lost for it.
          await this.#askAll(asked).catch(() => {});
          return answer;
        } catch (error) {
          asked.clear();
          throw error;
        }
      });
      for (const list of answer?.lists ?? []) if (!this.#signal.aborted && isValid(list)) yield list;
    }
  }

  /** One list for each partition: what there is now, at most `most` messages. */
  async poll(most: number): Promise<Fetched[]> {
    const lists = await this.#persist(async () => {
      await this.#adopt();
      for (const partition of this.group.owned) partition.fetchAt = partition.position;
      const polled = new Map<Partition, Fetched>();
      for (const [leader, { topicIds, partitions }] of await this.group.byLeader()) {
        let open = partitions;
        // an answer without any messages of a partition is its end
        while (open.length > 0 && !this.#signal.aborted) {
          const { lists } = await this.#fetch(leader, topicIds, open, 0);
          advance(lists);
          const valid = lists.filter(isValid);
          for (const list of valid) polled.set(list.partition, joined(polled.get(list.partition), list, most));
          open = valid.map(({ partition }) => partition).filter(p => polled.get(p)!.messages.length < most);
        }
      }
      return [...polled.values()];
    });
    return (lists ?? []).filter(isValid);
  }

  async close(): Promise<void> {
    await this.group.close();
  }

  async #adopt(): Promise<void> {
    while (this.group.isChanged) await this.group.adopt(this.#first);
    this.#first = false;
  }

  /** Asks the leaders that are not asked already. */
  async #askAll(asked: Map<number, Promise<Answer>>): Promise<void> {
    for (const [leader, { topicIds, partitions }] of await this.group.byLeader()) {
      if (asked.has(leader)) continue;
      const answer = this.#fetch(leader, topicIds, partitions, waitMs);
      answer.catch(() => {}); // met when it is waited for
      asked.set(leader, answer);
    }
  }

  async #fetch(
    leader: number,
    topicIds: ReadonlyMap<string, string>,
    partitions: readonly Partition[],
    maxWaitTime: number,
  ): Promise<Answer> {
    const partitionMaxBytes = this.group.options.maxBytes ?? partitionBytes;
    const asked = new Map<string, { partition: Partition; epoch: number }>();
    const topics = [...topicIds].map(([name, topicId]) => ({
      topicId,
      partitions: partitions
        .filter(({ topic }) => topic === name)
        .map(partition => {
          asked.set(keyOf(topicId, partition.number), { partition, epoch: partition.epoch });
          const fetchOffset = BigInt(partition.fetchAt);
          const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
          return { partition: partition.number, fetchOffset, partitionMaxBytes, ...epochs };
        }),
    }));
    const find = (topicId: string, number: number) => asked.get(keyOf(topicId, number));
    const maxBytes = Math.max(answerBytes, partitionMaxBytes);
    try {
      const wanted = topics.filter(({ partitions }) => partitions.length > 0);
      const options = { node: leader, topics: wanted, maxWaitTime, minBytes: 1, maxBytes };
      return { leader, lists: fetchedOf(await this.group.consumer.fetch(options), find) };
    } catch (error) {
      if (!says(error, 'apiId', 'OFFSET_OUT_OF_RANGE')) throw error;
      const { response } = error as { response: FetchResponse };
      for (const { topicId, partitions } of response.responses) {
        for (const { partitionIndex, errorCode } of partitions) {
          const gone = errorCode === OFFSET_OUT_OF_RANGE && find(topicId, partitionIndex);
          if (gone && gone.epoch === gone.partition.epoch) await this.group.restart(gone.partition);
        }
      }
      return { leader, lists: [] };
    }
  }

  /** Does it, again and again while that can help; undefined after a stop. @throws TransportError */
  async #persist<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { group } = this;
    for (;;) {
      try {
        if (group.broken) await group.rejoin();
        const result = await work();
        this.#retry.succeeded();
        return result;
      } catch (error) {
        if (this.#signal.aborted) return undefined;
        if (says(error, 'hasStaleMetadata', true)) group.consumer.clearMetadata();
        if (isHopeless(error) || !(await this.#retry.again(this.#signal))) {
          if (this.#signal.aborted) return undefined;
          throw failure(group.verb, group.options, error);
        }
      }
    }
  }
}

function advance(lists: readonly Fetched[]): void {
  for (const list of lists) if (isValid(list)) list.partition.fetchAt = list.end;
}

const isValid = ({ partition, epoch }: Fetched): boolean => partition.isOwned && partition.epoch === epoch;

/** Two lists of a partition as one of at most `most` messages; the next fetch begins behind them. */
function joined(before: Fetched | undefined, list: Fetched, most: number): Fetched {
  const { partition, epoch } = list;
  const messages = before ? [...before.messages, ...list.messages] : list.messages;
  if (messages.length <= most) return { ...list, messages };
  const kept = messages.slice(0, most);
  const end = kept.at(-1)!.offset + 1;
  partition.fetchAt = end;
  return { partition, epoch, messages: kept, end };
}
