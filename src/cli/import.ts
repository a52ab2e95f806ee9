import { type ImportOptions, importStatuspage } from './import-statuspage.ts';
import type { Assembly } from './main.ts';
import { withProgress } from './progress.ts';

/** `import statuspage`: with a progress bar, and a report at the end. */
export async function importCommand(
  { services }: Assembly,
  path: string,
  options: ImportOptions,
): Promise<void> {
  const lines: string[] = [];
  await withProgress((progress) =>
    importStatuspage(services, path, options, (line) => lines.push(line), progress),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}
