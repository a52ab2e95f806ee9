/** How the first person gets in: by the environment, by a command, or as the owner of the demo. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OWNER, OWNER_ENV, signedIn, Visitor } from '../server/console.ts';
import { type Daymark, freshDataDir, runCli, startDaymark } from '../server/daymark.ts';

describe('The environment of the first start', () => {
  test('names an owner, whose password later starts do not change', async () => {
    const first = await startDaymark({ env: OWNER_ENV });
    await signedIn(first);
    expect(first.output()).not.toContain(OWNER.password);
    const { dataDir, key } = first;
    expect(await first.stop()).toBe(0);
    const env = { ...OWNER_ENV, DAYMARK_ADMIN_PASSWORD: 'another long password' };
    const second = await startDaymark({ dataDir, key, env });
    await signedIn(second);
    const changed = await new Visitor(second.url).post('/console/sign-in/', {
      ...{ email: OWNER.email, password: 'another long password' },
    });
    expect(changed.status).toBe(422);
    await second.stop();
  });
});

describe('The command users create', () => {
  let daymark: Daymark;
  beforeAll(async () => {
    daymark = await startDaymark();
  });
  afterAll(() => daymark.stop());
  const create = (args: string[], input?: string) =>
    runCli(['users', 'create', ...args], { DATA_DIR: daymark.dataDir }, input);

  test('prints a password that works at once, and makes an owner unless told otherwise', async () => {
    const email = 'printed@northwind.example';
    const made = await create(['--email', email, '--name', 'Printed']);
    expect([made.code, made.stderr]).toEqual([0, '']);
    const visitor = new Visitor(daymark.url);
    const who = { email, password: made.stdout.trim() };
    const session = await visitor.api('POST', '/api/v1/session', who);
    expect([session.status, session.body]).toEqual([
      200,
      expect.objectContaining({ email, name: 'Printed', role: 'owner' }),
    ]);
  });

  test('reads a password instead, and prints nothing then', async () => {
    const email = 'read@northwind.example';
    const args = ['--email', email, '--role', 'editor', '--password-stdin'];
    const made = await create(args, 'one of my own, long enough\n');
    expect([made.code, made.stdout, made.stderr]).toEqual([0, '', '']);
    await signedIn(daymark, { email, password: 'one of my own, long enough' });
  });

  test('says in one line what it can not do', async () => {
    const cases: [string[], string | undefined, RegExp][] = [
      [['--email', 'nobody'], undefined, /no mail address/],
      [['--email', 'a@b.example', '--role', 'king'], undefined, /viewer, editor, admin, owner/],
      [['--email', 'a@b.example', '--password-stdin'], 'short', /At least 10 characters/],
      [['--email', 'a@b.example', '--org', 'typo', '--role', 'viewer'], undefined, /no organization "typo"/],
      [['--email', 'READ@northwind.example'], undefined, /has an account here already/],
    ];
    for (const [args, input, says] of cases) {
      const { code, stdout, stderr } = await create(args, input);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^daymark: [^\n]+\n$/);
      expect(stderr).toMatch(says);
    }
  });
});

describe('The demo', () => {
  test('has an owner whose password is random, and printed once', async () => {
    const bare = { DAYMARK_ORGANIZATION: '', DAYMARK_API_KEY: '' };
    const dataDir = freshDataDir();
    const first = await startDaymark({ dataDir, args: ['serve', '--demo'], env: bare });
    const [, email = '', password = ''] =
      /Sign in at \S+ as (\S+)\n {2}The password, shown this once: (\S+)\n/.exec(first.output()) ?? [];
    expect(password).toMatch(/^[\w-]{20}$/);
    const owner = await signedIn(first, { email, password });
    expect((await owner.get('/console/')).text).toContain('Northwind Cloud');
    await first.stop();
    const second = await startDaymark({ dataDir, args: ['serve', '--demo'], env: bare });
    expect(second.output()).not.toContain('password');
    await second.stop();
  });
});
