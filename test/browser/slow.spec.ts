/** The bad moment: a slow connection, an outage, and then the process dies too. */
import { brotliDecompressSync, constants, gunzipSync } from 'node:zlib';
import { ask, HAS_BROTLI, NGINX, startNginx } from '../nginx/nginx.ts';
import { expect, startDemo, test } from './demo.ts';

const MINUTE = 60_000;
/** As browsers' own tools define it. */
const SLOW_3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
/** What a server may send before it hears from the other side: ten segments (RFC 6928). */
const FIRST_FLIGHT = 10 * 1460;
const STATUS_LINE = 'HTTP/1.1 200 OK\r\n\r\n'.length;

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
    await page.goto(`http://127.0.0.1:${nginx.port}/p/northwind/`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const painted = await page.evaluate(() => {
      const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      return Math.round((paint?.startTime ?? 0) - (visit?.requestStart ?? 0));
    });
    const description = `content ${painted} ms after the request`;
    test.info().annotations.push({ type: 'slow 3G', description });
    expect(await firstFlight(nginx.port)).toContain('Next update by');

    // From here on time is the test's own.
    await page.clock.install();
    await page.reload();
    const headers = { authorization: `Bearer ${demo.key}`, prefer: 'wait=30' };
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

/** What a browser can show of the page before it has answered once. */
async function firstFlight(port: number): Promise<string> {
  const [encoding, decompress, finishFlush] = HAS_BROTLI
    ? (['br', brotliDecompressSync, constants.BROTLI_OPERATION_FLUSH] as const)
    : (['gzip', gunzipSync, constants.Z_SYNC_FLUSH] as const);
  const { body, headers } = await ask(port, '/p/northwind/', { 'accept-encoding': encoding });
  expect(headers['content-encoding']).toBe(encoding);
  const head = Object.entries(headers).flat().join('').length + 4 * Object.keys(headers).length;
  return decompress(body.subarray(0, FIRST_FLIGHT - head - STATUS_LINE), { finishFlush }).toString();
}
