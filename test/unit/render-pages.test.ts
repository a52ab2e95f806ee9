import { describe, expect, it } from 'vitest';
import { pictureOf } from '../../src/render/pictures/drawn.ts';
import { pictures } from '../../src/render/pictures/picture.ts';
import { planCurrent } from '../../src/render/plan.ts';
import { incidentView, maintenanceView } from '../../src/render/view/event-page.ts';
import { historyView, monthView } from '../../src/render/view/history-page.ts';
import { movedView, notFoundView } from '../../src/render/view/message-page.ts';
import { statusView } from '../../src/render/view/status-page.ts';
import type { PageSnapshot, SnapshotIncident } from '../../src/snapshot/schema.ts';
import { DAY, HOUR, NOW, snapshotOf, uuid, v2Id } from '../fixtures/snapshot-parts.ts';
import {
  blockStorageDown,
  manyComponents,
  northwind,
  novemberArchive,
  outageSnapshot,
  quietSnapshot,
  routerReplacement,
} from '../fixtures/snapshots.ts';

const plain = (html: string) => html.replaceAll(/<[^>]*>/g, '');

describe('the status page', () => {
  it('answers in one sentence when all is well', () => {
    const view = statusView(quietSnapshot());
    expect(view.chrome.title).toBe('All systems operational · Northwind Cloud');
    expect(plain(view.detailHtml)).toBe('Nothing is open. The last incident ended on 11 November.');
    expect(view.troubled).toBe(false);
    expect(view.now).toEqual([]);
  });

  it('says what is affected and since when', () => {
    const view = statusView(outageSnapshot());
    expect(view.chrome.title).toBe('Partial outage · Northwind Cloud');
    expect(plain(view.detailHtml)).toBe('3 of 17 components affected. One open incident, since 14:05 UTC.');
    expect(view.troubled).toBe(true);
  });

  it('tells an open incident with all its updates, newest first, and when the next one comes', () => {
    const [incident] = statusView(outageSnapshot()).now;
    expect(plain(incident!.factsHtml)).toBe('Major impact · since 14:05 UTC');
    expect(incident!.updates.map(({ timeHtml }) => plain(timeHtml))).toEqual([
      '14:38 UTC',
      '14:12 UTC',
      '14:05 UTC',
    ]);
    expect(incident!.updates[0]!.bodyHtml).toContain('Identified.</strong> A firmware fault');
    expect(incident!.updates[0]!.notesHtml.map(plain)).toEqual(['Next update by 15:20 UTC.']);
  });

  it('shows twenty open incidents in full and links to the others', () => {
    const many: SnapshotIncident[] = Array.from({ length: 23 }, (_, n) => ({
      ...blockStorageDown,
      id: uuid(3, n),
    }));
    const view = statusView(snapshotOf(northwind, [], many, []));
    expect(view.now).toHaveLength(20);
    expect(view.alsoOpen).toHaveLength(3);
  });

  it('opens groups with trouble and folds healthy ones of more than four components', () => {
    const groups = statusView(outageSnapshot()).componentsHtml.match(/<details[^>]*>/g);
    expect(groups!.map((tag) => tag.includes(' open'))).toEqual([true, true, true, false]);
    const quiet = statusView(quietSnapshot()).componentsHtml.match(/<details[^>]*>/g);
    expect(quiet!.map((tag) => tag.includes(' open'))).toEqual([false, true, true, false]);
  });

  it('names the status of a component in words and in the text of its mark', () => {
    const html = statusView(outageSnapshot()).componentsHtml;
    expect(html).toContain('<span class="word" data-status="major_outage">Major outage</span>');
    expect(html).toContain('aria-label="Operational"');
  });

  it('draws a bad day by its share of the day, never lower than a quarter, and says it in words', () => {
    const parts = [
      {
        group: null,
        components: [
          {
            name: 'Site',
            troubles: [
              [2, 'major_outage', 5],
              [1, 'partial_outage', 1440],
            ] as const,
          },
        ],
      },
    ];
    const html = statusView(snapshotOf(northwind, parts, [], [])).componentsHtml;
    expect(html).toContain('<path data-status="major_outage" d="M349.5 22v-6"/>');
    expect(html).toContain('<path data-status="partial_outage" d="M353.5 22v-22"/>');
    expect(html).toMatch(
      /aria-label="99\.\d\d% of the last 90 days\. Major outage: 21 Nov\. Partial outage: 22 Nov\."/,
    );
  });

  it('leaves the days pale on which a component did not count yet', () => {
    const parts = [{ group: null, components: [{ name: 'New', since: NOW - 10 * DAY }] }];
    expect(statusView(snapshotOf(northwind, parts, [], [])).componentsHtml).toContain(
      '<path class="none" d="M0 11H315"/>',
    );
  });

  it('folds quiet days into a range', () => {
    const days = statusView(outageSnapshot()).recent;
    expect(days.map(({ label, lines }) => [label, lines.length])).toEqual([
      ['23 Nov', 1],
      ['12–22 Nov', 0],
      ['11 Nov', 1],
      ['10 Nov', 0],
    ]);
    expect(days[2]!.lines[0]!.stateHtml).toBe('Resolved after 31 minutes.');
  });

  it('does not call days quiet before there was anything to watch', () => {
    const page = { ...northwind, createdAt: NOW - 2 * DAY };
    const parts = [{ group: null, components: [{ name: 'New', since: NOW - 2 * DAY }] }];
    expect(statusView(snapshotOf(page, parts, [], [])).recent.map(({ label }) => label)).toEqual([
      '21–23 Nov',
    ]);
  });

  it('can not be changed in its markup by a name', () => {
    const name = `<img src=x onerror="alert(1)">'&`;
    const parts = [{ group: name, components: [{ name, description: name }] }];
    const html = statusView(snapshotOf({ ...northwind, name }, parts, [], [])).componentsHtml;
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=&#34;alert(1)&#34;&gt;&#39;&amp;');
  });

  it('takes the tenant’s colour only in the form of a colour', () => {
    const css = (accent: string) =>
      statusView({ ...quietSnapshot(), page: { ...northwind, accent } }).chrome.accentCss;
    expect(css('#AA3300')).toContain('--accent:#aa3300;');
    expect(css('red}</style><script>')).toContain('--accent:#2c41c9;');
  });

  it('lists every component of a large page', () => {
    expect(statusView(manyComponents(1000)).componentsHtml.match(/<li>/g)).toHaveLength(1000);
  });

  it('holds nothing that the reader’s clock makes false', () => {
    expect(JSON.stringify(statusView(outageSnapshot()))).not.toMatch(/\bago\b|today|yesterday|tomorrow/i);
  });
});

