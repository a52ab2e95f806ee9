/** What every page of the console about one status page begins with. */
import type { AstroGlobal } from 'astro';
import type { Scope } from '../../auth/scopes.ts';
import { type ConsoleUser, requireUser } from '../../http/console.ts';
import type { ConsoleChrome } from '../../layouts/console-chrome.ts';
import { findPage } from '../../manage/queries.ts';
import { type Dates, datesFor } from '../../text/dates.ts';
import { consoleChrome } from './_chrome.ts';

export interface Desk {
  me: ConsoleUser;
  /** With what this process knows to be published. */
  page: Awaited<ReturnType<typeof findPage>>;
  /** `/console/pages/{slug}/` */
  root: string;
  chrome: ConsoleChrome;
  now: number;
  /** Moments in the page's own time zone. */
  dates: Dates;
}

/**
 * Who is there, and the page that the address names.
 *
 * @param place below the page's root, like `incidents/`
 * @param scope what they must be allowed to, to see this at all
 * @throws HttpError 403, DomainError not_found; the page for errors follows
 */
export async function atPage(
  Astro: Pick<AstroGlobal, 'locals' | 'request' | 'params'>,
  place: string,
  scope: Scope,
): Promise<Desk> {
  const me = requireUser(Astro, scope);
  const { services } = me;
  const page = services.asPublished(await findPage(services.read, me.actor, Astro.params.page ?? ''));
  const root = `/console/pages/${page.slug}/`;
  const chrome = await consoleChrome(me, Astro.locals.console, root + place, page);
  return { me, page, root, chrome, now: services.now(), dates: datesFor('en', page.timezone) };
}

/** How long a form waits for readers to see what it did, in milliseconds. */
const WAIT_MS = 3_000;

/** What is to be said of a change: that it is live, or that it will be. */
export async function liveSentence({ me, page }: Desk, revision: number): Promise<string> {
  const { services } = me;
  const { revision: before } = page;
  if (revision <= before) return '';
  const live = await services.published(page.id, revision, WAIT_MS);
  return live ? 'Readers see it.' : 'It is saved, and will be published in a moment.';
}

/** What is to be said of who is told. */
export function toldSentence(notify: boolean): string {
  return notify ? 'Those who follow it are told.' : 'Nobody is told.';
}
