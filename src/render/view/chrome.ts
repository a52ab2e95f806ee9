import type { ComponentStatus } from '../../domain/status.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { paths } from '../paths.ts';
import { accentCss, accentOf, onAccent } from './accent.ts';
import { timeHtml, type ViewContext } from './context.ts';
import { logoIcon, markIcon } from './mark.ts';

/** A link with its words. */
export interface LinkView {
  href: string;
  text: string;
  current?: boolean;
}

/** What surrounds the content of every page: head, header and footer. */
export interface ChromeView {
  language: string;
  direction: 'ltr' | 'rtl';
  title: string;
  description: string;
  /** Absolute; null for a page that should not be found by search engines. */
  canonical: string | null;
  icon: string;
  /** The rule that holds the tenant's colours. */
  accentCss: string;
  name: string;
  initial: string;
  home: string;
  navigation: LinkView[];
  links: LinkView[];
  alternates: { href: string; type: string; title: string }[];
  /** When this was published, for files that are written anew at each change. */
  publishedHtml: string;
  words: { skip: string; navigation: string; feeds: string };
}

/** What a page says of itself. */
export interface ChromeFacts {
  /** The URL path of the page, or null where it has none of its own. */
  path: string | null;
  /** What the page shows, before the name of the status page. */
  title: string;
  description: string;
  /** The state for the browser's tab; null in files that hold nothing of the present. */
  mark: ComponentStatus | null;
  /** Time of the change that made this revision; null in files that hold nothing of the present. */
  changedAt: number | null;
}

/** Head, header and footer of a page. */
export function chromeView(context: ViewContext, facts: ChromeFacts): ChromeView {
  const { page, words, root, dates } = context;
  const accent = accentOf(page.accent);
  const initial = (Array.from(page.name.trim())[0] ?? '·').toUpperCase();
  const title = words.feedTitle(page.name);
  const { changedAt } = facts;
  return {
    language: words.language,
    direction: words.direction,
    title: `${facts.title} · ${page.name}`,
    description: facts.description,
    canonical: facts.path === null ? null : `${page.url}/${facts.path}`,
    icon: facts.mark ? markIcon(facts.mark) : logoIcon(initial, accent, onAccent(accent)),
    accentCss: accentCss(accent),
    name: page.name,
    initial,
    home: root,
    navigation: [
      { href: root + paths.history, text: words.history, current: facts.path === paths.history },
      { href: root + paths.status, text: words.api },
    ],
    links: [
      { href: root + paths.rss, text: words.rss },
      { href: root + paths.atom, text: words.atom },
      { href: root + paths.calendar, text: words.calendar },
      { href: root + paths.components, text: words.json },
    ],
    alternates: [
      { href: root + paths.rss, type: 'application/rss+xml', title },
      { href: root + paths.atom, type: 'application/atom+xml', title },
    ],
    publishedHtml:
      changedAt === null
        ? ''
        : words.published(timeHtml(changedAt, dates.clock(changedAt)), escapeHtml(dates.shortDay(changedAt))),
    words: { skip: words.skip, navigation: words.navigation, feeds: words.feeds },
  };
}
