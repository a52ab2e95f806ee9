/** What a customer does alone, without the operator: by what the console shows. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Secret, TOTP } from 'otpauth';
import { linkTo, newMember } from '../server/console.ts';
import { until } from '../server/first-page.ts';
import { expect, signIn, test } from './desk.ts';

const run = promisify(execFile);

const textOf = async (page: Page, place: string) => (await page.locator(place).textContent()) ?? '';

/** What is there only once a form was sent can be used by everyone, too. */
async function expectUsable(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test('5,000 subscribers are imported, and the bar shows how far it is', async ({ owner, desk }) => {
  const page = await desk.newPage('Import');
  const good = Array.from({ length: 4_996 }, (_, place) => `reader${place}@example.com,`);
  // Each of these is refused; the repeated one stands in another slice than the first.
  const bad = ['nobody,', 'x@example.com,Nowhere', 'READER0@example.com,', '"broken@example.com,'];
  await owner.goto(`${desk.url}/console/pages/${page.slug}/subscribers/import/`);
  await owner.getByLabel('CSV file').setInputFiles({
    name: 'readers.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(['email,components', ...good, ...bad].join('\n')),
  });
  await owner.getByLabel('They have agreed').check();
  await owner.evaluate(() => {
    const bar = document.querySelector('progress')!;
    const seen: number[] = [];
    new MutationObserver(() => seen.push(bar.value)).observe(bar, { attributes: true });
    Object.assign(window, { seen });
  });
  await owner.getByRole('button', { name: 'Import' }).click();
  await expect(owner.getByText('5,000 of 5,000 lines: done')).toBeVisible({ timeout: 120_000 });
  const seen = await owner.evaluate(() => (window as unknown as { seen: number[] }).seen);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(new Set(seen).size).toBeGreaterThan(8);
  await expect(owner.getByText('4,996 added, 0 changed, 0 were there already, 4 refused.')).toBeVisible();
  await expectUsable(owner);
  const rows = await owner.getByRole('listitem').allInnerTexts();
  expect(rows.filter((text) => text.startsWith('Line')).map((text) => text.replace(/\s+/g, ' '))).toEqual([
    'Line 4,998 nobody is no mail address',
    'Line 4,999 x@example.com names “Nowhere”, which is no component of this page',
    expect.stringContaining('Line 5,001'),
    'Line 5,000 reader0@example.com stands on line 2 already',
  ]);
  const { headers } = await desk.daymark.api('GET', `/api/v1/pages/${page.id}/subscribers?per_page=1`);
  expect(headers['x-total-count']).toBe('4996');
  await owner.getByRole('link', { name: 'Back to the subscribers' }).click();
  await owner.getByLabel('Address holds').fill('reader4995@');
  await owner.getByRole('button', { name: 'Search' }).click();
  await expect(owner.getByText('1 subscriber found')).toBeVisible();
});

test('a key is made, and its line for the terminal changes a status', async ({ owner, desk }) => {
  const page = await desk.newPage('Keys');
  await desk.newPage('Beyond the key');
  await owner.goto(`${desk.url}/console/api-keys/`);
  await owner.getByRole('link', { name: 'Make a key' }).click();
  await owner.getByLabel('Name').fill('Deployments');
  await owner.getByLabel('Keys', { exact: true }).check();
  await owner.getByRole('button', { name: 'Make the key' }).click();
  const command = await textOf(owner, '#call');
  await expectUsable(owner);
  expect(command).toContain(await textOf(owner, '#key'));
  const { stdout } = await run('sh', ['-c', command]);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'degraded_performance' });
  await until(async () => {
    const { body } = await desk.daymark.api(
      'GET',
      `/p/${page.slug}/api/v1/components?status_filter=degraded_performance`,
    );
    return (body as unknown[]).length === 1;
  }, 'readers see it');

  await owner.getByRole('link', { name: 'I have noted it' }).click();
  const row = owner.getByRole('listitem').filter({ hasText: 'Deployments' });
  await expect(row).toContainText('May read and write components, incidents, on Keys.');
  await expect(row).toContainText('last used just now · does not expire');
  await row.getByText('Revoke', { exact: true }).click();
  await row.getByRole('button', { name: 'Revoke Deployments' }).click();
  await expect(owner.getByText('The key is revoked.')).toBeVisible();
  const after = await run('sh', ['-c', command]);
  expect(after.stdout).toContain('detail');
});

