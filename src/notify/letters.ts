/** The lane of letters: to one person each, and never behind a blast. */
import type { Database } from '../../db/client.ts';
import type { Store } from '../../db/transaction.ts';
import { LETTER_SEAL, type Letter } from '../domain/letters.ts';
import type { Secrets } from '../domain/secrets.ts';
import { letterMail } from '../render/mail/letter.ts';
import { type Claimed, Claims } from './claims.ts';
import type { Mail } from './mail.ts';
import { MailBodyTemplate } from './mail-body.ts';
import { mailPage } from './page-of-mail.ts';
import type { PrintMail } from './print-mail.ts';

/** By then every token in a letter has run out. */
const GIVEN_UP_AFTER_MS = 24 * 3_600_000;

export interface LetterRow extends Claimed {
  pageId: string | null;
  sealed: string;
}

export function letterClaims(holder: string, store: Store, now: () => number): Claims<LetterRow> {
  return new Claims<LetterRow>(holder, {
    store,
    table: 'letters',
    scope: 'true',
    columns: `'pageId', page_id, 'sealed', sealed`,
    // What it held may be a token: it goes with the last try.
    whenDone: `sealed = ''`,
    now,
  });
}

export interface LetterTools {
  read: Database;
  secrets: Secrets;
  publicUrl: string;
  print: PrintMail;
  now(): number;
}

/** @throws Error when it can't be read with this installation's secret, or not be printed */
export async function writeLetter(
  { read, secrets, publicUrl, print, now }: LetterTools,
  row: LetterRow,
): Promise<{ mail: Mail } | { cancelled: string }> {
  if (now() - row.createdAt > GIVEN_UP_AFTER_MS) return { cancelled: 'expired' };
  const letter = JSON.parse(secrets.open(LETTER_SEAL, row.sealed)) as Letter;
  const page = row.pageId === null ? null : await mailPage(read, row.pageId, publicUrl);
  const written = letterMail(letter, page, publicUrl);
  if (!written) return { cancelled: 'page_gone' };
  const { fromName, view, text } = written;
  return {
    mail: {
      id: row.id,
      fromName,
      to: letter.to,
      subject: view.subject,
      body: new MailBodyTemplate(text, await print(view)).fill(),
      date: row.createdAt,
      thread: null,
      headers: { 'Auto-Submitted': 'auto-generated' },
    },
  };
}
