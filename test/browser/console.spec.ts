/** The customer's hardest minute, in a real browser: all of it with a script, and once without. */
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { OWNER, OWNER_ENV } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { until } from '../server/first-page.ts';
import { watch } from './demo.ts';
import { keepPicture } from './picture.ts';

const test = base.extend<object, { own: Daymark }>({
  own: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use) => {
      const daymark = await startDaymark({ env: OWNER_ENV });
      await use(daymark);
      await daymark.stop();
    },
    { scope: 'worker' },
  ],
});

async function signIn(page: Page, { url }: Daymark): Promise<void> {
  await page.goto(`${url}/console/`);
  await page.getByLabel('Mail address').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A form was taken: readers see it, or on a busy machine will in a moment. */
async function expectSaid(page: Page, sentence: string): Promise<void> {
  const [live, soon] = ['Readers see it.', 'It is saved, and will be published in a moment.'];
  await expect(page.getByText(`${sentence} ${live}`).or(page.getByText(`${sentence} ${soon}`))).toBeVisible();
}

/** A page with two components, made over the API. */
async function makePage(own: Daymark, slug: string): Promise<void> {
  await own.api('POST', '/api/v1/pages', { name: `Page ${slug}`, slug });
  for (const name of ['Checkout', 'Search']) {
    const made = await own.api('POST', `/api/v1/pages/${slug}/components`, { name }, { prefer: 'wait=30' });
    expect(made.status).toBe(201);
  }
}

interface Shown {
  title: string;
  status: string;
  updates: { status: string; body: string }[];
  components: { name: string; status: string }[];
}

async function incidentsOf(own: Daymark, slug: string): Promise<Shown[]> {
  return (await own.api('GET', `/p/${slug}/api/v1/incidents`)).body as Shown[];
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with a script' : 'without a script';
  const slug = javaScriptEnabled ? 'quick' : 'plain';

  test.describe(`a new customer, ${how}`, () => {
    test.use({ javaScriptEnabled, viewport: { width: 1280, height: 900 } });

    test('goes from signing in to a first component, an incident, updates, its end, and maintenance', async ({
      page,
      own,
    }) => {
      const seen = watch(page);
      await signIn(page, own);
      await page.getByRole('link', { name: 'New page' }).click();
      await page.getByLabel('Name').fill('Acme');
      await page.getByLabel('Address').fill(slug);
      await page.getByRole('button', { name: 'Make the page' }).click();
      await expect(page.getByRole('status').filter({ hasText: 'Acme is made.' })).toBeVisible();

      await page.getByLabel('Name of a new component').fill('Checkout');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await expectSaid(page, 'Checkout is added.');

      // One click sets a status, and readers see it.
      const row = page.locator('.component', { hasText: 'Checkout' });
      await row.getByRole('button', { name: 'Degraded performance' }).click();
      await expectSaid(page, 'Checkout is set to “Degraded performance”.');
      await row.getByRole('button', { name: 'Operational' }).click();

      // What is ticked goes into the incident.
      await page.getByRole('checkbox', { name: 'Checkout' }).check();
      await page.locator('.bar').getByRole('button', { name: 'Open an incident' }).click();
      await page.getByLabel('Title').fill('Payments fail');
      await page.getByLabel('What people should know').fill('Cards are **refused**.');
      await page.getByText('Major outage', { exact: true }).locator('..').click();
      await page.getByRole('button', { name: /^Publish/ }).click();
      await expect(page.getByRole('heading', { level: 1, name: 'Payments fail' })).toBeVisible();
      await expectSaid(page, 'The incident is open.');
      await expect
        .poll(() => incidentsOf(own, slug))
        .toMatchObject([
          {
            title: 'Payments fail',
            status: 'investigating',
            components: [{ name: 'Checkout', status: 'major_outage' }],
          },
        ]);

      await page.getByLabel('What people should know').fill('A certificate ran out.');
      await page.getByText('Identified', { exact: true }).first().click();
      await page.getByRole('button', { name: /^Publish/ }).click();
      await expectSaid(page, 'The update is posted.');

      await page.getByText('Resolved', { exact: true }).first().click();
      await page.getByLabel('What people should know').fill('Cards work again.');
      await page.getByRole('button', { name: /^Publish/ }).click();
      await expectSaid(page, 'The incident is resolved.');
      await expect
        .poll(() => incidentsOf(own, slug))
        .toMatchObject([
          { updates: [{ status: 'resolved' }, { status: 'identified' }, { status: 'investigating' }] },
        ]);

      await page.getByRole('link', { name: 'Write a postmortem' }).click();
      await page.getByLabel('What happened').fill('We renew it by itself now.');
      await page.getByRole('button', { name: 'Publish the postmortem' }).click();
      await expect(page.getByText('The postmortem is saved.')).toBeVisible();

      const nav = page.getByRole('navigation', { name: 'Console' });
      await nav.getByRole('link', { name: 'Maintenance' }).click();
      await page.getByRole('link', { name: 'Plan maintenance' }).click();
      await page.getByLabel('Title').fill('New disks');
      await page.getByLabel(/^Starts/).fill('2031-03-01T06:00');
      await page.getByLabel(/^Ends/).fill('2031-03-01T08:00');
      await page.getByRole('checkbox', { name: 'Checkout' }).check();
      await page.getByLabel('What people should know').fill('Checkout is away for a minute.');
      await page.getByRole('button', { name: 'Plan the maintenance' }).click();
      await expectSaid(page, 'The maintenance is planned.');
      await expect
        .poll(async () => (await own.api('GET', `/p/${slug}/api/v1/maintenance`)).body)
        .toMatchObject([{ starts_at: '2031-03-01T06:00:00+00:00' }]);
      expect(seen.complaints).toEqual([]);
    });

    test('posts an update in at most four actions from signing in', async ({ page, own }) => {
      const name = `night-${slug}`;
      await makePage(own, name);
      const opened = await own.api('POST', `/api/v1/pages/${name}/incidents`, {
        title: `Down ${name}`,
        body: 'We look.',
      });
      expect(opened.status).toBe(201);
      const actions: string[] = [];
      await signIn(page, own);
      actions.push('sign in');
      await page.getByRole('link', { name: `Post update: Down ${name}` }).click();
      actions.push('press "Post update"');
      await page.getByLabel('What people should know').fill('It comes back.');
      actions.push('write');
      await page.getByRole('button', { name: /^Publish/ }).click();
      actions.push('publish');
      await expectSaid(page, 'The update is posted.');
      process.stdout.write(
        `from signing in to a posted update, ${how}: ${actions.length} actions (${actions.join(', ')})\n`,
      );
      expect(actions.length).toBeLessThanOrEqual(4);
      await expect
        .poll(() => incidentsOf(own, name))
        .toMatchObject([{ updates: [{ body: 'It comes back.' }, {}] }]);
    });

    test('sees the page as it will look, and nothing of it is published', async ({ page, own }) => {
      const name = `look-${slug}`;
      await makePage(own, name);
      await signIn(page, own);
      await page.goto(`${own.url}/console/pages/${name}/incidents/new/`);
      await page.getByLabel('Title').fill('Only a draft');
      await page.getByLabel('What people should know').fill('Nobody reads this.');
      await page.getByRole('button', { name: 'Preview' }).click();
      const frame = page.frameLocator('.preview iframe:last-child');
      await expect(frame.getByText('Only a draft').first()).toBeVisible();
      await expect(frame.getByText('Nobody reads this.').first()).toBeVisible();
      expect(await incidentsOf(own, name)).toEqual([]);
      const state = (await own.api('GET', `/api/v1/pages/${name}`)).body as { revision: number };
      expect(state.revision).toBe(3);
    });

    test('is told when somebody else was faster, and loses no text', async ({ page, own }) => {
      const name = `both-${slug}`;
      await makePage(own, name);
      const { body } = await own.api('POST', `/api/v1/pages/${name}/incidents`, {
        title: 'Shared',
        body: 'One.',
      });
      const { id } = body as { id: string };
      await signIn(page, own);
      await page.goto(`${own.url}/console/pages/${name}/incidents/${id}/`);
      await page.getByLabel('What people should know').fill('My own words.');
      const other = { status: 'identified', body: 'It is the disk.' };
      await own.api('POST', `/api/v1/pages/${name}/incidents/${id}/updates`, other);
      await page.getByRole('button', { name: /^Publish/ }).click();
      await expect(page.getByRole('alert')).toContainText('It is the disk.');
      await expect(page.getByLabel('What people should know')).toHaveValue('My own words.');
      await page.getByRole('button', { name: /^Publish/ }).click();
      await expect(page.getByText('The update is posted.')).toBeVisible();
      await expect
        .poll(async () => (await incidentsOf(own, name))[0]?.updates.map((one) => one.body))
        .toEqual(['My own words.', 'It is the disk.', 'One.']);
    });

    test('adds and removes what is affected', async ({ page, own }) => {
      const name = `parts-${slug}`;
      await makePage(own, name);
      await signIn(page, own);
      await page.goto(`${own.url}/console/pages/${name}/incidents/new/`);
      await page.getByLabel('Title').fill('Kept while adding');
      await page.getByLabel('Add a component').selectOption('Search');
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Add', exact: true }).click();
      await expect(page.locator('.affected .component')).toHaveText(/Search/);
      await expect(page.getByLabel('Title')).toHaveValue('Kept while adding');
      await page.getByRole('button', { name: 'Take Search out' }).click();
      await expect(page.locator('.affected .component')).toHaveCount(0);
      await expect(page.getByLabel('Title')).toHaveValue('Kept while adding');
    });
  });
}

test.describe('what was typed', () => {
  test('survives a closed tab, until it is published', async ({ page, own, context }) => {
    await makePage(own, 'drafts');
    await signIn(page, own);
    const url = `${own.url}/console/pages/drafts/incidents/new/`;
    await page.goto(url);
    await page.getByLabel('Title').fill('Half a thought');
    await page.getByLabel('Add a component').selectOption('Checkout');
    await expect(page.locator('.affected .component')).toHaveCount(1);
    await page.getByLabel('What people should know').fill('Written at three.');
    await expect(page.getByText('Draft kept on this device')).toBeVisible();
    await page.close();
    const again = await context.newPage();
    await again.goto(url);
    await expect(again.getByText('Your draft is back.')).toBeVisible();
    await expect(again.getByLabel('Title')).toHaveValue('Half a thought');
    await expect(again.getByLabel('What people should know')).toHaveValue('Written at three.');
    await expect(again.locator('.affected .component')).toHaveText(/Checkout/);
    await again.getByRole('button', { name: /^Publish/ }).click();
    await expect(again.getByText('The incident is open.')).toBeVisible();
    await again.goto(url);
    await expect(again.getByLabel('Title')).toHaveValue('');
  });

  test('survives a lost session', async ({ page, own, context }) => {
    await makePage(own, 'lost');
    await signIn(page, own);
    await page.goto(`${own.url}/console/pages/lost/incidents/new/`);
    await page.getByLabel('Title').fill('Written before');
    await page.getByLabel('What people should know').fill('The session ends.');
    await context.clearCookies();
    await page.getByRole('button', { name: /^Publish/ }).click();
    await page.getByLabel('Mail address').fill(OWNER.email);
    await page.getByLabel('Password').fill(OWNER.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Send it now' }).click();
    await expect(page.getByText('The incident is open.')).toBeVisible();
    await expect.poll(() => incidentsOf(own, 'lost')).toHaveLength(1);
  });

  test('survives a lost connection', async ({ page, own, context }) => {
    await makePage(own, 'offline');
    await signIn(page, own);
    await page.goto(`${own.url}/console/pages/offline/incidents/new/`);
    await page.getByLabel('Title').fill('In the lift');
    await page.getByLabel('What people should know').fill('No bars here.');
    await context.setOffline(true);
    await page.waitForFunction(() => !navigator.onLine);
    await page.getByRole('button', { name: /^Publish/ }).click();
    await expect(page.getByText('There is no connection.')).toBeVisible();
    await expect(page.getByLabel('What people should know')).toHaveValue('No bars here.');
    await context.setOffline(false);
    await page.getByRole('button', { name: /^Publish/ }).click();
    await expect(page.getByText('The incident is open.')).toBeVisible();
    await expect.poll(() => incidentsOf(own, 'offline')).toHaveLength(1);
  });

  test('is taken once, however often it is sent', async ({ page, own }) => {
    await makePage(own, 'twice');
    await signIn(page, own);
    await page.goto(`${own.url}/console/pages/twice/incidents/new/`);
    await page.getByLabel('Title').fill('Sent twice');
    await page.getByLabel('What people should know').fill('A double click.');
    const entries = await page
      .locator('form#update')
      .evaluate((form: HTMLFormElement) =>
        [...new FormData(form)].map(([name, value]) => [name, String(value)] as [string, string]),
      );
    const send = () =>
      page.request.post(`${own.url}/console/pages/twice/incidents/new/`, {
        form: Object.fromEntries([...entries, ['do', 'publish']]),
        headers: { origin: own.url },
        maxRedirects: 0,
      });
    const [first, second] = await Promise.all([send(), send()]);
    expect([first.status(), second.status()]).toEqual([303, 303]);
    expect(first.headers().location).toBe(second.headers().location);
    await expect.poll(() => incidentsOf(own, 'twice')).toHaveLength(1);
  });
});

test('what is long over is put on record, in the past and without a word to anybody', async ({
  page,
  own,
}) => {
  await makePage(own, 'past');
  await signIn(page, own);
  await page.goto(`${own.url}/console/pages/past/incidents/new/`);
  await page.getByText('Resolved', { exact: true }).first().click();
  await page.getByLabel('Title').fill('Last winter');
  await page.getByLabel('What people should know').fill('It was the power.');
  await page.getByText('It happened earlier').click();
  await page.getByLabel('Began').fill('2026-01-10T08:00');
  await page.getByLabel('Ended').fill('2026-01-10T09:30');
  await page.getByRole('checkbox', { name: /^Tell/ }).uncheck();
  await page.getByRole('button', { name: 'Publish, tell nobody' }).click();
  await expect(page.getByText('The incident is recorded.')).toBeVisible();
  await expect
    .poll(() => incidentsOf(own, 'past'))
    .toMatchObject([{ started_at: '2026-01-10T08:00:00+00:00', resolved_at: '2026-01-10T09:30:00+00:00' }]);
  const told = (await own.api('GET', '/api/v1/pages/past/notifications')).body;
  expect(told).toEqual([]);
});

test('an update that was promised and did not come is said on the board', async ({ page, own }) => {
  await makePage(own, 'promises');
  const at = new Date(Date.now() + 5_000).toISOString();
  const body = { title: 'Promised', body: 'More soon.', next_update_at: at };
  expect((await own.api('POST', '/api/v1/pages/promises/incidents', body)).status).toBe(201);
  await signIn(page, own);
  const board = `${own.url}/console/pages/promises/`;
  await until(async () => {
    await page.goto(board);
    return (await page.getByText('An update was promised by').count()) > 0;
  }, 'the board says so');
});

const PLACES = [
  '',
  'pages/new/',
  'pages/seen/',
  'pages/seen/incidents/',
  'pages/seen/incidents/new/',
  'pages/seen/incidents/{id}/',
  'pages/seen/incidents/{id}/edit/',
  'pages/seen/incidents/{id}/postmortem/',
  'pages/seen/maintenance/',
  'pages/seen/maintenance/new/',
  'pages/seen/maintenance/{window}/',
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1280]) {
    test.describe(`the console, ${colorScheme}, ${width} pixels wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } });

      test('fits, and can be used by everyone', async ({ page, own }) => {
        test.slow();
        if ((await own.api('GET', '/api/v1/pages/seen')).status === 404) {
          await makePage(own, 'seen');
          const body = { title: 'Seen', body: 'It is looked at.' };
          await own.api('POST', '/api/v1/pages/seen/incidents', body);
          const times = { starts_at: '2031-03-01T06:00:00Z', ends_at: '2031-03-01T08:00:00Z' };
          await own.api('POST', '/api/v1/pages/seen/maintenance', { ...body, ...times });
        }
        const idOf = async (list: string) =>
          ((await own.api('GET', `/api/v1/pages/seen/${list}`)).body as { id: string }[])[0]?.id ?? '';
        const [id, planned] = [await idOf('incidents'), await idOf('maintenance')];
        await signIn(page, own);
        for (const place of PLACES) {
          await page.goto(`${own.url}/console/${place.replace('{id}', id).replace('{window}', planned)}`);
          const name = place.replaceAll(/[{}]/g, '').replaceAll('/', '-') || 'pages';
          await keepPicture(page, `console-${name}-${colorScheme}-${width}`);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(wide, `${place}: pixels beyond the edge`).toBeLessThanOrEqual(0);
          const { violations } = await new AxeBuilder({ page }).exclude('.preview iframe').analyze();
          expect(violations.map(({ id: rule, nodes }) => `${place} ${rule}: ${nodes[0]?.html}`)).toEqual([]);
        }
      });
    });
  }
}