test('an invited colleague sees one page, and may do just what a viewer may', async ({
  owner,
  desk,
  browser,
}) => {
  const [mine, other] = [await desk.newPage('Seen'), await desk.newPage('Unseen')];
  await owner.goto(`${desk.url}/console/members/`);
  const form = owner.locator('form').filter({ hasText: 'Send the invitation' });
  await form.getByLabel('Mail address').fill('vera@northwind.example');
  await form.getByLabel('Role').selectOption('viewer');
  await form.getByLabel('Seen', { exact: true }).check();
  await form.getByRole('button', { name: 'Send the invitation' }).click();
  await expect(owner.getByText('An invitation to vera@northwind.example is on its way.')).toBeVisible();

  const { path } = await linkTo(desk.daymark, 'vera@northwind.example', '/console/invitation/');
  const context = await browser.newContext();
  const vera = await context.newPage();
  await vera.goto(desk.url + path);
  await vera.getByLabel('Your name').fill('Vera');
  await vera.getByLabel('Choose a password').fill('a few words in a row');
  await vera.getByRole('button', { name: 'Join' }).click();
  await expect(vera).toHaveURL(/\/console\/$/);
  await expect(vera.getByRole('main').getByRole('link', { name: 'Seen', exact: true })).toBeVisible();
  await expect(vera.getByText('Unseen')).toHaveCount(0);
  const rail = vera.getByRole('navigation', { name: 'Console' });
  await expect(rail.getByRole('link', { name: 'API keys' })).toHaveCount(0);

  await vera.goto(`${desk.url}/console/pages/${mine.slug}/subscribers/`);
  await expect(vera.getByRole('link', { name: 'Export' })).toBeVisible();
  await expect(vera.getByRole('link', { name: 'Import' })).toHaveCount(0);
  await expect(vera.getByRole('button', { name: 'Add the subscriber' })).toHaveCount(0);
  const statusOf = async (place: string) => (await vera.goto(`${desk.url}/console/${place}`))?.status();
  expect(await statusOf(`pages/${mine.slug}/components/${mine.components[0]!.id}/`)).toBe(403);
  expect(await statusOf(`pages/${mine.slug}/subscribers/import/`)).toBe(403);
  expect(await statusOf(`pages/${mine.slug}/settings/domain/`)).toBe(403);
  expect(await statusOf(`pages/${other.slug}/`)).toBe(404);
  for (const place of ['api-keys/', 'api-keys/new/', 'audit/', 'members/'])
    expect(await statusOf(place)).toBe(403);
  const sent = await vera.evaluate(async (at) => {
    const body = new URLSearchParams({ do: 'delete', confirm: 'seen' });
    return (await fetch(at, { method: 'POST', body })).status;
  }, `/console/pages/${mine.slug}/settings/`);
  expect(sent).toBe(403);
  await context.close();
});

test('a second factor is set up, its telephone is lost, and a recovery code opens the door', async ({
  page,
  desk,
}) => {
  const who = await newMember(desk.daymark, 'tom@northwind.example', 'editor');
  await signIn(page, desk.url, who);
  await page.goto(`${desk.url}/console/account/`);
  await page.getByRole('link', { name: 'Set it up' }).click();
  await page.getByLabel('Your password').fill(who.password);
  await page.getByRole('button', { name: 'Set it up' }).click();
  await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible();
  await expectUsable(page);
  const typed = (await textOf(page, '#secret')).replace(/\s/g, '');
  const totp = new TOTP({ secret: Secret.fromBase32(typed) });
  await page.getByLabel('Code of six digits').fill('000000');
  await page.getByRole('button', { name: 'Switch it on' }).click();
  await expect(page.getByText('That is not the code of this moment.')).toBeVisible();
  await page.getByLabel('Code of six digits').fill(totp.generate());
  await page.getByRole('button', { name: 'Switch it on' }).click();
  const codes = (await textOf(page, '#codes')).trim().split('\n');
  expect(codes).toHaveLength(10);

  await page.context().clearCookies();
  await signIn(page, desk.url, who);
  // The code that confirmed it is used up; clocks may be a period off, so the next one is good already.
  await page.getByLabel('Code').fill(totp.generate({ timestamp: Date.now() + 30_000 }));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${desk.url}/console/`);

  // The telephone is lost.
  await page.context().clearCookies();
  await signIn(page, desk.url, who);
  await page.getByLabel('Code').fill(codes[3]!);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${desk.url}/console/`);
  await page.goto(`${desk.url}/console/account/second-factor/`);
  await expect(page.getByText('9 recovery codes are left.')).toBeVisible();
  await page.getByLabel('Your password').fill('not it');
  await page.getByRole('button', { name: 'Switch it off' }).click();
  await expect(page.getByText('That is not your password.')).toBeVisible();
  await page.getByLabel('Your password').fill(who.password);
  await page.getByRole('button', { name: 'Switch it off' }).click();
  await expect(page.getByText('The second factor is off.')).toBeVisible();
  await page.context().clearCookies();
  await signIn(page, desk.url, who);
  await expect(page).toHaveURL(`${desk.url}/console/`);
});

