import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, freshDataDir, runCli, startDaymark } from '../server/daymark.ts';
import { freePort } from '../server/free-port.ts';

/** It would be taken, and send unsigned. */
const ED25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const DKIM = { DKIM_DOMAIN: 'b.example', DKIM_SELECTOR: 's' };
const KEY = `sk_live_${'k'.repeat(24)}`;
const ADMIN = {
  DAYMARK_ORGANIZATION: 'Acme',
  DAYMARK_ADMIN_EMAIL: 'ines@acme.example',
  DAYMARK_ADMIN_PASSWORD: 'a good long password',
};

describe('A value that can not be used stops the start, with one line that says what to do', () => {
  let port: string;
  beforeAll(async () => {
    port = String(await freePort());
  });
  const bad: [string, Record<string, string>, RegExp][] = [
    ['PORT', { PORT: 'http' }, /0 to 65535/],
    ['PORT', { PORT: '70000' }, /0 to 65535/],
    ['PORT', { PORT: '-1' }, /0 to 65535/],
    ['PUBLIC_URL', { HOST: '0.0.0.0' }, /https:\/\//],
    ['PUBLIC_URL', { PUBLIC_URL: 'status.example.com' }, /https:\/\//],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://status.example.com/status' }, /without a path/],
    ['PUBLIC_URL', { PUBLIC_URL: 'ftp://status.example.com' }, /https:\/\//],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://user:pass@status.example.com' }, /https:\/\//],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://localhost/x' }, /libsql:/],
    ['SECRET_KEY', { SECRET_KEY: 'short' }, /32/],
    ['SECRET_KEY', { DATABASE_URL: 'http://127.0.0.1:1' }, /same SECRET_KEY/],
    ['PUBLISH_TO', { PUBLISH_TO: '/somewhere' }, /file:/],
    ['PUBLISH_TO', { PUBLISH_TO: 'ftp://host/x' }, /file:/],
    ['PUBLISH_TO', { PUBLISH_TO: 'file:/a,file:/a/' }, /twice/],
    ['PUBLISH_TO', { PUBLISH_TO: 'file:/proc/status' }, /no file can be kept/],
    ['PUBLISH_TO', { PUBLISH_TO: 's3://bucket/x' }, /AWS_SECRET_ACCESS_KEY/],
    ['PUBLISH_TO', { PUBLISH_TO: 's3://Not_A_Bucket' }, /s3:\/\/bucket\/prefix/],
    ['PUBLISH_TO', { PUBLISH_TO: 's3://a:b@bucket?endpoint=s3.example.com' }, /http or https origin/],
    ['PUBLISH_TO', { PUBLISH_TO: 's3://a:b@bucket?zone=eu' }, /endpoint, region, keys/],
    ['PUBLISH_TO', { PUBLISH_TO: 's3://a:b@bucket?keys=short' }, /keys=suffixed/],
    ['PURGE_URL', { PURGE_URL: 'cdn.example.com' }, /http or https/],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/33' }, /10\.0\.0\.0\/8/],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: 'localhost' }, /10\.0\.0\.0\/8/],
    ['DNS_SERVERS', { DNS_SERVERS: '127.0.0.1:99999' }, /127\.0\.0\.1:5353/],
    ['DNS_SERVERS', { DNS_SERVERS: '[::1]:0' }, /127\.0\.0\.1:5353/],
    ['DAYMARK_ORGANIZATION', { DAYMARK_ORGANIZATION: 'a'.repeat(201) }, /1 to 200/],
    ['WEBHOOKS_ALLOW', { WEBHOOKS_ALLOW: '10.0.0.0/8, intranet' }, /10\.0\.0\.0\/8/],
    ['DAYMARK_API_KEY', { DAYMARK_ORGANIZATION: 'Acme', DAYMARK_API_KEY: 'secret' }, /sk_live_/],
    ['DAYMARK_API_KEY', { DAYMARK_API_KEY: KEY }, /DAYMARK_ORGANIZATION/],
    ['DAYMARK_ADMIN_EMAIL', { ...ADMIN, DAYMARK_ADMIN_EMAIL: 'nobody' }, /ines@example\.com/],
    ['DAYMARK_ADMIN_EMAIL', { ...ADMIN, DAYMARK_ORGANIZATION: '' }, /DAYMARK_ORGANIZATION/],
    ['DAYMARK_ADMIN_EMAIL', { ...ADMIN, DAYMARK_ADMIN_PASSWORD: '' }, /DAYMARK_ADMIN_PASSWORD/],
    ['DAYMARK_ADMIN_PASSWORD', { ...ADMIN, DAYMARK_ADMIN_EMAIL: '' }, /DAYMARK_ADMIN_EMAIL/],
    ['DAYMARK_ADMIN_PASSWORD', { ...ADMIN, DAYMARK_ADMIN_PASSWORD: 'too short' }, /10 to 200/],
    ['SECRET_KEY_FILE', { SECRET_KEY_FILE: '/nowhere/secret' }, /readable/],
    ['METRICS_TOKEN', { METRICS_TOKEN: 'a', METRICS_TOKEN_FILE: '/b' }, /Unset one/],
    ['DATA_DIR', { DATA_DIR: '/dev/null/data' }, /folder/],
    ['DATA_DIR', { DATA_DIR: '/proc/daymark/data' }, /folder/],
    ['DATA_DIR', { DATA_DIR: '/etc/hostname' }, /folder/],
    ['DATABASE_URL', { DATABASE_URL: 'file:/nowhere/daymark.db' }, /libSQL file or server/],
    [
      'DATABASE_URL',
      { DATABASE_URL: 'http://127.0.0.1:1', SECRET_KEY: 's'.repeat(32) },
      /libSQL file or server/,
    ],
    ['SMTP_URL', { SMTP_URL: 'mail.example.com', MAIL_FROM: 'a@b.example' }, /smtp:\/\//],
    ['SMTP_URL', { SMTP_URL: 'smtp://mail.example.com?pool=1', MAIL_FROM: 'a@b.example' }, /connections/],
    ['SMTP_URL', { SMTP_URL: 'smtp://mail.example.com?connections=1', MAIL_FROM: 'a@b.example' }, /2 to 50/],
    ['SMTP_URL', { SMTP_URL: 'smtp://mail.example.com?tls=yes', MAIL_FROM: 'a@b.example' }, /required/],
    ['MAIL_FROM', { SMTP_URL: 'smtp://mail.example.com' }, /Status <status@example\.com>/],
    ['MAIL_FROM', { MAIL_FROM: 'Status <a@b.example>, c@d.example' }, /an address/],
    ['DKIM_KEY', { DKIM_DOMAIN: 'b.example', DKIM_SELECTOR: 's' }, /or none of them/],
    ['DKIM_KEY', { ...DKIM, DKIM_KEY: 'abc' }, /PEM/],
    ['DKIM_KEY', { ...DKIM, DKIM_KEY: ED25519 }, /RSA/],
    ['DKIM_DOMAIN', { ...DKIM, DKIM_DOMAIN: 'not a domain', DKIM_KEY: ED25519 }, /example\.com/],
    ['HOST', { HOST: '203.0.113.1', PUBLIC_URL: 'https://x.example' }, /127\.0\.0\.1/],
  ];
  test.each(bad)('%s %o', async (name, env, fix) => {
    const done = await runCli(['serve'], { DATA_DIR: freshDataDir(), PORT: port, ...env });
    expect(done.stdout).toBe('');
    expect(done.stderr).toMatch(/^daymark: [^\n]+\n$/);
    expect(done.stderr).toContain(name);
    expect(done.stderr).toMatch(fix);
    expect(done.code).toBe(1);
  });

  test('An address that another program has is named, with the variable', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(Number(port), '127.0.0.1', resolve));
    try {
      const done = await runCli(['serve'], { DATA_DIR: freshDataDir(), PORT: port });
      expect(done.stderr).toContain(`daymark: PORT is ${port}`);
      expect(done.stderr).not.toContain('    at ');
      expect(done.code).toBe(1);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  test('What the value was is not said of a secret', async () => {
    const done = await runCli(['serve'], {
      DATA_DIR: freshDataDir(),
      DAYMARK_ORGANIZATION: 'Acme',
      DAYMARK_API_KEY: 'sk_live_nearly',
    });
    expect(done.stderr).not.toContain('nearly');
  });

  test('A command that does not exist, or lacks its words, is explained', async () => {
    for (const args of [['dance'], ['keys', 'create'], ['pages', 'default'], ['serve', '--nonsense']]) {
      const done = await runCli(args, { DATA_DIR: freshDataDir() });
      expect([args, done.code]).toEqual([args, 1]);
      expect(done.stderr).toMatch(/^error: /);
    }
  });

  test('A file that is no database is named, and left as it is', async () => {
    const dataDir = freshDataDir();
    const file = join(dataDir, 'daymark.db');
    writeFileSync(file, 'not a database, but something that somebody may need');
    const done = await runCli(['serve'], { DATA_DIR: dataDir, PORT: port });
    expect([done.code, done.stderr]).toEqual([1, expect.stringMatching(/^daymark: DATABASE_URL [^\n]+\n$/)]);
    expect(readFileSync(file, 'utf8')).toContain('somebody may need');
  });

  test('It leaves nothing behind', async () => {
    const dataDir = freshDataDir();
    await runCli(['serve'], { DATA_DIR: dataDir, PORT: 'http' });
    expect(existsSync(join(dataDir, 'daymark.db'))).toBe(false);
  });
});

describe('A value can lie in a file', () => {
  let daymark: Daymark;
  afterAll(() => daymark?.stop());

  test('NAME_FILE is read for every variable, without its last newline', async () => {
    const folder = freshDataDir();
    const file = (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    daymark = await startDaymark({
      env: {
        DAYMARK_API_KEY: '',
        DAYMARK_ORGANIZATION: '',
        DAYMARK_API_KEY_FILE: file('key', `${KEY}\n`),
        DAYMARK_ORGANIZATION_FILE: file('organization', 'From a file\n'),
        PUBLIC_URL_FILE: file('url', 'https://status.example.com\n'),
        METRICS_TOKEN_FILE: file('token', 'letmein\r\n'),
        SECRET_KEY_FILE: file('secret', `${'s'.repeat(40)}\n`),
      },
      key: KEY,
    });
    expect((await daymark.api('GET', '/api/v1/pages')).status).toBe(200);
    const page = await daymark.api('POST', '/api/v1/pages', { name: 'Acme' });
    expect(page.body).toMatchObject({ url: 'https://status.example.com/p/acme/' });
    expect(existsSync(join(daymark.dataDir, 'secret.key'))).toBe(false);
  });

  test('The token opens /metrics to those who come from elsewhere', async () => {
    const from = { authorization: '', 'x-forwarded-for': '203.0.113.9' };
    for (const path of ['/metrics', '/readyz']) {
      const closed = await daymark.api('GET', path, undefined, from);
      expect(closed.text).not.toMatch(/pages_behind/);
      expect(closed.status).toBe(path === '/metrics' ? 401 : 200);
      const wrong = await daymark.api('GET', path, undefined, { ...from, authorization: 'Bearer letmei' });
      expect(wrong.text).not.toMatch(/pages_behind/);
      const open = await daymark.api('GET', path, undefined, { ...from, authorization: 'Bearer letmein' });
      expect(open.text).toMatch(/pages_behind/);
      const direct = await daymark.api('GET', path, undefined, { authorization: '' });
      expect(direct.text).toMatch(/pages_behind/);
    }
    expect((await daymark.api('GET', '/readyz', undefined, from)).body).toEqual({ ready: true });
  });
});

test('The secret made at the first start is for the owner’s eyes, and stays', async () => {
  const dataDir = freshDataDir();
  const read = () => statSync(join(dataDir, 'secret.key'));
  expect((await runCli(['migrate'], { DATA_DIR: dataDir })).code).toBe(0);
  const first = read();
  expect((first.mode & 0o777).toString(8)).toBe('600');
  expect((await runCli(['migrate'], { DATA_DIR: dataDir })).code).toBe(0);
  expect(read().mtimeMs).toBe(first.mtimeMs);
});
