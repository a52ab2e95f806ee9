/** The composition root: everything that has state, wired together once. Only here is a clock. */
import pino, { type Logger } from 'pino';
import type { Database } from '../db/client.ts';
import { openStore, type Store } from '../db/transaction.ts';
import { type Admission, admitKey } from './auth/api-keys.ts';
import { createPasswords, type Passwords } from './auth/passwords.ts';
import { createSecrets } from './auth/secrets.ts';
import { createSessions, type Sessions } from './auth/session.ts';
import type { Config } from './config.ts';
import { invalid } from './domain/errors.ts';
import type { Secrets } from './domain/secrets.ts';
import type { Route } from './http/site-routes.ts';
import { StaticSite } from './http/static-site.ts';
import type { Manager, PageRow } from './manage/command.ts';
import { inOneTransaction } from './manage/one-transaction.ts';
import { pageOfRoot } from './manage/queries.ts';
import { findAnswer, keepAnswer, type StoredAnswer } from './manage/repeated.ts';
import type { Print } from './render/print.ts';
import { type PrintPage, withPolicy } from './render/renderer.ts';
import { AlreadyRunningError, Charge } from './services/charge.ts';
import { type MailState, mailState } from './services/mail-state.ts';
import { createNotifier } from './services/mailing.ts';
import { presenceOn } from './services/presence.ts';
import { createPreview, type PreviewPage } from './services/preview.ts';
import {
  createPublishing,
  listHeadersOf,
  publishedElsewhere,
  publishedEverywhere,
} from './services/publishing.ts';
import { type Readiness, sharedReadiness } from './services/readiness.ts';
import { Traffic } from './services/traffic.ts';
import { createWebhooks, type WebhookServices } from './services/webhooks.ts';
import { PublishedSnapshots } from './snapshot/published.ts';
import { type DomainAnswer, dnsAnswers, dnsLookUp } from './worker/domains.ts';
import { Lookout } from './worker/lookout.ts';
import type { Notifier } from './worker/notifier.ts';
import type { Publisher } from './worker/publisher.ts';
import { Schedule } from './worker/schedule.ts';

export { AlreadyRunningError };

/** What endpoints get, as `Astro.locals.services`. */
export interface Services {
  readonly config: Config;
  readonly publicUrl: string;
  readonly store: Store;
  readonly read: Database;
  readonly manager: Manager;
  readonly snapshots: PublishedSnapshots;
  readonly site: StaticSite;
  /** Of `DATA_DIR/site`. */
  readonly publisher: Publisher;
  /** Of every target; that of `DATA_DIR/site` is the first. */
  readonly publishers: readonly Publisher[];
  readonly log: Logger;
  readonly secrets: Secrets;
  now(): number;
  /** Prints a page at once, with a policy by which its forms post to where it stands. */
  printHtml(print: Print): Promise<string>;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
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
  /** A page as a change would make it look. @throws what the change throws */
  preview: PreviewPage;
  webhooks: Pick<WebhookServices, 'test' | 'figures'>;
  mailState(): Promise<MailState>;
  /** What the lanes of this process have done so far, by name. */
  mailStats(): Record<string, { sent: number; failed: number; retried: number }>;
  /** What DNS says of a domain now; nothing is noted of it. */
  askDns(domain: string, token: string): Promise<DomainAnswer>;
  /**
   * The same services, with all their reads and writes in one transaction. `first` reads what has to be so and throws when
   * it is not: it is asked together with the first question of `work`, which gets no answer before.
   */
  inOneTransaction<T>(
    work: (inside: Services) => Promise<T>,
    first?: (ahead: Services) => Promise<void>,
  ): Promise<T>;
  /** Answers to requests that may be repeated. */
  repeated: {
    find(id: string): Promise<{ bodyHash: string; answer: StoredAnswer } | null>;
    keep(id: string, bodyHash: string, answer: StoredAnswer): Promise<void>;
  };
}

export interface Workers {
  /** Resolves when everything at work is done. */
  stop(): Promise<void>;
}

/**
 * @param secret the installation's
 * @param template hash of all that decides what published files look like
 */
