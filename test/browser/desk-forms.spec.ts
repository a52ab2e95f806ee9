/** Forms of the console that have no story of their own: templates, the filters of the audit log, corrections. */
import type { Page } from '@playwright/test';
import { expect, test } from './desk.ts';

/** Presses what ends something: the page asks first, and nothing is done until it is said again. */
async function end(page: Page, ask: string, button: string): Promise<void> {
  const sure = page.getByRole('button', { name: button });
  await expect(sure).toBeHidden();
  await page.getByText(ask, { exact: true }).click();
  await sure.click();
}

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false });

  test('a template is written, used, corrected and deleted', async ({ owner, desk }) => {
    const page = await desk.newPage('Templates');
    const root = `${desk.url}/console/pages/${page.slug}`;
    await owner.goto(`${root}/templates/`);
    await owner.getByRole('link', { name: 'Write a template' }).click();
    await owner.getByLabel('Name').fill('Failover');
    await owner.getByLabel('Title of the incident').fill('Slow volumes');
    await owner.getByLabel('First words').fill('We move to the second cluster.');
    await owner.getByLabel('Status').selectOption('Identified');
    await owner.getByLabel('Add a component').selectOption('Blocks');
    await owner.getByRole('button', { name: 'Add', exact: true }).click();
    await owner
      .locator('.component', { hasText: 'Blocks' })
      .getByText('Partial outage')
      .locator('..')
      .click();
    await owner.getByRole('button', { name: 'Save the template' }).click();
    await expect(owner.getByRole('status')).toHaveText('“Failover” is at hand when an incident is opened.');
    await expect(owner.getByRole('listitem').filter({ hasText: 'Slow volumes' })).toContainText(
      'Identified · 1 component',
    );

    await owner.getByRole('link', { name: 'Open an incident with it' }).click();
    await expect(owner.getByLabel('Title')).toHaveValue('Slow volumes');
    await expect(owner.getByLabel('What people should know')).toHaveValue('We move to the second cluster.');
    await expect(owner.getByRole('radio', { name: 'Identified' })).toBeChecked();
    const affected = owner.locator('.component', { hasText: 'Blocks' });
    await expect(affected.getByRole('radio', { name: 'Partial outage' })).toBeChecked();

    await owner.goto(`${root}/templates/`);
    await owner.getByRole('link', { name: 'Failover' }).click();
    await owner.getByLabel('First words').fill('Volumes are slow for some minutes.');
    await owner.getByRole('button', { name: 'Take Blocks out' }).click();
    await expect(owner.getByLabel('First words')).toHaveValue('Volumes are slow for some minutes.');
    await owner.getByRole('button', { name: 'Save the template' }).click();
    const stored = await desk.daymark.api('GET', `/api/v1/pages/${page.id}/templates`);
    expect(stored.body).toMatchObject([{ body: 'Volumes are slow for some minutes.', components: [] }]);

    await owner.getByRole('link', { name: 'Failover' }).click();
    await end(owner, 'Delete “Failover”', 'Delete the template for good');
    await expect(owner.getByRole('status')).toHaveText('“Failover” is deleted.');
    await expect(owner.getByText('At night nobody finds good words.')).toBeVisible();
  });

  test('a template without words is not taken, and what was typed stays', async ({ owner, desk }) => {
    const page = await desk.newPage('Wordless');
    await owner.goto(`${desk.url}/console/pages/${page.slug}/templates/new/`);
    await owner.getByLabel('Name').fill('Half');
    await owner.getByLabel('Title of the incident').fill('  ');
    await owner.getByLabel('First words').fill('…');
    await owner.getByRole('button', { name: 'Save the template' }).click();
    await expect(owner.getByLabel('Title of the incident')).toHaveAttribute('aria-invalid', 'true');
    await expect(owner.getByLabel('Name')).toHaveValue('Half');
    const stored = await desk.daymark.api('GET', `/api/v1/pages/${page.id}/templates`);
    expect(stored.body).toEqual([]);
  });

  test('the audit log shows what is asked for: a page, a kind, somebody, some days', async ({
    owner,
    desk,
  }) => {
    const page = await desk.newPage('Audited');
    await desk.daymark.api('POST', `/api/v1/pages/${page.id}/incidents`, { title: 'Seen here', body: 'So.' });
    await owner.goto(`${desk.url}/console/audit/`);
    const rows = owner.locator('.log li');
    const show = () => owner.getByRole('button', { name: 'Show' }).click();
    await owner.getByLabel('Page').selectOption('Audited');
    await show();
    await expect(rows).toHaveCount(6);
    await expect(owner.getByLabel('Page')).toHaveValue(page.id);
    await owner.getByLabel('What').selectOption('Incidents');
    await show();
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('Incident: created');
    await expect(rows).toContainText('Seen here');
    await owner.getByLabel('Who').selectOption('The operator');
    await show();
    await expect(owner.getByText('Nothing is found.')).toBeVisible();
    await owner.getByLabel('Who').selectOption('Everybody');
    await owner.getByLabel('To').fill('2020-01-01');
    await show();
    await expect(owner.getByText('Nothing is found.')).toBeVisible();
    await owner.getByLabel('To').fill('');
    await owner.getByLabel('From').fill('2020-01-01');
    await show();
    await expect(rows).toHaveCount(1);
    await owner.getByLabel('Page').selectOption('All');
    await owner.getByLabel('What').selectOption('Sign-ins');
    await show();
    await expect(rows.first()).toContainText('Session: created');
  });

  test('what can not be undone is asked for twice', async ({ owner, desk }) => {
    const page = await desk.newPage('Asked');
    const { api } = desk.daymark;
    const below = `/api/v1/pages/${page.id}`;
    const root = `${desk.url}/console/pages/${page.slug}`;
    const incident = (await api('POST', `${below}/incidents`, { title: 'Slow', body: 'First.' })).body as {
      id: string;
    };
    await api('POST', `${below}/incidents/${incident.id}/updates`, { status: 'identified', body: 'Wrong.' });
    await owner.goto(`${root}/incidents/${incident.id}/`);
    await owner.getByRole('link', { name: 'Edit' }).first().click();
    await end(owner, 'Take this update back', 'Take it back for good');
    await expect(owner.getByRole('status')).toContainText('The update is taken back.');
    await expect(owner.getByText('Wrong.')).toHaveCount(0);

    await owner.goto(`${root}/components/`);
    await owner.getByRole('link', { name: 'Storage' }).click();
    await end(owner, 'Delete Storage', 'Delete the group for good');
    await expect(owner.getByText('The group Storage is gone.')).toBeVisible();

    await api('POST', `${below}/subscribers`, { email: 'bob@example.com' });
    await owner.goto(`${root}/subscribers/`);
    await owner.getByRole('link', { name: 'bob@example.com' }).click();
    await end(owner, 'Unsubscribe bob@example.com', 'Unsubscribe them');
    await expect(owner.getByRole('status')).toContainText('bob@example.com gets nothing any more.');

    await owner.goto(`${desk.url}/console/members/`);
    await owner.getByLabel('Mail address').fill('late@example.com');
    await owner.getByRole('button', { name: 'Send the invitation' }).click();
    const invited = owner.getByRole('listitem').filter({ hasText: 'late@example.com' });
    await invited.getByText('Withdraw', { exact: true }).click();
    await invited.getByRole('button', { name: 'Withdraw the invitation' }).click();
    await expect(invited).toHaveCount(0);
  });
});

