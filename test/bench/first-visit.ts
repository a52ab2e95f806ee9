import http from 'node:http';
import { send } from '../server/http.ts';
import { kilobytes, limitRow, print, type Row } from './figures.ts';
import { withPast } from './past.ts';
import { makeScene, SLUG } from './scene.ts';

const KB = 1_000;
const BUDGETS = new Map([
  [20, { must: 14 * KB, aim: 10 * KB }],
  [239, { must: 40 * KB, aim: 20 * KB }],
]);

/**
 * What a first visit of a page transfers, heads and bodies, brotli, and in how many requests: on a page where nothing ever
 * happened, and on one with an open incident and forty that are over.
 */
export async function firstVisit(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const components of [20, 239, 476]) {
    const scene = await makeScene(components);
    const quiet = await visitOf(`${scene.server.url}/p/${SLUG}/`);
    const server = await withPast(scene);
    try {
      const troubled = await visitOf(`${server.url}/p/${SLUG}/`);
      for (const [what, { bytes, requests }] of [
        ['quiet', quiet],
        ['troubled', troubled],
      ] as const) {
        print(`  ${components} components, ${what}: ${kilobytes(bytes)} in ${requests.length} requests`);
        const budget = BUDGETS.get(components);
        if (!budget) continue;
        const size = { ours: bytes, unit: kilobytes };
        rows.push(limitRow(`first visit, ${components} components, ${what}`, size, budget));
        const count = { ours: requests.length, unit: String };
        rows.push(limitRow('its requests', count, { must: 1, aim: 1 }));
      }
    } finally {
      await scene.revisions.close();
      await server.stop();
    }
  }
  return rows;
}

async function visitOf(url: string): Promise<{ bytes: number; requests: string[] }> {
  const page = (await send('GET', url)).text;
  const requests = [url, ...subresources(page).map((found) => new URL(found, url).href)];
  let bytes = 0;
  for (const request of requests) bytes += await transferred(request);
  return { bytes, requests: requests.map((request) => new URL(request).pathname) };
}

/** What a browser fetches by itself: sheets, scripts, images and icons that are not inlined. */
function subresources(page: string): string[] {
  const found: string[] = [];
  for (const [tag] of page.matchAll(
    /<(?:link|script|img|source|iframe|video|audio|object|embed)\b[^>]*>/gi,
  )) {
    if (/^<link/i.test(tag) && !/rel=["']?[^"'>]*(stylesheet|icon|preload|manifest)/i.test(tag)) continue;
    const address = /\s(?:href|src|data)=(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(tag);
    const value = address?.[1] ?? address?.[2] ?? address?.[3];
    if (value !== undefined && !value.startsWith('data:')) found.push(value);
  }
  return found;
}

/** Bytes on the wire of one answer. */
function transferred(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { 'accept-encoding': 'br, gzip' }, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.socket.bytesRead));
    });
    request.once('error', reject);
  });
}
