/** Uptime bars tell the story of a day: under the mouse, under a finger, and by keyboard. */
import type { Page } from '@playwright/test';
import { expect, test } from './demo.ts';

/** The bar of a component of the demo that had trouble on several days. */
const barOf = (page: Page, name = 'Block storage, Frankfurt') =>
  page.locator('section.components li', { has: page.getByText(name, { exact: true }) }).locator('svg.bar');

test('a bar is one stop of the keyboard, and arrows go from day to day', async ({ page, demo }) => {
  await page.goto(`${demo.url}/`);
  const bar = barOf(page);
  const story = page.locator('.story');
  await barOf(page, 'Block storage, Zürich').focus();
  await page.keyboard.press('Tab');
  await expect(bar).toBeFocused();
  await expect(bar).toHaveAccessibleName('Block storage, Frankfurt');
  await expect(story).toContainText('Major outage');
  await expect(bar).toHaveAttribute(
    'aria-valuetext',
    /^\w+ \d+ \w+, Major outage: .*Block storage in Frankfurt/,
  );
  const today = (await story.textContent()) ?? '';
  await page.keyboard.press('ArrowLeft');
  await expect(bar).toHaveAttribute('aria-valuenow', '89');
  await expect(story).not.toHaveText(today);
  await page.keyboard.press('Home');
  await expect(bar).toHaveAttribute('aria-valuenow', '1');
  await page.keyboard.press('ArrowUp');
  await expect(story).not.toContainText('Operational');
  await page.keyboard.press('Escape');
  await expect(story).toBeHidden();
  await page.keyboard.press('Tab');
  await expect(barOf(page, 'Object storage')).toBeFocused();
});

test('Enter opens a table of all days with trouble, and closes it', async ({ page, demo }) => {
  await page.goto(`${demo.url}/`);
  await barOf(page).focus();
  await page.keyboard.press('Enter');
  const table = page.getByRole('table', { name: /^Block storage, Frankfurt: / });
  const bad = (await barOf(page).getAttribute('data-days'))?.split(' ').length ?? 0;
  expect(bad).toBeGreaterThan(3);
  await expect(table.getByRole('row')).toHaveCount(bad + 1);
  await expect(table.getByRole('row').nth(1)).toContainText('Major outage: ');
  await expect(table.getByRole('link').first()).toHaveText('Block storage in Frankfurt does not answer');
  await page.keyboard.press('Enter');
  await expect(table).toBeHidden();
});

test('the mouse is told the day under it, and can go into what it is told', async ({ page, demo }) => {
  await page.goto(`${demo.url}/`);
  const bar = barOf(page);
  await bar.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await bar.boundingBox())!;
  await page.mouse.move(x + width - 1, y + height / 2);
  const story = page.locator('.story');
  await expect(story).toContainText('Major outage');
  await story.getByRole('link').hover();
  await expect(story).toBeVisible();
  await story.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'Block storage in Frankfurt does not answer',
  );
});

test.describe('on a phone', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } });

  test('a tap tells the day, a tap elsewhere ends it, and nothing goes beyond the edge', async ({
    page,
    demo,
  }) => {
    await page.goto(`${demo.url}/`);
    const bar = barOf(page);
    await bar.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await bar.boundingBox())!;
    const story = page.locator('.story');
    for (const share of [0.002, 0.998]) {
      await page.touchscreen.tap(x + width * share, y + height / 2);
      await expect(story).toBeVisible();
      const box = (await story.boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(360);
    }
    await expect(story).toContainText('Major outage');
    await page.getByRole('heading', { name: 'Storage', exact: true }).scrollIntoViewIfNeeded();
    await page.locator('footer').tap();
    await expect(story).toBeHidden();
  });
});
