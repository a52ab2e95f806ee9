/** The references as people use them: tabs without script, a line that is copied, requests tried out with the session. */
import AxeBuilder from '@axe-core/playwright';
import { OWNER } from '../server/console.ts';
import { watch } from './demo.ts';
import { expect, signIn, test } from './desk.ts';

const STATUS = '[data-operation="GET /api/v1/status"]';

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('the languages of an example are tabs', async ({ page, desk }) => {
    const { slug } = await desk.newPage('Plain');
    await page.goto(`${desk.url}/p/${slug}/docs/`);
    const box = page.locator(STATUS).locator('.code');
    await expect(box.locator('pre:visible')).toHaveText(
      `# Read the overall status\ncurl ${desk.url}/p/${slug}/api/v1/status`,
    );
    await box.getByText('Python').click();
    await expect(box.locator('pre:visible')).toContainText('requests.get');
    await page.keyboard.press('ArrowRight');
    await expect(box.locator('pre:visible')).toContainText('await fetch');
  });
});

test('a language that is chosen once is that of every example, and the answer follows the page', async ({
  page,
  desk,
}) => {
  const { slug, components } = await desk.newPage('Chosen');
  const address = `/api/v1/pages/${slug}/components/${components[0]!.id}`;
  await desk.daymark.api('PATCH', address, { status: 'partial_outage' }, { prefer: 'wait=30' });
  await page.goto(`${desk.url}/p/${slug}/docs/`);
  await page.locator(STATUS).getByText('JavaScript', { exact: true }).click();
  await expect(page.locator('[data-operation="GET /api/v1/incidents"] .code pre:visible')).toContainText(
    'await fetch',
  );
  await expect(page.locator(STATUS).locator('.answer')).toContainText('"status": "partial_outage"');
});

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 360],
] as const) {
  test.describe(`the management reference, ${colorScheme}, ${width} pixels wide`, () => {
    test.use({ colorScheme, viewport: { width, height: 900 } });

    test('fits, complains of nothing and can be used by everyone', async ({ owner, desk }) => {
      const { slug, components } = await desk.newPage(`Console ${width}`);
      const seen = watch(owner);
      await owner.goto(`${desk.url}/console/docs/?page=${slug}`);
      await expect(owner.locator('#first pre:visible')).toContainText(components[0]!.id);
      const wide = await owner.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wide, 'pixels beyond the edge').toBeLessThanOrEqual(0);
      const { violations } = await new AxeBuilder({ page: owner })
        .include('#first')
        .include('#errors')
        .include('#pages')
        .analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(seen.complaints).toEqual([]);
    });
  });
}

test('Swagger UI leads to the sign-in and back, and tries a request out with the session', async ({
  page,
  desk,
}) => {
  const { slug, components } = await desk.newPage('Tried');
  const { requests } = watch(page);
  await page.goto(`${desk.url}/api/docs`);
  await page.getByLabel('Mail address').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${desk.url}/api/docs`);
  await page.locator('#operations-tag-components .expand-operation').click();
  const operation = page.locator('#operations-components-patchPagesPageComponentsId');
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.locator('tr[data-param-name="page"] input').fill(slug);
  await operation.locator('tr[data-param-name="id"] input').fill(components[0]!.id);
  await operation.locator('textarea.body-param__text').fill('{"status": "major_outage"}');
  await operation.getByRole('button', { name: 'Execute' }).click();
  await expect(operation.locator('.live-responses-table .response-col_status').last()).toContainText('200');
  const { body } = await desk.daymark.api('GET', `/api/v1/pages/${slug}/components/${components[0]!.id}`);
  expect(body).toMatchObject({ set_status: 'major_outage' });
  expect(requests.filter((url) => !url.startsWith(desk.url))).toEqual([]);
});

test('ReDoc shows the whole document, and nothing of its maker gets in', async ({ page, desk }) => {
  await signIn(page, desk.url, OWNER);
  await expect(page).toHaveURL(`${desk.url}/console/`);
  const reached: string[] = [];
  page.on('response', (response) => reached.push(response.url()));
  await page.goto(`${desk.url}/api/redoc`);
  await expect(page.getByText('Open an incident, or record one that is over').first()).toBeAttached();
  expect(reached.filter((url) => !url.startsWith(desk.url) && !/^(data|blob):/.test(url))).toEqual([]);
});
