/** Publishers for every target of this process, and what leads readers to what they publish. */
import { hash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Store } from '../../db/transaction.ts';
import { isLoopback } from '../config/addresses.ts';
import type { Config } from '../config.ts';
import { listHeaders } from '../http/pagination.ts';
import type { StaticSite } from '../http/static-site.ts';
import { FolderTarget } from '../publish/folder.ts';
import type { Target } from '../publish/target.ts';
import { paths, urlPathOf } from '../render/paths.ts';
import { STATIC_LIST } from '../render/plan.ts';
import type { PrintPage } from '../render/renderer.ts';
import { PublishedSnapshots } from '../snapshot/published.ts';
import { HostLinks } from '../worker/host-links.ts';
import { Publisher } from '../worker/publisher.ts';
import { Purges } from '../worker/purges.ts';
import type { Charge } from './charge.ts';
import { targetAt } from './targets.ts';

const PUBLISHED_POLL_MS = 20;

export interface PublishingTools {
  config: Config;
  store: Store;
  snapshots: PublishedSnapshots;
  site: StaticSite;
  printPage: PrintPage;
  /** Hash of the templates. */
  template: string;
  now(): number;
  log: Logger;
  charge: Charge;
  /** True while writes are being answered. */
  hold(): number;
}

/** The first target is `DATA_DIR/site`, whose publisher is `publisher`; `publishers` are all of them. */
export function createPublishing(tools: PublishingTools): {
  publisher: Publisher;
  publishers: readonly Publisher[];
  links: HostLinks;
} {
  const { config, store, site, log, now, charge } = tools;
  const isRemote = !config.databaseUrl.startsWith('file:');
  const siteFolder = `${config.dataDir}/site`;
  const folders = config.publishTo.flatMap((one) => (one.kind === 'folder' ? [one.path] : []));
  const links = new HostLinks(
    store.read,
    () => (charge.isMine() ? [siteFolder, ...folders] : [siteFolder]),
    () => site.rerouted(),
    (error) => log.error({ error: String(error) }, 'the names of pages could not be linked'),
    !isRemote,
  );
  const purges = config.purgeUrl ? new Purges({ url: config.purgeUrl, pathOf: urlPathOf, log }) : null;
  // Every process fills a folder; what a CDN reads from is told of by one.
  const purge = (target: string, slug: string, files: string[]) => {
    if (charge.isMine()) purges?.replaced(target, slug, files);
  };
  const shared = {
    ...{ store, publicUrl: config.publicUrl, printPage: tools.printPage, now, log },
    template: looksOf(tools.template, config),
    onMoving: () => links.sync(),
    hold: tools.hold,
  };
  const publisher = new Publisher({
    ...shared,
    target: new FolderTarget(siteFolder, now),
    snapshots: tools.snapshots,
    // On a server's database this folder is one of several, and the lock on it says that no other process fills it.
    trust: isRemote ? 'marks' : 'database',
    term: () => 0,
    records: () => charge.isMine(),
    assertLease: isRemote ? async () => null : () => charge.assertLease(),
    onReplaced(slug, replaced) {
      site.replaced(slug, replaced);
      purge('site', slug, replaced);
    },
    onGone: () => site.rerouted(),
    onBehind: (slugs) => site.withhold(slugs),
    onTried: (slug) => site.release(slug),
  });
  const elsewhere = (target: Target) =>
    new Publisher({
      ...shared,
      target,
      snapshots: new PublishedSnapshots(
        `${config.dataDir}/published/elsewhere-${encodeURIComponent(target.name)}`,
      ),
      trust: 'nothing',
      term: () => charge.term(),
      records: null,
      assertLease: () => charge.assertLease(),
      onReplaced: (slug, replaced) => purge(target.name, slug, replaced),
      onGone: () => undefined,
    });
  const mayWrite = () => charge.mayWrite();
  const others = config.publishTo.map((address) => elsewhere(targetAt(address, { now, mayWrite })));
  return { publisher, publishers: [publisher, ...others], links };
}

/**
 * What pages are made with: they hold the origin too, in their forms, feeds and links. A trial without PUBLIC_URL, on
 * whatever port, makes none of them again.
 */
function looksOf(template: string, { publicUrl, port }: Config): string {
  const { hostname, port: named } = new URL(publicUrl);
  const isTrial = isLoopback(hostname) && named === String(port);
  return isTrial ? template : hash('sha256', `${template} ${publicUrl}`).slice(0, 16);
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

/**
 * True when a revision lies at every target, as far as is known here.
 *
 * @param ours true of one that this process publishes: of what another does, or did before this one began, the database
 *   knows the first target alone
 */
export async function publishedEverywhere(
  store: Store,
  publishers: readonly Publisher[],
  ours: boolean,
  { pageId, revision }: { pageId: string; revision: number },
): Promise<boolean> {
  if (ours) return publishers.every((one) => (one.markOf(pageId)?.revision ?? -1) >= revision);
  const [row] = await store.read.all<{ done: number }>(
    sql`select published_revision >= ${revision} as done from pages where id = ${pageId}`,
  );
  return row === undefined || Boolean(row.done);
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
