import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { copyDatabase } from '../../db/backup.ts';
import { ConfigError } from '../config.ts';
import type { Assembly } from './main.ts';

/** `backup`: the whole database in one file, while everything runs. @throws ConfigError for a place that can't be written */
export async function backupCommand({ config }: Assembly, file: string): Promise<void> {
  const to = resolve(file);
  if (!existsSync(dirname(to)))
    throw new ConfigError(`${dirname(to)} is not there. Name a file in a folder that is.`);
  if (existsSync(to) && !statSync(to).isFile()) throw new ConfigError(`${to} is no file. Name one.`);
  for (const suffix of ['-wal', '-shm']) rmSync(to + suffix, { force: true });
  await copyDatabase({ url: config.databaseUrl, authToken: config.databaseAuthToken }, to);
  const key = config.hasSecretKey ? 'SECRET_KEY' : `${config.dataDir}/secret.key`;
  process.stdout.write(`${to}: ${statSync(to).size} bytes, checked.\n`);
  process.stderr.write(
    `daymark: keep ${key} too, at another place. Without it links in mails, webhook secrets and second factors of this backup are worth nothing.\n`,
  );
}
