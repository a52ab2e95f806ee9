import { expect, test } from 'vitest';
import { PageQueue } from '../../src/worker/page-queue.ts';

const ready = () => true;

function behind(...ids: string[]): PageQueue {
  const queue = new PageQueue();
  for (const id of ids) queue.later(id, 7);
  return queue;
}

function taken(queue: PageQueue, behindFirst = false): string[] {
  const all: string[] = [];
  for (let next = queue.take(ready, behindFirst); next; next = queue.take(ready, behindFirst)) all.push(next);
  return all;
}

test('A change waits for no page that nobody has touched, also when its own page was behind', () => {
  const queue = behind('a', 'b', 'c');
  queue.hurry('new');
  queue.hurry('c');
  expect(queue.size).toBe(4);
  expect(taken(queue)).toEqual(['new', 'c', 'a', 'b']);
});

test('One of those that publish takes what is behind first, so that a stream of changes leaves nothing for good', () => {
  const queue = behind('a', 'b');
  queue.hurry('new');
  expect(taken(queue, true)).toEqual(['a', 'b', 'new']);
});

test('What is behind moves on while a change holds back', () => {
  const queue = behind('a');
  queue.hurry('new');
  const none = () => false;
  expect([queue.take(none, false), queue.take(none, false)]).toEqual(['a', undefined]);
});

test('To be seen behind again with the same revision is no change, with a later one it is', () => {
  const queue = behind('a', 'b');
  queue.hurryTo('a', 7);
  queue.hurryTo('b', 8);
  queue.hurryTo('c', 1);
  expect(taken(queue)).toEqual(['b', 'c', 'a']);
});

test('Whoever was kicked between a look and the sleep after it does not fall asleep', async () => {
  const queue = new PageQueue();
  const { kicks } = queue;
  expect(queue.take(ready, false)).toBe(null);
  queue.kick();
  await queue.idle(null, kicks);
  let woken = false;
  const idle = queue.idle(null, queue.kicks).then(() => {
    woken = true;
  });
  await Promise.resolve();
  expect(woken).toBe(false);
  queue.kick();
  await idle;
});
