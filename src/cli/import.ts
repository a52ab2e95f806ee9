import { SingleBar } from 'cli-progress';
import { type ImportOptions, importStatuspage } from './import-statuspage.ts';
import type { Assembly } from './main.ts';

/** `import statuspage`: with a progress bar, and a report at the end. */
export async function importCommand(
  { services }: Assembly,
  path: string,
  options: ImportOptions,
): Promise<void> {
  const bar = new SingleBar({
    format: '{bar} {value}/{total}',
    noTTYOutput: true,
    stream: process.stdout,
    notTTYSchedule: 1000,
  });
  let started = false;
  const lines: string[] = [];
  try {
    await importStatuspage(
      services,
      path,
      options,
      (line) => lines.push(line),
      (done, total) => {
        if (!started) bar.start(total, 0);
        started = true;
        bar.update(done);
      },
    );
  } finally {
    if (started) bar.stop();
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
