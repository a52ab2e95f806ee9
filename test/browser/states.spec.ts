/** A page in every state and every language, as everybody gets it: checked for all, and pictured for a look. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { expect, test, watch } from './demo.ts';
import { keepPicture } from './picture.ts';

const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 360 },
] as const;
const STATES = {
  empty: 'Nothing is listed yet',
  quiet: 'All systems operational',
  maintained: 'Under maintenance',
  degraded: 'Degraded performance',
  down: 'Major outage',
} as const;
const STATUS = {
  quiet: 'operational',
  maintained: 'under_maintenance',
  degraded: 'degraded_performance',
  down: 'major_outage',
} as const;

/** Looks at a page with both eyes: it fits, complains of nothing, and can be used by everyone. */
async function inspect(page: Page, url: string, name: string): Promise<void> {
  for (const { colorScheme, width } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    const seen = watch(page);
    await page.goto(url);
    await keepPicture(page, `${name}-${colorScheme}-${width}`);
    const beyond = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    expect(beyond, 'pixels beyond the edge').toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(seen.complaints).toEqual([]);
  }
}

test.describe('a page that is', () => {
  // Its own server: the first page beside a demo would take the place of the demo at the root.
  let daymark: Daymark;
  test.beforeAll(async () => {
    daymark = await startDaymark();
  });
  test.afterAll(() => daymark.stop());

  async function make(path: string, body: object): Promise<string> {
    const answer = await daymark.api('POST', `/api/v1/pages${path}`, body, { prefer: 'wait=30' });
    expect(answer.status, answer.text).toBe(201);
    return (answer.body as { id: string }).id;
  }

  for (const [state, headline] of Object.entries(STATES)) {
    test(`${state} says "${headline}", and can be used by everyone`, async ({ page }) => {
      await make('', { name: 'Acme', slug: state, description: 'Shops and warehouses.' });
      if (state !== 'empty') {
        const status = STATUS[state as keyof typeof STATUS];
        const group_id = await make(`/${state}/groups`, { name: 'Shops' });
        for (const name of ['Zürich', 'Geneva', 'Basel', 'Bern', 'Lugano', 'Chur']) {
          await make(`/${state}/components`, { name, status, group_id });
        }
      }
      await inspect(page, `${daymark.url}/p/${state}/`, state);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(headline);
      await expect(page).toHaveTitle(`${headline} · Acme`);
      const open = page.locator('details.group[open]');
      await expect(open).toHaveCount(['empty', 'quiet'].includes(state) ? 0 : 1);
    });
  }
});

for (const language of ['de', 'fr', 'ar']) {
  test(`the page can be used by everyone in ${language}, stories and tables too`, async ({ page, demo }) => {
    await inspect(page, `${demo.url}/p/northwind/${language}/${demo.paths.incident}`, `incident-${language}`);
    await inspect(page, `${demo.url}/p/northwind/${language}/`, `status-${language}`);
    await page.locator('svg.bar').nth(6).focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('.story')).toBeVisible();
    await expect(page.getByRole('table')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await keepPicture(page, `story-${language}`, false);
  });
}
