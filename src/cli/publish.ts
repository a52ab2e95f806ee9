import { SingleBar } from 'cli-progress';
import { eq, sql } from 'drizzle-orm';
import { inList } from '../../db/json-list.ts';
import { pages } from '../../db/schema.ts';
import { DomainError, messageOf } from '../domain/errors.ts';
import type { Assembly } from './main.ts';

const POLL_MS = 50;
/** Pages at work at once: while one waits for the disk another is rendered. */
const AT_ONCE = 2;
/** Whether the other process is still there is asked so often. */
const LOOK_MS = 1_000;

interface Chosen {
  id: string;
  slug: string;
}

/** `publish`: renders and publishes now, with a progress bar; the exit code is not 0 if a page failed. */
export async function publishCommand(
  assembly: Assembly,
  options: { page?: string; all?: boolean; strays?: boolean },
): Promise<void> {
  const chosen = await choose(assembly, options);
  const bar = new SingleBar({
    format: '{bar} {value}/{total} pages  {slug}',
    noTTYOutput: true,
    stream: process.stdout,
    notTTYSchedule: 1000,
  });
  bar.start(chosen.length, 0, { slug: '' });
  const finish = await assembly.becomePublisher();
  const failures = finish
    ? await publishHere(assembly, chosen, bar, options.strays)
    : await askTheOther(assembly, chosen, bar);
  await finish?.();
  bar.stop();
  for (const { slug, error } of failures)
    process.stderr.write(`daymark: ${slug} could not be published: ${error}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

/** After a restore: all of every page, everywhere, and nothing besides. */
export async function publishAll(assembly: Assembly): Promise<void> {
  await publishCommand(assembly, { all: true, strays: true });
}

async function choose({ services }: Assembly, options: { page?: string; all?: boolean }): Promise<Chosen[]> {
  const columns = { id: pages.id, slug: pages.slug };
  if (options.page === undefined) return services.read.select(columns).from(pages).orderBy(pages.slug);
  const found = await services.read.select(columns).from(pages).where(eq(pages.slug, options.page));
  if (found.length === 0) throw new DomainError('not_found', `There is no page "${options.page}".`);
  return found;
}

interface Failed {
  slug: string;
  error: string;
}

async function publishHere(
  { publishers }: Assembly,
  chosen: Chosen[],
  bar: SingleBar,
  strays = false,
): Promise<Failed[]> {
  const failures: Failed[] = [];
  const reached: (typeof publishers)[number][] = [];
  for (const publisher of publishers) {
    try {
      await publisher.prepare();
      reached.push(publisher);
    } catch (error) {
      failures.push({
        slug: publisher.name,
        error: messageOf(error),
      });
    }
  }
  const waiting = [...chosen];
  const lane = async () => {
    for (let page = waiting.shift(); page; page = waiting.shift()) {
      const { id, slug } = page;
      for (const publisher of reached) {
        await publisher
          .publishNow(id, strays)
          .catch((error: unknown) => failures.push({ slug, error: messageOf(error) }));
      }
      bar.increment(1, { slug });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  for (const publisher of reached) await publisher.settle();
  return failures;
}

/** A running process has the folder: it is asked by the database, and watched. When it ends, the rest is done here. */
async function askTheOther(assembly: Assembly, chosen: Chosen[], bar: SingleBar): Promise<Failed[]> {
  const { services, becomePublisher } = assembly;
  await services.store.write(async (tx) => {
    await tx
      .update(pages)
      .set({ publishRequested: sql`publish_requested + 1` })
      .where(sql`${pages.id} ${inList(chosen.map(({ id }) => id))}`);
  });
  const open = new Map(chosen.map((page) => [page.id, page.slug]));
  const failures: Failed[] = [];
  let lookAt = services.now() + LOOK_MS;
  while (open.size > 0) {
    // Those that are still asked for have an index: to read the others each time would cost as much as publishing them.
    const rows = await services.read
      .select({ id: pages.id })
      .from(pages)
      .where(sql`publish_requested > publish_answered`);
    const asked = new Set(rows.map(({ id }) => id));
    const answered = [...open.keys()].filter((id) => !asked.has(id));
    const errors = await services.read
      .select({ id: pages.id, error: pages.publishError })
      .from(pages)
      .where(sql`${pages.id} ${inList(answered)} and publish_error is not null`);
    for (const { id, error } of errors) failures.push({ slug: open.get(id)!, error: error! });
    for (const id of answered) {
      bar.increment(1, { slug: open.get(id)! });
      open.delete(id);
    }
    if (open.size === 0) break;
    if (services.now() >= lookAt) {
      lookAt = services.now() + LOOK_MS;
      const finish = await becomePublisher();
      if (finish) {
        const left = [...open].map(([id, slug]) => ({ id, slug }));
        failures.push(...(await publishHere(assembly, left, bar)));
        await finish();
        break;
      }
    }
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
  return failures;
}
