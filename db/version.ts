import type { Database } from './client.ts';
import { statement } from './statement.ts';

const VERSION = statement('pragma data_version');

/**
 * A number that is another one as soon as somebody else than the readers of this process has written to a file: a look
 * at it costs nothing, however much there is to read.
 */
export async function versionOf(read: Database): Promise<number> {
  const { rows } = await read.$client.execute(VERSION);
  return rows[0]!.data_version as number;
}
