import type { ParsedMail } from 'mailparser';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { openDesk } from '../mail/desk.ts';
import { hasPostfix, startPostfix } from '../mail/postfix.ts';
import { startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

interface Delivery {
  email: string;
  state: string;
  error: string | null;
}

// `.ci/run` installs it. Without it, or without root, there is nothing to hold the mails against.
if (hasPostfix()) {
  test("Debian's postfix takes what is mailed, and says who is not there", async () => {
    const postfix = await startPostfix(['ann', 'bob', 'eve']);
    const env = {
      SMTP_URL: `smtp://127.0.0.1:${postfix.port}`,
      MAIL_FROM: 'Operator <status@mail.example>',
    };
    const daymark = await startDaymark({ env });
    try {
      const page = await firstPage(daymark, { name: 'Ärzte & Co', slug: 'acme', language: 'fr' });
      const desk = await openDesk(daymark.dataDir);
      for (const name of ['ann', 'bob', 'not.there']) await desk.subscribe(page.id, `${name}@example.com`);
      await desk.queue({ kind: 'verify_subscription', to: 'eve@example.com', token: 't0ken' }, page.id);
      await desk.close();
      const incident = { title: 'Réseau — panne', body: '- un\n- deux\n\n.seul au début\n' };
      expect((await daymark.api('POST', '/api/v1/pages/acme/incidents', incident)).status).toBe(201);
      for (const name of ['ann', 'bob', 'eve'])
        await until(async () => postfix.mailbox(name).length === 1, `a mail lies in ${name}'s mailbox`);
      const read = async (name: string): Promise<ParsedMail> => simpleParser(postfix.mailbox(name)[0]!);
      const mail = await read('ann');
      expect(mail.subject).toContain('Réseau — panne');
      expect(mail.from?.value[0]).toMatchObject({ name: 'Ärzte & Co', address: 'status@mail.example' });
      expect(mail.text).toContain('.seul au début');
      expect((await read('eve')).text).toContain('/subscribe/verify/?token=t0ken');
      expect(mail.messageId).not.toBe((await read('bob')).messageId);
      const [event] = (await daymark.api('GET', '/api/v1/pages/acme/notifications')).body as { id: string }[];
      const path = `/api/v1/pages/acme/notifications/${event!.id}/deliveries?state=failed`;
      await until(
        async () => ((await daymark.api('GET', path)).body as Delivery[]).length === 1,
        'one has failed',
      );
      expect((await daymark.api('GET', path)).body).toMatchObject([
        { email: 'not.there@example.com', error: 'mailbox_unknown' },
      ]);
    } finally {
      await daymark.stop();
      await postfix.close();
    }
  });
}

if (!hasPostfix()) {
  test('Without postfix, or without root, mails were held against another server alone', () => {
    process.stdout.write('postfix is not installed, or this is not root: its test did not run\n');
    expect(hasPostfix()).toBe(false);
  });
}
