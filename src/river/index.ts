export type { PackedRows } from '../codec/river-encoder.ts';
export { type RiverRowsCodec, type RiverRowsOptions, riverRows } from '../codec/river-rows.ts';
export { FieldDefinition, FieldType, StreamSchema, type StreamSchemaOptions } from '../codec/river-schema.ts';
export {
  RedisException,
  StreamDoesNotExistException,
  StreamExistsException,
  StreamReaderException,
  StreamWriterException,
} from '../errors.ts';
export type { SampleBuffer } from './_buffer.ts';
export type { RiverPosition } from './_cursor.ts';
export type { UserMetadata } from './_metadata.ts';
export { RedisConnection, type RedisConnectionOptions, type RedisPlace } from './connection.ts';
export { type IngestedSegment, type IngestOptions, ingest } from './ingester.ts';
export {
  type InitializeReaderOptions,
  type ReadOptions,
  StreamReader,
  type StreamReaderOptions,
  type TailSample,
  type WaitOptions,
} from './reader.ts';
export { RiverSink, type ToRiverOptions, toRiver } from './sink.ts';
export { type FromRiverOptions, fromRiver, type RiverFrameOptions, RiverSource } from './source.ts';
export { type InitializeWriterOptions, StreamWriter, type StreamWriterOptions, type WriteOptions } from './writer.ts';
