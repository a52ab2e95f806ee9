import { describe, expect, it } from 'vitest';
import { atomFeed } from '../../src/render/documents/atom.ts';
import { calendarFeed, foldLine } from '../../src/render/documents/calendar.ts';
import { rssFeed } from '../../src/render/documents/rss.ts';
import { rfc822Time } from '../../src/text/time.ts';
import { elementsOf, hostileSnapshot } from '../fixtures/hostile.ts';
import { NOW, uuid, v2Id } from '../fixtures/snapshot-parts.ts';
import { outageSnapshot, quietSnapshot } from '../fixtures/snapshots.ts';

/** Content lines of a calendar, unfolded as a reader does, after a look at their length. */
function linesOf(calendar: string): string[] {
  expect(calendar.endsWith('\r\n')).toBe(true);
  expect(calendar.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of calendar.split('\r\n')) {
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(line).not.toMatch(/\p{Surrogate}/u);
  }
  return calendar.trimEnd().replaceAll('\r\n ', '').split('\r\n');
}

describe('the feeds', () => {
  it('are well-formed, whatever a customer writes', () => {
    const snapshot = hostileSnapshot();
    for (const feed of [rssFeed(snapshot), atomFeed(snapshot), rssFeed(snapshot, snapshot.components[2])]) {
      const elements = elementsOf(feed);
      expect(elements).not.toContain('script');
      expect(feed).not.toContain(']]>');
      expect(feed).not.toContain('href=&quot;javascript:');
      expect(feed).toContain('A &amp; B &lt;script&gt;');
    }
  });

  it('hold an item per incident and window, the last to move first, with an id that never changes', () => {
    const feed = rssFeed(outageSnapshot());
    expect(elementsOf(feed).filter((name) => name === 'item')).toHaveLength(3);
    expect([...feed.matchAll(/<guid isPermaLink="false">(.*?)</g)].map((match) => match[1])).toEqual([
      `urn:uuid:${uuid(3, 2)}`,
      `urn:uuid:${uuid(5, 1)}`,
      `urn:uuid:${uuid(3, 1)}`,
    ]);
    expect(feed).toContain('<pubDate>Mon, 23 Nov 2026 14:38:00 GMT</pubDate>');
    expect(feed).toContain(`<link>https://status.northwind.example/incidents/${uuid(3, 2)}/</link>`);
    expect(feed.indexOf('A firmware fault')).toBeLessThan(feed.indexOf('We see errors'));
  });

  it('name themselves and the page they belong to', () => {
    const feed = atomFeed(quietSnapshot());
    elementsOf(feed);
    expect(feed).toContain(`<id>urn:uuid:${uuid(0, 1)}</id>`);
    expect(feed).toContain(
      '<link rel="self" type="application/atom+xml" href="https://status.northwind.example/api/v1/atom"/>',
    );
    expect(feed).toContain(
      '<link rel="alternate" type="text/html" href="https://status.northwind.example/"/>',
    );
    expect(feed).toContain('<updated>2026-11-20T10:00:00+00:00</updated>');
    expect(rssFeed(quietSnapshot(), undefined, 'history.rss')).toContain('.example/history.rss" rel="self"');
  });

  it('of a component hold only what names it', () => {
    const snapshot = outageSnapshot();
    const signIn = rssFeed(snapshot, snapshot.components[14]);
    expect(signIn).toContain('Slow sign-in');
    expect(signIn).not.toContain('Block storage');
    expect(signIn).toContain(`/api/v1/components/${uuid(1, 15)}/rss" rel="self"`);
    const billing = atomFeed(snapshot, snapshot.components[15]);
    expect(elementsOf(billing)).not.toContain('entry');
    expect(billing).toContain('<updated>2025-06-02T08:00:00+00:00</updated>');
  });

  it('tell of a postmortem as the latest that happened', () => {
    const snapshot = structuredClone(quietSnapshot());
    snapshot.incidents[0]!.postmortem = {
      v2Id: v2Id(9, 1),
      body: 'Why it was',
      createdAt: NOW,
      updatedAt: NOW,
    };
    const feed = rssFeed(snapshot);
    expect(feed).toContain(`<pubDate>${rfc822Time(NOW)}</pubDate>`);
    expect(feed.indexOf('Why it was')).toBeLessThan(feed.indexOf('A cache ran'));
  });

  it('stop at fifty items', () => {
    const snapshot = structuredClone(quietSnapshot());
    const [incident] = snapshot.incidents;
    snapshot.incidents = Array.from({ length: 70 }, (_, n) => ({ ...incident!, id: uuid(3, n + 1) }));
    expect(elementsOf(atomFeed(snapshot)).filter((name) => name === 'entry')).toHaveLength(50);
  });
});

