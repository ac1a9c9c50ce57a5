import type { Consumer } from '@platformatic/kafka';
import type { Partition } from './_partition.ts';
import { KafkaMessage } from './message.ts';

/** Messages of one partition that came in one answer. */
export interface Fetched {
  readonly partition: Partition;
  /** `partition.epoch` when they were asked for: another number now makes them void. */
  readonly epoch: number;
  /** In the order of their offsets; those without a value are left out. */
  readonly messages: readonly KafkaMessage[];
  /** Offset behind the last of them, and behind what was left out. */
  readonly end: number;
}

/** What a broker answers. */
export type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

type RecordsBatch = NonNullable<FetchResponse['responses'][number]['partitions'][number]['records']>[number];

/** Bits of a batch's attributes. @see https://kafka.apache.org/documentation/#recordbatch */
const logAppendTime = 8;
const control = 32;

/** What an answer holds for partitions, found by topic id and number, from where each asked. */
export function fetchedOf(
  response: FetchResponse,
  find: (topicId: string, number: number) => { readonly partition: Partition; readonly epoch: number } | undefined,
): Fetched[] {
  const found: Fetched[] = [];
  for (const { topicId, partitions } of response.responses) {
    for (const { partitionIndex, records } of partitions) {
      const asked = records && find(topicId, partitionIndex);
      if (!asked) continue;
      const { partition, epoch } = asked;
      const messages: KafkaMessage[] = [];
      let end = partition.fetchAt;
      for (const batch of records) {
        end = Math.max(end, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
        if ((batch.attributes & control) === 0) addMessages(messages, batch, partition);
      }
      if (end > partition.fetchAt) found.push({ partition, epoch, messages, end });
    }
  }
  return found;
}

function addMessages(messages: KafkaMessage[], batch: RecordsBatch, { topic, number, fetchAt }: Partition): void {
  const first = Number(batch.firstOffset);
  const stored = (batch.attributes & logAppendTime) !== 0;
  const time = Number(stored ? batch.maxTimestamp : batch.firstTimestamp);
  for (const { offsetDelta, timestampDelta, key, value, headers } of batch.records) {
    const offset = first + offsetDelta;
    // An answer begins with the whole batch in which the offset lies.
    if (offset < fetchAt || value === null || value.length === 0) continue;
    const timestamp = stored ? time : time + Number(timestampDelta);
    messages.push(new KafkaMessage(topic, number, offset, timestamp, key, value, headers));
  }
}
