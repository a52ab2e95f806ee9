import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { compose } from '../../src/notify/compose.ts';
import { MailBodyTemplate } from '../../src/notify/mail-body.ts';
import { refusal, silence } from '../../src/notify/mail-error.ts';
import { fc, runs } from '../fixtures/properties.ts';

const SENDER = { from: { name: '', address: 'status@mail.example' }, dkim: null };
const [TOKEN, REASON] = ['daymarkaaaa', 'daymarkbbbb'] as const;

async function sent(body: ReturnType<MailBodyTemplate['fill']>, subject = 'Down') {
  const mail = { id: 'x', fromName: 'Acme', to: 'ann@example.com', subject, body, date: 0, thread: null };
  const raw = await compose({ ...mail, headers: {} }, SENDER);
  return { raw, mail: await simpleParser(raw, { skipTextToHtml: true }) };
}

describe('A mail', () => {
  const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 120 }), { maxLength: 8 });
  const words = fc.string({ unit: 'grapheme', maxLength: 90 }).filter((text) => !/[\r\n]/.test(text));

  test('shows a title that looks like an encoded word as it was typed, in one header', async () => {
    const body = new MailBodyTemplate('x', 'x').fill();
    for (const subject of [
      '=?utf-8?q?=0D=0ABcc:_eve@evil.example?=',
      'a =?UTF-8?B?DQpCY2M6IGU=?= b',
      '=?=?x?=?=',
    ]) {
      const { mail } = await sent(body, subject);
      expect(mail.subject?.replaceAll('\u2060', '')).toBe(subject);
      expect(mail.headerLines.filter(({ key }) => key === 'bcc')).toEqual([]);
    }
  });

  test('says to its reader what was written, with what is theirs in its places', async () => {
    await fc.assert(
      fc.asyncProperty(lines, words, words, async (written, token, reason) => {
        const shape = (own: string, why: string) =>
          [`<${own}>${own}`, ...written, why, `. ${own} .`].join('\n');
        const template = new MailBodyTemplate(shape(TOKEN, REASON), 'x', [TOKEN, REASON]);
        const filled = template.fill({
          [TOKEN]: { text: token, html: 'no' },
          [REASON]: { text: reason, html: 'no' },
        });
        const { raw, mail } = await sent(filled);
        const plain = (text: string) => text.replace(/\r\n?/g, '\n').trimEnd();
        expect(plain(mail.text ?? '')).toBe(plain(shape(token, reason)));
        for (const line of raw.toString('latin1').split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
        expect(raw.toString('latin1')).not.toMatch(/[^\r]\n|[^\0-\x7f]/);
      }),
      { numRuns: runs(60), examples: [[[], '𐀀Àࠀࠀࠀࠀࠀ𐀀', '']] },
    );
  });

  test('can not be given another header by its subject', async () => {
    const body = new MailBodyTemplate('x', 'x').fill();
    const { mail } = await sent(body, 'Down\r\nBcc: eve@example.com');
    expect(mail.headers.has('bcc')).toBe(false);
    expect(mail.subject).toContain('Down');
  });
});

describe('What a mail server says', () => {
  test.each([
    ['recipient', '550 5.1.1 No such user', 'never', 'mailbox_unknown', true],
    ['recipient', '550 5.1.10 Null MX', 'never', 'domain_takes_no_mail', true],
    ['recipient', '550 5.7.1 Listed', 'never', 'recipient_refused', false],
    ['recipient', '550 No', 'never', 'recipient_refused', false],
    ['recipient', '450 4.1.1 Not yet', 'later', 'server_busy', false],
    ['data', '550 5.1.1 No such user', 'never', 'message_refused', false],
    ['data', '552 5.2.3 Too long', 'never', 'message_too_large', false],
    ['sender', '550 5.7.1 Not you', 'way', 'sender_refused', false],
    ['sender', '552 5.3.4 Too large', 'never', 'message_too_large', false],
    ['sender', '421 4.3.2 Closing', 'later', 'server_busy', false],
    ['auth', '535 5.7.8 Wrong', 'way', 'authentication_refused', false],
    ['auth', '454 4.7.0 Not now', 'way', 'server_busy', false],
    ['greeting', '554 5.7.1 Go away', 'way', 'greeting_refused', false],
  ] as const)('at %s, "%s"', (step, reply, verdict, symbol, suppress) => {
    expect(refusal(step, Number(reply.slice(0, 3)), reply)).toMatchObject({ verdict, symbol, suppress });
  });

  test('or does not say, closes the way before a mail was named, and concerns the mail after it', () => {
    expect(silence('connect', 'refused')).toMatchObject({ verdict: 'way', symbol: 'connection_refused' });
    expect(silence('auth', 'timeout')).toMatchObject({ verdict: 'way', symbol: 'connection_timeout' });
    expect(silence('data', 'closed')).toMatchObject({ verdict: 'later', symbol: 'connection_lost' });
  });
});
