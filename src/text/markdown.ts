/**
 * What tenants write, as HTML that is safe on a public page:
 *
 * 1. Raw HTML is shown as text. Pictures become links, since a picture from elsewhere would tell its host who reads.
 * 2. Links lead only to http, https and mailto, and are marked `nofollow noopener noreferrer`.
 * 3. What the parser makes goes through a sanitizer that knows only the tags below: a second wall, should the first
 *    have a hole. Neither lets a style attribute through, which the Content-Security-Policy would refuse.
 */
import MarkdownIt, { type Token } from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

const REL = 'nofollow noopener noreferrer';

/** Texts kept with their HTML, and the characters of both: the same text is not parsed at each publish. */
const KEPT_TEXTS = 1000;
const KEPT_CHARACTERS = 4_000_000;

/** The heading above an update on the status page is of level 3. */
const TOP_HEADING = 4;

const parser = new MarkdownIt({ html: false, linkify: true, breaks: true });
parser.validateLink = (url) => /^(https?:\/\/|mailto:)/i.test(url.trim());
// "nginx.service" and "README.md" are no links, though both end like a host.
parser.linkify.set({ fuzzyLink: false });
parser.renderer.rules.image = (tokens, index) => {
  const picture = tokens[index]!;
  const { escapeHtml } = parser.utils;
  const address = attribute(picture, 'src');
  const alt = parser.renderer.renderInlineAsText(picture.children ?? [], parser.options, {});
  const text = escapeHtml(alt === '' ? address : alt);
  // A link can't hold another one: a picture in a link stays its text.
  const opened = tokens.slice(0, index).reduce((depth, token) => depth + linkDepth(token), 0);
  return opened > 0 ? text : `<a href="${escapeHtml(address)}">${text}</a>`;
};

function linkDepth(token: Token): number {
  return token.type === 'link_open' ? 1 : token.type === 'link_close' ? -1 : 0;
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '');
}

const WALL: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['p', 'br', 'hr', 'a', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li'],
    ...['h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: { a: ['href', 'rel'], ol: ['start'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  transformTags: {
    a: (tagName, { href }) =>
      ({ tagName, attribs: href === undefined ? {} : { href, rel: REL } }) as sanitizeHtml.Tag,
  },
};

const rendered = new Map<string, string>();
let keptCharacters = 0;

/**
 * Markdown (CommonMark with tables, strikethrough and bare links; a line break is one) to safe HTML. The largest heading
 * of the text becomes one of level `topHeading` (3 to 6), so that it fits below those of the page. Never throws.
 */
export function renderMarkdown(source: string, topHeading = TOP_HEADING): string {
  const key = `${topHeading}${source}`;
  const known = rendered.get(key);
  if (known !== undefined) return known;
  const tokens = parser.parse(source, {});
  fitHeadings(tokens, topHeading);
  const html = sanitizeHtml(parser.renderer.render(tokens, parser.options, {}), WALL).trim();
  keep(key, html);
  return html;
}

/** Gives the levels that a text uses the consecutive ones from `top` on: `##` and `####` become h4 and h5. */
function fitHeadings(tokens: Token[], top: number): void {
  const headings = tokens.filter(({ type }) => type === 'heading_open' || type === 'heading_close');
  const used = [...new Set(headings.map((token) => token.tag))].sort();
  for (const token of headings) token.tag = `h${Math.min(6, top + used.indexOf(token.tag))}`;
}

function keep(key: string, made: string): void {
  const weight = key.length + made.length;
  if (weight > KEPT_CHARACTERS / 10) return;
  keptCharacters += weight;
  rendered.set(key, made);
  for (const [oldest, old] of rendered) {
    if (rendered.size <= KEPT_TEXTS && keptCharacters <= KEPT_CHARACTERS) return;
    rendered.delete(oldest);
    keptCharacters -= oldest.length + old.length;
  }
}

/**
 * Markdown to plain text, for feeds, mails and descriptions: paragraphs are parted by an empty line, items start with a
 * dash or their number, a link is followed by its address where that is not its text. Never throws.
 */
export function markdownToText(source: string): string {
  const key = `t${source}`;
  const known = rendered.get(key);
  if (known !== undefined) return known;
  const text = plainText(source);
  keep(key, text);
  return text;
}

function plainText(source: string): string {
  const blocks: string[] = [];
  const lists: { next: number | null }[] = [];
  let marker = '';
  for (const token of parser.parse(source, {})) {
    if (token.type === 'bullet_list_open') lists.push({ next: null });
    else if (token.type === 'ordered_list_open') lists.push({ next: Number(token.attrGet('start') ?? 1) });
    else if (token.type === 'bullet_list_close' || token.type === 'ordered_list_close') lists.pop();
    else if (token.type === 'list_item_open') marker = itemMarker(lists.at(-1)!);
    else if (token.type === 'inline' || token.type === 'fence' || token.type === 'code_block') {
      const text = token.type === 'inline' ? inlineText(token.children ?? []) : token.content.trimEnd();
      const follows = marker !== '' || token.level > lists.length * 2 + 1;
      const indent = '  '.repeat(Math.max(0, lists.length - 1));
      blocks.push(`${blocks.length === 0 ? '' : follows ? '\n' : '\n\n'}${indent}${marker}${text}`);
      marker = '';
    }
  }
  return blocks.join('').trim();
}

function itemMarker(list: { next: number | null }): string {
  if (list.next === null) return '- ';
  list.next += 1;
  return `${list.next - 1}. `;
}

function inlineText(tokens: readonly Token[]): string {
  let text = '';
  let link: { address: string; from: number } | null = null;
  for (const token of tokens) {
    if (token.type === 'softbreak' || token.type === 'hardbreak') text += '\n';
    else if (token.type === 'image') text += withAddress(token.content, attribute(token, 'src'));
    else if (token.type === 'link_open') link = { address: attribute(token, 'href'), from: text.length };
    else if (token.type === 'link_close' && link) {
      text = text.slice(0, link.from) + withAddress(text.slice(link.from), link.address);
      link = null;
    } else text += token.content;
  }
  return text;
}

function withAddress(text: string, address: string): string {
  const same = text === address || `mailto:${text}` === address || text === '';
  return same ? address.replace(/^mailto:/, '') : `${text} (${address})`;
}
