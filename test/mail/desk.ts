/** What tests of mail do to a running server besides asking it: rows that no route makes, and mails that are files. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { type ParsedMail, simpleParser } from 'mailparser';
import { rowsOf, tuple } from '../../db/json-list.ts';
import { subscriberComponents, subscribers } from '../../db/messages.ts';
import { openStore, type Store } from '../../db/transaction.ts';
import { createSecrets } from '../../src/auth/secrets.ts';
import { newId } from '../../src/domain/ids.ts';
import type { Letter } from '../../src/domain/letters.ts';
import type { Secrets } from '../../src/domain/secrets.ts';
import { queueLetter } from '../../src/manage/letters.ts';

const AT_ONCE = 1_000;

export interface Desk {
  store: Store;
  secrets: Secrets;
  queue(letter: Letter, pageId: string | null): Promise<void>;
  /** A confirmed subscriber; without components of the whole page. @returns its id */
  subscribe(pageId: string, email: string, componentIds?: readonly string[]): Promise<string>;
  /** Many of the whole page. */
  subscribeAll(pageId: string, emails: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** The database of a server, beside it, with its secret. */
export async function openDesk(dataDir: string): Promise<Desk> {
  const secret = (await readFile(join(dataDir, 'secret.key'), 'utf8')).trim();
  return openDeskOn({ url: `file:${dataDir}/daymark.db` }, secret);
}

/** Likewise of a database server. */
export function openDeskOn(database: { url: string; authToken?: string }, secret: string): Desk {
  const store = openStore(database);
  const secrets = createSecrets(secret);
  return {
    store,
    secrets,
    queue: (letter, pageId) =>
      store.write((tx) => queueLetter(tx, { secrets, now: () => Date.now() }, letter, pageId)),
    async subscribe(pageId, email, componentIds) {
      const id = newId();
      const now = Date.now();
      await store.write(async (tx) => {
        const times = { createdAt: now, updatedAt: now, verifiedAt: now };
        const key = { emailKey: email.normalize('NFC').toLowerCase(), status: 'active' as const };
        const wholePage = componentIds === undefined;
        await tx
          .insert(subscribers)
          .values({ id, pageId, email, ...key, wholePage, source: 'verified', ...times });
        for (const componentId of componentIds ?? [])
          await tx.insert(subscriberComponents).values({ subscriberId: id, componentId });
      });
      return id;
    },
    async subscribeAll(pageId, emails) {
      const now = Date.now();
      for (let from = 0; from < emails.length; from += AT_ONCE) {
        const rows = emails.slice(from, from + AT_ONCE).map((email) => [newId(), email]);
        await store.write(async (tx) => {
          await tx.run(sql`insert into subscribers
            (id, page_id, email, email_key, status, whole_page, source, verified_at, created_at, updated_at)
            select ${tuple(0)}, ${pageId}, ${tuple(1)}, ${tuple(1)}, 'active', 1, 'verified', ${now}, ${now}, ${now}
            from ${rowsOf(rows)}`);
        });
      }
    },
    close: () => store.close(),
  };
}

/** Mails that became files, the oldest first. */
export async function filedMails(dataDir: string): Promise<ParsedMail[]> {
  const folder = join(dataDir, 'outbox');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml')).sort();
  return Promise.all(names.map(async (name) => simpleParser(await readFile(join(folder, name)))));
}
