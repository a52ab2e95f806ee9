/** The alerts and the dashboard of `ops`: they ask for what there is, and Prometheus understands them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, freePort, ROOT, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const PROMETHEUS = '/usr/bin/prometheus';
const TOKEN = 'a token of this test';

interface Panel {
  title: string;
  targets?: { expr: string }[];
}

const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const { panels } = JSON.parse(textOf('src/ops/dashboard.json')) as { panels: Panel[] };
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
const named = (text: string) => new Set(text.match(/\bdaymark_\w+/g));

let daymark: Daymark;
/** Every metric that the server has, and those of them that are not of Node and its process. */
let all: Set<string>;
let ours: string[];

beforeAll(async () => {
  daymark = await startDaymark({ env: { METRICS_TOKEN: TOKEN } });
  await firstPage(daymark, { name: 'Acme' });
  const { text } = await daymark.api('GET', '/metrics');
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
    name,
    type,
  }));
  all = new Set(types.map(({ name }) => name));
  ours = [...all].filter((name) => !/^daymark_(nodejs|process)_/.test(name));
  for (const { name, type } of types)
    if (ours.includes(name))
      expect([name, type]).toEqual([name, name.endsWith('_total') ? 'counter' : 'gauge']);
});
afterAll(() => daymark?.stop());

describe('Every metric of ours', () => {
  test.each(['src/ops/alerts.yml', 'src/ops/dashboard.json'])(
    'is asked for in %s, and nothing that is none',
    (file) => {
      const asked = named(textOf(file));
      expect([...asked].filter((name) => !all.has(name))).toEqual([]);
      expect(ours.filter((name) => !asked.has(name))).toEqual([]);
    },
  );
});

if (!existsSync(PROMETHEUS))
  test('There is no Prometheus on this machine to read them', () => {
    expect(existsSync(PROMETHEUS)).toBe(false);
  });

describe.runIf(existsSync(PROMETHEUS))('A Prometheus that scrapes the server as README.md says', () => {
  let folder: string;
  let child: ChildProcess;
  let url: string;
  const ask = async (path: string) => {
    const answer = await fetch(`${url}/api/v1/${path}`).catch(() => null);
    // While it starts it says so in plain text.
    if (!answer?.headers.get('content-type')?.includes('json')) return null;
    return (await answer.json()) as { status: string; data: unknown; error?: string };
  };
  const rules = async () => {
    const groups = ((await ask('rules'))?.data as { groups: { rules: { name: string; health: string }[] }[] })
      ?.groups;
    return groups?.flatMap((group) => group.rules) ?? [];
  };
  const valueNow = async (expression: string) => {
    const answer = await ask(`query?query=${encodeURIComponent(expression)}`);
    const [first] = (answer?.data as { result: { value: [number, string] }[] })?.result ?? [];
    return first?.value[1] ?? null;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daymark-prometheus-'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const block = /```yaml\n# prometheus\.yml\n([\s\S]*?)```/.exec(textOf('README.md'))?.[1] ?? '';
    const own = block
      .replace('/etc/prometheus/daymark-token', join(folder, 'token'))
      .replace('/etc/prometheus/daymark-alerts.yml', join(ROOT, 'src/ops/alerts.yml'))
      .replace('127.0.0.1:4321', new URL(daymark.url).host);
    expect(own).not.toBe(block);
    writeFileSync(join(folder, 'token'), TOKEN);
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 1s, evaluation_interval: 1s }\n${own}`,
    );
    const options = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
    child = spawn(PROMETHEUS, [...options, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'], {
      stdio: 'ignore',
    });
    await until(async () => (await valueNow('up{job="daymark"}')) === '1', 'it is scraped');
  });
  afterAll(async () => {
    const gone = new Promise((resolve) => child?.once('close', resolve));
    child?.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });

  test('understands every alert', async () => {
    const done = async () => {
      const known = await rules();
      return known.length > 0 && known.every(({ health }) => health !== 'unknown');
    };
    await until(done, 'all are evaluated');
    const known = await rules();
    expect(known.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(known.length).toBe(textOf('src/ops/alerts.yml').match(/- alert:/g)?.length);
  });

  test('has an answer to every panel of the dashboard', async () => {
    // A rate needs two scrapes.
    await until(
      async () => Number(await valueNow('count_over_time(up{job="daymark"}[1m])')) > 2,
      'there are some',
    );
    for (const { title, expr } of queries) {
      const asked = expr.replaceAll('$job', 'daymark').replaceAll('$__rate_interval', '1m');
      const answer = await ask(`query?query=${encodeURIComponent(asked)}`);
      expect([title, expr, answer?.status, answer?.error]).toEqual([title, expr, 'success', undefined]);
      expect([title, expr, await valueNow(asked)]).toEqual([title, expr, expect.any(String)]);
    }
  });
});
