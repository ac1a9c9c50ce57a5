/**
 * `millrace/metrics`: what passes through frames, for Prometheus. prom-client is an optional peer, loaded at the first call.
 */
export { type Measured, metricsRegistry, type RegistryOptions } from './registry.ts';
export { type MetricsServer, type ServeMetricsOptions, serveMetrics } from './server.ts';
