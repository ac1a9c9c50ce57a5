import { TransportError } from '../errors.ts';

/**
 * A client library, loaded when it is used first: nothing here imports one otherwise.
 *
 * @param verb what the error begins with: the word that the user wrote
 * @throws TransportError that says what to install
 */
export async function clientModule<M>(verb: string, name: string, load: () => Promise<M>): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause;
    throw new TransportError(`${verb}: the package "${name}" is not installed: npm install ${name}`, { cause });
  }
}

/** What went wrong, in the client's words; some errors of sockets have no text but a code, or only parts. */
export function reasonOf(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: readonly unknown[] };
  if (message) return message;
  return errors?.[0] === undefined ? (code ?? 'the connection broke') : reasonOf(errors[0]);
}
