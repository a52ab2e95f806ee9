/** What is left of somebody who was erased: nothing that names them, and nothing that still leaves. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { letters } from '../../db/messages.ts';
import { idempotentAnswers } from '../../db/schema.ts';
import { findAnswer, keepAnswer } from '../../src/manage/repeated.ts';
import { signUp } from '../../src/manage/sign-ups.ts';
import { addSubscriber, editSubscriber, eraseSubscriber } from '../../src/manage/subscribers.ts';
import { newPage, openSite, type Site } from '../fixtures/store.ts';

let site: Site;
let pageId: string;
beforeEach(async () => {
  site = await openSite();
  pageId = await newPage(site);
});
afterEach(() => site.close());

const lettersBy = async () =>
  (await site.store.read.select().from(letters).orderBy(letters.id)).map(({ kind, state, sealed }) => [
    kind,
    state,
    sealed === '',
  ]);

test('Letters that wait for them do not leave, those of others do', async () => {
  const { manager, actor } = site;
  const { value: id } = await addSubscriber(manager, actor, pageId, { email: 'Ada@example.com' });
  await signUp(manager, pageId, { email: 'ada@example.com' }, '192.0.2.1');
  await editSubscriber(manager, actor, pageId, id, { status: 'unsubscribed' });
  site.clock.advance(6 * 60_000);
  await signUp(manager, pageId, { email: 'ada@example.com' }, '192.0.2.1');
  await signUp(manager, pageId, { email: 'bob@example.com' }, '192.0.2.1');
  const waiting = [
    ['subscription_settings', 'pending', false],
    ['verify_subscription', 'pending', false],
    ['verify_subscription', 'pending', false],
  ];
  expect(await lettersBy()).toEqual(waiting);
  await eraseSubscriber(manager, actor, pageId, id);
  expect(await lettersBy()).toEqual([
    ['subscription_settings', 'cancelled', true],
    ['verify_subscription', 'cancelled', true],
    waiting[2],
  ]);
});

test('No stored answer to a repeated request holds their address', async () => {
  const { manager, actor, store } = site;
  const { value: id } = await addSubscriber(manager, actor, pageId, { email: 'Ada@example.com' });
  const keep = (name: string, body: unknown) =>
    store.write((tx) => keepAnswer(tx, name, 'x', { status: 201, body }, site.clock.now));
  await keep('added', { id, email: 'Ada@example.com' });
  await keep('imported', { lines: [{ line: 2, email: 'ADA@example.com' }] });
  await keep('other', { id: pageId, email: 'bob@example.com' });
  await eraseSubscriber(manager, actor, pageId, id);
  const left = await store.read.select({ id: idempotentAnswers.id }).from(idempotentAnswers);
  expect(left).toEqual([{ id: 'other' }]);
  expect(await findAnswer(store.read, 'added', site.clock.now)).toBeNull();
});
