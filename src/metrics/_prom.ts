import { OptionError } from '../errors.ts';

/** What is used of prom-client. */
export type PromClient = Pick<typeof import('prom-client'), 'Counter' | 'Gauge' | 'Registry'>;

let loading: Promise<PromClient> | undefined;

/** prom-client, loaded when the first registry is made. @throws OptionError that says what to install */
export function promClient(): Promise<PromClient> {
  loading ??= import('prom-client').then(
    module => module.default ?? module,
    cause => {
      loading = undefined;
      throw new OptionError('metrics', 'metrics: this needs the package "prom-client": npm install prom-client', {
        cause,
      });
    },
  );
  return loading;
}
