/** Somebody without a script subscribes, chooses and leaves, by what they see alone. */
import AxeBuilder from '@axe-core/playwright';
import { nextMail } from '../fixtures/letters.ts';
import { expect, test, watch } from './demo.ts';

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false });

  test('one subscribes, chooses components, and leaves', async ({ page, demo }) => {
    const seen = watch(page);
    await page.goto(`${demo.url}/`);
    await page.getByRole('link', { name: 'Get updates' }).click();
    await expect(page.getByLabel('VPN')).toBeHidden();
    await page.getByLabel('Only some components').check();
    await page.getByLabel('VPN').check();
    await page.getByLabel('Email address').fill('no-script@example.com');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await expect(page).toHaveURL(`${demo.url}/p/northwind/subscribe/sent/`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Look into your mailbox');

    const { token } = await nextMail(demo.daymark, 'no-script@example.com');
    await page.goto(`${demo.url}/p/northwind/subscribe/verify/?token=${token}`);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('link', { name: 'Change what you receive' }).click();
    await expect(page.getByLabel('VPN')).toBeChecked();
    await page.getByLabel('DNS').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('status')).toHaveText('Saved.');
    await expect(page.getByLabel('DNS')).toBeChecked();
    await page.getByRole('link', { name: 'Unsubscribe' }).click();
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are unsubscribed');
    expect(seen.complaints).toEqual([]);
  });

  test('what was not taken leads back to the form', async ({ page, demo }) => {
    await page.goto(`${demo.url}/subscribe/`);
    await page.getByLabel('Email address').fill('nobody');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('That was not taken');
    await page.getByRole('link', { name: 'Back to the form' }).click();
    await expect(page.getByLabel('Email address')).toBeVisible();
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the form can be used by everybody (${colorScheme})`, async ({ browser, demo }) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    await page.goto(`${demo.url}/subscribe/`);
    await page.getByLabel('Only some components').check();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await context.close();
  });
}
