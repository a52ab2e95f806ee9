import type { PageFacts } from '../../snapshot/schema.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { paths } from '../paths.ts';
import { type ChromeView, chromeView, type LinkView } from './chrome.ts';
import { contextOf } from './context.ts';

/** A page that says one thing and leads on. */
export interface MessageView {
  chrome: ChromeView;
  title: string;
  textHtml: string;
  link: LinkView | null;
  /** Where to go at once; null to stay. */
  refresh: string | null;
}

/** Where links are absolute, the logo may lie on another of the page's hosts, whose pictures the policy refuses. */
const bare = (chrome: ChromeView): ChromeView => ({ ...chrome, logo: null });

/** The answer to addresses that hold nothing. It is served at any depth, so its links are absolute. */
export function notFoundView(page: PageFacts): MessageView {
  const root = `${page.url}/`;
  const context = { ...contextOf(page, paths.notFoundHtml, null), root, base: root };
  const { words } = context;
  const chrome = chromeView(context, {
    path: null,
    title: words.notFound,
    description: words.notFoundText,
    mark: null,
    changedAt: null,
  });
  const link = { href: `${page.url}/`, text: words.toStatus };
  return {
    chrome: bare(chrome),
    title: words.notFound,
    textHtml: escapeHtml(words.notFoundText),
    link,
    refresh: null,
  };
}

/** What stays at the old address of a page whose slug was changed: it leads on to the new one. */
export function movedView(page: PageFacts): MessageView {
  const root = `${page.url}/`;
  const context = { ...contextOf(page, paths.home, null), root, base: root };
  const { words } = context;
  const address = escapeHtml(`${page.url}/`);
  const name = `<bdi>${escapeHtml(page.name)}</bdi>`;
  const chrome = chromeView(context, {
    path: paths.home,
    title: words.moved,
    description: words.movedText(page.name, `${page.url}/`),
    mark: null,
    changedAt: null,
  });
  const textHtml = words.movedText(name, `<a href="${address}">${address}</a>`);
  return { chrome: bare(chrome), title: words.moved, textHtml, link: null, refresh: `0; url=${page.url}/` };
}
