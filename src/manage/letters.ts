import { and, eq, inArray } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { letters } from '../../db/messages.ts';
import { type Question, question } from '../../db/question.ts';
import { emailKey } from '../domain/email-address.ts';
import { newId } from '../domain/ids.ts';
import { LETTER_SEAL, type Letter } from '../domain/letters.ts';
import type { Manager } from './command.ts';

/**
 * Queues a letter in the transaction of the change that it tells of. Call `manager.letterQueued()` after the COMMIT, so
 * that it leaves at once; it leaves a second later without.
 *
 * @param pageId the page in whose name it is sent; null of what concerns an account
 * @param wanted false: it is never sent, and who asked for it can't tell by the time that it took
 */
export async function queueLetter(
  tx: Database,
  manager: Pick<Manager, 'secrets' | 'now'>,
  letter: Letter,
  pageId: string | null,
  wanted = true,
): Promise<void> {
  await letterToQueue(tx, manager, letter, pageId, wanted);
}

/** What queues a letter, to be written with all else of the change that it tells of; otherwise as `queueLetter`. */
export function letterToQueue(
  tx: Database,
  manager: Pick<Manager, 'secrets' | 'now'>,
  letter: Letter,
  pageId: string | null,
  wanted = true,
) {
  const now = manager.now();
  const sealed = manager.secrets.seal(LETTER_SEAL, JSON.stringify(letter));
  return tx.insert(letters).values({
    id: newId(),
    kind: letter.kind,
    pageId,
    sealed: wanted ? sealed : '',
    state: wanted ? 'pending' : 'cancelled',
    attempts: 0,
    nextAttemptAt: now,
    createdAt: now,
    doneAt: wanted ? null : now,
  });
}

interface Waiting {
  id: string;
  sealed: string;
}

/** The letters of a page that wait to be sent. */
export function waitingQuestion(pageId: string): Question<Waiting[]> {
  const { statement, read } = question<Waiting[]>(
    `select json_group_array(json_object('id', id, 'sealed', sealed)) as answer from letters
      where page_id = ? and state = 'pending'`,
    pageId,
  );
  return { statement, read: (rows) => read(rows)! };
}

/**
 * What takes back those letters that are to be sent to an address, and forgets what they hold. They are sealed: each that
 * waits is opened, which takes some microseconds.
 */
export function cancelLettersTo(
  { secrets, now }: Pick<Manager, 'secrets' | 'now'>,
  tx: Database,
  waiting: readonly Waiting[],
  key: string,
) {
  const theirs = waiting.filter(({ sealed }) => {
    const letter = JSON.parse(secrets.open(LETTER_SEAL, sealed)) as Letter;
    return emailKey(letter.to) === key;
  });
  if (theirs.length === 0) return [];
  const ids = theirs.map(({ id }) => id);
  return [
    tx
      .update(letters)
      .set({ state: 'cancelled', sealed: '', doneAt: now() })
      .where(and(inArray(letters.id, ids), eq(letters.state, 'pending'))),
  ];
}
