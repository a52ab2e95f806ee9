/** A mail as the bytes that a server gets (RFC 5322): addresses as objects, quoted-printable, signed when there is a key. */
import { buffer } from 'node:stream/consumers';
import DKIM from 'nodemailer/lib/dkim';
import MimeNode from 'nodemailer/lib/mime-node';
import type { Mail } from './mail.ts';

export interface Sender {
  from: { name: string; address: string };
  /** Null: not signed. */
  dkim: { domain: string; selector: string; key: string } | null;
}

/**
 * What is signed: RFC 6376, section 5.4.1, and both headers of RFC 8058, whose section 4 demands it. nodemailer's own
 * list leaves the second of those out.
 */
const SIGNED = [
  ...[
    'From',
    'Sender',
    'Reply-To',
    'Subject',
    'Date',
    'Message-ID',
    'To',
    'Cc',
    'MIME-Version',
    'Content-Type',
  ],
  ...['Content-Transfer-Encoding', 'In-Reply-To', 'References', 'List-Id', 'List-Unsubscribe'],
  ...['List-Unsubscribe-Post', 'Auto-Submitted'],
].join(':');

/** `<id@domain of the sender>`: the same for every attempt. */
export function messageIdOf(id: string, sender: Sender): string {
  return `<${id}@${sender.from.address.slice(sender.from.address.lastIndexOf('@') + 1)}>`;
}

/**
 * Text that would pass for an encoded word (RFC 2047, section 2) is what somebody wrote: a reader's program would show
 * what it decodes to, line breaks and all. An invisible character in it makes it text, which is then encoded itself.
 */
const literal = (text: string) => text.replaceAll('=?', '=\u2060?');

/** @throws Error when the mail can't be put into bytes */
export async function compose(mail: Mail, sender: Sender): Promise<Buffer> {
  const { boundary, bytes } = mail.body;
  const node = new MimeNode(`multipart/alternative; boundary="${boundary}"`, { baseBoundary: boundary });
  const thread = mail.thread === null ? null : messageIdOf(mail.thread, sender);
  node.setHeader([
    { key: 'From', value: [{ name: literal(mail.fromName), address: sender.from.address }] },
    // An object: a string would be parsed, and could be made to name others too.
    { key: 'To', value: [{ name: '', address: mail.to }] },
    { key: 'Subject', value: literal(mail.subject) },
    { key: 'Message-ID', value: messageIdOf(mail.id, sender) },
    { key: 'Date', value: new Date(mail.date).toUTCString().replace('GMT', '+0000') },
    ...(thread ? ['In-Reply-To', 'References'].map((key) => ({ key, value: thread })) : []),
    ...Object.entries(mail.headers).map(([key, value]) => ({ key, value: { prepared: true, value } })),
  ]);
  const message = Buffer.concat([Buffer.from(`${node.buildHeaders()}\r\n\r\n`), bytes]);
  if (!sender.dkim) return message;
  const { domain, selector, key } = sender.dkim;
  const signer = new DKIM({
    domainName: domain,
    keySelector: selector,
    privateKey: key,
    headerFieldNames: SIGNED,
  });
  return buffer(signer.sign(message));
}
