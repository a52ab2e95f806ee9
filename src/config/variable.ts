/** One variable of the environment, or of the file that `NAME_FILE` names. */
import { readFileSync } from 'node:fs';
import { ConfigError } from './error.ts';

export type Environment = Record<string, string | undefined>;

/** @returns undefined when it is not set, or empty @throws ConfigError when it is set twice, or its file can't be read */
export function readVariable(env: Environment, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  if (!file) return env[name] || undefined;
  if (env[name]) throw new ConfigError(`${name} and ${name}_FILE are both set. Unset one of them.`);
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    throw new ConfigError(`${name}_FILE names ${file}, which can not be read. Name a readable file.`);
  }
}
