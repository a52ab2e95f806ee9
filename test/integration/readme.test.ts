/** The examples of README.md, word for word, before a server that runs. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, ROOT, startDaymark } from '../server/daymark.ts';

/** The shell blocks below a heading, in order. */
function shellBlocks(heading: string): string[] {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const section = text.split(/^## /m).find((one) => one.startsWith(heading)) ?? '';
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);
}

/** Runs a script as a reader would who pastes it: any command that fails ends it. */
function bash(script: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn('bash', ['--norc', '--noprofile', '-euo', 'pipefail', '-c', script], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe('The API in five minutes', () => {
  let daymark: Daymark;
  beforeAll(async () => {
    daymark = await startDaymark();
  });
  afterAll(() => daymark.stop());

  test('does what it says when it is pasted into a shell', async () => {
    const blocks = shellBlocks('The API in five minutes');
    // How a key is made has a test of its own; base and key are those of the server that runs here.
    const isKey = (block: string) => block.includes('keys create');
    const isExport = (block: string) => block.startsWith('export ');
    expect([blocks.some(isKey), blocks.some(isExport)]).toEqual([true, true]);
    const examples = blocks.filter((block) => !isKey(block) && !isExport(block));
    expect(examples.length).toBeGreaterThanOrEqual(2);
    const script = [`export DAYMARK=${daymark.url} KEY=${daymark.key}`, ...examples].join('\n');
    const { code, stdout, stderr } = await bash(script);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('"detail"');

    const incidents = (await daymark.api('GET', '/api/v1/pages/acme/incidents')).body as {
      status: string;
      updates: { status: string }[];
      postmortem: { body: string };
      components: unknown[];
    }[];
    expect(incidents).toHaveLength(1);
    expect(incidents[0]!.updates.map(({ status }) => status)).toEqual([
      'resolved',
      'monitoring',
      'identified',
      'investigating',
    ]);
    expect(incidents[0]!.postmortem.body).toMatch(/^## What happened\n\n/);
    expect(incidents[0]!.components).toEqual([expect.objectContaining({ status: 'operational' })]);
    const windows = (await daymark.api('GET', '/api/v1/pages/acme/maintenance')).body as {
      components: unknown[];
    }[];
    expect(windows.map(({ components }) => components.length)).toEqual([1]);
  });

  test('shows what readers see, as it is when the incident is over', async () => {
    const { body, text } = await daymark.api('GET', '/p/acme/api/v1/status');
    expect(body).toMatchObject({ status: 'operational', active_incidents: 0 });
    const blocks = shellBlocks('The API in five minutes').join('\n');
    for (const path of ['/p/acme/api/v1/status', '/p/acme/api/v1/incidents/', '/p/acme/status.txt'])
      expect(blocks).toContain(path);
    expect(text).not.toContain('sk_live_');
  });
});

describe('From a pipeline', () => {
  let daymark: Daymark;
  beforeAll(async () => {
    daymark = await startDaymark();
    await daymark.api('POST', '/api/v1/pages', { name: 'Acme' });
  });
  afterAll(() => daymark.stop());

  test.each([
    ['works', 'true', 'operational', 0],
    ['fails', 'false', 'partial_outage', 1],
  ])('a deployment that %s leaves its component as it is', async (_how, deploy, status, code) => {
    const made = await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'Checkout' });
    const { id } = made.body as { id: string };
    const address = `/api/v1/pages/acme/components/${id}`;
    const [script] = shellBlocks('From a pipeline');
    const known = `DAYMARK=${daymark.url} KEY=${daymark.key} PAGE=acme COMPONENT=${id}`;
    const during = `curl -sS "$DAYMARK${address}" -H "Authorization: Bearer $KEY"`;
    const done = await bash(`${known}\ndeploy() { ${during}; ${deploy}; }\n${script}`);
    expect([done.code, done.stderr]).toEqual([code, '']);
    expect(JSON.parse(done.stdout)).toMatchObject({ status: 'under_maintenance' });
    expect((await daymark.api('GET', address)).body).toMatchObject({ status });
  });
});
