/** Looks at documents with the parsers that readers have: those of a browser. */
import { type Browser, chromium, type Page } from '@playwright/test';
import { CHROMIUM_FLAGS, ensureChromium } from '../browser/chromium.ts';

export interface Inspected {
  /** How often each element occurs. */
  elements: Record<string, number>;
  /** Like `a@href`. */
  attributes: string[];
  /** What a document of ours never holds, whoever wrote its texts. */
  faults: string[];
}

export interface Inspector {
  inspect(text: string, type: 'text/html' | 'application/xml'): Promise<Inspected>;
  close(): Promise<void>;
}

export async function openInspector(): Promise<Inspector> {
  const browser: Browser = await chromium.launch({ executablePath: ensureChromium(), args: CHROMIUM_FLAGS });
  const page: Page = await browser.newPage();
  return {
    inspect: (text, type) => page.evaluate(look, { text, type }),
    close: () => browser.close(),
  };
}

/** Runs in the browser: parses, but does not show. */
function look({ text, type }: { text: string; type: 'text/html' | 'application/xml' }) {
  const parsed = new DOMParser().parseFromString(text, type);
  const elements: Record<string, number> = {};
  const attributes = new Set<string>();
  const faults: string[] = [];
  const DANGEROUS = new Set([
    'href',
    'src',
    'action',
    'formaction',
    'data',
    'poster',
    'srcdoc',
    'xlink:href',
    'ping',
    'background',
    'style',
  ]);
  const walk = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      const name = element.localName;
      elements[name] = (elements[name] ?? 0) + 1;
      if (name === 'parsererror') faults.push(`it does not parse: ${element.textContent?.slice(0, 200)}`);
      if (name.includes('x7')) faults.push(`an element <${name}>`);
      for (const { name: attribute, value } of element.attributes) {
        attributes.add(`${name}@${attribute}`);
        if (/^on/i.test(attribute) || attribute.includes('x7'))
          faults.push(`${name} has ${attribute}="${value.slice(0, 80)}"`);
        const plain = value.replace(/[\p{Cc}\s]/gu, '').toLowerCase();
        if (
          DANGEROUS.has(attribute) &&
          /^(javascript|vbscript|data:(?!image\/(png|webp|svg\+xml)))/.test(plain)
        )
          faults.push(`${name} leads to ${value.slice(0, 80)}`);
        if (DANGEROUS.has(attribute) && plain.startsWith('data:') && plain.includes('x7'))
          faults.push(`${name} holds ${value.slice(0, 80)}`);
      }
      const content = element.textContent ?? '';
      if (name === 'script' && /json/.test(element.getAttribute('type') ?? '')) {
        try {
          JSON.parse(content);
        } catch {
          faults.push('JSON in a script that does not parse');
        }
      } else if ((name === 'script' || name === 'style') && content.includes('x7'))
        faults.push(`a ${name} holds ${content.slice(0, 120)}`);
      if (name === 'template') walk((element as HTMLTemplateElement).content);
    }
  };
  walk(parsed);
  // Feeds carry HTML as text, but for what they say of themselves.
  if (type === 'application/xml')
    for (const element of parsed.querySelectorAll(
      'item > description, entry > content, entry > summary, encoded',
    )) {
      const inner = new DOMParser().parseFromString(element.textContent ?? '', 'text/html');
      for (const one of inner.querySelectorAll(
        'script, iframe, object, embed, form, base, meta, link, style, img, svg, x7',
      ))
        faults.push(`HTML in a feed holds <${one.localName}>`);
      for (const one of inner.querySelectorAll('*'))
        for (const { name, value } of one.attributes)
          if (/^on/i.test(name) || /^\s*(javascript|vbscript|data):/i.test(value))
            faults.push(`HTML in a feed has ${name}="${value.slice(0, 80)}"`);
    }
  return { elements, attributes: [...attributes], faults };
}

/** What Markdown makes of a text: these may be more or fewer than where the text is plain. */
const OF_MARKDOWN = new Set([
  'p',
  'a',
  'em',
  'strong',
  'code',
  'pre',
  'ul',
  'ol',
  'li',
  'blockquote',
  'br',
  'hr',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  's',
  'del',
]);

/** How a document with hostile texts differs from the same one with harmless texts, where texts can't account for it. */
export function strangersIn(hostile: Inspected, harmless: Inspected): string[] {
  const names = new Set([...Object.keys(hostile.elements), ...Object.keys(harmless.elements)]);
  const counts = [...names]
    .filter((name) => !OF_MARKDOWN.has(name) && hostile.elements[name] !== harmless.elements[name])
    .map((name) => `${hostile.elements[name] ?? 0} <${name}> instead of ${harmless.elements[name] ?? 0}`);
  const known = new Set(harmless.attributes);
  const added = hostile.attributes.filter(
    (one) => !known.has(one) && !/^(a@(href|rel)|code@class|ol@start)$/.test(one),
  );
  return [...hostile.faults, ...counts, ...added.map((one) => `the attribute ${one}`)];
}
