/** What a visitor does with a page: read it without a script, go through it by keyboard, see a change. */
import { expect, test, watch } from './demo.ts';

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false });

  test('the status page is complete', async ({ page, demo }) => {
    const seen = watch(page);
    await page.goto(`${demo.url}/`);
    expect(seen).toEqual({ requests: [`${demo.url}/`], complaints: [] });
    await expect(page).toHaveTitle('Partial outage · Northwind Cloud');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Partial outage');
    await expect(page.getByText('3 of 17 components affected. One open incident, since')).toBeVisible();
    await expect(
      page.getByRole('heading', { name: 'Block storage in Frankfurt does not answer' }),
    ).toBeVisible();
    await expect(page.getByText('Router replacement in Geneva').first()).toBeVisible();
    await expect(page.locator('section.components li .name')).toHaveCount(17);
    await expect(page.locator('svg.bar')).toHaveCount(17);
    const bar = page.getByText('Frankfurt (FRA)').last().locator('..').locator('svg.bar');
    await expect(bar).toHaveAccessibleName(/^\d+\.\d+% of the last 90 days\. .*[Pp]artial outage/);
  });

  test('groups open and close', async ({ page, demo }) => {
    await page.goto(`${demo.url}/`);
    const folded = page.locator('details.group:not([open])').first();
    const name = (await folded.locator('h3').textContent()) ?? '';
    const group = page.locator('details.group', { has: page.getByRole('heading', { name, exact: true }) });
    await expect(group.locator('.name').first()).toBeHidden();
    await group.locator('summary').click();
    await expect(group.locator('.name').first()).toBeVisible();
  });

  test('an incident can be read to its end', async ({ page, demo }) => {
    await page.goto(`${demo.url}/${demo.paths.incident}`);
    await expect(page.locator('ol.timeline li').first()).toContainText('Resolved');
    await page.getByRole('link', { name: 'Northwind Cloud' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Partial outage');
  });
});

test.describe('by keyboard', () => {
  test('the first stop leads to the content', async ({ page, demo }) => {
    await page.goto(`${demo.url}/`);
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'To the content' });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/#main$/);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.querySelector('main')?.contains(document.activeElement))).toBe(
      true,
    );
  });

  test('groups fold and unfold, and one sees where one is', async ({ page, demo }) => {
    await page.goto(`${demo.url}/`);
    const group = page.locator('details.group').first();
    const summary = group.locator('summary');
    for (let stops = 0; stops < 40; stops++) {
      await page.keyboard.press('Tab');
      if (await summary.evaluate((element) => element === document.activeElement)) break;
    }
    await expect(summary).toBeFocused();
    expect(await summary.evaluate((element) => getComputedStyle(element).outlineStyle)).not.toBe('none');
    await expect(group).toHaveAttribute('open');
    await page.keyboard.press('Enter');
    await expect(group).not.toHaveAttribute('open');
    await page.keyboard.press('Space');
    await expect(group).toHaveAttribute('open');
  });
});

test('a change over the API is on the page as soon as it is answered', async ({ page, demo }) => {
  await page.goto(`${demo.url}/`);
  const vpn = page.locator('section.components li', { has: page.getByText('VPN', { exact: true }) });
  await expect(vpn).not.toContainText('Major outage');
  const components = (await demo.daymark.api('GET', '/api/v1/components')).body as {
    id: string;
    name: string;
  }[];
  const id = components.find(({ name }) => name === 'VPN')?.id;
  const set = async (status: string) => {
    const path = `/api/v1/pages/northwind/components/${id}`;
    const headers = { authorization: `Bearer ${demo.key}`, prefer: 'wait=30' };
    const answer = await demo.daymark.api('PATCH', path, { status }, headers);
    expect([answer.status, answer.headers['preference-applied']]).toEqual([200, 'wait']);
  };
  await set('major_outage');
  await page.reload();
  await expect(vpn).toContainText('Major outage');
  await expect(page.getByText('4 of 17 components affected.')).toBeVisible();
  await set('operational');
  await page.reload();
  await expect(vpn).not.toContainText('Major outage');
});
