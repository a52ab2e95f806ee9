/** What the bench of a large installation stands on: that it holds what it says, and that the product takes it as its own. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../server/daymark.ts';
import { filledFolder } from './scale/fill.ts';
import { LOVED, pageSizes, SMALL, WIDE } from './scale/spread.ts';

const PAGES = 12;

test('A large installation has as many things as it says, unevenly spread', () => {
  const sizes = pageSizes(10_000);
  const sum = (what: 'components' | 'subscribers' | 'incidents') =>
    sizes.reduce((all, page) => all + page[what], 0);
  expect([sizes.length, sum('components'), sum('subscribers'), sum('incidents')]).toEqual([
    10_000, 100_000, 100_000, 50_000,
  ]);
  const named = (slug: string) => sizes.find((page) => page.slug === slug);
  expect(named(WIDE)).toMatchObject({ components: 4_000 });
  expect(named(LOVED)).toMatchObject({ subscribers: 20_000, incidents: 5_000 });
  expect(new Set(sizes.map(({ slug }) => slug)).size).toBe(10_000);
});

test('What was filled in is published like what was written', async () => {
  const { dataDir } = await filledFolder(pageSizes(PAGES));
  const done = await runCli(['publish', '--page', SMALL], { DATA_DIR: dataDir });
  expect([done.code, done.stderr]).toEqual([0, '']);
  const site = join(dataDir, 'site/p', SMALL);
  const read = (path: string) => JSON.parse(readFileSync(join(site, path), 'utf8')) as unknown;
  expect(read('revision.json')).toMatchObject({ revision: 1 });
  const components = read('api/v1/components.json') as { status: string }[];
  expect(components.map(({ status }) => status)).toEqual(components.map(() => 'operational'));
  expect(components).toHaveLength(20);
  const incidents = read('api/v1/incidents.json') as { status: string }[];
  expect(incidents.map(({ status }) => status)).toEqual(incidents.map(() => 'resolved'));
  expect(incidents).toHaveLength(20);
  await rm(dataDir, { recursive: true });
}, 240_000);
