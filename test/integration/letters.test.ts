import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { ParsedMail } from 'mailparser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, filedMails, openDesk } from '../mail/desk.ts';
import { addressesOf, type Sink, startSink } from '../mail/sink.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const PAGE = { name: 'Acme & Söhne', slug: 'acme', language: 'de', timezone: 'Europe/Zurich' };

describe('Without a mail server a letter becomes a file', () => {
  let daymark: Daymark;
  let desk: Desk;
  let mails: ParsedMail[];

  beforeAll(async () => {
    daymark = await startDaymark();
    const page = await firstPage(daymark, PAGE);
    desk = await openDesk(daymark.dataDir);
    const until5 = Date.parse('2026-12-01T05:00:00Z');
    await desk.queue({ kind: 'verify_subscription', to: 'ann@example.com', token: 'tok-1' }, page.id);
    await desk.queue({ kind: 'subscription_settings', to: 'bob@example.com', token: 'tok-2' }, page.id);
    await desk.queue(
      {
        ...{ kind: 'invitation', to: 'eve@example.com', token: 'tok-3', organization: 'Acme' },
        ...{ invitedBy: 'Ann <b>', expiresAt: until5 },
      },
      null,
    );
    await desk.queue(
      { kind: 'password_reset', to: 'eve@example.com', token: 'tok-4', expiresAt: until5 },
      null,
    );
    await until(async () => (await filedMails(daymark.dataDir)).length === 4, 'four letters are written');
    mails = await filedMails(daymark.dataDir);
  });

  afterAll(async () => {
    await desk.close();
    await daymark.stop();
  });

  test('to whom it is for, in the name and the language of its page', () => {
    const [verify] = mails;
    expect(addressesOf(verify!.to)).toEqual(['ann@example.com']);
    expect(verify!.from?.value[0]).toMatchObject({ name: 'Acme & Söhne', address: 'status@localhost' });
    expect(verify!.subject).toBe('Bestätigen Sie Ihr Abonnement von Acme & Söhne');
    expect(verify!.html).toContain('lang="de"');
    expect(verify!.html).toContain('Acme &amp; Söhne');
  });

  test('with its link as text and as markup, and no other', () => {
    const link = `${daymark.url}/p/acme/subscribe/verify/?token=tok-1`;
    expect(mails[0]!.text).toContain(link);
    expect((mails[0]!.html as string).match(/href="[^"]+"/g)).toEqual([`href="${link}"`]);
    expect(mails[1]!.text).toContain(`${daymark.url}/p/acme/subscribe/manage/?token=tok-2`);
    expect(mails[2]!.text).toContain(`${daymark.url}/console/invitation/?token=tok-3`);
    expect(mails[3]!.text).toContain(`${daymark.url}/console/password/?token=tok-4`);
  });

  test('with names that are markup as text', () => {
    expect(mails[2]!.html).toContain('Ann &lt;b&gt;');
    expect(mails[2]!.subject).toBe('Your invitation to Acme');
  });

  test('that says that a machine wrote it, so that no holiday answer comes back', () => {
    for (const mail of mails) expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  });

  test('whole, for its owner alone, and nothing else lies there', async () => {
    const folder = join(daymark.dataDir, 'outbox');
    const names = await readdir(folder);
    expect(names).toHaveLength(4);
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  test('and its token is gone from the database', async () => {
    const left = () =>
      desk.store.read.all<{ n: number }>(
        sql`select count(*) as n from letters where sealed <> '' or state <> 'sent'`,
      );
    await until(async () => (await left())[0]!.n === 0, 'all letters are noted as sent');
  });
});

describe('A letter waits for a mail server that is away', () => {
  test('and is sent once it is back, after others that can go', async () => {
    let sink: Sink = await startSink();
    const { port } = sink;
    await sink.close();
    const daymark = await startDaymark({
      env: { SMTP_URL: `smtp://127.0.0.1:${port}?timeout=2`, MAIL_FROM: 'Status <status@example.com>' },
    });
    const page = await firstPage(daymark, PAGE);
    const desk = await openDesk(daymark.dataDir);
    await desk.queue({ kind: 'verify_subscription', to: 'ann@example.com', token: 'tok-1' }, page.id);
    await until(async () => daymark.output().includes('connection_refused'), 'the failure is in the log');
    sink = await startSink({ port });
    sink.fault = (step, to, count) =>
      step === 'rcpt' && to === 'ann@example.com' && count === 1 ? '450 4.2.0 Greylisted' : null;
    await desk.queue({ kind: 'verify_subscription', to: 'bob@example.com', token: 'tok-2' }, page.id);
    await until(async () => sink.taken.length === 2, 'both letters are taken');
    expect(sink.taken.map(({ to }) => to[0])).toEqual(['bob@example.com', 'ann@example.com']);
    expect(sink.taken[0]!.from).toBe('status@example.com');
    const tries = () => desk.store.read.all<{ n: number }>(sql`select max(attempts) as n from letters`);
    await until(async () => (await tries())[0]!.n === 2, 'the second try is noted');
    await desk.close();
    await daymark.stop();
    await sink.close();
  });
});

describe('A letter never waits behind what is sent to many, nor behind one that can not be written', () => {
  test('it comes while most of them still wait', async () => {
    const sink = await startSink();
    const SMTP_URL = `${sink.url}?connections=3`;
    const daymark = await startDaymark({ env: { SMTP_URL, MAIL_FROM: 'status@example.com' } });
    const page = await firstPage(daymark, PAGE);
    const desk = await openDesk(daymark.dataDir);
    const many = Array.from({ length: 60 }, (_, n) => `reader-${n}@example.com`);
    await desk.subscribeAll(page.id, many);
    let release = () => {};
    const mayGo = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The mail server takes its time for everybody but one.
    sink.fault = async (step, to) => {
      if (step === 'rcpt' && to.startsWith('reader-')) await mayGo;
      return null;
    };
    const made = await daymark.api('POST', '/api/v1/pages/acme/incidents', { title: 'Down', body: 'x' });
    expect(made.status).toBe(201);
    await until(async () => sink.connections >= 2, 'the mails are on their way');
    await desk.store.write(async (tx) => {
      await tx.run(sql`insert into letters (id, kind, page_id, sealed, state, attempts, next_attempt_at, created_at)
        values (${'00000000-0000-7000-8000-000000000000'}, 'verify_subscription', ${page.id}, 'torn', 'pending', 0, 0, ${Date.now()})`);
    });
    await desk.queue({ kind: 'verify_subscription', to: 'ann@example.com', token: 'tok-1' }, page.id);
    await until(async () => sink.for('ann@example.com').length === 1, 'the letter comes');
    expect(sink.taken).toHaveLength(1);
    const torn = () =>
      desk.store.read.all<{ state: string; error: string }>(
        sql`select state, error from letters where sealed = 'torn'`,
      );
    await until(async () => (await torn())[0]?.error === 'not_written', 'the other is put off');
    release();
    await until(async () => sink.taken.length === 61, 'all mails come');
    await desk.close();
    await daymark.stop();
    await sink.close();
  });
});
