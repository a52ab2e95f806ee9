import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DayLength } from '../../src/domain/uptime.ts';
import { Aside } from '../../src/render/aside.ts';
import { toJson } from '../../src/render/documents/json.ts';
import { statusText } from '../../src/render/documents/status-text.ts';
import { v2ComponentsDocument, v2SummaryDocument } from '../../src/render/documents/v2/documents.ts';
import { planCurrent } from '../../src/render/plan.ts';
import { policyFor, renderFile, withPolicy } from '../../src/render/renderer.ts';
import { statusView } from '../../src/render/view/status-page.ts';
import type { PageSnapshot } from '../../src/snapshot/schema.ts';
import { DAY } from '../fixtures/snapshot-parts.ts';
import { manyComponents, outageSnapshot, quietSnapshot } from '../fixtures/snapshots.ts';

const ORIGIN = 'https://status.example.com';
const sha = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the policy of a page', () => {
  it('names all that stands in its elements, each once, by hash', () => {
    const page =
      '<style>a{}</style><script type="x">“1”</script><style media="print">b{}</style><style>a{}</style>';
    const policy = policyFor(Buffer.from(page), ORIGIN);
    expect(policy).toContain(`style-src ${sha('a{}')} ${sha('b{}')};`);
    expect(policy.endsWith(`script-src ${sha('“1”')}`)).toBe(true);
    expect(policy).toContain(`form-action ${ORIGIN};`);
  });

  it('allows nothing where there is nothing', () => {
    expect(policyFor(Buffer.from('<p>…</p>'), ORIGIN)).toMatch(/style-src 'none'; script-src 'none'$/);
  });

  it('comes right behind the charset, and nowhere in a page without one', () => {
    const page = Buffer.from('<head><meta charset="utf-8"><title>Ü</title>');
    expect(withPolicy(page, ORIGIN).toString()).toMatch(
      /^<head><meta charset="utf-8"><meta http-equiv="content-security-policy" content="[^"]+"><title>Ü<\/title>$/,
    );
    expect(withPolicy(Buffer.from('<p>x</p>'), ORIGIN).toString()).toBe('<p>x</p>');
  });
});

describe('a text in pieces', () => {
  it('is the same as in one, wherever its pieces end, and others have their turn in between', async () => {
    const texts = ['', 'ü“x”'.repeat(70_000), 'a'.repeat(300_000), '', '統'.repeat(90_000), 'z'];
    let turns = 0;
    const giveWay = () => (turns++ % 2 === 0 ? Promise.resolve() : undefined);
    const noPage = () => Promise.reject(new Error('nothing is printed here'));
    const file = await renderFile({ path: 'x.csv', pieces: () => texts }, noPage, ORIGIN, giveWay);
    expect(file.path).toBe('x.csv');
    expect(file.body.equals(Buffer.from(texts.join('')))).toBe(true);
    expect(turns).toBe(texts.length);
  });

  it('may have none', async () => {
    const noPage = () => Promise.reject(new Error('nothing is printed here'));
    expect((await renderFile({ path: 'x', pieces: () => [] }, noPage, ORIGIN)).body).toHaveLength(0);
  });
});

describe('pieces put aside', () => {
  it('come back into their places, whatever they hold', () => {
    const aside = new Aside();
    const [first, second] = [aside.put('<li>$& “ü” <!--aside 1--></li>'), aside.put('')];
    const page = Buffer.from(`<h1>é</h1>${first}<p>between</p>${second}<p>end</p>`);
    expect(aside.filled(page).toString()).toBe(
      '<h1>é</h1><li>$& “ü” <!--aside 1--></li><p>between</p><p>end</p>',
    );
  });

  it('are missed when a page has no place for them', () => {
    const aside = new Aside();
    aside.put('<li>lost</li>');
    expect(() => aside.filled(Buffer.from('<p>x</p>'))).toThrow('lost a piece');
  });
});

describe('what is kept of a component', () => {
  const all = (snapshot: PageSnapshot) => ({
    rows: statusView(snapshot).componentsHtml,
    text: statusText(snapshot),
    summary: fileOf(snapshot, 'api/v2/summary.json'),
    components: fileOf(snapshot, 'api/v2/components.json'),
  });
  const fileOf = (snapshot: PageSnapshot, path: string) => {
    const file = planCurrent(null, snapshot, new Set()).files.find((one) => one.path === path);
    return file && 'text' in file ? file.text() : undefined;
  };
  const dayAfter = ({ start, length }: DayLength): DayLength => ({
    date: new Date(start + DAY).toISOString().slice(0, 10),
    start: start + DAY,
    length,
  });
  /** Other snapshots of the same components, of which some are the same objects. */
  const changes: [string, (snapshot: PageSnapshot) => Partial<PageSnapshot>][] = [
    ['nothing', () => ({})],
    ['the language', ({ page }) => ({ page: { ...page, language: 'de', languages: ['de'] } })],
    ['a further language', ({ page }) => ({ page: { ...page, languages: ['fr', page.language] } })],
    ['the page', ({ page }) => ({ page: { ...page, v2Id: 'zzzzzzzzzzzz' } })],
    ['the day', ({ days }) => ({ days: [...days.slice(1), dayAfter(days.at(-1)!)] })],
    ['the length of the day', ({ days }) => ({ days: days.map((day) => ({ ...day, length: 1 })) })],
    ['the number of days', ({ days }) => ({ days: days.slice(1) })],
    [
      'one component',
      ({ components }) => ({
        components: components.map((one, place) => (place === 1 ? { ...one, name: 'Another “one”' } : one)),
      }),
    ],
    [
      'their order',
      ({ components, sections }) => ({
        components: components.toReversed(),
        sections: sections.map((section) => ({ ...section, group: null })),
      }),
    ],
    [
      'their group',
      ({ components }) => ({ sections: components.map((_, first) => ({ group: null, first, count: 1 })) }),
    ],
  ];

  it.each(changes)('says with another state of %s what is made anew', (_, change) => {
    for (const snapshot of [quietSnapshot(), outageSnapshot(), manyComponents(120)]) {
      all(snapshot);
      const next = { ...snapshot, ...change(snapshot) };
      expect(all(next)).toEqual(all(structuredClone(next)));
    }
  });

  it('is written as one document would be', () => {
    const snapshot = outageSnapshot();
    expect(fileOf(snapshot, 'api/v2/summary.json')).toBe(toJson(v2SummaryDocument(snapshot)));
    expect(fileOf(snapshot, 'api/v2/components.json')).toBe(toJson(v2ComponentsDocument(snapshot)));
  });
});
