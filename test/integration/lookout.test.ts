import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { HostLinks } from '../../src/worker/host-links.ts';
import { Lookout } from '../../src/worker/lookout.ts';
import { newPage, openSite, pageRow, type Site } from '../fixtures/store.ts';

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.close());

const fail = (error: unknown) => {
  throw error;
};

test('Who asks for a publish while one is under way is answered after the next', async () => {
  const id = await newPage(site);
  const ask = () =>
    site.store.write((tx) => tx.run(sql`update pages set publish_requested = publish_requested + 1`));
  const answered: number[] = [];
  let published = 0;
  const lookout = new Lookout({
    store: site.store,
    isMine: () => true,
    now: () => site.clock.now,
    complain: fail,
    onlookers: [
      {
        seen: () => undefined,
        left: () => undefined,
        refresh: () => undefined,
        async republish() {
          published += 1;
          if (published === 1) await ask();
        },
      },
    ],
  });
  await ask();
  for (let look = 0; look < 3; look += 1) {
    await lookout.look();
    answered.push((await pageRow(site, id)).publishAnswered);
  }
  expect([answered, published]).toEqual([[1, 2, 2], 2]);
});

test('That names lead elsewhere is told although they could not be linked in another folder', async () => {
  await newPage(site);
  const folder = await mkdtemp(join(tmpdir(), 'daymark-links-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  await writeFile(second, 'no folder');
  let told = 0;
  const links = new HostLinks(
    site.store.read,
    () => [first, second],
    () => {
      told += 1;
    },
    fail,
    true,
  );
  await expect(links.sync()).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(told).toBe(1);
  await rm(second);
  await links.sync();
  expect(told).toBe(2);
  await links.sync();
  expect(told).toBe(2);
});
