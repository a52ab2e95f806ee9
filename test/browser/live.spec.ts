/** An open page keeps itself current, tells the visitor's own time, and says when it can't. */
import type { Page } from '@playwright/test';
import { type Demo, expect, test } from './demo.ts';

const MINUTE = 60_000;

async function change(demo: Demo, method: string, path: string, body: object): Promise<{ id: string }> {
  const headers = { authorization: `Bearer ${demo.key}`, prefer: 'wait=30' };
  const answer = await demo.daymark.api(method, `/api/v1/pages/northwind/${path}`, body, headers);
  expect(answer.headers['preference-applied'], answer.text).toBe('wait');
  return answer.body as { id: string };
}

async function idOf(demo: Demo, name: string): Promise<string> {
  const list = (await demo.daymark.api('GET', '/api/v1/components')).body as { id: string; name: string }[];
  return list.find((component) => component.name === name)!.id;
}

/** Opens a page with a clock that the test winds on. */
async function open(page: Page, url: string): Promise<void> {
  await page.clock.install();
  await page.goto(url);
}

test.describe('an open page', () => {
  test('shows a change without a reload, a jump or lost focus, and says it', async ({ page, demo }) => {
    await open(page, `${demo.url}/`);
    const bar = page.locator('svg.bar').nth(10);
    await bar.focus();
    await page.evaluate(() => {
      scrollTo(0, 900);
      Object.assign(window, { untouched: true });
    });
    const before = (await bar.boundingBox())!;
    const group = page.locator('details.group', {
      has: page.getByRole('heading', { name: 'Control plane' }),
    });
    await expect(group).not.toHaveAttribute('open');

    const components = [{ id: await idOf(demo, 'API'), status: 'major_outage' }];
    const incident = await change(demo, 'POST', 'incidents', {
      title: 'The API is gone',
      body: 'Gone.',
      components,
    });
    await page.clock.fastForward(MINUTE);
    await expect(page.getByRole('heading', { name: 'The API is gone' }).first()).toBeAttached();
    await expect(group, 'what is troubled opens by itself').toHaveAttribute('open');
    await expect(page.getByRole('status').first()).toHaveText(
      /^Updated: Partial outage\. 4 of 17 .*The API is gone: /,
    );
    await expect(bar).toBeFocused();
    const after = (await bar.boundingBox())!;
    expect(Math.abs(after.y - before.y)).toBeLessThan(2);
    expect(await page.evaluate(() => 'untouched' in window)).toBe(true);

    await change(demo, 'POST', `incidents/${incident.id}/updates`, { status: 'resolved', body: 'Back.' });
    await page.clock.fastForward(MINUTE);
    await expect(page.locator('.headline')).toContainText('3 of 17 components affected.');
    await expect(group, 'nothing is folded away under the reader').toHaveAttribute('open');
  });

  test('takes nothing older than what it shows', async ({ page, demo }) => {
    await open(page, `${demo.url}/`);
    const shown = Number(await page.locator('html').getAttribute('data-revision'));
    const html = (await demo.daymark.api('GET', '/')).text;
    const old = html
      .replace(/data-revision="\d+"/, `data-revision="${shown - 1}"`)
      .replace('Partial outage', 'Old');
    await page.route('**/revision.json', (route) =>
      route.fulfill({ json: { revision: shown + 1, published_at: '2999-01-01T00:00:00+00:00' } }),
    );
    const asked = page.waitForRequest(`${demo.url}/`);
    await page.route(`${demo.url}/`, (route) => route.fulfill({ contentType: 'text/html', body: old }));
    await page.clock.fastForward(MINUTE);
    await (await asked).response();
    const again = page.waitForRequest(`${demo.url}/`);
    await page.clock.fastForward(MINUTE);
    await again;
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Partial outage');
    await expect(page.locator('html')).toHaveAttribute('data-revision', String(shown));
  });

  test('is loaded anew when another template has come, but not under the hands of its reader', async ({
    page,
    demo,
  }) => {
    await open(page, `${demo.url}/`);
    const shown = Number(await page.locator('html').getAttribute('data-revision'));
    const html = (await demo.daymark.api('GET', '/')).text;
    const other = html.replace(/data-template="\w+"/, 'data-template="another"');
    await page.route('**/revision.json', (route) =>
      route.fulfill({ json: { revision: shown, published_at: '2999-01-01T00:00:00+00:00' } }),
    );
    await page.evaluate(() => Object.assign(window, { untouched: true }));
    await page.route(`${demo.url}/`, (route) => route.fulfill({ contentType: 'text/html', body: other }));
    const asked = page.waitForRequest(`${demo.url}/`);
    await page.keyboard.press('Shift');
    await page.clock.fastForward(MINUTE / 2);
    // The first look only learns what is published at the moment.
    await page.route('**/revision.json', (route) =>
      route.fulfill({ json: { revision: shown + 1, published_at: '2999-01-02T00:00:00+00:00' } }),
    );
    await page.keyboard.press('Shift');
    await page.clock.fastForward(MINUTE / 2);
    await asked;
    expect(await page.evaluate(() => 'untouched' in window)).toBe(true);
    const loaded = page.waitForEvent('load');
    await page.clock.fastForward(2 * MINUTE);
    await loaded;
    expect(await page.evaluate(() => 'untouched' in window)).toBe(false);
  });

  test('says when it can not reach its server and what it knew last, until it can again', async ({
    page,
    demo,
  }) => {
    await open(page, `${demo.url}/`);
    const stale = page.locator('.stale');
    await expect(stale).toBeHidden();
    await page.route('**/revision.json', (route) => route.abort());
    for (let failures = 0; failures < 2; failures++) {
      const failed = page.waitForEvent('requestfailed');
      await page.clock.fastForward(MINUTE);
      await failed;
    }
    await expect(stale).toHaveText(
      /^The server can’t be reached\. This page shows what was known at .*, \d minutes? ago\.$/,
    );
    await page.unroute('**/revision.json');
    await page.clock.fastForward(2 * MINUTE);
    await expect(stale).toBeHidden();
  });
});

test.describe('for a visitor in Tokyo', () => {
  test.use({ timezoneId: 'Asia/Tokyo' });

  test('times are those of Tokyo, and the page’s own stay at hand', async ({ page, demo }) => {
    await page.goto(`${demo.url}/`);
    const since = page.locator('.event .facts time').first();
    await expect(since).toHaveText(/^(\d+ \w+, )?\d\d:\d\d GMT\+9$/);
    await expect(since).toHaveAttribute('title', /^(\d+ \w+, )?\d\d:\d\d UTC$/);
    await expect(page.locator('.event .facts .age').first()).toHaveText(/^ \(.*(minute|hour)s?.*\)$/);
    await expect(page.locator('footer')).toContainText(/GMT\+9, .* \(.*(ago|this minute)\)/);
  });
});

test('nothing shifts while a page comes in', async ({ page, demo }) => {
  for (const path of Object.values(demo.paths)) {
    await page.goto(`${demo.url}/${path}`);
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) =>
            resolve(
              list
                .getEntries()
                .reduce((sum, entry) => sum + (entry as unknown as { value: number }).value, 0),
            ),
          ).observe({ type: 'layout-shift', buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)));
        }),
    );
    expect(shift, path).toBe(0);
  }
});