test('a domain is set up with the records that the page names', async ({ owner, desk }) => {
  const page = await desk.newPage('Domain');
  const domain = 'status.northwind.example';
  desk.names.set(`_daymark.${domain}`, 'nxdomain');
  desk.names.set(domain, 'nodata');
  await owner.goto(`${desk.url}/console/pages/${page.slug}/settings/`);
  await owner.getByRole('link', { name: 'A domain of your own' }).click();
  await owner.getByLabel('Domain').fill('127.0.0.1');
  await owner.getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('A domain in small letters')).toBeVisible();
  await owner.getByLabel('Domain').fill(`https://${domain.toUpperCase()}/`);
  await owner.getByRole('button', { name: 'Save' }).click();
  await expect(owner.locator('#cname')).toHaveText(`${domain}.  CNAME  127.0.0.1.`);
  await owner.getByRole('button', { name: 'Ask DNS now' }).click();
  await expect(owner.getByText('no such record')).toBeVisible();
  await expectUsable(owner);

  const record = /TXT {2}"(\w+)"/.exec(await textOf(owner, '#txt'))?.[1] ?? '';
  desk.names.set(`_daymark.${domain}`, ['something else']);
  await owner
    .getByRole('button', { name: 'Ask again' })
    .or(owner.getByRole('button', { name: 'Ask DNS now' }))
    .click();
  await expect(owner.getByText('another text: something else')).toBeVisible();
  desk.names.set(`_daymark.${domain}`, [record]);
  await owner.getByRole('button', { name: 'Ask again' }).click();
  await expect(owner.getByText('the right text')).toBeVisible();
  await expect(owner.getByText(`Readers reach the page at ${domain}`)).toBeVisible();
  await until(async () => {
    const { text } = await desk.daymark.api('GET', '/', undefined, { host: domain, authorization: '' });
    return text.includes('<title>') && text.includes('Domain');
  }, 'the domain shows the page');
});

test('a page gets a new address, and is deleted by whoever writes it', async ({ owner, desk }) => {
  const page = await desk.newPage('Goner');
  await owner.goto(`${desk.url}/console/pages/${page.slug}/settings/`);
  await owner.getByLabel('Address').fill('gone-soon');
  await owner.getByLabel('Accent').fill('#ffee00');
  await owner.getByRole('button', { name: 'Look at it' }).click();
  await expect(owner.getByText('on light pages, too little')).toBeVisible();
  await owner.getByRole('button', { name: 'Save, and publish' }).click();
  await expect(owner.getByText('The address /p/goner/ leads on to the new one.')).toBeVisible();
  expect((await desk.daymark.api('GET', '/p/goner/')).headers.location).toContain('/p/gone-soon/');
  const confirm = owner.getByLabel('Write gone-soon to confirm');
  await confirm.fill('gone');
  await owner.getByRole('button', { name: 'Delete Goner' }).click();
  await expect(owner.getByText('Write gone-soon, so that nothing is deleted by mistake.')).toBeVisible();
  await confirm.fill('gone-soon');
  await owner.getByRole('button', { name: 'Delete Goner' }).click();
  await expect(owner.getByText('Goner is deleted.')).toBeVisible();
  await until(
    async () => (await desk.daymark.api('GET', '/p/gone-soon/')).status === 404,
    'readers find nothing',
  );
});

