import { factorRow, kilobytes, ms, percentile, percentiles, print, type Row } from './figures.ts';
import { replacedFiles } from './publish.ts';
import { makeScene, PAGE, replaceTimes } from './scene.ts';

const COMPONENTS = 239;
const WARM_UP = 10;
const TIMES = 60;
/** Four languages are four pages to render: what is read, and what has no language, is made once. */
const BUDGET = { sign: '<=', must: 4, aim: 3 } as const;

/** What it costs a publish that a page speaks more than one language. */
export async function languages(): Promise<Row[]> {
  const scene = await makeScene(COMPONENTS);
  try {
    const p50: number[] = [];
    for (const spoken of [['en'], ['en', 'de', 'fr', 'ar']]) {
      await scene.call('PATCH', PAGE, { languages: spoken });
      await replaceTimes(scene, WARM_UP);
      const times = await replaceTimes(scene, TIMES);
      const files = await replacedFiles(scene);
      const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
      print(
        `  ${spoken.join(', ')}: ${files.length} files, ${kilobytes(bytes)} a change; ${percentiles(times)}`,
      );
      p50.push(percentile(times, 0.5));
    }
    const [reference = 0, ours = 0] = p50;
    return [
      factorRow(
        `write to files in 4 languages, ${COMPONENTS} components`,
        { ours, reference, unit: ms },
        BUDGET,
      ),
    ];
  } finally {
    await scene.close();
  }
}
