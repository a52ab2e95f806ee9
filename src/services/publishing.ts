/** Publishers for every target of this process, and what leads readers to what they publish. */
import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Store } from '../../db/transaction.ts';
import type { Config } from '../config.ts';
import { listHeaders } from '../http/pagination.ts';
import type { StaticSite } from '../http/static-site.ts';
import { FolderTarget } from '../publish/folder.ts';
import type { Target } from '../publish/target.ts';
import { paths } from '../render/paths.ts';
import { STATIC_LIST } from '../render/plan.ts';
import type { PrintPage } from '../render/renderer.ts';
import { PublishedSnapshots } from '../snapshot/published.ts';
import { HostLinks } from '../worker/host-links.ts';
import { Publisher } from '../worker/publisher.ts';
import { targetAt } from './targets.ts';

const PUBLISHED_POLL_MS = 20;

export interface PublishingTools {
  config: Config;
  store: Store;
  snapshots: PublishedSnapshots;
  site: StaticSite;
  printPage: PrintPage;
  /** Hash of all that decides what files look like. */
  template: string;
  now(): number;
  log: Logger;
  assertLease(): Promise<number>;
  /** What this process knows by its own clock alone: asked where no answer of the database can be waited for. */
  mayWrite(): void;
  /** True while writes are being answered. */
  isBusy(): boolean;
}

/** The first target is `DATA_DIR/site`, whose publisher is `publisher`; `publishers` are all of them. */
export function createPublishing(tools: PublishingTools): {
  publisher: Publisher;
  publishers: readonly Publisher[];
  links: HostLinks;
} {
  const { config, store, site, log, now } = tools;
  const siteFolder = `${config.dataDir}/site`;
  const folders = config.publishTo.flatMap((one) => (one.kind === 'folder' ? [one.path] : []));
  const links = new HostLinks(
    store.read,
    [siteFolder, ...folders],
    () => site.rerouted(),
    (error) => log.error({ error: String(error) }, 'the names of pages could not be linked'),
  );
  const publisherFor = (target: Target, isSite: boolean) =>
    new Publisher({
      store,
      target,
      snapshots: isSite
        ? tools.snapshots
        : new PublishedSnapshots(`${config.dataDir}/published/elsewhere-${encodeURIComponent(target.name)}`),
      records: isSite,
      publicUrl: config.publicUrl,
      printPage: tools.printPage,
      now,
      template: tools.template,
      log,
      assertLease: tools.assertLease,
      onReplaced: (slug, replaced) => isSite && site.replaced(slug, replaced),
      onGone: () => isSite && site.rerouted(),
      onMoving: () => links.sync(),
      isBusy: tools.isBusy,
    });
  const publisher = publisherFor(new FolderTarget(siteFolder, now), true);
  const others = config.publishTo.map((address) => publisherFor(targetAt(address, tools), false));
  return { publisher, publishers: [publisher, ...others], links };
}

/** Without workers of our own, the database tells when another process has published. @returns false after `ms` */
export async function publishedElsewhere(
  store: Store,
  pageId: string,
  revision: number,
  ms: number,
  now: () => number,
): Promise<boolean> {
  const deadline = now() + ms;
  for (;;) {
    const [row] = await store.read.all<{ done: number }>(
      sql`select published_revision >= ${revision} as done from pages where id = ${pageId}`,
    );
    if (row?.done) return true;
    if (!row || now() >= deadline) return false;
    await new Promise((resume) => setTimeout(resume, PUBLISHED_POLL_MS));
  }
}

/** X-Total-Count and Link of a list's file; null of files that are none. */
export async function listHeadersOf(
  snapshots: PublishedSnapshots,
  slug: string,
  path: string,
): Promise<Record<string, string> | null> {
  const lists = {
    [paths.components]: 'components',
    [paths.incidents]: 'incidents',
    [paths.maintenanceList]: 'maintenance',
  } as const;
  const name = lists[path as keyof typeof lists];
  const totals = name && (await snapshots.totals(slug));
  return totals ? listHeaders(totals[name as 'components'], { page: 1, perPage: STATIC_LIST }) : null;
}
