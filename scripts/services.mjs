// The servers that tests talk to. Each is started on a free port of this machine before the tests and ended after them;
// tests find it in the environment and skip themselves when it is not there.
//
// A service is { name, env, start(): Promise<{ address, stop() }> }; `start` throws when the server can't be had (not
// installed, and no right to install it).

/** @type {{ name: string, env: string, start(): Promise<{ address: string, stop(): Promise<void> }> }[]} */
const services = [];

/** Starts what can be started, and says in one line each what can't. */
export async function startServices() {
  const running = [];
  const missing = [];
  const env = {};
  for (const { name, env: variable, start } of services) {
    try {
      const service = await start();
      running.push(service);
      env[variable] = service.address;
    } catch (error) {
      missing.push(name);
      process.stderr.write(`tests that need ${name} are skipped: ${error.message}\n`);
    }
  }
  const stop = async () => {
    for (const service of running.reverse()) await service.stop();
  };
  return { env, missing, stop };
}
