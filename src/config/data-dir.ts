/** The data directory, and the secret that lies in it unless it is given. */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config.ts';
import { ConfigError } from './error.ts';
import { type Environment, readVariable } from './variable.ts';

/** Makes the data directory. @throws ConfigError when this process can't write there */
export function makeDataDir({ dataDir }: Config): void {
  try {
    makeFolder(dataDir);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError(
      `DATA_DIR is ${dataDir}, which can not be written to (${code}). Set a folder that this user may write to.`,
    );
  }
}

/** Node's own `recursive` never ends below `/proc`, where no folder can be made and nothing says so. */
function makeFolder(path: string): void {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return;
    throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  }
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

/**
 * The installation's secret: SECRET_KEY, or a file of mode 0600 in the data directory, made at the first start.
 *
 * @throws ConfigError when a remote database has no SECRET_KEY
 */
export function readSecret(env: Environment, config: Config): string {
  const given = readVariable(env, 'SECRET_KEY');
  if (given !== undefined) {
    if (given.length < 32)
      throw new ConfigError('SECRET_KEY is too short. Set at least 32 random characters.');
    return given;
  }
  if (!config.databaseUrl.startsWith('file:')) {
    throw new ConfigError(
      'SECRET_KEY is not set, and a remote database is shared by processes. Set the same SECRET_KEY for all of them.',
    );
  }
  const path = `${config.dataDir}/secret.key`;
  if (!existsSync(path)) {
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  }
  const secret = readFileSync(path, 'utf8').trim();
  if (secret.length < 32)
    throw new ConfigError(
      `SECRET_KEY is not set, and ${path} holds no secret. Restore that file from a backup.`,
    );
  return secret;
}
