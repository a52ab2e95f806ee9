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
  const made = await daymark.api('POST', '/api/v1/pages', body, { prefer: 'wait=10' });
  if (made.status !== 201) throw new Error(`no page was made: ${made.status} ${made.text}`);
  await until(async () => (await daymark.api('GET', '/')).status === 200, 'the default page answers');
  return made.body as MadePage;
}

/** Asks again and again until it is so. @throws Error naming what did not come */
export async function until(isSo: () => Promise<boolean>, what: string, withinMs = WITHIN_MS): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`it did not come that ${what}`);
    await pause(POLL_MS);
  }
}
