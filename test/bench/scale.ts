import { join } from 'node:path';
import { factorRow, limitRow, ms, percentile, print, type Row } from './figures.ts';
import { buildFloor, type Floor, floorTimes } from './floor.ts';
import { replacedBy } from './publish.ts';
import { quiet } from './quiet.ts';
import { blast } from './scale/blast.ts';
import { lists } from './scale/lists.ts';
import { memoryRow, tellMemory } from './scale/memory.ts';
import { moving } from './scale/moving.ts';
import { newDay } from './scale/new-day.ts';
import { largeFolder, megabytes, publishAll, seconds, smallFolder } from './scale/published.ts';
import { readMeanwhile } from './scale/readers.ts';
import { atRest } from './scale/rest.ts';
import { type Latencies, latencies, type Subject, serverOn, subjectOf } from './scale/server.ts';
import { LOVED, pageSizes, SMALL, WIDE } from './scale/spread.ts';
import { starts } from './scale/starts.ts';

export interface Scale {
  pages: number;
  /** How many pages are rendered in full to see what that costs. */
  rendered: number;
  warmUp: number;
  writes: number;
  starts: number;
  restMs: number;
  dayMs: number;
  readers: { clients: number; incidents: number; everyMs: number };
  imported: { incidents: number; subscribers: number };
  /** False leaves the floors out: they take a build of their own. */
  floors: boolean;
}

export const FULL: Scale = {
  pages: 10_000,
  rendered: 200,
  warmUp: 20,
  writes: 150,
  starts: 5,
  // Longer than a minute: then what is done each minute is in it.
  restMs: 65_000,
  dayMs: 45_000,
  readers: { clients: 1_000, incidents: 10, everyMs: 1_000 },
  imported: { incidents: 1_000, subscribers: 20_000 },
  floors: true,
};

/** A tenth of everything that takes long, to see that it all works. */
export function shortened(pages: number): Scale {
  return {
    ...FULL,
    ...{ pages, rendered: 4, warmUp: 2, writes: 10, starts: 1, restMs: 1_000, dayMs: 3_000, floors: false },
    readers: { clients: 50, incidents: 2, everyMs: 300 },
    imported: { incidents: 20, subscribers: 400 },
  };
}

const SAME = { sign: '<=', must: 1.2, aim: 1.05 } as const;
const FLOOR = { sign: '<=', must: 3, aim: 1.5 } as const;

/**
 * 10,000 pages, 100,000 components, 100,000 subscribers and 50,000 past incidents in one data directory, each figure
 * beside its reference of the same run: the same page alone in its database, or the budget.
 */
export async function scale(chosen: Scale): Promise<Row[]> {
  const big = await largeFolder(chosen.pages);
  const small = await smallFolder();
  const rows = await starts(big, small, chosen.starts);
  const [server, reference] = [await serverOn(big), await serverOn(small)];
  const subjects: Subject[] = [];
  try {
    tellMemory(server, 'after the start');
    const subject = async (of: typeof server, slug: string) => {
      const one = await subjectOf(of, slug);
      subjects.push(one);
      return one;
    };
    const [ours, same] = [await subject(server, SMALL), await subject(reference, SMALL)];
    await Promise.all([server, reference].map(({ pid }) => quiet(pid)));
    rows.push(...(await atRest(server, reference, chosen.restMs)));
    rows.push(...(await writesBesides(ours, same, chosen)));
    const floor = chosen.floors ? await buildFloor() : null;
    for (const slug of [WIDE, LOVED])
      rows.push(...(await writesOnLarge(await subject(server, slug), floor, chosen)));
    rows.push(...(await lists(server)));
    rows.push(...(await blast(server, ours)));
    await quiet(server.pid);
    const read = await readMeanwhile(ours, chosen.readers);
    rows.push(
      limitRow('reads: errors', { ours: read.errors, unit: String }, { must: 0, aim: 0 }),
      limitRow(
        'reads: written until seen by all, at most',
        { ours: Math.max(...read.seen), unit: ms },
        { must: 2_000, aim: 1_000 },
      ),
    );
    tellMemory(server, 'after load');
    rows.push(memoryRow(server));
  } finally {
    for (const one of subjects) await one.revisions.close();
    await Promise.all([server.stop(), reference.stop()]);
  }
  rows.push(...(await newDay(big, chosen.dayMs)));
  await moving(big, chosen.imported);
  await rendering(chosen);
  return rows;
}

/** The same writes to the same page, among all the others and alone. */
async function writesBesides(ours: Subject, same: Subject, { warmUp, writes }: Scale): Promise<Row[]> {
  await latencies([ours, same], warmUp);
  const [among, alone] = (await latencies([ours, same], writes)) as [Latencies, Latencies];
  return [0.5, 0.95].flatMap((share) => {
    const figures = (which: keyof Latencies) => ({
      ours: percentile(among[which], share),
      reference: percentile(alone[which], share),
      unit: ms,
    });
    const p = `p${share * 100}`;
    return [
      factorRow(`write to files, ordinary page, ${p}`, figures('replaced'), SAME),
      factorRow(`API write, ${p}`, figures('answered'), SAME),
    ];
  });
}

/** Writes to a page that is large itself, beside its floor. */
async function writesOnLarge(
  subject: Subject,
  floor: Floor | null,
  { warmUp, writes }: Scale,
): Promise<Row[]> {
  const { server, slug } = subject;
  const few = Math.ceil(writes / 3);
  await latencies([subject], Math.min(few, warmUp));
  const [ours] = (await latencies([subject], few)) as [Latencies];
  await quiet(server.pid);
  print(
    `  writes to "${slug}": answered p50 ${ms(percentile(ours.answered, 0.5))}, files p50 ${ms(percentile(ours.replaced, 0.5))}, p95 ${ms(percentile(ours.replaced, 0.95))}`,
  );
  if (floor === null) return [];
  const files = await replacedBy(join(server.dataDir, 'site/p', slug), async () => {
    await latencies([subject], 1);
  });
  const times = await floorTimes(
    floor,
    join(server.dataDir, 'published', `${slug}.json`),
    files,
    few,
    'made',
  );
  return [0.5, 0.95].map((share) =>
    factorRow(
      `write to files, "${slug}", p${share * 100}`,
      { ours: percentile(ours.replaced, share), reference: percentile(times, share), unit: ms },
      FLOOR,
    ),
  );
}

/** What rendering everything costs, on a part of it. */
async function rendering({ pages, rendered }: Scale): Promise<void> {
  const done = await publishAll(rendered);
  const all = pageSizes(pages).reduce((sum, page) => sum + page.incidents, 0);
  print(
    `  publish --all of ${done.pages} pages and ${done.incidents} past incidents: ${seconds(done.ms)}, ${(done.ms / done.pages).toFixed(0)} ms a page; all ${pages} with ${all} take about ${((done.ms * pages) / done.pages / 60_000).toFixed(0)} min`,
  );
  print(
    `  on the disk: ${done.files} files, ${megabytes(done.bytes)}, ${megabytes(done.bytes / done.pages)} a page`,
  );
}