describe('the history', () => {
  it('links to every month since the first, newest first', () => {
    const { years } = historyView(quietSnapshot());
    expect(years.map(({ year, months }) => [year, months.length])).toEqual([
      ['2026', 11],
      ['2025', 7],
    ]);
    expect(years[0]!.months[0]).toEqual({ href: '../history/2026-11/', text: 'November' });
  });

  it('turns from month to month between the first and the last', () => {
    const november = monthView(novemberArchive());
    expect(november.newer).toBeNull();
    expect(november.older).toEqual({ href: '../../history/2026-10/', text: 'October 2026' });
    const june = monthView({ ...novemberArchive(), month: '2025-06' });
    expect(june.older).toBeNull();
    expect(june.newer?.text).toBe('July 2025');
  });

  it('tells the days of a month, newest first', () => {
    expect(monthView(novemberArchive()).days.map(({ label }) => label)).toEqual([
      '23 Nov',
      '21 Nov',
      '11 Nov',
    ]);
  });

  it('says nothing of the present state in the archive', () => {
    const { chrome } = monthView(novemberArchive());
    expect(chrome.publishedHtml).toBe('');
    expect(chrome.icon).toContain('%3Ctext');
  });
});

describe('the page of one event', () => {
  it('tells when an incident was, how long it lasted and what was learned', () => {
    const incident: SnapshotIncident = {
      ...blockStorageDown,
      status: 'resolved',
      resolvedAt: blockStorageDown.startedAt + 2 * HOUR,
      postmortem: { v2Id: v2Id(9, 1), body: '# Cause\n\nFirmware.', createdAt: NOW, updatedAt: NOW },
    };
    const view = incidentView(northwind, incident);
    expect(view.facts.map(({ name, valueHtml }) => [name, plain(valueHtml)])).toEqual([
      ['Status', 'Resolved'],
      ['Impact', 'Major impact'],
      ['Time', '23 November 2026, 14:05–16:05 UTC'],
      ['Lasted', '2 hours'],
    ]);
    expect(view.postmortemHtml).toContain('<h3>Cause</h3>');
    expect(view.chrome.canonical).toBe(`https://status.northwind.example/incidents/${incident.id}/`);
  });

  it('tells the plan of a maintenance window', () => {
    const view = maintenanceView(northwind, routerReplacement);
    expect(view.facts.map(({ valueHtml }) => plain(valueHtml))).toEqual([
      'Scheduled',
      '28 November 2026, 06:00–08:00 UTC',
    ]);
  });

  it('leads to the month of what has begun, and to no month that may not have come', () => {
    const at = (changes: Partial<typeof routerReplacement>) =>
      maintenanceView(northwind, { ...routerReplacement, ...changes }).month.href;
    expect(at({})).toMatch(/\/history\/$/);
    expect(at({ status: 'cancelled' })).toMatch(/\/history\/$/);
    const { startsAt: startedAt } = routerReplacement;
    expect(at({ status: 'in_progress', startedAt })).toMatch(/\/history\/2026-11\/$/);
    expect(at({ status: 'completed', startedAt })).toMatch(/\/history\/2026-11\/$/);
  });
});

