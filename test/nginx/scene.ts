/** Two published pages, one with a domain of its own, behind nginx as README.md configures it. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { comes, firstPage, until } from '../server/first-page.ts';
import { ask, type Got, type Nginx, startNginx } from './nginx.ts';

/** The host of PUBLIC_URL. `main` is its default page; `shop` lives below `/p/`, and alone on OWN. */
export const MAIN = 'status.operator.example';
export const OWN = 'status.customer.example';
export const CACHED = 'public, max-age=10, stale-while-revalidate=60, stale-if-error=86400';

export interface Scene {
  daymark: Daymark;
  nginx: Nginx;
  /** `DATA_DIR/site` */
  site: string;
  /** Ids, of the page `shop`. */
  component: string;
  incident: string;
  /** A GET of nginx, on MAIN unless told otherwise. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Got>;
  /** Sets the status of the component, and waits until that is published. */
  setStatus(status: string): Promise<void>;
  stop(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const daymark = await startDaymark({ env: { PUBLIC_URL: `http://${MAIN}` } });
  const site = `${daymark.dataDir}/site`;
  await firstPage(daymark, { name: 'Main', slug: 'main' });
  await make(daymark, '/api/v1/pages', { name: 'Shop', slug: 'shop', domain: OWN });
  const component = await make(daymark, '/api/v1/pages/shop/components', { name: 'Checkout' });
  for (const name of ['Search', 'Cart']) await make(daymark, '/api/v1/pages/shop/components', { name });
  const incident = await make(daymark, '/api/v1/pages/shop/incidents', {
    title: 'Payments are slow',
    body: 'We are looking into it.',
    components: [{ id: component, status: 'degraded_performance' }],
  });
  const env = { DATA_DIR: daymark.dataDir, PUBLIC_URL: `http://${MAIN}` };
  const allowed = await runCli(['domains', 'allow', OWN], env);
  if (allowed.code !== 0) throw new Error(`the domain was not allowed: ${allowed.stderr}`);
  const read = async (path: string) => (await daymark.api('GET', path, undefined, { host: OWN })).text;
  await until(async () => (await read('/status.txt')).startsWith('Shop'), 'the own domain routes');
  await comes(daymark, `/p/shop/incidents/${incident}/`);
  for (const slug of ['main', 'shop']) await comes(daymark, `/p/${slug}/uptime/`);
  const nginx = await startNginx(site, Number(new URL(daymark.url).port));
  return {
    ...{ daymark, nginx, site, component, incident },
    get: (path, headers = {}) => ask(nginx.port, path, { host: MAIN, ...headers }),
    async setStatus(status) {
      const path = `/api/v1/pages/shop/components/${component}`;
      const answer = await daymark.api('PATCH', path, { status }, { prefer: 'wait=30' });
      if (answer.headers['preference-applied'] !== 'wait') throw new Error(`not published: ${answer.text}`);
    },
    async stop() {
      await nginx.stop();
      await daymark.stop();
    },
  };
}

async function make(daymark: Daymark, path: string, body: object): Promise<string> {
  const answer = await daymark.api('POST', path, body, { prefer: 'wait=30' });
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  return (answer.body as { id: string }).id;
}

/** What a reader sees of an answer, in whatever encoding it came. */
export function plain({ headers, body }: Got): string {
  if (headers['content-encoding'] === 'br') return brotliDecompressSync(body).toString();
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
}

/** The body of an answer that says it is JSON. @throws Error when it is something else */
export function json(answer: Got): unknown {
  const type = answer.headers['content-type'];
  if (type !== 'application/json; charset=utf-8') throw new Error(`${answer.status} is ${type}`);
  return JSON.parse(plain(answer));
}

/** What an error in JSON says. */
export function detail(answer: Got): unknown {
  return (json(answer) as { detail?: unknown }).detail;
}
