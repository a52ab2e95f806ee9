/** Links are relative, so one set of files serves under any root: each of them leads somewhere, from every root. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { send } from '../server/http.ts';
import { expect, test, watch } from './demo.ts';

const HREF = /<(?:a|link)\b[^>]*\shref="([^"]*)"/g;

function hrefsIn(html: string): string[] {
  const all = [...html.matchAll(HREF)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
  // The management reference is the console's, on the host of PUBLIC_URL.
  return all.filter((href) => !/^(data|mailto|webcal):|\/console\/docs\/$/.test(href));
}

for (const root of ['/p/northwind/', '/']) {
  test(`every link below ${root} leads somewhere, and stays below it`, async ({ demo }) => {
    const seen = new Set<string>();
    const broken: string[] = [];
    const queue = [`${demo.url}${root}`, `${demo.url}${root}nothing/here/`];
    for (let url = queue.shift(); url; url = queue.shift()) {
      if (seen.has(url)) continue;
      seen.add(url);
      const { status, text, headers } = await send('GET', url, undefined, { accept: 'text/html' });
      if (status !== 200 && !url.includes('/nothing/')) broken.push(`${status} ${url}`);
      if (!headers['content-type']?.includes('html')) continue;
      for (const href of hrefsIn(text)) {
        const to = new URL(href, url);
        to.hash = '';
        if (!to.href.startsWith(demo.url)) broken.push(`${url} leads away, to ${to.href}`);
        queue.push(to.href);
      }
    }
    expect(broken).toEqual([]);
    expect(seen.size).toBeGreaterThan(40);
  });
}

test('no page but for its canonical address names the host it is read from', async ({ demo }) => {
  const { text } = await send('GET', `${demo.url}/p/northwind/`);
  const links = [...text.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)].map(([, href]) => href);
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((href) => /^(https?:)?\//.test(href ?? ''))).toEqual([]);
});

test('a copy of the folder can be read from a disk', async ({ page, demo }) => {
  const copy = mkdtempSync(join(tmpdir(), 'daymark-copy-'));
  try {
    cpSync(join(demo.daymark.dataDir, 'site/p/northwind'), copy, { recursive: true });
    const files = readdirSync(copy, { recursive: true, encoding: 'utf8' });
    const pages = files.filter((file) => file.endsWith('.html') && file !== '404.html');
    expect(pages.length).toBeGreaterThan(30);
    const broken = pages.flatMap((file) => {
      const from = pathToFileURL(join(copy, file));
      return hrefsIn(readFileSync(from, 'utf8'))
        .filter((href) => !/^(https?:|#)/.test(href))
        .map((href) => fileURLToPath(new URL(href.replace(/[?#].*/, ''), from)))
        .filter((to) => relative(copy, to).startsWith('..') || !isThere(to))
        .map((to) => `${file} leads to ${relative(copy, to)}`);
    });
    expect(broken).toEqual([]);

    const seen = watch(page);
    const url = pathToFileURL(join(copy, 'index.html')).href;
    await page.goto(url);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Partial outage');
    expect(seen).toEqual({ requests: [url], complaints: [] });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

/** As any server of files finds it: a folder by its index, an API address by its suffix. */
function isThere(path: string): boolean {
  if (path.endsWith('/')) return existsSync(join(path, 'index.html'));
  return ['', '.json', '.xml'].some((suffix) => existsSync(path + suffix)) && existsSync(dirname(path));
}