describe('pages that lead on', () => {
  it('links absolutely where nothing is found, since it is served at any depth', () => {
    const { chrome, link } = notFoundView(northwind);
    expect(link!.href).toBe('https://status.northwind.example/');
    expect(chrome.navigation.every(({ href }) => href.startsWith('https://'))).toBe(true);
    expect(chrome.canonical).toBeNull();
  });

  it('leads from an old address to the new one', () => {
    expect(movedView(northwind).refresh).toBe('0; url=https://status.northwind.example/');
  });
});

describe('the history of a page', () => {
  const isMade = (before: PageSnapshot, changedAt: number) =>
    planCurrent(before, { ...before, changedAt }, new Set()).files.some(
      ({ path }) => path === 'history/index.html',
    );

  it('is made again with the first change of a day, whose moments it tells without their date', () => {
    const before = { ...outageSnapshot(), asOf: NOW, changedAt: NOW - DAY };
    expect(isMade(before, NOW)).toBe(true);
    expect(isMade({ ...before, changedAt: NOW - 1 }, NOW)).toBe(false);
  });
});

describe('the picture beside a link to a page', () => {
  const names = (snapshot: PageSnapshot) =>
    planCurrent(null, snapshot, new Set()).files.flatMap(({ path }) => path.match(/^pictures\/.*/) ?? []);

  it('is that of its headline, in each of its languages, where there are letters for it', () => {
    const page = { ...northwind, languages: ['en', 'ar', 'fr'] };
    expect(names({ ...outageSnapshot(), page })).toEqual([
      'pictures/en-partial_outage.png',
      'pictures/partial_outage.png',
      'pictures/fr-partial_outage.png',
    ]);
  });

  it('lies where the page says', () => {
    const { picture } = statusView(outageSnapshot()).chrome;
    expect(picture?.url).toBe('https://status.northwind.example/pictures/en-partial_outage.png');
  });

  it('has been drawn for each headline that there can be', () => {
    for (const name of Object.keys(pictures())) {
      expect(pictureOf(name).subarray(1, 4).toString(), name).toBe('PNG');
    }
  });
});
