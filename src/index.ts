export type { Accumulator, AccumulatorKind, AccumulatorOptions, Aggregation, Rows } from './aggregate/accumulator.ts';
export {
  type UserAggregation,
  type UserAggregationOptions,
  userAggregation,
} from './aggregate/user-aggregation.ts';
export { type WasmAggregationOptions, wasmAggregation } from './aggregate/wasm-aggregation.ts';
export { arrow } from './codec/arrow.ts';
export type { Codec, Decoder, DecoderOptions, Encoder, FileCodec, OnBadRecord, RandomAccess } from './codec/codec.ts';
export { type CsvOptions, csv } from './codec/csv.ts';
export { type NdjsonOptions, ndjson } from './codec/ndjson.ts';
export { parquet } from './codec/parquet.ts';
export { Batch, type Row } from './column/batch.ts';
export { batchOf } from './column/batch-of.ts';
export type { Chunk, ChunkVector } from './column/chunk.ts';
export { exportChunk } from './column/export-chunk.ts';
export { type BatchLike, toBatch } from './column/to-batch.ts';
export { Vector } from './column/vector.ts';
export {
  DataError,
  ExpressionError,
  MemoryError,
  MillraceError,
  OptionError,
  SchemaError,
  StateError,
  TransportError,
} from './errors.ts';
export type { CheckpointMetrics, CheckpointOptions } from './frame/checkpointed-run.ts';
export {
  DataFrame,
  type DataFrameOptions,
  type ExplainOptions,
  type FrameEmitOptions,
  type LatenessOptions,
  type MetricsOptions,
  type RunOptions,
  type WindowOptions,
} from './frame/data-frame.ts';
export type { FrameSink } from './frame/frame-sink.ts';
export { GroupBy } from './frame/group-by.ts';
export type { AggregateSettings, Groups } from './frame/group-types.ts';
export type { IdleOptions } from './frame/inputs.ts';
export { lit } from './frame/lit.ts';
export type { MergeOptions } from './frame/merge.ts';
export type { FrameMetrics, NodeMetrics } from './frame/metrics.ts';
export { type OpenOptions, openFrame } from './frame/open-frame.ts';
export type { EventTimeFrame } from './frame/pane-types.ts';
export type { Period, PeriodicOptions, RandomOptions } from './frame/periodic.ts';
export type { MergeHow } from './frame/plan.ts';
export type { FrameSource, RunMetrics, SourceMetrics } from './frame/root.ts';
export { Series } from './frame/series.ts';
export type { MergeAsofOptions, MergeIntervalOptions } from './frame/time-joins.ts';
export { type ToFileOptions, toFile } from './frame/to-file.ts';
export type { ResultOptions } from './frame/user-rows.ts';
export { type Window, WindowBase } from './frame/windowed.ts';
export { Memory, type MemoryOptions, type MemoryStats, memoryStats } from './memory/memory.ts';
export {
  type Binary,
  type Bool,
  binary,
  bool,
  type DataType,
  type Date32,
  type DictionaryUtf8,
  date32,
  dictionary,
  type Float32,
  type Float64,
  f32,
  f64,
  type Int8,
  type Int16,
  type Int32,
  type Int64,
  i8,
  i16,
  i32,
  i64,
  type Timestamp,
  type TimeUnit,
  timestamp,
  typeText,
  type Uint8,
  type Uint16,
  type Uint32,
  type Uint64,
  type Utf8,
  u8,
  u16,
  u32,
  u64,
  utf8,
  type ValueOf,
} from './schema/data-type.ts';
export type { Duration } from './schema/duration.ts';
export { type Columns, type Field, field, Schema, schemaOf } from './schema/schema.ts';
export { type Clock, sleep, systemClock } from './stream/clock.ts';
export type { ErrorHandler, Failure } from './stream/failure.ts';
export type { IterateOptions } from './stream/iterate.ts';
export { type Carried, type Metadata, RefCounter, type RefCounterOptions, release, retain } from './stream/metadata.ts';
export { afterwards, covered, type Emitted, type Look, Operator, type Takes, together } from './stream/operator.ts';
export { type LoadPluginsOptions, loadPlugins, type PluginSource } from './stream/plugins.ts';
export { Records } from './stream/records.ts';
export { Source } from './stream/source.ts';
export {
  Collected,
  type EmitOptions,
  type NodeFactory,
  type RegisterOptions,
  type StartOptions,
  Stream,
  type StreamOptions,
  sourceStream,
} from './stream/stream.ts';
export { type FilenamesOptions, filenames } from './transport/filenames.ts';
export { type FromHttpServerOptions, fromHttpServer } from './transport/http-server.ts';
export { type FromProcessOptions, fromProcess } from './transport/process.ts';
export { type FromTcpOptions, fromTcp } from './transport/tcp.ts';
export {
  type FromTextfileOptions,
  fromTextfile,
  type SinkToTextfileOptions,
  sinkToTextfile,
} from './transport/textfile.ts';
export type { EmitMode, PaneMark, PaneMode } from './window/window.ts';
