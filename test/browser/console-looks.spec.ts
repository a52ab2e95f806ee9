/** Every page of the console that a customer looks after their things with: in both schemes, on a phone and on a desk. */
import AxeBuilder from '@axe-core/playwright';
import { watch } from './demo.ts';
import { expect, test } from './desk.ts';
import { keepPicture } from './picture.ts';

for (const [colorScheme, width] of [
  ['light', 360],
  ['dark', 1280],
] as const) {
  test.describe(`${colorScheme}, ${width} pixels wide`, () => {
    test.use({ colorScheme, viewport: { width, height: 900 } });

    test('the pages for the customer’s own things complain of nothing, fit, and can be used by everyone', async ({
      owner,
      desk,
    }) => {
      test.slow();
      const page = await desk.newPage(`Looks ${colorScheme}`);
      const { api } = desk.daymark;
      const below = `/api/v1/pages/${page.id}`;
      const made = async (what: string, body: object) =>
        ((await api('POST', `${below}/${what}`, body)).body as { id: string }).id;
      const subscriber = await made('subscribers', { email: 'ann@example.com' });
      const webhook = await made('webhooks', { url: 'https://hooks.example.com/daymark' });
      const template = await made('templates', {
        ...{ name: 'Failover', title: 'Slow database', body: 'We look into it.' },
        components: [{ id: page.components[0]!.id, status: 'partial_outage' }],
      });
      const incident = (
        await api('POST', `${below}/incidents`, { title: 'Slow', body: 'First.', status: 'resolved' })
      ).body as { id: string; updates: { id: string }[] };
      const planned = (
        await api('POST', `${below}/maintenance`, {
          ...{ title: 'Disks', body: 'New ones.' },
          ...{ starts_at: '2031-03-01T06:00:00Z', ends_at: '2031-03-01T08:00:00Z' },
        })
      ).body as typeof incident;
      const group = ((await api('GET', `${below}/groups`)).body as { id: string }[])[0]!.id;
      await api('PATCH', below, { domain: `${colorScheme}.example.com`, accent: '#ffee00' });
      const root = `pages/${page.slug}`;
      const places = [
        ...['api-keys/', 'api-keys/new/', 'audit/', 'account/', 'account/second-factor/'],
        ...['members/', 'organization/'],
        ...['components/', `components/${page.components[0]!.id}/`, `groups/${group}/`],
        ...['templates/', `templates/${template}/`, 'subscribers/', `subscribers/${subscriber}/`],
        ...['subscribers/import/', 'webhooks/', 'webhooks/new/', `webhooks/${webhook}/`],
        ...['settings/', 'settings/domain/'],
        `incidents/${incident.id}/updates/${incident.updates[0]!.id}/`,
        `maintenance/${planned.id}/updates/${planned.updates[0]!.id}/`,
      ].map((place) =>
        /^(api|audit|account|members|organization)/.test(place) ? place : `${root}/${place}`,
      );
      const seen = watch(owner);
      for (const place of places) {
        const response = await owner.goto(`${desk.url}/console/${place}`);
        expect(response?.status(), place).toBe(200);
        const name = place
          .replace(root, 'page')
          .replaceAll(/[0-9a-f-]{36}/g, 'one')
          .replaceAll('/', '-');
        await keepPicture(owner, `console-${name}${colorScheme}-${width}`);
        const wide = await owner.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide, `pixels beyond the edge of ${place}`).toBeLessThanOrEqual(0);
        // What is there is the same in both schemes; how it reads is not.
        const axe = new AxeBuilder({ page: owner });
        if (colorScheme === 'dark') axe.withRules(['color-contrast']);
        const { violations } = await axe.analyze();
        expect(violations.map(({ id, nodes }) => `${place} ${id}: ${nodes[0]?.html}`)).toEqual([]);
      }
      expect(seen.complaints).toEqual([]);
    });

    test('the pages for who is not signed in fit, and can be used by everyone', async ({ page, desk }) => {
      for (const [place, status] of [
        ['sign-in/', 200],
        ['password/', 200],
        ['invitation/?token=unknown', 404],
        ['nowhere/', 404],
      ] as const) {
        const response = await page.goto(`${desk.url}/console/${place}`);
        expect([place, response?.status()]).toEqual([place, status]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide, `pixels beyond the edge of ${place}`).toBeLessThanOrEqual(0);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${place} ${id}: ${nodes[0]?.html}`)).toEqual([]);
      }
    });
  });
}
