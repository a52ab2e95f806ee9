/** The composition root: everything that has state, wired together once. Only here is a clock. */
import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import pino, { type Logger } from 'pino';
import type { Database } from '../db/client.ts';
import { type FileLock, takeFileLock } from '../db/file-lock.ts';
import { isMigrated } from '../db/migrate.ts';
import { openStore, type Store } from '../db/transaction.ts';
import { type Admission, admitKey } from './auth/api-keys.ts';
import { createSecrets } from './auth/secrets.ts';
import type { Config } from './config.ts';
import { invalid } from './domain/errors.ts';
import type { Secrets } from './domain/secrets.ts';
import { listHeaders } from './http/pagination.ts';
import type { Route } from './http/static-site.ts';
import { StaticSite } from './http/static-site.ts';
import type { Manager, PageRow } from './manage/command.ts';
import { inOneTransaction } from './manage/one-transaction.ts';
import { pageOfRoot } from './manage/queries.ts';
import { findAnswer, keepAnswer, type StoredAnswer } from './manage/repeated.ts';
import { FolderTarget } from './publish/folder.ts';
import { paths } from './render/paths.ts';
import { STATIC_LIST } from './render/plan.ts';
import type { PrintPage } from './render/renderer.ts';
import { PublishedSnapshots } from './snapshot/published.ts';
import { dnsLookUp } from './worker/domains.ts';
import { HostLinks } from './worker/host-links.ts';
import { holdsLease, LEASE_MS, returnLease, takeLease } from './worker/lease.ts';
import { Publisher } from './worker/publisher.ts';
import { Schedule } from './worker/schedule.ts';

/** What endpoints get, as `Astro.locals.services`. */
export interface Services {
  readonly config: Config;
  readonly publicUrl: string;
  readonly store: Store;
  readonly read: Database;
  readonly manager: Manager;
  readonly snapshots: PublishedSnapshots;
  readonly site: StaticSite;
  readonly publisher: Publisher;
  readonly log: Logger;
  readonly secrets: Secrets;
  now(): number;
  admit(key: string, pageRef: string): Promise<Admission | null>;
  rootPage(root: Route['root']): Promise<{ id: string; slug: string } | null>;
  published(pageId: string, revision: number, ms: number): Promise<boolean>;
  /** Refuses the operator's own host as a page's domain. @throws DomainError invalid */
  checkedDomain<T extends { domain?: string | null | undefined }>(input: T): T;
  /** Tells that a write is being answered; call what it returns when it is. */
  beginWrite(): () => void;
  /** A page with what this process knows to be published: the database notes that a little later. */
  asPublished(page: PageRow): PageRow;
  readiness(): Promise<Readiness>;
  /** The same services, with all their reads and writes in one transaction. */
  inOneTransaction<T>(work: (inside: Services) => Promise<T>): Promise<T>;
  /** Answers to requests that may be repeated. */
  repeated: {
    find(id: string): Promise<{ bodyHash: string; answer: StoredAnswer } | null>;
    keep(id: string, bodyHash: string, answer: StoredAnswer): Promise<void>;
  };
}

export interface Readiness {
  ready: boolean;
  detail: Record<string, unknown>;
}

export interface Workers {
  /** Resolves when everything at work is done. */
  stop(): Promise<void>;
}

/** Another process is at work on the same data. */
export class AlreadyRunningError extends Error {}

const PUBLISHED_POLL_MS = 20;
/** Whoever writes one thing after the other is back within this. */
const JUST_ANSWERED_MS = 1.5;

/**
 * @param secret the installation's
 * @param template hash of all that decides what published files look like
 */
