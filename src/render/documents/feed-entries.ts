import type {
  PageSnapshot,
  SnapshotComponent,
  SnapshotIncident,
  SnapshotMaintenance,
} from '../../snapshot/schema.ts';
import { type Dates, datesFor } from '../../text/dates.ts';
import { type Dictionary, dictionaryFor } from '../../text/dictionary.ts';
import { xml } from '../../text/escape.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { renderMarkdown } from '../../text/markdown.ts';
import { paths } from '../paths.ts';

/** Feed readers ask often and keep what they saw: a feed holds what moved last. */
const MAX_ENTRIES = 50;

/** A component that has a feed of its own. */
export type FeedComponent = Pick<SnapshotComponent, 'id' | 'name'>;

/** What RSS and Atom tell of one incident or maintenance window. */
export interface FeedEntry {
  /** Never changes (contract, section 3). */
  urn: string;
  kind: 'incident' | 'maintenance';
  title: string;
  url: string;
  /** All updates, newest first: HTML, already escaped as the text of an XML element. */
  content: string;
  createdAt: number;
  /** Time of the last update, or of the postmortem. */
  updatedAt: number;
}

/** A feed of a page, or of one of its components. */
export interface Feed {
  urn: string;
  title: string;
  description: string;
  language: string;
  author: string;
  homeUrl: string;
  /** Last change of an entry; without any, the page's beginning: nothing here follows a clock. */
  updatedAt: number;
  entries: FeedEntry[];
}

/** The page's incidents and windows, or those that name the component, the last to move first. */
export function feedOf(snapshot: PageSnapshot, component?: FeedComponent): Feed {
  const { page } = snapshot;
  const words = dictionaryFor(page.language);
  const teller = new Teller(page.url, words, datesFor(words.language, page.timezone));
  const key = `${page.url} ${words.language} ${page.timezone}`;
  const entries = [
    ...named(snapshot.incidents, component).map((incident) =>
      told(incident, key, () => teller.incident(incident)),
    ),
    ...named(snapshot.maintenance, component).map((window) =>
      told(window, key, () => teller.maintenance(window)),
    ),
  ].sort((a, b) => b.updatedAt - a.updatedAt || (a.urn < b.urn ? 1 : -1));
  return {
    urn: `urn:uuid:${component?.id ?? page.id}`,
    title: words.feedTitle(component === undefined ? page.name : `${component.name}, ${page.name}`),
    description: words.historyDescription(page.name),
    language: page.language,
    author: page.name,
    homeUrl: `${page.url}/`,
    updatedAt: entries[0]?.updatedAt ?? page.createdAt,
    entries: entries.slice(0, MAX_ENTRIES),
  };
}

/** Those that name the component; all without one. */
export function named<T extends { components: readonly { id: string }[] }>(
  things: readonly T[],
  component: FeedComponent | undefined,
): T[] {
  return things.filter(({ components }) => !component || components.some(({ id }) => id === component.id));
}

const entriesTold = new WeakMap<SnapshotIncident | SnapshotMaintenance, { key: string; entry: FeedEntry }>();

/** The entry of a thing, told once for all feeds that hold it: a page has two, and each of its components too. */
function told(thing: SnapshotIncident | SnapshotMaintenance, key: string, tell: () => FeedEntry): FeedEntry {
  const known = entriesTold.get(thing);
  if (known?.key === key) return known.entry;
  const entry = tell();
  entriesTold.set(thing, { key, entry });
  return entry;
}

/** Tells things as HTML, with the words and dates of one page. */
class Teller {
  readonly #pageUrl: string;
  readonly #words: Dictionary;
  readonly #dates: Dates;

  constructor(pageUrl: string, words: Dictionary, dates: Dates) {
    this.#pageUrl = pageUrl;
    this.#words = words;
    this.#dates = dates;
  }

  incident(incident: SnapshotIncident): FeedEntry {
    const { postmortem } = incident;
    const updates = incident.updates.map((update) => {
      const affected = update.components.map(({ name, status }) =>
        this.#words.pair(name, this.#words.componentStatus[status]),
      );
      return this.#part(this.#words.incidentStatus[update.status], update.createdAt, update.body, affected);
    });
    if (postmortem)
      updates.unshift(this.#part(this.#words.postmortem, postmortem.createdAt, postmortem.body, []));
    return {
      ...this.#common(incident, 'incident', paths.incident(incident.id)),
      content: xml(updates.join('\n')),
      updatedAt: Math.max(lastUpdateAt(incident), postmortem?.createdAt ?? 0),
    };
  }

  maintenance(window: SnapshotMaintenance): FeedEntry {
    const updates = window.updates.map((update) =>
      this.#part(this.#words.maintenanceStatus[update.status], update.createdAt, update.body, []),
    );
    const plan = this.#words.pair(this.#words.plan, this.#dates.fullRange(window.startsAt, window.endsAt));
    const names = window.components.map(({ name }) => name).join(this.#words.comma);
    const lines = names === '' ? [plan] : [plan, this.#words.pair(this.#words.components, names)];
    return {
      ...this.#common(window, 'maintenance', paths.maintenance(window.id)),
      content: xml([paragraph(lines), ...updates].join('\n')),
      updatedAt: lastUpdateAt(window),
    };
  }

  #common(thing: { id: string; title: string; createdAt: number }, kind: FeedEntry['kind'], path: string) {
    const { id, title, createdAt } = thing;
    return { urn: `urn:uuid:${id}`, kind, title, url: `${this.#pageUrl}/${path}`, createdAt };
  }

  #part(label: string, at: number, body: string, affected: string[]): string {
    const head = `<p><strong>${escapeHtml(label)}</strong><br><small>${escapeHtml(this.#dates.fullMoment(at))}</small></p>`;
    return [head, renderMarkdown(body), ...(affected.length > 0 ? [paragraph(affected)] : [])].join('\n');
  }
}

/** Time of the newest update, whatever was edited since. */
function lastUpdateAt({
  createdAt,
  updates,
}: Pick<SnapshotIncident | SnapshotMaintenance, 'createdAt' | 'updates'>): number {
  return updates.length === 0 ? createdAt : Math.max(...updates.map((update) => update.createdAt));
}

function paragraph(lines: string[]): string {
  return `<p>${lines.map(escapeHtml).join('<br>')}</p>`;
}
