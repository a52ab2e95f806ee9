import type { Headline } from '../../domain/headline.ts';
import type { ComponentStatus } from '../../domain/status.ts';
import { dictionaryFor } from '../../text/dictionary.ts';
import { SUBSCRIBE_WORDS } from '../../text/subscribe-words.ts';
import { UPTIME_WORDS } from '../../text/uptime-words.ts';
import { inEachLanguage, prefixOf, urlOf } from '../languages.ts';
import { paths } from '../paths.ts';
import { pictureName } from '../pictures/picture.ts';
import { accentCss, accentOf, onAccent } from './accent.ts';
import { timeHtml, type ViewContext } from './context.ts';
import { logoIcon, markIcon } from './mark.ts';
import { type ScriptWords, scriptWords } from './script-words.ts';

/** A link with its words. */
export interface LinkView {
  href: string;
  text: string;
  current?: boolean;
  /** Stands out among the others. */
  button?: boolean;
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
  /** Where links to this page are shown with a picture: absolute, and what it shows. */
  picture: { url: string; alt: string } | null;
  /** The rule that holds the tenant's colours. */
  accentCss: string;
  name: string;
  initial: string;
  /** The way to the picture of the logo; null where the initial stands for it. */
  logo: string | null;
  home: string;
  /** What the script may have to say. */
  script: ScriptWords;
  navigation: LinkView[];
  links: LinkView[];
  /** This page in each of its languages; empty when there is but one. */
  languages: (LinkView & { language: string; direction: 'ltr' | 'rtl'; url: string })[];
  alternates: { href: string; type: string; title: string }[];
  /** The revision that this file shows, where it is written anew at each change: then the script keeps it current. */
  revision: number | null;
  /** The way to the page's root. */
  root: string;
  /** When this was published, for files that are written anew at each change. */
  publishedHtml: string;
  words: { skip: string; navigation: string; feeds: string; languages: string };
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
  /** The headline, where it stands above the page. */
  headline?: Pick<Headline, 'kind' | 'mark'>;
  /** Time of the change that made this revision; null in files that hold nothing of the present. */
  changedAt: number | null;
  /** The revision, likewise. */
  revision?: number;
}

/** Head, header and footer of a page. */
export function chromeView(context: ViewContext, facts: ChromeFacts): ChromeView {
  const { page, words, root, base, dates } = context;
  const accent = accentOf(page.accent);
  const initial = (Array.from(page.name.trim())[0] ?? '·').toUpperCase();
  const title = words.feedTitle(page.name);
  const { changedAt } = facts;
  return {
    language: words.language,
    direction: words.direction,
    title: `${facts.title} · ${page.name}`,
    description: facts.description,
    canonical: facts.path === null ? null : urlOf(page, facts.path),
    icon: facts.mark ? markIcon(facts.mark) : logoIcon(initial, accent, onAccent(accent)),
    picture: facts.headline
      ? {
          url: `${page.url}/${paths.picture(pictureName(facts.headline, page.language))}`,
          alt: words.headline[facts.headline.kind],
        }
      : null,
    accentCss: accentCss(accent),
    name: page.name,
    initial,
    logo: page.logo === undefined ? null : root + page.logo,
    revision: facts.revision ?? null,
    root,
    script: scriptWords(words),
    home: base,
    navigation: [
      { href: base + paths.history, text: words.history, current: facts.path === paths.history },
      {
        href: base + paths.uptimePage,
        text: UPTIME_WORDS[words.language].uptime,
        current: facts.path === paths.uptimePage,
      },
      { href: root + paths.docs, text: words.api },
      {
        href: base + paths.subscribe,
        text: SUBSCRIBE_WORDS[words.language].getUpdates,
        current: facts.path === paths.subscribe,
        button: true,
      },
    ],
    links: [
      { href: root + paths.rss, text: words.rss },
      { href: root + paths.atom, text: words.atom },
      // By this scheme a calendar subscribes, where the file itself would be copied in once.
      { href: `webcal:${page.url.replace(/^https?:/, '')}/${paths.calendar}`, text: words.calendar },
      { href: root + paths.components, text: words.json },
    ],
    languages: languageLinks(context, facts.path),
    alternates: [
      { href: root + paths.rss, type: 'application/rss+xml', title },
      { href: root + paths.atom, type: 'application/atom+xml', title },
    ],
    publishedHtml:
      changedAt === null
        ? ''
        : words.published(
            timeHtml(changedAt, dates.clock(changedAt), 'clock'),
            timeHtml(changedAt, dates.shortDay(changedAt), 'shortDay', { age: 'past' }),
          ),
    words: {
      skip: words.skip,
      navigation: words.navigation,
      feeds: words.feeds,
      languages: words.languages,
    },
  };
}

/** Where a page has no address of its own, as what is served in place of many, the links lead home. */
function languageLinks({ page, root }: ViewContext, path: string | null): ChromeView['languages'] {
  if (page.languages.length < 2) return [];
  return inEachLanguage(page, (told) => {
    const { name, language, direction } = dictionaryFor(told.language);
    return {
      href: root + prefixOf(told) + (path ?? paths.home),
      text: name,
      current: path !== null && told.language === page.language,
      language,
      direction,
      url: urlOf(told, path ?? paths.home),
    };
  });
}
