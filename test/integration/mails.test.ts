import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { subscriberOfToken } from '../../src/domain/subscriber-token.ts';
import { type Desk, openDesk } from '../mail/desk.ts';
import { addressesOf, type Sink, startSink, type Taken } from '../mail/sink.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, type MadePage, until } from '../server/first-page.ts';

const FROM = 'Operator <status@mail.example>';

describe('What happens on a page is mailed to those who follow it', () => {
  let sink: Sink;
  let daymark: Daymark;
  let desk: Desk;
  let page: MadePage;
  let ids: Record<'search' | 'pay', string>;
  const subscriberIds: Record<string, string> = {};
  const all = 'ann@example.com';
  const pay = 'pay@example.com';
  const search = 'search@example.com';

  async function api(method: string, path: string, body?: unknown): Promise<{ id: string }> {
    const answer = await daymark.api(method, `/api/v1/pages/acme${path}`, body, { prefer: 'wait=30' });
    expect(answer.status).toBeLessThan(300);
    return answer.body as { id: string };
  }

  /** The next mail to an address that was not seen yet. */
  const seen = new Set<Taken>();
  async function next(address: string): Promise<Taken> {
    const unseen = () => sink.for(address).find((one) => !seen.has(one));
    await until(async () => unseen() !== undefined, `a mail comes to ${address}`);
    const mail = unseen()!;
    seen.add(mail);
    return mail;
  }

  beforeAll(async () => {
    sink = await startSink();
    daymark = await startDaymark({ env: { SMTP_URL: `${sink.url}?timeout=5`, MAIL_FROM: FROM } });
    page = await firstPage(daymark, { name: 'Acme', slug: 'acme', timezone: 'Europe/Zurich' });
    ids = {
      search: (await api('POST', '/components', { name: 'Search' })).id,
      pay: (await api('POST', '/components', { name: 'Pay & go' })).id,
    };
    desk = await openDesk(daymark.dataDir);
    subscriberIds[all] = await desk.subscribe(page.id, all);
    subscriberIds[pay] = await desk.subscribe(page.id, pay, [ids.pay]);
    subscriberIds[search] = await desk.subscribe(page.id, search, [ids.search]);
  });

  afterAll(async () => {
    await desk.close();
    await daymark.stop();
    await sink.close();
  });

  test('from an incident that opens to its end, in one thread', async () => {
    const opened = await api('POST', '/incidents', {
      title: 'Payments fail',
      body: 'We are **looking** into it.\n\n<script>alert(1)</script>',
      components: [{ id: ids.pay, status: 'major_outage' }],
      next_update_at: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const first = await next(all);
    expect(first.mail.subject).toBe('Investigating: Payments fail');
    expect(first.mail.from?.value[0]).toMatchObject({ name: 'Acme', address: 'status@mail.example' });
    expect(first.mail.text).toContain('We are looking into it.');
    expect(first.mail.text).toContain('✖︎ Pay & go: Major outage');
    expect(first.mail.text).toMatch(/Next update: by (\d+ \w+, )?\d\d:\d\d CES?T/);
    expect(first.mail.html).toContain('<strong>looking</strong>');
    expect(first.mail.html).not.toContain('<script');
    expect(first.mail.html).toContain(`${daymark.url}/p/acme/incidents/${opened.id}/`);
    expect((await next(pay)).mail.text).toContain(
      'You get this because you follow Pay & go on the Acme status page.',
    );

    await api('POST', `/incidents/${opened.id}/updates`, { status: 'identified', body: 'A full disk.' });
    const second = await next(all);
    expect(second.mail.subject).toBe('Identified: Payments fail');
    await next(pay);
    await api('POST', `/incidents/${opened.id}/updates`, { status: 'resolved', body: 'All is well.' });
    const third = await next(all);
    expect(third.mail.subject).toBe('Resolved: Payments fail');
    expect(third.mail.text).toContain('● Pay & go: Operational');
    await next(pay);
    await api('POST', `/incidents/${opened.id}/updates`, { status: 'monitoring', body: 'Again.' });
    expect((await next(all)).mail.subject).toBe('Reopened: Payments fail');
    await next(pay);

    const threads = [first, second, third].map(({ mail }) => mail.references);
    expect(new Set(threads.flat()).size).toBe(1);
    expect(new Set([first, second, third].map(({ mail }) => mail.messageId)).size).toBe(3);
    expect(sink.for(search)).toEqual([]);
  });

  test('with headers by which mail readers let one leave, and machines know a machine', async () => {
    const mail = sink.for(all)[0]!.mail;
    const raw = sink
      .for(all)[0]!
      .raw.toString('latin1')
      .replace(/\r\n[ \t]+/g, ' ');
    const token = /List-Unsubscribe: <([^>]+)\?token=([^>]+)>/.exec(raw);
    expect(token?.[1]).toBe(`${daymark.url}/p/acme/api/v1/subscribers/unsubscribe`);
    expect(subscriberOfToken(desk.secrets, token?.[2] ?? '')).toBe(subscriberIds[all]);
    expect(raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(raw).toMatch(/^List-ID: <acme\.127\.0\.0\.1>\r$/im);
    expect(raw).toContain('Auto-Submitted: auto-generated');
    expect(raw).toContain('Subject: Investigating: Payments fail');
    expect(raw).toContain('Content-Transfer-Encoding: quoted-printable');
    expect(addressesOf(mail.to)).toEqual([all]);
    expect(mail.date).toBeInstanceOf(Date);
    expect(mail.text).toContain(`Unsubscribe: ${daymark.url}/p/acme/unsubscribe/?token=${token?.[2]}`);
  });

  test('to everyone where an incident names no component', async () => {
    await api('POST', '/incidents', { title: 'Offices closed', body: 'Snow.' });
    for (const address of [all, pay, search])
      expect((await next(address)).mail.subject).toBe('Investigating: Offices closed');
  });

  test('from the plan of a maintenance to its end', async () => {
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const common = { body: 'One short break.', component_ids: [ids.search] };
    const subjects: (string | undefined)[] = [];
    const heard = async () => {
      const { mail } = await next(search);
      await next(all);
      subjects.push(mail.subject);
      return mail;
    };
    const moved = await api('POST', '/maintenance', {
      ...{ ...common, title: 'Router', starts_at: inSeconds(3_600), ends_at: inSeconds(7_200) },
    });
    expect((await heard()).text).toContain('One short break.');
    await api('PATCH', `/maintenance/${moved.id}`, { starts_at: inSeconds(5_400) });
    expect((await heard()).text).toContain('The plan of this maintenance has changed.');
    await api('POST', `/maintenance/${moved.id}/updates`, { status: 'cancelled', body: 'Not needed.' });
    await heard();
    const near = await api('POST', '/maintenance', {
      ...{ ...common, title: 'Disk', remind_before_minutes: 1 },
      ...{ starts_at: inSeconds(63), ends_at: inSeconds(7_200) },
    });
    await heard();
    expect((await heard()).text).toMatch(/This maintenance starts at \d\d:\d\d CET\./);
    await api('POST', `/maintenance/${near.id}/updates`, { status: 'in_progress', body: 'Now.' });
    await heard();
    await api('POST', `/maintenance/${near.id}/updates`, { status: 'completed', body: 'Done.' });
    expect((await heard()).text).toContain(`${daymark.url}/p/acme/maintenance/${near.id}/`);
    expect(subjects).toEqual([
      ...['Scheduled: Router', 'Plan changed: Router', 'Cancelled: Router', 'Scheduled: Disk'],
      ...['Reminder: Disk', 'In progress: Disk', 'Completed: Disk'],
    ]);
    expect(sink.for(pay).some(({ mail }) => mail.subject?.includes('Router'))).toBe(false);
  });

  test('and not at all where it says so', async () => {
    await api('POST', '/incidents', { title: 'Hushed', body: 'Quiet.', notify: false });
    await api('POST', '/incidents', { title: 'Loud', body: 'Said.' });
    for (const address of [all, pay, search])
      expect((await next(address)).mail.subject).toBe('Investigating: Loud');
    expect(sink.taken.some(({ mail }) => mail.subject?.includes('Hushed'))).toBe(false);
  });

  test('nor to who has left since', async () => {
    await desk.store.write(async (tx) => {
      await tx.run(sql`update subscribers set status = 'unsubscribed' where id = ${subscriberIds[search]}`);
    });
    await api('POST', '/incidents', { title: 'After', body: 'Later.' });
    for (const address of [all, pay]) expect((await next(address)).mail.subject).toBe('Investigating: After');
    await until(async () => {
      const rows = await desk.store.read.all<{ n: number }>(
        sql`select count(*) as n from deliveries where state = 'pending'`,
      );
      return rows[0]!.n === 0;
    }, 'nothing waits');
    expect(sink.for(search).some(({ mail }) => mail.subject?.includes('After'))).toBe(false);
  });
});
