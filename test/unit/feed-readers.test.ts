/** Feeds and calendars as programs of others read them: parsers of npm, and xmllint against a schema. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { XMLValidator } from 'fast-xml-parser';
import { parseFeed } from 'feedsmith';
import ICAL from 'ical.js';
import { sync as nodeIcal } from 'node-ical';
import RssParser from 'rss-parser';
import { describe, expect, test } from 'vitest';
import { atomFeed } from '../../src/render/documents/atom.ts';
import { calendarFeed } from '../../src/render/documents/calendar.ts';
import { rssFeed } from '../../src/render/documents/rss.ts';
import type { PageSnapshot } from '../../src/snapshot/schema.ts';
import { hostileSnapshot } from '../fixtures/hostile.ts';
import { NOW, uuid, v2Id } from '../fixtures/snapshot-parts.ts';
import { outageSnapshot, quietSnapshot } from '../fixtures/snapshots.ts';

const XMLLINT = spawnSync('xmllint', ['--version']).error === undefined;
const SNAPSHOTS: [string, () => PageSnapshot][] = [
  ['a quiet page', quietSnapshot],
  ['a page in trouble', outageSnapshot],
  ['a page whose every text is hostile', hostileSnapshot],
  ['a page without anything', () => ({ ...quietSnapshot(), incidents: [], maintenance: [] })],
];

/** What xmllint has to say of a document that should be of a schema in `test/fixtures/feeds`. */
function schemaFaults(document: string, schema: 'rss' | 'atom'): string {
  if (!XMLLINT) return '';
  const path = fileURLToPath(new URL(`../fixtures/feeds/${schema}.rng`, import.meta.url));
  const { stderr, status } = spawnSync('xmllint', ['--noout', '--nonet', '--relaxng', path, '-'], {
    input: document,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stderr;
}

/** Every feed of a page: its own two, those where Statuspage has them, those of a component. */
function feedsOf(snapshot: PageSnapshot): [kind: 'rss' | 'atom', document: string][] {
  const component = snapshot.components[2]!;
  return [
    ['rss', rssFeed(snapshot)],
    ['rss', rssFeed(snapshot, undefined, 'history.rss')],
    ['rss', rssFeed(snapshot, component)],
    ['atom', atomFeed(snapshot)],
    ['atom', atomFeed(snapshot, undefined, 'history.atom')],
    ['atom', atomFeed(snapshot, component)],
  ];
}

describe.each(SNAPSHOTS)('The feeds of %s', (_, make) => {
  test('are valid: to xmllint by their schema, and to a strict XML parser', () => {
    for (const [kind, document] of feedsOf(make())) {
      expect(schemaFaults(document, kind)).toBe('');
      expect(XMLValidator.validate(document)).toBe(true);
    }
  });

  test('say the same to every reader', async () => {
    for (const [kind, document] of feedsOf(make())) {
      const read = parseFeed(document);
      expect(read.format).toBe(kind);
      const entries =
        read.format === 'rss'
          ? read.feed.items?.map(({ guid, title }) => [guid?.value, title])
          : read.format === 'atom'
            ? read.feed.entries?.map(({ id, title }) => [id, title?.value ?? title])
            : [];
      const other = await new RssParser().parseString(document);
      const same = other.items.map((item) => [kind === 'rss' ? item.guid : item.id, item.title]);
      expect(same.map(([id]) => id)).toEqual((entries ?? []).map(([id]) => id));
      for (const item of other.items) {
        expect(item.link).toMatch(/^https:\/\/status\.northwind\.example\/(incidents|maintenance)\//);
        expect(new Date(item.isoDate!).getTime()).toBeGreaterThan(0);
      }
    }
  });

  test('have a calendar that two readers take for the same', () => {
    const snapshot = make();
    const text = calendarFeed(snapshot);
    const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
    const events = calendar.getAllSubcomponents('vevent').map((each) => new ICAL.Event(each));
    expect(events.map(({ uid }) => uid)).toEqual(snapshot.maintenance.map(({ id }) => `urn:uuid:${id}`));
    const read = Object.values(nodeIcal.parseICS(text)).filter((one) => one?.type === 'VEVENT');
    expect(read).toHaveLength(events.length);
    for (const [place, window] of snapshot.maintenance.entries()) {
      const [ours, theirs] = [events[place]!, read[place]!];
      expect(ours.startDate.toJSDate().getTime()).toBe(window.startsAt);
      expect(ours.endDate.toJSDate().getTime()).toBe(window.endsAt);
      expect((theirs as { start: Date }).start.getTime()).toBe(window.startsAt);
      expect((theirs as { summary: string }).summary).toBe(ours.summary);
    }
  });
});

describe('A reader that asks again after an update', () => {
  test('finds the same entry, moved to the front, with the new text in it', () => {
    const before = outageSnapshot();
    const after = structuredClone(before);
    const slow = after.incidents[1]!;
    slow.updates.unshift({
      ...slow.updates[0]!,
      id: uuid(4, 99),
      v2Id: v2Id(4, 99),
      createdAt: NOW,
      body: 'It came back.',
    });
    const read = (snapshot: PageSnapshot) => {
      const { feed } = parseFeed(atomFeed(snapshot)) as {
        feed: { entries: { id: string; updated: string; published: string; content?: unknown }[] };
      };
      return feed.entries;
    };
    const [old, now] = [read(before), read(after)];
    expect(now.map(({ id }) => id).sort()).toEqual(old.map(({ id }) => id).sort());
    expect(now[0]).toMatchObject({ id: `urn:uuid:${slow.id}`, updated: '2026-11-23T14:53:09+00:00' });
    expect(now[0]!.published).toBe(old.find(({ id }) => id === now[0]!.id)!.published);
    expect(JSON.stringify(now[0])).toContain('It came back.');
  });

  test('finds a moved window under the same name, with a number that tells it is newer', () => {
    const snapshot = structuredClone(quietSnapshot());
    const numbers = () => {
      const calendar = new ICAL.Component(ICAL.parse(calendarFeed(snapshot)) as unknown[]);
      const { uid, sequence, startDate } = new ICAL.Event(calendar.getFirstSubcomponent('vevent')!);
      return { uid, sequence, start: startDate.toJSDate().getTime() };
    };
    const first = numbers();
    const window = snapshot.maintenance[0]!;
    window.startsAt += 3_600_000;
    window.endsAt += 3_600_000;
    window.updatedAt += 90_000;
    const second = numbers();
    expect(second.uid).toBe(first.uid);
    expect(second.sequence).toBeGreaterThan(first.sequence);
    expect(second.start - first.start).toBe(3_600_000);
  });
});
