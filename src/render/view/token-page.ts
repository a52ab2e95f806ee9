import type { PageSnapshot } from '../../snapshot/schema.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { SUBSCRIBE_WORDS, type SubscribeWords } from '../../text/subscribe-words.ts';
import { paths } from '../paths.ts';
import { type ChromeView, chromeView, type LinkView } from './chrome.ts';
import { contextOf } from './context.ts';
import { type ChoicesView, choicesView } from './subscribe-page.ts';

/** What a page for who holds a token has to say. */
export type TokenState =
  | { of: 'verify'; email: string }
  | { of: 'verified'; email: string; token: string }
  | { of: 'stale' }
  | { of: 'unknown' }
  | {
      of: 'settings';
      email: string;
      token: string;
      status: 'active' | 'suppressed' | 'unsubscribed';
      wholePage: boolean;
      componentIds: string[];
      /** What became of a form that was just sent. */
      outcome: 'saved' | 'nothing ticked' | null;
    }
  | { of: 'unsubscribe'; email: string }
  | { of: 'unsubscribed'; email: string | null };

export interface TokenView {
  chrome: ChromeView;
  title: string;
  textHtml: string;
  notice: { text: string; troubled: boolean } | null;
  /** The form of the page: it posts to where it stands, with the token that is in the address. */
  form: { choices: ChoicesView | null; button: string } | null;
  links: LinkView[];
}

const PATHS = {
  ...{ verify: paths.verify, verified: paths.verify, stale: paths.verify, unknown: paths.verify },
  ...{ settings: paths.settings, unsubscribe: paths.unsubscribe, unsubscribed: paths.unsubscribe },
};

/** @param at the path of the page, for its relative links; by the state where it is not told */
export function tokenView(
  snapshot: PageSnapshot,
  state: TokenState,
  at: string = PATHS[state.of],
): TokenView {
  const { page } = snapshot;
  const context = contextOf(page, at, null);
  const words = SUBSCRIBE_WORDS[context.words.language];
  const name = `<bdi>${escapeHtml(page.name)}</bdi>`;
  const email = 'email' in state && state.email ? `<b><bdi>${escapeHtml(state.email)}</bdi></b>` : '…';
  const { title, textHtml } = saying(words, state, email, name);
  const link = (path: string, text: string): LinkView => ({ href: context.root + path, text });
  const withToken = (path: string) => ('token' in state ? `${path}?token=${state.token}` : path);
  const home = link(paths.home, context.words.toStatus);
  const links: Record<TokenState['of'], LinkView[]> = {
    verify: [],
    verified: [link(withToken(paths.settings), words.toSettings), home],
    stale: [link(paths.subscribe, words.again), home],
    unknown: [link(paths.subscribe, words.getUpdates), home],
    settings: [
      'status' in state && state.status === 'active'
        ? link(withToken(paths.unsubscribe), words.unsubscribe)
        : link(paths.subscribe, words.again),
      home,
    ],
    unsubscribe: [],
    unsubscribed: [link(paths.subscribe, words.again), home],
  };
  return {
    chrome: chromeView(context, { path: null, title, description: title, mark: null, changedAt: null }),
    title,
    textHtml,
    notice: noticeOf(words, state),
    form: formOf(words, snapshot, state),
    links: links[state.of],
  };
}

function saying(
  words: SubscribeWords,
  state: TokenState,
  email: string,
  page: string,
): { title: string; textHtml: string } {
  switch (state.of) {
    case 'verify':
      return { title: words.verify, textHtml: words.verifyText(email, page) };
    case 'verified':
      return { title: words.verified, textHtml: words.verifiedText(email, page) };
    case 'stale':
      return { title: words.stale, textHtml: words.staleText };
    case 'unknown':
      return { title: words.unknown, textHtml: words.unknownText };
    case 'settings':
      return { title: words.settings, textHtml: words.settingsText(email, page) };
    case 'unsubscribe':
      return { title: words.unsubscribe, textHtml: words.unsubscribeText(email, page) };
    case 'unsubscribed':
      return {
        title: words.unsubscribed,
        textHtml: state.email === null ? '' : words.unsubscribedText(email, page),
      };
  }
}

function noticeOf(words: SubscribeWords, state: TokenState): TokenView['notice'] {
  if (state.of !== 'settings') return null;
  if (state.status === 'unsubscribed') return { text: words.hasLeft, troubled: true };
  if (state.status === 'suppressed') return { text: words.cameBack, troubled: true };
  if (state.outcome === 'nothing ticked') return { text: words.tickOne, troubled: true };
  if (state.outcome === 'saved') return { text: words.saved, troubled: false };
  const followsNothing = !state.wholePage && state.componentIds.length === 0;
  return followsNothing ? { text: words.nothingLeft, troubled: true } : null;
}

function formOf(words: SubscribeWords, snapshot: PageSnapshot, state: TokenState): TokenView['form'] {
  switch (state.of) {
    case 'verify':
      return { choices: null, button: words.confirm };
    case 'unsubscribe':
      return { choices: null, button: words.unsubscribe };
    case 'settings':
      if (state.status === 'unsubscribed') return null;
      return { choices: choicesView(snapshot, state.wholePage, state.componentIds), button: words.save };
    default:
      return null;
  }
}
