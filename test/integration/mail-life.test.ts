import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signatureOf } from '../mail/dkim.ts';
import { type Sink, startSink, type Taken } from '../mail/sink.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ANN = 'ann@example.com';
const BOB = 'bob@example.com';

describe('A subscriber signs up, is told, and leaves with one click', () => {
  let sink: Sink;
  let daymark: Daymark;

  beforeAll(async () => {
    sink = await startSink();
    const dkim = { DKIM_DOMAIN: 'mail.example', DKIM_SELECTOR: 'daymark', DKIM_KEY: KEY };
    const env = { SMTP_URL: sink.url, MAIL_FROM: 'status@mail.example', ...dkim };
    daymark = await startDaymark({ env });
    await firstPage(daymark, { name: 'Acme', slug: 'acme' });
  });

  afterAll(async () => {
    await daymark.stop();
    await sink.close();
  });

  async function post(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
    return daymark.api('POST', `/p/acme/api/v1/subscribers${path}`, body, { authorization: '' });
  }

  async function join(email: string): Promise<void> {
    expect((await post('', { email })).status).toBe(202);
    await until(async () => sink.for(email).length === 1, `a letter comes to ${email}`);
    const token = /subscribe\/verify\/\?token=(\S+)/.exec(sink.for(email)[0]!.mail.text ?? '')?.[1];
    expect((await post('/verify', { token: decodeURIComponent(token ?? '') })).status).toBe(200);
  }

  async function tell(title: string): Promise<void> {
    const made = await daymark.api('POST', '/api/v1/pages/acme/incidents', {
      title,
      body: 'We look into it.',
    });
    expect(made.status).toBe(201);
    await until(
      async () => sink.for(BOB).some(({ mail }) => mail.subject?.endsWith(title)),
      `bob is told of "${title}"`,
    );
  }

  let told: Taken;
  test('by the letter that comes first', async () => {
    await join(ANN);
    await join(BOB);
    await tell('Payments fail');
    await until(async () => sink.for(ANN).length === 2, 'ann is told too');
    told = sink.for(ANN)[1]!;
    expect(told.mail.subject).toBe('Investigating: Payments fail');
  });

  test('with a signature over what a mail provider needs to offer the click', () => {
    const found = signatureOf(told.raw, createPublicKey(KEY));
    expect(found).toMatchObject({ domain: 'mail.example', selector: 'daymark', valid: true });
    expect(found?.signed).toEqual(
      expect.arrayContaining(['from', 'to', 'subject', 'list-unsubscribe', 'list-unsubscribe-post', 'date']),
    );
    const changed = Buffer.from(told.raw.toString('latin1').replace('One-Click', 'Two-Click'), 'latin1');
    expect(signatureOf(changed, createPublicKey(KEY))?.valid).toBe(false);
  });

  test('and is told nothing after it', async () => {
    const unfolded = told.raw.toString('latin1').replace(/\r\n[ \t]+/g, ' ');
    const url = /^List-Unsubscribe: <(\S+)>/im.exec(unfolded)?.[1] ?? '';
    const form = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    const left = await fetch(url, { method: 'POST', body: form });
    expect(left.status).toBe(200);
    await tell('More trouble');
    // That a mail was taken is noted right after it was.
    await until(async () => {
      const list = await daymark.api('GET', '/api/v1/pages/acme/notifications');
      const [event] = list.body as { complete: boolean; email: { sent: number; pending: number } }[];
      return event?.complete === true && event.email.sent === 1 && event.email.pending === 0;
    }, 'it is noted that one was told, and nobody waits');
    expect(sink.for(ANN)).toHaveLength(2);
  });
});

describe('A server without a mail server of its own', () => {
  test('keeps to one thread, one subject in plain ASCII, and one recipient, whatever the address holds', async () => {
    const sink = await startSink();
    const daymark = await startDaymark({ env: { SMTP_URL: sink.url, MAIL_FROM: 'status@mail.example' } });
    try {
      const page = await firstPage(daymark, { name: 'Acme, Inc. <x@evil.example>', slug: 'acme' });
      const path = `/api/v1/pages/${page.id}/subscribers`;
      const odd = `"a, b"@example.com`;
      for (const email of [
        'ann@example.com',
        odd,
        'x@example.com\r\nBcc: y@example.com',
        'x@a.example, y@b.example',
      ])
        await daymark.api('POST', path, { email });
      const list = (await daymark.api('GET', path)).body as { email: string }[];
      await daymark.api('POST', '/api/v1/pages/acme/incidents', {
        title: 'A very long title, '.repeat(8).trim(),
        body: 'x',
      });
      await until(async () => sink.taken.length === list.length, 'each of them is mailed');
      for (const one of sink.taken) {
        expect(one.to).toHaveLength(1);
        expect(one.mail.from?.value).toEqual([
          { name: 'Acme, Inc. <x@evil.example>', address: 'status@mail.example' },
        ]);
        expect(one.raw.toString('latin1')).not.toContain('=?');
      }
      const wanted = list.map(({ email }) => email);
      expect(sink.taken.flatMap(({ to }) => to).toSorted()).toEqual(wanted.toSorted());
    } finally {
      await daymark.stop();
      await sink.close();
    }
  });
});