describe('the calendar', () => {
  it('holds the maintenance windows with plan, text and address', () => {
    const lines = linesOf(calendarFeed(quietSnapshot()));
    expect(lines).toEqual(
      expect.arrayContaining([
        'X-WR-CALNAME:Northwind Cloud: Maintenance',
        'X-WR-TIMEZONE:Etc/UTC',
        `UID:urn:uuid:${uuid(5, 1)}`,
        'DTSTAMP:20261120T100000Z',
        'DTSTART:20261128T060000Z',
        'DTEND:20261128T080000Z',
        'SUMMARY:Router replacement in Geneva',
        'SEQUENCE:0',
        'STATUS:CONFIRMED',
        `URL:https://status.northwind.example/maintenance/${uuid(5, 1)}/`,
      ]),
    );
    expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(1);
  });

  it('lets no name and no text add a line of its own', () => {
    const snapshot = hostileSnapshot();
    snapshot.page.timezone = 'Europe/Zurich';
    const lines = linesOf(calendarFeed(snapshot));
    expect(lines.filter((line) => line.startsWith('BEGIN:'))).toEqual(['BEGIN:VCALENDAR', 'BEGIN:VEVENT']);
    expect(lines.filter((line) => line.startsWith('END:'))).toEqual(['END:VEVENT', 'END:VCALENDAR']);
    for (const line of lines) expect(line).toMatch(/^[A-Z-]+(;VALUE=[A-Z]+)?:/);
    expect(lines.find((line) => line.startsWith('DESCRIPTION:'))).toContain(
      '\\nEND:VCALENDAR\\nBEGIN:VEVENT',
    );
  });

  it('calls off a cancelled window, and counts on so that calendars take the change', () => {
    const snapshot = structuredClone(quietSnapshot());
    const [window] = snapshot.maintenance;
    window!.status = 'cancelled';
    window!.updatedAt += 90_000;
    const lines = linesOf(calendarFeed(snapshot));
    expect(lines).toContain('STATUS:CANCELLED');
    expect(lines).toContain('SEQUENCE:90');
  });

  it('stays valid without any window', () => {
    const snapshot = quietSnapshot();
    const lines = linesOf(calendarFeed(snapshot, snapshot.components[16]));
    expect(lines).toContain('BEGIN:VTIMEZONE');
    expect(lines).not.toContain('BEGIN:VEVENT');
    expect(lines).toContain('X-WR-CALNAME:Audit log\\, Northwind Cloud: Maintenance');
  });

  it('folds long lines without breaking a letter or an emoji', () => {
    for (const text of ['x', '🛰️', 'é', '日本', 'a🧑‍🚒']) {
      for (let pad = 0; pad < 8; pad++) {
        const line = `SUMMARY:${'-'.repeat(pad)}${text.repeat(60)}`;
        const folded = foldLine(line);
        expect(linesOf(`${folded}\r\n`)).toEqual([line]);
      }
    }
    expect(foldLine(`SUMMARY:${'x'.repeat(67)}`)).not.toContain('\r\n');
  });
});
