export { ParallelStream, type ScatterOptions, scatter } from './parallel-stream.ts';
export { Pool, type PoolOptions } from './pool.ts';
export { Remote } from './remote.ts';
export { type Task, task } from './task.ts';
