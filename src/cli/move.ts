import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { sql } from 'drizzle-orm';
import { createPasswords } from '../auth/passwords.ts';
import { DomainError } from '../domain/errors.ts';
import { slugText } from '../domain/input.ts';
import { exportLines } from '../manage/move/export.ts';
import { importMove, type MoveResult } from '../manage/move/import.ts';
import { findOrganization } from '../manage/organizations.ts';
import type { Assembly } from './main.ts';
import { withProgress } from './progress.ts';

const BUFFERED = 64 * 1024;

/** Says what is wrong, for the operator. */
function refuse(message: string): DomainError {
  return new DomainError('invalid', message);
}

/**
 * `daymark export FILE`: everything of an organization but its secrets, as JSON Lines. The file holds addresses of people:
 * nobody but its owner may read it. It appears when it is whole.
 */
export async function exportCommand(
  { services, config }: Assembly,
  file: string,
  options: { org?: string },
): Promise<void> {
  const { store, manager } = services;
  const organization = await findOrganization(store, options.org);
  if (!organization)
    throw refuse(options.org ? `There is no organization ${options.org}.` : 'There is no organization yet.');
  const rows = await onOneState(store, config.databaseUrl, async (read) => {
    const part = `${file}.part`;
    const out = await open(part, 'w', 0o600);
    let count = -2;
    try {
      let text = '';
      for await (const line of exportLines(read, organization.id, manager.now())) {
        count++;
        text += line;
        if (text.length < BUFFERED) continue;
        await out.write(text);
        text = '';
      }
      await out.write(text);
      await out.sync();
      await out.close();
      await rename(part, file);
    } catch (error) {
      await out.close().catch(() => undefined);
      await rm(part, { force: true });
      throw error;
    }
    return count;
  });
  process.stdout.write(
    `Exported "${organization.name}": ${rows} rows to ${file}.\nNot in it: passwords, second factors, API keys, sessions, open invitations, secrets of webhooks, and what waits to be sent.\n`,
  );
}

type Store = Assembly['services']['store'];

/** A file is read in one transaction beside its writers; on a server the transaction is one that writes. */
async function onOneState<T>(
  store: Store,
  databaseUrl: string,
  work: (read: Store['read']) => Promise<T>,
): Promise<T> {
  if (!databaseUrl.startsWith('file:')) return store.write(work);
  await store.read.run(sql`begin`);
  try {
    return await work(store.read);
  } finally {
    await store.read.run(sql`commit`);
  }
}

/** `daymark import daymark FILE`: takes in what `export` wrote, all of it or nothing. */
export async function importDaymark(
  { services }: Assembly,
  file: string,
  options: { org?: string },
): Promise<void> {
  if (options.org !== undefined && !slugText.safeParse(options.org).success)
    throw refuse(`--org ${options.org} is not a slug: small letters, digits and hyphens, at most 63.`);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw refuse(`There is no file ${file}.`);
  const passwordHash = await createPasswords().hash(randomBytes(32).toString('base64'));
  const result = await withProgress((progress) =>
    importMove(services.manager, passwordHash, () => linesOf(file), options.org, progress),
  );
  process.stdout.write(`${reportOf(result).join('\n')}\n`);
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
}

function reportOf({ organization, rows, pages, webhooks, users }: MoveResult): string[] {
  return [
    `Imported "${organization.name}": organization ${organization.slug}, ${rows} rows, ${pages.length === 1 ? 'page' : 'pages'} ${pages.join(', ')}.`,
    'Nobody was notified.',
    ...(users > 0 ? [`${users} users have no password here: they set one by "Forgot password".`] : []),
    ...(webhooks > 0
      ? [`${webhooks} webhooks are switched off: their secrets were left behind. Make them anew.`]
      : []),
    'Domains route once their TXT record was seen, or after "domains allow". API keys have to be made anew.',
  ];
}
