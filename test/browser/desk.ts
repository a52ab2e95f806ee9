/** A real server with an organization of its own for each worker, whose owner is signed in. */
import { test as base, expect, type Page } from '@playwright/test';
import { type NameServer, startNameServer } from '../fixtures/dns.ts';
import { OWNER, OWNER_ENV } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { type MadePage, until } from '../server/first-page.ts';

export interface Desk {
  daymark: Daymark;
  url: string;
  names: NameServer;
  /** A new page with two components in a group and one without, published. */
  newPage(name: string): Promise<MadePage & { components: { id: string; name: string }[] }>;
}

async function newPage({ api }: Daymark, name: string): ReturnType<Desk['newPage']> {
  const page = (await api('POST', '/api/v1/pages', { name })).body as MadePage;
  const below = `/api/v1/pages/${page.id}`;
  const group = (await api('POST', `${below}/groups`, { name: 'Storage' })).body as { id: string };
  const components: { id: string; name: string }[] = [];
  for (const [one, group_id] of [
    ['Blocks', group.id],
    ['Objects', group.id],
    ['Network', null],
  ])
    components.push((await api('POST', `${below}/components`, { name: one, group_id })).body as never);
  await until(
    async () =>
      JSON.stringify((await api('GET', `/p/${page.slug}/api/v1/components`)).body).includes('Network'),
    `${name} is published`,
  );
  return { ...page, components };
}

/** Signs somebody in as they do. */
export async function signIn(
  page: Page,
  url: string,
  who: { email: string; password: string },
): Promise<void> {
  await page.goto(`${url}/console/sign-in/`);
  await page.getByLabel('Mail address').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export const test = base.extend<{ owner: Page }, { desk: Desk }>({
  desk: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use) => {
      const names = await startNameServer();
      const daymark = await startDaymark({
        env: { ...OWNER_ENV, DNS_SERVERS: names.address, WEBHOOKS_ALLOW: '127.0.0.0/8' },
      });
      await use({ daymark, url: daymark.url, names, newPage: (name) => newPage(daymark, name) });
      await daymark.stop();
      await names.close();
    },
    { scope: 'worker' },
  ],
  owner: async ({ page, desk }, use) => {
    await signIn(page, desk.url, OWNER);
    await expect(page).toHaveURL(`${desk.url}/console/`);
    await use(page);
  },
});

export { expect };
