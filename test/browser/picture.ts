import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Page, test } from '@playwright/test';
import { ROOT } from '../server/daymark.ts';

const SCREENS = join(ROOT, 'test-results/screens');
const TRIES = 3;
/** Milliseconds for one try. */
const PATIENCE = 10_000;

/**
 * Keeps a picture of the page for people to look at, the whole of it unless `fullPage` is false. Nothing is tested by
 * it: a browser that can't draw just now, as happens on a busy machine, is asked again, at last for the visible part,
 * and then the test goes on with a note that the picture is missing.
 */
export async function keepPicture(page: Page, name: string, fullPage = true): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  for (let left = TRIES; left > 0; left -= 1) {
    try {
      const whole = fullPage && left > 1;
      await page.screenshot({ path: join(SCREENS, `${name}.png`), fullPage: whole, timeout: PATIENCE });
      return;
    } catch (error) {
      if (page.isClosed()) throw error;
      const description = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      test.info().annotations.push({ type: 'picture missing', description });
    }
  }
}
