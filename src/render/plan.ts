/** Which files a revision consists of, and which of them can differ from those of the revision before. */

import { dayOf, monthOf } from '../domain/calendar.ts';
import type { PageSnapshot, SnapshotComponent } from '../snapshot/schema.ts';
import { atomFeed } from './documents/atom.ts';
import { badgeSvg } from './documents/badge.ts';
import { calendarFeed } from './documents/calendar.ts';
import { componentDocument, componentsDocument } from './documents/components.ts';
import { incidentsDocument } from './documents/incidents.ts';
import { notFoundJson, toJson } from './documents/json.ts';
import { maintenanceListDocument } from './documents/maintenance.ts';
import { rssFeed } from './documents/rss.ts';
import { statusDocument } from './documents/status.ts';
import { statusText } from './documents/status-text.ts';
import { uptimeJson } from './documents/uptime.ts';
import { uptimeCsv } from './documents/uptime-csv.ts';
import { fileOf, paths } from './paths.ts';
import { pictureOf } from './pictures/drawn.ts';
import { pictureName } from './pictures/picture.ts';
import { planCompatible } from './plan-compatible.ts';
import { type PlannedFile, page, pages, pieces, text, texts } from './planned-file.ts';
import { choicesChanged } from './view/subscribe-page.ts';

/** Static lists hold so many (contract, section 3). */
export const STATIC_LIST = 100;

export interface Plan {
  files: PlannedFile[];
  /** What is large and says little that is new: it follows right behind the revision, so as not to hold it up. */
  trailing: PlannedFile[];
  /** Files of things that are no more. */
  removed: string[];
}

/** The picture of the headline, where links to the page are shown with one. Those of earlier headlines stay. */
function pictures({ page: { languages }, headline }: PageSnapshot): PlannedFile[] {
  const names = new Set(languages.map((language) => pictureName(headline, language)));
  return [...names].map((name) => ({ path: paths.picture(name), bytes: () => pictureOf(name) }));
}

/** The tenant's logo, under a name that changes with it. */
function logo({ page: { logo: path }, logo: content = '' }: PageSnapshot): PlannedFile[] {
  return path === undefined ? [] : [{ path, bytes: () => Buffer.from(content, 'base64') }];
}

function removedLogo(before: PageSnapshot | null, after: PageSnapshot): string[] {
  const old = before?.page.logo;
  return old === undefined || old === after.page.logo ? [] : [old];
}

/** True when name, colour, language or time zone changed: everything that a page says may look different. */
export function looksChanged(before: PageSnapshot, after: PageSnapshot): boolean {
  return JSON.stringify(before.page) !== JSON.stringify(after.page);
}

/**
 * The current files of a page that can differ from those of `before`: all of them when there is none. Files that hold
 * only the archive are planned by `planIncident` and its like.
 *
 * @param touched ids of incidents and windows that changed since `before`
 */
