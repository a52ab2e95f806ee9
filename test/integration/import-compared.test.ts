/** What a page says after it moved in, beside what it said before: field by field, with every difference named here. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importStatuspage } from '../../src/cli/import-statuspage.ts';
import { v2SummaryDocument } from '../../src/render/documents/v2/documents.ts';
import { plain, snapshotOf } from '../fixtures/snapshot-of.ts';
import { type Summary, summaryOf } from '../fixtures/statuspage.ts';
import { openSite, type Site } from '../fixtures/store.ts';

let site: Site;
let folder: string;
beforeEach(async () => {
  site = await openSite();
  folder = await mkdtemp(join(tmpdir(), 'daymark-compared-'));
});
afterEach(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

type Json = Record<string, unknown>;

/** Fields that differ, and why they do. */
const EXPLAINED: Record<string, string> = {
  'page.url': 'readers find the page here now',
  'page.updated_at': 'the import is the last change of the page here',
  'incident.shortlink': 'leads to the incident here, not by the link shortener of the source',
  'incident.started_at': 'of a planned window, we tell its announcement to the millisecond of created_at',
  'update.updated_at':
    'the source writes its own bookkeeping moments after posting; here it is the last edit',
  'update.deliver_notifications': 'who was told is not public here',
  'update.tweet_id': 'nothing is tweeted from here',
  'affected.old_status':
    'follows from what the incident said before; the source looked at what was set on the component',
};

class Differences {
  readonly fields = new Map<string, [theirs: unknown, ours: unknown]>();

  /** Compares two things field by field: each has exactly the fields of the other. */
  compare(kind: string, theirs: Json, ours: Json, without: readonly string[] = []): void {
    expect(Object.keys(ours).sort(), kind).toEqual(Object.keys(theirs).sort());
    for (const [field, value] of Object.entries(theirs)) {
      if (without.includes(field) || JSON.stringify(value) === JSON.stringify(ours[field])) continue;
      this.fields.set(`${kind}.${field}`, [value, ours[field]]);
    }
  }

  /** Compares two lists whose items are known by a field; the order of the second is ours. */
  compareAll(
    kind: string,
    theirs: readonly Json[],
    ours: readonly Json[],
    key = 'id',
    inside: (theirs: Json, ours: Json) => void = () => {},
    without: readonly string[] = [],
  ): void {
    const known = new Map(ours.map((one) => [one[key], one]));
    expect([...known.keys()].sort(), kind).toEqual(theirs.map((one) => one[key]).sort());
    for (const one of theirs) {
      const other = known.get(one[key])!;
      this.compare(kind, one, other, without);
      inside(one, other);
    }
  }
}

const list = (value: unknown): Json[] => (value as Json[] | null) ?? [];

function differencesOf(theirs: Json, ours: Json): Differences {
  const differences = new Differences();
  const lists = ['page', 'components', 'incidents', 'scheduled_maintenances', 'status'];
  differences.compare('summary', theirs, ours, lists);
  differences.compare('page', theirs.page as Json, ours.page as Json);
  differences.compare('status', theirs.status as Json, ours.status as Json);
  const components = (a: unknown, b: unknown) => differences.compareAll('component', list(a), list(b));
  components(theirs.components, ours.components);
  for (const kind of ['incidents', 'scheduled_maintenances'])
    differences.compareAll(
      'incident',
      list(theirs[kind]),
      list(ours[kind]),
      'id',
      (a, b) => {
        components(a.components, b.components);
        expect(list(b.incident_updates).map(({ id }) => id)).toEqual(
          list(a.incident_updates).map(({ id }) => id),
        );
        differences.compareAll(
          'update',
          list(a.incident_updates),
          list(b.incident_updates),
          'id',
          (x, y) =>
            differences.compareAll(
              'affected',
              list(x.affected_components),
              list(y.affected_components),
              'code',
            ),
          ['affected_components'],
        );
      },
      ['components', 'incident_updates'],
    );
  return differences;
}

async function moved(summary: Summary, now: string): Promise<Json> {
  site.clock.now = Date.parse(now);
  const file = join(folder, 'summary.json');
  await writeFile(file, JSON.stringify(summary));
  const { page } = await importStatuspage(site, file, {}, () => {});
  return plain(v2SummaryDocument(await snapshotOf(site, page.id))) as Json;
}

const DAYS = { 'quiet-day': '2026-08-22T06:30:00Z', 'bad-day': '2022-12-06T17:01:00Z' } as const;

test.each(['quiet-day', 'bad-day'] as const)(
  'A page that moved in on a %s says what it said before, but for what is explained',
  async (day) => {
    const theirs = await summaryOf(day);
    const ours = await moved(theirs, DAYS[day]);
    const { fields } = differencesOf(theirs as unknown as Json, ours);
    expect([...fields].filter(([field]) => !(field in EXPLAINED))).toEqual([]);
    expect(fields.size).toBeGreaterThan(3);
  },
);

test('Each difference that is explained is there', async () => {
  const seen = new Set<string>();
  for (const day of ['quiet-day', 'bad-day'] as const) {
    const theirs = await summaryOf(day);
    const { fields } = differencesOf(theirs as unknown as Json, await moved(theirs, DAYS[day]));
    for (const field of fields.keys()) seen.add(field);
  }
  expect(Object.keys(EXPLAINED).filter((field) => !seen.has(field))).toEqual([]);
});

test('Components arrive in the order in which the page shows them, a group before its own', async () => {
  const ours = await moved(await summaryOf('bad-day'), DAYS['bad-day']);
  const shown = list(ours.components).map(({ name, position, group }) => [name, position, group]);
  expect(shown.slice(0, 3)).toEqual([
    ['Regions', 1, true],
    ['Global', 1, false],
    ['AMS2', 2, false],
  ]);
  const services = list(ours.components).find(({ name }) => name === 'Services')!;
  expect(services.components).toEqual(
    list(ours.components)
      .filter(({ group_id }) => group_id === services.id)
      .map(({ id }) => id),
  );
});