export function createServices(
  config: Config,
  secret: string,
  printPage: PrintPage,
  template: string,
  options: { ownSite: boolean },
) {
  const now = () => Date.now();
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: false }),
  );
  const secrets = createSecrets(secret);
  const store = openStore({ url: config.databaseUrl, authToken: config.databaseAuthToken });
  const snapshots = new PublishedSnapshots(`${config.dataDir}/published`);
  const site = new StaticSite({
    root: `${config.dataDir}/site`,
    own: options.ownSite,
    now,
    listHeaders: (slug, path) => listHeadersOf(snapshots, slug, path),
  });
  const holder = randomUUID();
  const lease = { fence: null as number | null };
  const writes = { atWork: 0, endedAt: 0 };
  const publisherFor = (folder: string, isSite: boolean) =>
    new Publisher({
      store,
      target: new FolderTarget(folder, now),
      snapshots: isSite
        ? snapshots
        : new PublishedSnapshots(`${config.dataDir}/published/elsewhere-${encodeURIComponent(folder)}`),
      records: isSite,
      publicUrl: config.publicUrl,
      printPage,
      now,
      template,
      log,
      async assertLease() {
        if (lease.fence === null || !(await holdsLease(store, holder, lease.fence)))
          throw new Error('Another process has taken over publishing.');
        return lease.fence;
      },
      onReplaced: (slug, replaced) => isSite && site.replaced(slug, replaced),
      onGone: () => isSite && site.rerouted(),
      onMoving: () => links.sync(),
      isBusy: () => writes.atWork > 0 || performance.now() - writes.endedAt < JUST_ANSWERED_MS,
    });
  const publisher = publisherFor(`${config.dataDir}/site`, true);
  const others = config.publishTo.map((folder) => publisherFor(folder, false));
  let schedule: Schedule | null = null;
  const links = new HostLinks(
    store.read,
    [`${config.dataDir}/site`, ...config.publishTo],
    () => site.rerouted(),
    (error) => log.error({ error: String(error) }, 'the names of pages could not be linked'),
  );
  const manager: Manager = {
    store,
    secrets,
    now,
    committed(page) {
      publisher.wake(page.id);
      for (const other of others) other.wake(page.id);
      schedule?.wake();
      // The first revision may be that of the page at `/`.
      if (schedule && page.revision === 1) links.nudge();
    },
    deleted(page) {
      if (schedule) links.nudge();
      for (const one of [publisher, ...others]) one.deleted(page.id, page.slugs);
    },
    letterQueued() {},
  };
  const repeatedIn = (db: Database): Services['repeated'] => ({
    find: (id) => findAnswer(db, id, now()),
    keep: (id, bodyHash, answer) => keepAnswer(db, id, bodyHash, answer, now()),
  });
  const publicHost = new URL(config.publicUrl).hostname;
  const services: Services = {
    config,
    publicUrl: config.publicUrl,
    store,
    read: store.read,
    manager,
    snapshots,
    site,
    publisher,
    log,
    secrets,
    now,
    admit: (key, pageRef) => admitKey(store, key, pageRef, now()),
    rootPage: (root) => pageOfRoot(store.read, root),
    published: (pageId, revision, ms) =>
      schedule
        ? publisher.published(pageId, revision, ms)
        : publishedElsewhere(store, pageId, revision, ms, now),
    checkedDomain(input) {
      if (input.domain === publicHost)
        throw invalid(['domain'], 'That is the host of this service itself. Use a domain of your own.');
      return input;
    },
    beginWrite() {
      writes.atWork++;
      return () => {
        writes.atWork--;
        writes.endedAt = performance.now();
      };
    },
    asPublished(page) {
      const mark = publisher.markOf(page.id);
      if (!mark || mark.revision <= page.publishedRevision) return page;
      return {
        ...page,
        publishedRevision: mark.revision,
        publishedAt: Date.parse(mark.published_at),
        publishError: null,
      };
    },
    readiness: () => readiness(services),
    inOneTransaction: (work) =>
      inOneTransaction(manager, (inside) => {
        const { store: within } = inside;
        return work({
          ...services,
          manager: inside,
          store: within,
          read: within.read,
          repeated: repeatedIn(within.read),
        });
      }),
    repeated: repeatedIn(store.read),
  };

  const complain = (what: string) => (error: unknown) => log.error({ error: String(error) }, what);

  /** Makes this process the one that publishes. @returns how to end it @throws AlreadyRunningError */
  async function takeCharge(): Promise<() => Promise<void>> {
    const locks = await takeLocks(config);
    const renewLease = async (force: boolean) => {
      lease.fence = await takeLease(store, holder, force);
    };
    await renewLease(config.databaseUrl.startsWith('file:'));
    await links.sync();
    const renewing = setInterval(
      () => renewLease(false).catch(complain('the lease could not be renewed')),
      LEASE_MS / 3,
    );
    return async () => {
      clearInterval(renewing);
      await returnLease(store, holder);
      for (const lock of locks) lock.release();
    };
  }

  /** Publisher and scheduler of this process. @throws AlreadyRunningError on a file database that has some already */
  async function startWorkers(): Promise<Workers> {
    const leave = await takeCharge();
    links.start();
    schedule = new Schedule({
      manager,
      isMine: () => lease.fence !== null,
      refresh: (id) => publisher.refresh(id),
      lookUp: dnsLookUp(config.dnsServers),
      log,
    });
    const running = Promise.all([publisher, ...others, schedule].map((worker) => worker.run()));
    running.catch(complain('a worker stopped'));
    return {
      async stop() {
        await links.stop();
        for (const worker of [publisher, ...others]) worker.stop();
        schedule?.stop();
        await running;
        await leave();
      },
    };
  }

  /** For a command that publishes by itself. @returns null when another process is at work, which can be asked instead */
  async function becomePublisher(): Promise<(() => Promise<void>) | null> {
    try {
      return await takeCharge();
    } catch (error) {
      if (error instanceof AlreadyRunningError) return null;
      throw error;
    }
  }

  return { services, startWorkers, becomePublisher, publishers: [publisher, ...others] };
}

/** Without workers of our own, the database tells when another process has published. */
async function publishedElsewhere(
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

/** The folder of this process, and on a file database the database: one process at work on each. */
async function takeLocks(config: Config): Promise<FileLock[]> {
  const wanted = [`${config.dataDir}/site.lock`];
  if (config.databaseUrl.startsWith('file:'))
    wanted.push(`${config.databaseUrl.slice('file:'.length)}.workers`);
  const locks: FileLock[] = [];
  for (const path of wanted) {
    const lock = await takeFileLock(path);
    if (!lock) {
      for (const held of locks) held.release();
      throw new AlreadyRunningError(
        `Another Daymark process is at work on ${config.dataDir}. Stop it, or start this one with "serve --no-workers".`,
      );
    }
    locks.push(lock);
  }
  return locks;
}

async function listHeadersOf(
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

async function readiness(services: Services): Promise<Readiness> {
  const { store, publisher, config } = services;
  try {
    if (!(await isMigrated(store)))
      return { ready: false, detail: { database: 'migrations are missing: run daymark migrate' } };
    const [row] = await store.read.all<{ pages: number; behind: number }>(
      sql`select count(*) as pages, sum(revision > published_revision) as behind from pages`,
    );
    const disk = await statfs(config.dataDir).catch(() => null);
    return {
      ready: true,
      detail: {
        database: 'ok',
        pages: row?.pages ?? 0,
        pages_behind: row?.behind ?? 0,
        failing: [...publisher.failures].map(([id, { error, since }]) => ({
          page_id: id,
          error,
          since: new Date(since).toISOString(),
        })),
        disk_free_bytes: disk ? disk.bavail * disk.bsize : null,
      },
    };
  } catch (error) {
    return { ready: false, detail: { database: error instanceof Error ? error.message : 'not reachable' } };
  }
}
