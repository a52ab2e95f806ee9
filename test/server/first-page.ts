import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Daymark } from './daymark.ts';

const WITHIN_MS = 60_000;
const POLL_MS = 10;

export interface MadePage {
  id: string;
  slug: string;
  revision: number;
}

/** Makes a page, and waits until it is published and, as the first one, answers at `/`. */
export async function firstPage(daymark: Daymark, body: object): Promise<MadePage> {
  const made = await daymark.api('POST', '/api/v1/pages', body, { prefer: 'wait=30' });
  if (made.status !== 201) throw new Error(`no page was made: ${made.status} ${made.text}`);
  await until(async () => (await daymark.api('GET', '/')).status === 200, 'the default page answers');
  return made.body as MadePage;
}

/** Waits until a path of a page answers: its archive and its reports follow in the background. */
export async function comes({ api }: Pick<Daymark, 'api'>, path: string): Promise<void> {
  await until(async () => (await api('GET', path)).status === 200, `${path} is published`);
}

/**
 * Waits until nothing more is written of a page, by what its publisher notes beside the snapshot: how far the archive has
 * come, and which reports are still to be made.
 */
export async function comesToRest(
  { dataDir }: Pick<Daymark, 'dataDir'>,
  slug: string,
  withinMs = WITHIN_MS,
): Promise<void> {
  const noted = async (what: string) => {
    const text = await readFile(join(dataDir, `published/${slug}.${what}`), 'utf8').catch(() => null);
    return text === null ? null : (JSON.parse(text) as { position?: object | null; pending?: string[] });
  };
  const isDone = async () => {
    const [archive, reports] = [await noted('archive'), await noted('uptime')];
    return archive?.position === null && reports?.pending?.length === 0;
  };
  await until(isDone, `all of ${slug} is published`, withinMs);
}

/** Asks again and again until it is so. @throws Error naming what did not come */
export async function until(isSo: () => Promise<boolean>, what: string, withinMs = WITHIN_MS): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`it did not come that ${what}`);
    await pause(POLL_MS);
  }
}
