import type { Daymark } from '../../server/daymark.ts';
import { send } from '../../server/http.ts';
import { limitRow, ms, percentile, type Row } from '../figures.ts';
import { OWNER } from './fill.ts';
import { LOVED, WIDE } from './spread.ts';

const TIMES = 7;
const BUDGET = { must: 100, aim: 30 } as const;

/** Lists of the management API and pages of the console, on the pages where they are longest: the middle of so many tries. */
export async function lists(server: Daymark): Promise<Row[]> {
  const notifications = await server.api('GET', `/api/v1/pages/${LOVED}/notifications`);
  const told = (notifications.body as { id: string }[]).at(-1)?.id ?? '';
  const asked = [
    ...['incidents', 'subscribers', `notifications/${told}/deliveries`].flatMap((list) => [
      `pages/${LOVED}/${list}`,
      `pages/${LOVED}/${list}?page=100`,
    ]),
    `pages/${LOVED}/subscribers?status_filter=unsubscribed`,
    `pages/${LOVED}/subscribers?email=reader-19`,
    `pages/${LOVED}/notifications`,
    `pages/${WIDE}/components`,
    `pages/${WIDE}/components?page=100`,
    'pages',
    'audit-events',
    'audit-events?page=100',
    'audit-events?action=page',
  ];
  const rows: Row[] = [];
  for (const path of asked) {
    const what = path.replace(told, '…');
    rows.push(await row(`GET ${what}`, () => server.api('GET', `/api/v1/${path}`)));
  }
  const cookie = await signedIn(server);
  for (const path of ['', `pages/${LOVED}/`, `pages/${WIDE}/`, `pages/${LOVED}/subscribers/`, 'audit/'])
    rows.push(
      await row(`console /${path}`, () =>
        send('GET', `${server.url}/console/${path}`, undefined, { cookie }),
      ),
    );
  for (const path of ['readyz', 'metrics'])
    rows.push(await row(`/${path}`, () => server.api('GET', `/${path}`)));
  return rows;
}

async function row(what: string, ask: () => Promise<{ status: number; took: number }>): Promise<Row> {
  const times: number[] = [];
  for (let n = 0; n < TIMES; n += 1) {
    const { status, took } = await ask();
    if (status !== 200) throw new Error(`${what} answered ${status}`);
    times.push(took);
  }
  return limitRow(what, { ours: percentile(times, 0.5), unit: ms }, BUDGET);
}

/** The cookie of the owner's session. */
async function signedIn({ url }: Daymark): Promise<string> {
  const form = new URLSearchParams(OWNER).toString();
  const answer = await send('POST', `${url}/console/sign-in/`, form, {
    'content-type': 'application/x-www-form-urlencoded',
    origin: url,
  });
  const cookies = (answer.headers['set-cookie'] ?? []).map((line) => line.slice(0, line.indexOf(';')));
  if (answer.status !== 303) throw new Error(`not signed in: ${answer.status}`);
  return cookies.join('; ');
}
