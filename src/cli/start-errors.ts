/** What goes wrong at the start because of a variable, in the operator's words (contract, section 1). */
import { type Config, ConfigError } from '../config.ts';
import { causesOf } from '../domain/errors.ts';

/** What a failure to listen means for the operator; null when it is something else. */
export function listenError({ host, port }: Config, code: string | undefined): ConfigError | null {
  if (code === 'EADDRINUSE')
    return new ConfigError(`PORT is ${port}, where another program listens already. Set another PORT.`);
  if (code === 'EACCES')
    return new ConfigError(`PORT is ${port}, which this user may not open. Set a PORT from 1024 up.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new ConfigError(
      `HOST is ${host}, which is no address of this machine. Set one that is, like 127.0.0.1 or 0.0.0.0.`,
    );
  return null;
}

const UNUSABLE =
  /SQLITE_(NOTADB|CANTOPEN|READONLY|CORRUPT|PERM)|ConnectionFailed|database server|E(CONNREFUSED|NOTFOUND|TIMEDOUT|HOSTUNREACH)|HTTP status|HTTP_/;

/** What a failure of the first query means for the operator; null when the database itself is not to blame. */
export function databaseError(error: unknown): ConfigError | null {
  const words = [...causesOf(error)].map(({ message }) => message);
  if (!words.some((word) => UNUSABLE.test(word))) return null;
  const reason = words.at(-1)?.split('\n')[0];
  return new ConfigError(
    `DATABASE_URL (when unset, daymark.db in DATA_DIR) leads to no usable database: ${reason}. Set it to a libSQL file or server that this process can use.`,
  );
}
