import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { StaticSite } from '../../src/http/static-site.ts';
import { parseTarget } from '../../src/http/target.ts';
import { syncHosts } from '../../src/publish/hosts.ts';
import { send } from '../server/http.ts';

/** Two pages, the first of which is the default one, and what happens while an answer is on its way. */
async function sceneOf(meanwhile: (site: StaticSite, root: string) => Promise<void>) {
  const root = await mkdtemp(join(tmpdir(), 'daymark-site-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const slug of ['first', 'second']) {
    await mkdir(join(root, 'p', slug), { recursive: true });
    await writeFile(join(root, 'p', slug, 'index.html'), slug);
  }
  await syncHosts(root, new Map([['_default', 'first']]));
  const site: StaticSite = new StaticSite({
    root,
    now: () => 0,
    listHeaders: async () => {
      await meanwhile(site, root);
      return null;
    },
  });
  site.adopt();
  const server = createServer(async (req, res) => {
    if (site.answerKnown(req, res)) return;
    const target = parseTarget(req.url!)!;
    await site.answer(req, res, target, (await site.route(req.headers.host, target))!);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { site, read: async () => (await send('GET', url)).text };
}

test('Who asks while another page becomes the default one may get the old one; who asks later does not', async () => {
  const { read } = await sceneOf(async (site, root) => {
    await syncHosts(root, new Map([['_default', 'second']]));
    site.rerouted();
  });
  await read();
  expect([await read(), await read()]).toEqual(['second', 'second']);
});

test('What was answered once is answered from memory', async () => {
  const { site, read } = await sceneOf(async () => undefined);
  expect([await read(), await read(), await read()]).toEqual(['first', 'first', 'first']);
  expect(site.stats).toEqual({ hits: 2, reads: 1 });
});

test('What many ask for at once is read once', async () => {
  const { site, read } = await sceneOf(async () => {
    // Lets the others come in.
    for (let turns = 0; turns < 50; turns += 1) await new Promise((resume) => setImmediate(resume));
  });
  const answers = await Promise.all(Array.from({ length: 30 }, read));
  expect(new Set(answers)).toEqual(new Set(['first']));
  expect(site.stats.reads).toBe(1);
});

test('Who asks for what is replaced while others read it gets what replaced it', async () => {
  let replaced = false;
  const { read } = await sceneOf(async (site, root) => {
    if (replaced) return;
    replaced = true;
    await writeFile(join(root, 'p/first/index.html'), 'newer');
    site.replaced('first', ['index.html']);
  });
  expect(await Promise.all(Array.from({ length: 10 }, read))).toEqual(Array(10).fill('newer'));
});
