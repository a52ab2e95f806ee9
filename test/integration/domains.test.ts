import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditEvents } from '../../db/schema.ts';
import { pagePatch } from '../../src/domain/input.ts';
import { allowDomain, type DomainProof } from '../../src/manage/domains.ts';
import { deletePage, editPage } from '../../src/manage/pages.ts';
import { checkDomains, dnsLookUp } from '../../src/worker/domains.ts';
import { type NameServer, startNameServer } from '../fixtures/dns.ts';
import { ask } from '../fixtures/raw-http.ts';
import { DAY, MINUTE, newPage, openSite, pageRow, type Site } from '../fixtures/store.ts';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const DOMAIN = 'status.example.org';
const RECORD = `_daymark.${DOMAIN}`;

describe('What DNS says of a record', () => {
  let dns: NameServer;
  beforeAll(async () => {
    dns = await startNameServer();
  });
  afterAll(() => dns.close());
  const proofOf = (token: string) => dnsLookUp([dns.address])(DOMAIN, token);

  test.each<[string, Parameters<NameServer['set']>[1], DomainProof]>([
    ['The token is proof', ['the-token'], 'seen'],
    ['The token among other texts is proof', ['v=spf1 -all', 'the-token', 'x'], 'seen'],
    ['Another token is none', ['another-token'], 'missing'],
    ['The token with something behind it is none', ['the-token-2'], 'missing'],
    ['A name without texts is none', 'nodata', 'missing'],
    ['A name that is not there is none', 'nxdomain', 'missing'],
    ['A name server that fails says nothing', 'servfail', 'unknown'],
  ])('%s', async (_what, zone, proof) => {
    dns.set(RECORD, zone);
    expect(await proofOf('the-token')).toBe(proof);
  });
  test('A text that DNS had to split is put together again', async () => {
    dns.set(RECORD, ['t'.repeat(300)]);
    expect(await proofOf('t'.repeat(300))).toBe('seen');
  });
  test('A name server that does not answer says nothing', async () => {
    dns.set(RECORD, 'silent');
    expect(await proofOf('the-token')).toBe('unknown');
  });
});

describe('When a domain routes', () => {
  let site: Site;
  let pageId: string;
  let said: DomainProof;
  let asked: string[];
  beforeEach(async () => {
    site = await openSite();
    pageId = await newPage(site, { domain: DOMAIN });
    said = 'missing';
    asked = [];
  });
  afterEach(() => site.close());

  const check = () =>
    checkDomains(site.manager, async (domain) => {
      asked.push(domain);
      return said;
    });
  const routedAt = async () => (await pageRow(site, pageId)).domainRoutedAt;
  async function seen(): Promise<void> {
    said = 'seen';
    await check();
    expect(await routedAt()).toBe(site.clock.now);
  }

  test('Not before its record was seen, and then at once', async () => {
    await check();
    expect(await routedAt()).toBeNull();
    const { revision } = await pageRow(site, pageId);
    site.clock.advance(MINUTE);
    await seen();
    expect((await pageRow(site, pageId)).revision).toBe(revision + 1);
  });

  test('It is looked for often while somebody waits, then less, and daily once it routes', async () => {
    await check();
    await check();
    expect(asked).toHaveLength(1);
    site.clock.advance(30_000);
    await check();
    expect(asked).toHaveLength(2);
    site.clock.advance(2 * 60 * MINUTE);
    await check();
    site.clock.advance(MINUTE);
    await check();
    expect(asked).toHaveLength(3);
    site.clock.advance(10 * MINUTE);
    await seen();
    site.clock.advance(DAY - 1);
    await check();
    expect(asked).toHaveLength(4);
    site.clock.advance(1);
    await check();
    expect(asked).toHaveLength(5);
  });

  test('No more once the record is gone, and again when it is back', async () => {
    await seen();
    said = 'missing';
    site.clock.advance(DAY);
    await check();
    expect(await routedAt()).toBeNull();
    site.clock.advance(DAY);
    await seen();
    const actions = await site.store.read
      .select({ action: auditEvents.action, actor: auditEvents.actor })
      .from(auditEvents)
      .where(eq(auditEvents.pageId, pageId));
    expect(actions.filter(({ actor }) => actor === 'schedule').map(({ action }) => action)).toEqual([
      'domain.verified',
      'domain.lost',
      'domain.verified',
    ]);
  });

  test('Still, when DNS does not answer', async () => {
    await seen();
    const at = await routedAt();
    said = 'unknown';
    site.clock.advance(DAY);
    await check();
    expect([asked.length, await routedAt()]).toEqual([2, at]);
  });

  test('On the operator’s word without any record, and nobody looks again', async () => {
    await allowDomain(site.manager, DOMAIN.toUpperCase());
    expect(await routedAt()).toBe(site.clock.now);
    site.clock.advance(2 * DAY);
    await check();
    expect(asked).toEqual([]);
  });

  test('The operator’s word that came while DNS was asked stands', async () => {
    await seen();
    site.clock.advance(DAY);
    await checkDomains(site.manager, async () => {
      await allowDomain(site.manager, DOMAIN);
      return 'missing';
    });
    expect(await routedAt()).not.toBeNull();
  });

  test('Another domain begins anew, with another token', async () => {
    await seen();
    const { domainToken } = await pageRow(site, pageId);
    await editPage(site.manager, site.actor, pageId, pagePatch.parse({ domain: 'other.example.org' }));
    const row = await pageRow(site, pageId);
    expect([row.domainRoutedAt, row.domainAllowed]).toEqual([null, false]);
    expect(row.domainToken).not.toBe(domainToken);
  });

  test('What was seen of a domain that was given up meanwhile counts for nobody', async () => {
    await checkDomains(site.manager, async () => {
      await editPage(site.manager, site.actor, pageId, pagePatch.parse({ domain: 'other.example.org' }));
      return 'seen';
    });
    expect(await routedAt()).toBeNull();
  });

  test('A page that was deleted while DNS was asked holds nobody up', async () => {
    const other = await newPage(site, { slug: 'other', domain: 'other.example.org' });
    await checkDomains(site.manager, async (domain) => {
      if (domain === DOMAIN) await deletePage(site.manager, site.actor, pageId);
      return 'seen';
    });
    expect((await pageRow(site, other)).domainRoutedAt).not.toBeNull();
  });

  test('With many domains each gets its turn', async () => {
    for (let n = 0; n < 30; n++) await newPage(site, { slug: `page-${n}`, domain: `d${n}.example.org` });
    await check();
    await check();
    expect(new Set(asked).size).toBe(31);
    site.clock.advance(30_000);
    asked = [];
    await check();
    await check();
    expect(new Set(asked).size).toBe(31);
  });
});