test('components are put in order by drag, by keyboard, and without a script', async ({
  owner,
  desk,
  browser,
}) => {
  const page = await desk.newPage('Order');
  const order = async () => {
    const { body } = await desk.daymark.api('GET', `/api/v1/pages/${page.id}/components`);
    return (body as { name: string; group: { name: string } | null }[]).map(
      ({ name, group }) => `${group?.name ?? ''}/${name}`,
    );
  };
  expect(await order()).toEqual(['Storage/Blocks', 'Storage/Objects', '/Network']);
  await owner.goto(`${desk.url}/console/pages/${page.slug}/components/`);
  await owner.getByRole('button', { name: 'Move Objects:' }).press('ArrowUp');
  await expect(owner.getByText('Objects stands at 1 of 2.')).toBeAttached();
  await expect.poll(order).toEqual(['Storage/Objects', 'Storage/Blocks', '/Network']);
  await owner.getByRole('button', { name: 'Move Network:' }).press('ArrowUp');
  await expect.poll(order).toEqual(['/Network', 'Storage/Objects', 'Storage/Blocks']);

  const from = (await owner.getByRole('button', { name: 'Move Network:' }).boundingBox())!;
  const to = (await owner.getByRole('link', { name: 'Blocks' }).boundingBox())!;
  await owner.mouse.move(from.x + 5, from.y + 5);
  await owner.mouse.down();
  await owner.mouse.move(to.x + 20, to.y + to.height + 6, { steps: 8 });
  await owner.mouse.up();
  await expect.poll(order).toEqual(['Storage/Objects', 'Storage/Blocks', 'Storage/Network']);

  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await owner.context().storageState(),
  });
  const plain = await context.newPage();
  await plain.goto(`${desk.url}/console/pages/${page.slug}/components/`);
  for (let moves = 0; moves < 2; moves++) {
    const moved = plain.waitForEvent('load');
    await plain.getByRole('button', { name: 'Move Network up' }).click();
    await moved;
  }
  expect(await order()).toEqual(['Storage/Network', 'Storage/Objects', 'Storage/Blocks']);
  await plain.getByRole('link', { name: 'Network' }).click();
  await plain.getByLabel('Group').selectOption({ label: 'Without a group' });
  await plain.getByLabel('Place').fill('3');
  await plain.getByLabel('Description').fill('All that connects.');
  await plain.getByRole('button', { name: 'Save' }).click();
  await expect(plain.getByRole('status').filter({ hasText: 'Network is saved.' })).toBeVisible();
  expect(await order()).toEqual(['Storage/Objects', 'Storage/Blocks', '/Network']);
  await context.close();
});

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false });

  test('subscribers are imported, settled and erased', async ({ owner, desk }) => {
    const page = await desk.newPage('Plain');
    await owner.goto(`${desk.url}/console/pages/${page.slug}/subscribers/import/`);
    await owner.getByLabel('Or the lines themselves').fill('email\nann@example.com\nnobody\nann@example.com');
    await owner.getByLabel('They have agreed').check();
    await owner.getByRole('button', { name: 'Import' }).click();
    await expect(owner.getByRole('status').first()).toContainText('1 subscriber added, 0 changed');
    await expect(owner.getByText('stands on line 2 already')).toBeVisible();
    await owner.getByRole('link', { name: 'Back to the subscribers' }).click();
    await owner.getByRole('link', { name: 'ann@example.com' }).click();
    await owner.getByLabel('Objects').check();
    await owner.getByRole('button', { name: 'Save' }).click();
    await expect(owner.getByText('Active, follows 1 component')).toBeVisible();
    await owner.getByText('Erase ann@example.com').click();
    await owner.getByRole('button', { name: 'Erase them for good' }).click();
    await expect(owner.getByText('ann@example.com is erased.')).toBeVisible();
    await owner.getByLabel('Mail address').fill('ann@example.com');
    await owner.getByRole('button', { name: 'Add the subscriber' }).click();
    await expect(owner.getByText('This address was erased.')).toBeVisible();
  });

  test('a webhook is added, tried, and shows what was sent', async ({ owner, desk }) => {
    const page = await desk.newPage('Hooks');
    let status = 204;
    const receiver = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    await owner.goto(`${desk.url}/console/pages/${page.slug}/webhooks/new/`);
    await owner.getByLabel('Address').fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`);
    await owner.getByLabel('Maintenance is near').uncheck();
    await owner.getByRole('button', { name: 'Add the webhook' }).click();
    await expect(owner.locator('#secret')).toContainText('whsec_');
    await owner.getByRole('link', { name: 'try a call' }).click();
    await owner.getByRole('button', { name: 'Try a call' }).click();
    await expect(owner.getByText('The test call was taken: answered 204')).toBeVisible();
    status = 500;
    await owner.getByRole('button', { name: 'Try a call' }).click();
    await expect(owner.getByText('The test call failed: answered 500')).toBeVisible();
    status = 204;
    const incident = { title: 'Slow', body: 'We look into it.' };
    await desk.daymark.api('POST', `/api/v1/pages/${page.id}/incidents`, incident);
    await expect(async () => {
      await owner.reload();
      await expect(owner.getByText('delivered', { exact: true })).toBeVisible({ timeout: 1 });
    }).toPass();
    await expect(owner.getByText('10 of 11 events of the whole page')).toBeVisible();
    await owner.getByRole('button', { name: 'Switch off' }).click();
    await expect(owner.getByText('It is switched off.')).toBeVisible();
    await owner.getByRole('button', { name: 'Switch on again' }).click();
    await owner.getByRole('button', { name: 'Give it a new secret' }).click();
    await expect(owner.locator('#secret')).toContainText('whsec_');
    receiver.closeAllConnections();
    receiver.close();
  });
});
