/** One contract for every place that pages are published to. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OvertakenError, type RevisionMark, type Target } from '../../src/publish/target.ts';
import { fakePlace, folder, type Place } from '../s3/places.ts';
import { RADOSGW, radosPlace } from '../s3/radosgw.ts';

const file = (path: string, text: string) => ({ path, body: Buffer.from(text) });
const mark = (revision: number, fence = 1): RevisionMark => ({
  ...{ revision, fence },
  published_at: '2026-02-28T06:30:00+00:00',
});
const bodyOf = (one: RevisionMark) => Buffer.from(`${JSON.stringify(one)}\n`);
const put = (target: Target, slug: string, one: RevisionMark) => target.mark(slug, one, bodyOf(one));

/** Writes files. @returns the paths of those that differed */
async function replaced(target: Target, files: typeof PAGE): Promise<string[]> {
  const paths: string[] = [];
  await target.write('acme', files, (_, differing) => void paths.push(...differing));
  return paths;
}

const PAGE = [
  file('index.html', '<h1>Acme</h1>'),
  file('incidents/0195/index.html', '<h1>Slow</h1>'),
  file('api/v1/components.json', '[]'),
  file('api/v1/components/0195.json', '{"id":"0195"}'),
  file('api/v1/components/0195/rss.xml', '<rss/>'),
  file('api/v1/rss.xml', '<rss version="2.0"/>'),
  file('api/v2/summary.json', '{"page":{}}'),
  file('status.txt', 'Alle Systeme laufen – 全系統正常'),
];

const places: [string, () => Promise<Place>][] = [
  ['a folder', folder],
  ['a bucket', fakePlace('plain')],
  ['a bucket that compares ETags without their quotes', fakePlace('unquoted')],
  ['a bucket that takes no key below another', fakePlace('strict')],
];
if (RADOSGW) places.push(['a bucket of a real Ceph', radosPlace]);
else
  test('There is no Ceph on this machine: a stand-in takes the part of the object store', () => {
    expect(RADOSGW).toBe(false);
  });

describe.each(places)('In %s', (_, open) => {
  let place: Place;
  let target: Target;
  beforeAll(async () => {
    place = await open();
    target = place.target();
  });
  afterAll(() => place?.stop());

  test('There is nothing of a page before it is published', async () => {
    expect(await target.revisionOf('fresh')).toBeNull();
    expect(await target.list('fresh', '.')).toEqual([]);
    expect(await target.slugs()).not.toContain('fresh');
  });

  test('Files are read as they were written, and only what differs is written again', async () => {
    expect((await replaced(target, PAGE)).sort()).toEqual(PAGE.map(({ path }) => path).sort());
    for (const { path, body } of PAGE) expect(await place.read('acme', path)).toBe(body.toString());
    expect(await replaced(target, PAGE)).toEqual([]);
    const changed = file('index.html', '<h1>Acme, changed</h1>');
    expect(await replaced(target, [changed, ...PAGE.slice(1)])).toEqual(['index.html']);
    expect(await replaced(place.target(), [changed, ...PAGE.slice(1)])).toEqual([]);
  });

  test('All files of a page are listed, and those of a folder', async () => {
    expect((await place.target().list('acme', '.')).sort()).toEqual(PAGE.map(({ path }) => path).sort());
    expect(await place.target().list('acme', 'incidents')).toEqual(['incidents/0195/index.html']);
  });

  test('The mark of a revision is found by every publisher', async () => {
    await put(target, 'acme', mark(1));
    await put(target, 'acme', mark(2));
    expect(await place.target().revisionOf('acme')).toEqual(mark(2));
    expect(await place.read('acme', 'revision.json')).toBe(bodyOf(mark(2)).toString());
  });

  test('Whoever has been overtaken by a later publisher does not set a mark any more', async () => {
    const late = place.target();
    await late.revisionOf('acme');
    const next = place.target();
    await next.revisionOf('acme');
    await put(next, 'acme', mark(4, 2));
    await expect(put(late, 'acme', mark(3, 1))).rejects.toThrow(OvertakenError);
    await late.revisionOf('acme');
    await expect(put(late, 'acme', mark(5, 1))).rejects.toThrow(OvertakenError);
    expect(await place.target().revisionOf('acme')).toEqual(mark(4, 2));
    await put(next, 'acme', mark(5, 2));
  });

  test('Who may not write any more writes nothing, and takes nothing away', async () => {
    const frozen = place.target(() => {
      throw new Error('too late');
    });
    const before = await place.count('acme');
    await expect(frozen.write('acme', [file('index.html', 'old')])).rejects.toThrow('too late');
    await expect(put(frozen, 'acme', mark(9, 9))).rejects.toThrow('too late');
    await expect(frozen.remove('acme', ['index.html'])).rejects.toThrow('too late');
    await expect(frozen.removePage('acme')).rejects.toThrow('too late');
    expect(await place.count('acme')).toBe(before);
    expect(await place.read('acme', 'index.html')).toBe('<h1>Acme, changed</h1>');
  });

  test('Files that are taken away are gone, and taking them away again is no error', async () => {
    await target.remove('acme', ['incidents/0195/index.html', 'api/v1/components/0195.json', 'nothing.txt']);
    await target.remove('acme', ['incidents/0195/index.html']);
    expect(await place.read('acme', 'incidents/0195/index.html')).toBeNull();
    expect(await place.read('acme', 'api/v1/components/0195.json')).toBeNull();
    expect(await place.read('acme', 'api/v1/components/0195/rss.xml')).toBe('<rss/>');
  });

  test('Of a page that moved nothing stays but the word where to', async () => {
    await target.write('old', PAGE);
    await put(target, 'old', mark(1));
    await target.leadOn('old', file('index.html', 'Moved'), 'https://status.example.com/p/new');
    expect(await place.target().revisionOf('old')).toBeNull();
    expect(await place.read('old', 'index.html')).toBe('Moved');
    expect(await place.read('old', 'moved.json')).toBe('{"url":"https://status.example.com/p/new"}\n');
    expect(await place.count('old')).toBe(2);
  });

  test('Of a page that was taken away nothing stays, and the others do', async () => {
    await target.removePage('old');
    expect(await place.count('old')).toBe(0);
    expect(await place.target().slugs()).toEqual(['acme']);
    await target.removePage('old');
    await target.write('old', PAGE.slice(0, 1));
    await put(target, 'old', mark(1));
    expect(await place.target().revisionOf('old')).toEqual(mark(1));
  });

  test('It is known which database the files come from', async () => {
    expect(await target.origin()).toBeNull();
    await target.setOrigin('one');
    expect(await place.target().origin()).toBe('one');
  });
});