describe('On a server', () => {
  let dns: NameServer;
  let daymark: Daymark;
  beforeAll(async () => {
    dns = await startNameServer();
    daymark = await startDaymark({
      env: { DNS_SERVERS: dns.address, PUBLIC_URL: 'https://ops.example.org' },
    });
    await firstPage(daymark, { name: 'First' });
  });
  afterAll(async () => {
    await daymark.stop();
    await dns.close();
  });
  const titleAt = async (host: string) => {
    const { text } = await ask(daymark.url, 'GET /', [`Host: ${host}`, 'Accept: text/html']);
    return /<title>[^<]*· ([^<]+)<\/title>/.exec(text)?.[1];
  };

  test('A domain shows its page, and no other, once its TXT record was seen', async () => {
    const made = await daymark.api('POST', '/api/v1/pages', { name: 'Second', domain: DOMAIN });
    const { domain_record: record, domain_routed_at: at } = made.body as {
      domain_record: { type: string; name: string; value: string };
      domain_routed_at: string | null;
    };
    expect([record.type, record.name, at]).toEqual(['TXT', RECORD, null]);
    expect(await titleAt(DOMAIN)).toBe('First');
    await until(async () => dns.asked(RECORD) > 0, 'the name server is asked');
    expect(await titleAt(DOMAIN)).toBe('First');
    dns.set(RECORD, [record.value]);
    await until(async () => (await titleAt(DOMAIN)) === 'Second', 'the domain routes');
    for (const path of ['/p/first/', '/api/v1/pages', '/p/second/'])
      expect([path, (await ask(daymark.url, `GET ${path}`, [`Host: ${DOMAIN}`])).status]).toEqual([
        path,
        404,
      ]);
    const page = await daymark.api('GET', '/api/v1/pages/second');
    expect((page.body as { domain_routed_at: string }).domain_routed_at).toEqual(expect.any(String));
  });

  test('A domain belongs to one page, and that of the service to none', async () => {
    const taken = await daymark.api('POST', '/api/v1/pages', { name: 'Third', domain: DOMAIN });
    expect([taken.status, taken.body]).toEqual([409, { detail: expect.stringContaining('taken') }]);
    for (const [method, path] of [
      ['POST', '/api/v1/pages'],
      ['PATCH', '/api/v1/pages/first'],
    ] as const) {
      const own = await daymark.api(method, path, { name: 'Own', domain: 'ops.example.org' });
      expect([own.status, own.body]).toMatchObject([422, { detail: [{ loc: ['body', 'domain'] }] }]);
    }
  });

  test('The operator allows a domain by a command, and is told of one that nobody has', async () => {
    dns.set('_daymark.allowed.example.org', 'nxdomain');
    await daymark.api('POST', '/api/v1/pages', { name: 'Allowed', domain: 'allowed.example.org' });
    const env = { DATA_DIR: daymark.dataDir };
    expect((await runCli(['domains', 'allow', 'allowed.example.org'], env)).code).toBe(0);
    await until(async () => (await titleAt('allowed.example.org')) === 'Allowed', 'the domain routes');
    expect((await runCli(['domains', 'allow', 'nobody.example.org'], env)).code).toBe(1);
  });
});
