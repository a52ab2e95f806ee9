import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { comes, firstPage, until } from '../server/first-page.ts';

let daymark: Daymark;
let incident: string;
/** `2026-11`: when the incident began. */
let month: string;

const WAIT = { prefer: 'wait=30' };
const get = async (path: string) => (await daymark.api('GET', path)).text;
/** Every `href` of a page that is relative, as an absolute path. */
function linksOf(html: string, path: string): string[] {
  const found = [...html.matchAll(/<a\b[^>]*\shref="([^"#]*)"/g)].map(([, href = '']) => href);
  return found
    .filter((href) => !/^[a-z]+:/.test(href))
    .map((href) => new URL(href, `http://a${path}`).pathname);
}

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme', language: 'de', languages: ['ar', 'de', 'fr'] });
  const component = await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'Shop' }, WAIT);
  const made = await daymark.api(
    'POST',
    '/api/v1/pages/acme/incidents',
    {
      title: 'Langsam',
      body: 'Wir schauen.',
      components: [{ id: (component.body as { id: string }).id, status: 'partial_outage' }],
    },
    WAIT,
  );
  const { id, started_at } = made.body as { id: string; started_at: string };
  incident = id;
  month = started_at.slice(0, 7);
});
afterAll(() => daymark.stop());

describe('A page in several languages', () => {
  test('speaks its own language at its root, and each further one below its name', async () => {
    expect(await get('/')).toMatch(/<html lang="de" dir="ltr"[\s\S]*<h1[^>]*>Teilausfall</);
    expect(await get('/fr/')).toMatch(/<html lang="fr" dir="ltr"[\s\S]*<h1[^>]*>Panne partielle</);
    expect(await get('/ar/')).toMatch(/<html lang="ar" dir="rtl"[\s\S]*<h1[^>]*>انقطاع جزئي</);
    expect((await daymark.api('GET', '/de/')).status).toBe(404);
  });

  test('has every page, the text version and the badge in each', async () => {
    for (const path of ['history/', `history/${month}/`, `incidents/${incident}/`])
      expect((await daymark.api('GET', `/ar/${path}`)).status, path).toBe(200);
    expect(await get('/fr/status.txt')).toContain('Panne partielle');
    expect(await get('/fr/badge.svg')).toContain('Panne partielle');
  });

  test('leads nowhere that is not there, and stays in its language', async () => {
    for (const path of ['/', '/fr/', '/ar/history/', `/fr/incidents/${incident}/`]) {
      const links = linksOf(await get(path), path);
      expect(links.length).toBeGreaterThan(5);
      for (const link of new Set(links)) await comes(daymark, link);
    }
    expect(linksOf(await get('/fr/'), '/fr/')).toContain(`/fr/incidents/${incident}/`);
  });

  test('links to itself in the other languages, for people and for search engines', async () => {
    const html = await get(`/fr/incidents/${incident}/`);
    const links = linksOf(html, `/fr/incidents/${incident}/`);
    for (const prefix of ['', 'ar/']) expect(links).toContain(`/${prefix}incidents/${incident}/`);
    const root = `${daymark.url}/p/acme`;
    expect(html).toContain(`<link rel="canonical" href="${root}/fr/incidents/${incident}/">`);
    expect(html).toContain(`<link rel="alternate" hreflang="ar" href="${root}/ar/incidents/${incident}/">`);
    expect(html).toContain(`<link rel="alternate" hreflang="de" href="${root}/incidents/${incident}/">`);
  });

  test('takes away what it told in a language that it no longer has', async () => {
    const site = join(daymark.dataDir, 'site/p/acme');
    expect(existsSync(join(site, 'ar/index.html'))).toBe(true);
    const changed = await daymark.api('PATCH', '/api/v1/pages/acme', { languages: ['de', 'en'] }, WAIT);
    expect(changed.status).toBe(200);
    expect((await daymark.api('GET', '/ar/')).status).toBe(404);
    await until(async () => !existsSync(join(site, 'ar')), 'the folder is gone');
    expect(await get('/en/')).toContain('<html lang="en" dir="ltr"');
    await until(
      async () => (await daymark.api('GET', `/en/incidents/${incident}/`)).status === 200,
      'the archive follows',
    );
  });

  test('refuses a language that nobody wrote words for, and one named twice', async () => {
    for (const languages of [['tlh'], ['de', 'de']]) {
      const refused = await daymark.api('PATCH', '/api/v1/pages/acme', { language: 'de', languages });
      expect(refused.status, refused.text).toBe(422);
    }
  });
});