test.describe('a longer text', () => {
  test('survives a closed tab: postmortem, corrected update, template, plan', async ({
    owner,
    desk,
    context,
  }) => {
    const page = await desk.newPage('Long texts');
    const { api } = desk.daymark;
    const below = `/api/v1/pages/${page.id}`;
    const root = `${desk.url}/console/pages/${page.slug}`;
    const made = async (what: string, body: object) =>
      (await api('POST', `${below}/${what}`, body)).body as { id: string; updates: { id: string }[] };
    const incident = await made('incidents', { title: 'Slow', body: 'First.', status: 'resolved' });
    const planned = await made('maintenance', {
      ...{ title: 'Disks', body: 'New ones.' },
      ...{ starts_at: '2031-03-01T06:00:00Z', ends_at: '2031-03-01T08:00:00Z' },
    });
    for (const [place, label, text, button] of [
      [`incidents/${incident.id}/postmortem/`, 'What happened', 'A long story.', 'Publish the postmortem'],
      [
        `incidents/${incident.id}/updates/${incident.updates[0]!.id}/`,
        'What people read',
        'First, corrected.',
        'Save the text',
      ],
      [`maintenance/${planned.id}/`, 'Title', 'Disks and cables', 'Save the plan'],
    ] as const) {
      const tab = await context.newPage();
      await tab.goto(`${root}/${place}`);
      if (label === 'Title') await tab.getByText('Change the plan').click();
      await tab.getByLabel(label).fill(text);
      await expect(tab.getByText('Draft kept on this device')).toBeVisible();
      await tab.close();
      await owner.goto(`${root}/${place}`);
      await expect(owner.getByText('Your draft is back.')).toBeVisible();
      await expect(owner.getByLabel(label)).toHaveValue(text);
      await owner.getByRole('button', { name: button }).click();
      await expect(
        owner.getByRole('status').filter({ hasText: /(is|are) (saved|corrected|changed)/ }),
      ).toBeVisible();
      await owner.goto(`${root}/${place}`);
      await expect(owner.getByText('Your draft is back.')).toHaveCount(0);
    }
    expect((await api('GET', `${below}/incidents/${incident.id}`)).body).toMatchObject({
      postmortem: { body: 'A long story.' },
      updates: [{ body: 'First, corrected.' }],
    });
  });

  test('that somebody else changed meanwhile is not overwritten unseen by a draft', async ({
    owner,
    desk,
    context,
  }) => {
    const page = await desk.newPage('Two hands');
    const { api } = desk.daymark;
    const below = `/api/v1/pages/${page.id}/incidents`;
    const { id, updates } = (await api('POST', below, { title: 'Slow', body: 'First.' })).body as {
      id: string;
      updates: { id: string }[];
    };
    const place = `${desk.url}/console/pages/${page.slug}/incidents/${id}/updates/${updates[0]!.id}/`;
    const tab = await context.newPage();
    await tab.goto(place);
    await tab.getByLabel('What people read').fill('My words.');
    await tab.close();
    await api('PATCH', `${below}/${id}/updates/${updates[0]!.id}`, { body: 'Their words.' });
    await owner.goto(place);
    await owner.getByRole('button', { name: 'Save the text' }).click();
    await expect(
      owner.getByText('It was changed by somebody else meanwhile, to: “Their words.”'),
    ).toBeVisible();
    await expect(owner.getByLabel('What people read')).toHaveValue('My words.');
  });
});