export function createServices(config: Config, secret: string, printPage: PrintPage, template: string) {
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
    now,
    listHeaders: (slug, path) => listHeadersOf(snapshots, slug, path),
  });
  const complain = (what: string) => (error: unknown) => log.error({ error: String(error) }, what);
  const charge = new Charge(config, store, complain('the lease could not be renewed'));
  const traffic = new Traffic();
  const { publisher, publishers, links } = createPublishing({
    ...{ config, store, snapshots, site, printPage, template, now, log },
    charge,
    hold: () => traffic.hold(),
  });
  let isPublishing = false;
  let schedule: Schedule | null = null;
  let notifier: Notifier | null = null;
  const manager: Manager = {
    store,
    secrets,
    now,
    committed(page) {
      for (const one of publishers) one.wake(page.id);
      if (page.planned) schedule?.wake();
      if (page.told) notifier?.wake();
      // The first revision may be that of the page at `/`.
      if (isPublishing && page.revision === 1) links.nudge();
    },
    deleted(page) {
      if (isPublishing) links.nudge();
      for (const one of publishers) one.deleted(page.id, page.slugs);
    },
    letterQueued: () => notifier?.wakeLetters(),
  };
  const webhooks = createWebhooks(config, manager, log);
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
    publishers,
    log,
    secrets,
    now,
    sessions: createSessions(store, now, config.publicUrl.startsWith('https:')),
    passwords: createPasswords(),
    admit: (key, pageRef) => admitKey(store, key, pageRef, now()),
    printHtml: (print) =>
      printPage(`/render/${print.kind}`, print, (html) => withPolicy(html, "'self'").toString('utf8')),
    rootPage: (root) => pageOfRoot(store.read, root),
    published: (pageId, revision, ms) =>
      isPublishing
        ? publisher.published(pageId, revision, ms)
        : publishedElsewhere(store, pageId, revision, ms, now),
    checkedDomain(input) {
      if (input.domain === publicHost)
        throw invalid(['domain'], 'That is the host of this service itself. Use a domain of your own.');
      return input;
    },
    beginWrite: () => traffic.begin(),
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
    readiness: () => sharedReadiness(services),
    preview: createPreview({ manager, snapshots, printPage, publicUrl: config.publicUrl }),
    webhooks,
    mailState: () => mailState(services),
    mailStats: () => notifier?.stats ?? {},
    askDns: dnsAnswers(config.dnsServers),
    inOneTransaction: (work, first) => {
      const reading = (read: Database) => ({ ...services, read, repeated: repeatedIn(read) });
      return inOneTransaction(
        manager,
        (inside) => work({ ...reading(inside.store.read), manager: inside, store: inside.store }),
        first && ((ahead) => first(reading(ahead))),
      );
    },
    repeated: repeatedIn(store.read),
  };

  /** @throws AlreadyRunningError */
  async function takeCharge(options: { lease: boolean }): Promise<() => Promise<void>> {
    const leave = await charge.take(options);
    await links.sync();
    return leave;
  }

  /**
   * Publisher, and scheduler where this process is to be one. @throws AlreadyRunningError when the folder, or a file
   * database, has a process at work already
   */
  async function startWorkers({ schedules }: { schedules: boolean }): Promise<Workers> {
    const leave = await takeCharge({ lease: schedules });
    isPublishing = true;
    site.adopt();
    links.start();
    const lookout = new Lookout({
      store,
      onlookers: publishers,
      isMine: () => charge.isMine(),
      now,
      complain: complain('looking for changed pages failed'),
    });
    schedule = new Schedule({
      manager,
      isMine: () => charge.isMine(),
      refresh(id) {
        for (const one of publishers) one.refresh(id);
      },
      lookUp: dnsLookUp(config.dnsServers),
      log,
    });
    const begunAt = now();
    const tell = () =>
      createNotifier({
        ...{ config, store, secrets, printPage, now, log },
        isPublished: (event) =>
          publishedEverywhere(store, publishers, charge.isMine() && event.createdAt >= begunAt, event),
        made: () => webhooks.worker.wake(),
      });
    notifier = schedules ? tell() : null;
    const working = [...publishers, lookout, schedule];
    const telling = schedules && notifier ? [notifier, webhooks.worker] : [];
    const running = Promise.all([...working, ...telling].map((worker) => worker.run()));
    // Half a process is worse than none: whoever keeps it running starts a whole one, which takes up what was left.
    let stopping = false;
    running.catch((error: unknown) => {
      complain('a worker stopped')(error);
      if (!stopping) throw error;
    });
    // Until then nobody knows which pages of the folder are those of now.
    await publisher.begun;
    return {
      async stop() {
        stopping = true;
        await links.stop();
        for (const worker of [...working, ...telling]) worker.stop();
        await running;
        await leave();
      },
    };
  }

  /** For a command that publishes by itself. @returns null when another process is at work, which can be asked instead */
  async function becomePublisher(): Promise<(() => Promise<void>) | null> {
    try {
      const leave = await takeCharge({ lease: true });
      if (charge.isMine()) return leave;
      await leave();
      return null;
    } catch (error) {
      if (error instanceof AlreadyRunningError) return null;
      throw error;
    }
  }

  /** Keeps all other workers away, without touching the database. @throws AlreadyRunningError */
  const lockOut = () => charge.lockOut();

  const present = presenceOn(config, store, complain('that this process is there could not be told'));

  return { services, startWorkers, becomePublisher, lockOut, present, publishers };
}
