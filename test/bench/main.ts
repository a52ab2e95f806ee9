import { parseArgs } from 'node:util';
import { buildOnce } from '../server/build-once.ts';
import { apiWrite } from './api-write.ts';
import { print, printTable, type Row } from './figures.ts';
import { firstVisit } from './first-visit.ts';
import { history } from './history.ts';
import { languages } from './languages.ts';
import { fanOut, firstMail, mails } from './mails.ts';
import { memory } from './memory-row.ts';
import { publish } from './publish.ts';
import { remote } from './remote.ts';
import { replay } from './replay.ts';
import { FULL, scale, shortened } from './scale.ts';
import { start } from './start.ts';
import { staticReads } from './static-reads.ts';

/**
 * `npm run bench` measures every row of the table of budgets, `npm run bench -- NAME …` some of them, and
 * `npm run bench -- replay FILE [--limit N] [--concurrency N]` sends a page's real changes, and `npm run bench -- scale
 * [--pages N] [--short]` looks at a large installation. Each figure stands beside its reference of the same run.
 */
const ROWS: Readonly<Record<string, () => Promise<Row[]>>> = {
  publish,
  history,
  'api-write': apiWrite,
  remote,
  'static-reads': staticReads,
  'first-visit': firstVisit,
  languages,
  memory,
  start,
  mails,
  'fan-out': fanOut,
  'first-mail': firstMail,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string' },
    concurrency: { type: 'string' },
    pages: { type: 'string' },
    short: { type: 'boolean' },
  },
});

await buildOnce();
const [first, file] = positionals;
if (first === 'replay') {
  if (file === undefined)
    throw new Error('replay needs a file of changes: npm run bench -- replay FILE.jsonl.gz');
  await replay(file, {
    limit: values.limit === undefined ? undefined : Number(values.limit),
    concurrency: values.concurrency === undefined ? undefined : Number(values.concurrency),
  });
} else if (first === 'scale') {
  const pages = Number(values.pages ?? FULL.pages);
  printTable(await scale(values.short ? shortened(pages) : { ...FULL, pages }));
} else {
  const rows: Row[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(ROWS)) {
    const measure = ROWS[name];
    if (measure === undefined)
      throw new Error(`no benchmark is called ${name}: ${Object.keys(ROWS).join(', ')}, replay`);
    print(`measuring ${name} …`);
    rows.push(...(await measure()));
  }
  printTable(rows);
}