export function planCurrent(
  before: PageSnapshot | null,
  after: PageSnapshot,
  touched: ReadonlySet<string>,
): Plan {
  const all = before === null || looksChanged(before, after);
  const told = all || touched.size > 0;
  const day = (at: number) => dayOf(at, after.page.timezone);
  // Pages leave out the date of what is of the day on which they were changed.
  const newDay =
    all || day(before.asOf) !== day(after.asOf) || day(before.changedAt) !== day(after.changedAt);
  const newState =
    all || before.headline.kind !== after.headline.kind || before.headline.mark !== after.headline.mark;
  const newMonth =
    all || monthOf(before.asOf, after.page.timezone) !== monthOf(after.asOf, after.page.timezone);
  const compatible = planCompatible(after, told);
  // What takes longest to compress comes first.
  const files: PlannedFile[] = [
    ...pages(after.page, paths.home, (told) => ({ kind: 'status', snapshot: { ...after, page: told } })),
    ...compatible.files,
    text(paths.status, () => toJson(statusDocument(after))),
    text(paths.components, () => toJson(componentsDocument(after.components.slice(0, STATIC_LIST)))),
    ...texts(after, paths.badge, badgeSvg),
    ...texts(after, paths.statusText, statusText),
  ];
  if (told || newDay || newMonth) {
    files.push(
      ...pages(after.page, paths.history, (told) => ({
        kind: 'history',
        snapshot: { ...after, page: told },
      })),
    );
  }
  if (newState) files.push(...pictures(after));
  if (told) {
    files.push(
      text(paths.incidents, () => toJson(incidentsDocument(after.incidents.slice(0, STATIC_LIST)))),
      text(paths.maintenanceList, () =>
        toJson(maintenanceListDocument(after.maintenance.slice(0, STATIC_LIST))),
      ),
      text(paths.rss, () => rssFeed(after)),
      text(paths.atom, () => atomFeed(after)),
      text(paths.calendar, () => calendarFeed(after)),
    );
  }
  if (all) {
    files.push(
      ...logo(after),
      page(paths.notFoundHtml, { kind: 'not-found', page: after.page }),
      text(paths.notFoundJson, notFoundJson),
    );
  }
  if (all || choicesChanged(before, after)) files.push(...subscribePages(after, paths.subscribe, 'form'));
  if (all)
    files.push(
      ...subscribePages(after, paths.subscribeSent, 'sent'),
      ...subscribePages(after, paths.subscribeError, 'error'),
    );
  return {
    files: [...files, ...componentFiles(before, after, all, touched)],
    trailing: [
      ...compatible.trailing,
      // One for all languages: it shows what the API answers now, so it comes with every revision.
      page(paths.docs, { kind: 'docs', snapshot: after }),
      pieces(paths.uptime, () => uptimeJson(after)),
      pieces(paths.uptimeCsv, () => uptimeCsv(after)),
    ],
    removed: [...removedComponents(before, after), ...removedLogo(before, after)],
  };
}

function subscribePages(
  snapshot: PageSnapshot,
  path: string,
  part: 'form' | 'sent' | 'error',
): PlannedFile[] {
  return pages(snapshot.page, path, (page) => ({ kind: 'subscribe', part, snapshot: { ...snapshot, page } }));
}

function componentFiles(
  before: PageSnapshot | null,
  after: PageSnapshot,
  all: boolean,
  touched: ReadonlySet<string>,
): PlannedFile[] {
  const known = new Map(before?.components.map((component) => [component.id, component]));
  const named = new Set<string>();
  for (const one of [
    ...after.incidents,
    ...after.maintenance,
    ...(before?.incidents ?? []),
    ...(before?.maintenance ?? []),
  ]) {
    if (touched.has(one.id)) for (const { id } of one.components) named.add(id);
  }
  return after.components.flatMap((component) => {
    const old = known.get(component.id);
    const files: PlannedFile[] = [];
    if (all || !old || isDifferent(old, component)) {
      files.push(text(paths.component(component.id), () => toJson(componentDocument(component))));
    }
    if (all || !old || old.name !== component.name || named.has(component.id)) {
      files.push(
        text(paths.componentRss(component.id), () => rssFeed(after, component)),
        text(paths.componentAtom(component.id), () => atomFeed(after, component)),
        text(paths.componentCalendar(component.id), () => calendarFeed(after, component)),
      );
    }
    return files;
  });
}

function isDifferent(a: SnapshotComponent, b: SnapshotComponent): boolean {
  return (
    a.status !== b.status ||
    a.position !== b.position ||
    a.name !== b.name ||
    a.code !== b.code ||
    a.description !== b.description ||
    a.group?.id !== b.group?.id ||
    a.group?.name !== b.group?.name
  );
}

function removedComponents(before: PageSnapshot | null, after: PageSnapshot): string[] {
  if (!before) return [];
  const there = new Set(after.components.map(({ id }) => id));
  return before.components.filter(({ id }) => !there.has(id)).flatMap(({ id }) => filesOfComponent(id));
}

/** All files of one component. */
export function filesOfComponent(id: string): string[] {
  return [
    paths.component(id),
    paths.componentRss(id),
    paths.componentAtom(id),
    paths.componentCalendar(id),
  ].map(fileOf);
}
