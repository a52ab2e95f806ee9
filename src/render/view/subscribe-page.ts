import type { PageSnapshot } from '../../snapshot/schema.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { SUBSCRIBE_WORDS, type SubscribeWords } from '../../text/subscribe-words.ts';
import { prefixOf } from '../languages.ts';
import { paths } from '../paths.ts';
import { type ChromeView, chromeView, type LinkView } from './chrome.ts';
import { contextOf } from './context.ts';
import type { MessageView } from './message-page.ts';

/** The components of a page to choose from, by their groups; `group` is null of those that have none. */
export interface ChoicesView {
  words: SubscribeWords;
  wholePage: boolean;
  groups: { group: string | null; components: { id: string; name: string; chosen: boolean }[] }[];
}

export interface SubscribeView {
  chrome: ChromeView;
  words: SubscribeWords;
  introHtml: string;
  /** Absolute: forms go to the operator's own host from wherever the page is read. */
  action: string;
  choices: ChoicesView;
  otherWays: LinkView[];
}

export function choicesView(
  snapshot: PageSnapshot,
  wholePage: boolean,
  chosen: readonly string[],
): ChoicesView {
  const ticked = new Set(chosen);
  return {
    words: SUBSCRIBE_WORDS[contextOf(snapshot.page, paths.subscribe, null).words.language],
    wholePage,
    groups: snapshot.sections
      .map(({ group, first, count }) => ({
        group: group?.name ?? null,
        components: snapshot.components
          .slice(first, first + count)
          .map(({ id, name }) => ({ id, name, chosen: ticked.has(id) })),
      }))
      .filter(({ components }) => components.length > 0),
  };
}

/** True when what there is to choose from is called, or ordered, in another way. */
export function choicesChanged(before: PageSnapshot, after: PageSnapshot): boolean {
  if (before.components.length !== after.components.length) return true;
  return after.components.some(({ id, name, group }, place) => {
    const old = before.components[place]!;
    return (
      id !== old.id || name !== old.name || group?.id !== old.group?.id || group?.name !== old.group?.name
    );
  });
}

/** The page with the form. It posts to PUBLIC_URL, and works without a script. */
export function subscribeView(snapshot: PageSnapshot): SubscribeView {
  const { page } = snapshot;
  const context = contextOf(page, paths.subscribe, null);
  const words = SUBSCRIBE_WORDS[context.words.language];
  const chrome = chromeView(context, {
    path: paths.subscribe,
    title: words.getUpdates,
    description: words.intro(page.name),
    mark: null,
    changedAt: null,
  });
  return {
    chrome,
    words,
    introHtml: words.intro(`<bdi>${escapeHtml(page.name)}</bdi>`),
    action: `${page.formUrl}/${paths.subscribers}${prefixOf(page) === '' ? '' : `?language=${page.language}`}`,
    choices: choicesView(snapshot, true, []),
    otherWays: chrome.links.slice(0, 3),
  };
}

/** Where a form leads: what comes next, or what to look at. */
export function subscribeMessage({ page }: PageSnapshot, part: 'sent' | 'error'): MessageView {
  const path = part === 'sent' ? paths.subscribeSent : paths.subscribeError;
  const context = contextOf(page, path, null);
  const words = SUBSCRIBE_WORDS[context.words.language];
  const [title, text] = part === 'sent' ? [words.sent, words.sentText] : [words.failed, words.failedText];
  return {
    chrome: {
      ...chromeView(context, { path, title, description: text, mark: null, changedAt: null }),
      canonical: null,
    },
    title,
    textHtml: text,
    link:
      part === 'sent'
        ? { href: context.base, text: context.words.toStatus }
        : { href: context.base + paths.subscribe, text: words.toForm },
    refresh: null,
  };
}
