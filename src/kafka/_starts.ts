import type { Consumer } from '@platformatic/kafka';
import { TransportError } from '../errors.ts';
import type { KafkaSourceOptions } from './_options.ts';

/** A partition to be read, and what the group has committed of it; -1: nothing. */
export interface Place {
  readonly topic: string;
  readonly number: number;
  readonly committed: number;
}

/** As the client's listOffsets wants them. */
const earliest = -2n;
const latest = -1n;

/**
 * Where partitions are to be read from.
 *
 * @param first whether the option `start` says so
 * @throws TransportError when the group has no offset, and nobody said where to begin then
 */
export async function startsOf(
  consumer: Consumer,
  verb: string,
  options: KafkaSourceOptions,
  places: readonly Place[],
  first: boolean,
): Promise<number[]> {
  const { groupId, start = groupId === undefined ? 'beginning' : 'committed', otherwise = 'beginning' } = options;
  const wanted = places.map(({ topic, number, committed }) => {
    const saved = first && typeof start === 'object' ? start[topic]?.[number] : undefined;
    if (saved !== undefined) return saved;
    if (first && (start === 'beginning' || start === 'end')) return start;
    if (committed >= 0) return committed;
    if (otherwise !== 'fail') return otherwise;
    const problem =
      groupId === undefined
        ? `the messages of partition ${number} of ${topic} that come next are gone`
        : `group "${groupId}" has no offset for partition ${number} of ${topic} that is there`;
    throw new TransportError(`${verb}: ${problem}; say where to go on with otherwise: 'beginning' or 'end'`);
  });
  const [beginnings, ends] = [
    await offsetsOf(consumer, places, wanted, 'beginning'),
    await offsetsOf(consumer, places, wanted, 'end'),
  ];
  return wanted.map((where, i) => {
    if (typeof where === 'number') return where;
    const { topic, number } = places[i]!;
    return Number((where === 'beginning' ? beginnings : ends).get(topic)![number]!);
  });
}

async function offsetsOf(
  consumer: Consumer,
  places: readonly Place[],
  wanted: readonly (string | number)[],
  end: 'beginning' | 'end',
): Promise<ReadonlyMap<string, bigint[]>> {
  const partitions: Record<string, number[]> = {};
  for (const [i, { topic, number }] of places.entries()) if (wanted[i] === end) (partitions[topic] ??= []).push(number);
  const topics = Object.keys(partitions);
  if (topics.length === 0) return new Map();
  return consumer.listOffsets({ topics, partitions, timestamp: end === 'beginning' ? earliest : latest });
}
