/** Atlassian's own widget, unchanged, on a page of somebody else: it reads the summary of the origin that it is given. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect, test, watch } from './demo.ts';

const WIDGET = createRequire(import.meta.url).resolve('@statuspage/status-widget/dist/index.js');

test('the widget of Statuspage shows the state of a page of ours, from another origin', async ({
  page,
  demo,
}) => {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title><link rel="icon" href="data:,">
    <statuspage-widget src="${demo.url}"></statuspage-widget><script src="/widget.js"></script></html>`;
  const shop = createServer((request, response) => {
    const isScript = request.url === '/widget.js';
    response.setHeader('Content-Type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    response.end(isScript ? readFileSync(WIDGET) : html);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  try {
    const seen = watch(page);
    await page.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`);
    await expect(page.locator('statuspage-widget')).toContainText('Partial System Outage');
    expect(seen.requests).toContain(`${demo.url}/api/v2/summary.json`);
    // Its own complaint: the bundle speaks of a loader that it does not bring.
    expect(seen.complaints.filter((one) => !one.includes('parcelRequire'))).toEqual([]);
  } finally {
    shop.close();
  }
});
