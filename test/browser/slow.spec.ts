/** The bad moment: a slow connection, an outage, and then the process dies too. */
import { HAS_BROTLI, NGINX, startNginx } from '../nginx/nginx.ts';
import { expect, startDemo, test } from './demo.ts';

const MINUTE = 60_000;
/** As browsers' own tools define it. */
const SLOW_3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
/** What a server may send before it hears from the other side: ten segments (RFC 6928). */
const FIRST_FLIGHT = 10 * 1460;

test('on slow 3G a page is there in one flight, follows what happens, and outlives its process', async ({
  page,
}) => {
  test.skip(!NGINX, 'needs nginx');
  const demo = await startDemo();
  const nginx = await startNginx(`${demo.daymark.dataDir}/site`, Number(new URL(demo.url).port));
  try {
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', SLOW_3G);
    await page.clock.install();
    await page.goto(`http://127.0.0.1:${nginx.port}/p/northwind/`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const [bytes, painted] = await page.evaluate(() => {
      const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      return [visit?.transferSize ?? 0, (paint?.startTime ?? 0) - (visit?.requestStart ?? 0)];
    });
    const description = `${bytes} bytes, content ${Math.round(painted)} ms after the request`;
    test.info().annotations.push({ type: 'slow 3G', description });
    if (HAS_BROTLI) expect(bytes).toBeLessThanOrEqual(FIRST_FLIGHT);

    const headers = { authorization: `Bearer ${demo.key}`, prefer: 'wait=20' };
    const news = { title: 'Sign-in is slow', body: 'We are looking into it.' };
    await demo.daymark.api('POST', '/api/v1/pages/northwind/incidents', news, headers);
    await page.clock.fastForward(MINUTE);
    await expect(page.getByRole('heading', { name: news.title }).first()).toBeVisible();

    await demo.daymark.kill();
    await page.clock.fastForward(30 * MINUTE);
    await expect(page.locator('footer')).toContainText(/\(3\d minutes ago\)/);
    await expect(page.locator('.stale')).toBeHidden();
    await page.reload();
    await expect(page.getByRole('heading', { name: news.title }).first()).toBeVisible();
    await expect(page.locator('footer')).toContainText(/\(\d+ minutes ago\)/);

    await nginx.stop();
    for (let failures = 0; failures < 2; failures++) {
      const failed = page.waitForEvent('requestfailed');
      await page.clock.fastForward(MINUTE);
      await failed;
    }
    await expect(page.locator('.stale')).toHaveText(/^The server can’t be reached\..* ago\.$/);
  } finally {
    await nginx.stop();
    await demo.daymark.stop();
  }
});
