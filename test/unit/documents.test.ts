import { describe, expect, it } from 'vitest';
import { badgeSvg } from '../../src/render/documents/badge.ts';
import { componentsDocument } from '../../src/render/documents/components.ts';
import { incidentDocument } from '../../src/render/documents/incidents.ts';
import { notFoundJson, toJson } from '../../src/render/documents/json.ts';
import { maintenanceDocument } from '../../src/render/documents/maintenance.ts';
import { statusDocument } from '../../src/render/documents/status.ts';
import { statusText } from '../../src/render/documents/status-text.ts';
import {
  v2IncidentsDocument,
  v2MaintenanceDocument,
  v2SummaryDocument,
  v2UnresolvedDocument,
} from '../../src/render/documents/v2/documents.ts';
import { clean, ics, xml } from '../../src/text/escape.ts';
import { icsTime, isoTime, rfc822Time } from '../../src/text/time.ts';
import { CONTROL, elementsOf, hostileSnapshot } from '../fixtures/hostile.ts';
import { NOW, uuid, v2Id } from '../fixtures/snapshot-parts.ts';
import { outageSnapshot, quietSnapshot } from '../fixtures/snapshots.ts';

describe('the JSON documents', () => {
  it('tell the status of the page in the fields of the reference', () => {
    const document = statusDocument(outageSnapshot());
    expect(Object.keys(document)).toEqual([
      'status',
      'indicators',
      'active_incidents',
      'scheduled_maintenance',
      'last_updated',
    ]);
    expect(document).toEqual({
      status: 'major_outage',
      indicators: {
        operational: 14,
        degraded_performance: 1,
        partial_outage: 1,
        major_outage: 1,
        under_maintenance: 0,
      },
      active_incidents: 1,
      scheduled_maintenance: 0,
      last_updated: '2026-11-23T14:53:09+00:00',
    });
  });

  it('count a maintenance window while it is in progress, not while it is planned', () => {
    const snapshot = structuredClone(quietSnapshot());
    snapshot.maintenance[0]!.status = 'in_progress';
    expect(statusDocument(snapshot).scheduled_maintenance).toBe(1);
    snapshot.maintenance[0]!.status = 'verifying';
    expect(statusDocument(snapshot).scheduled_maintenance).toBe(1);
    snapshot.maintenance[0]!.status = 'completed';
    expect(statusDocument(snapshot).scheduled_maintenance).toBe(0);
  });

  it('list components as a bare array, first the six fields of the reference, then the group', () => {
    const list = componentsDocument(quietSnapshot().components);
    expect(list).toHaveLength(17);
    expect(toJson(list.slice(0, 1))).toBe(
      `[{"id":"${uuid(1, 1)}","name":"Zürich (ZRH)","code":"z-rich-zrh","status":"operational","description":"",` +
        `"position":1,"group":{"id":"${uuid(2, 1)}","name":"Compute"}}]\n`,
    );
  });

  it('tell an incident with its updates, newest first, and without what readers need not see', () => {
    const [open, resolved] = outageSnapshot().incidents;
    expect(Object.keys(incidentDocument(open!)).join()).toBe(
      'id,title,status,impact,started_at,resolved_at,next_update_at,created_at,updated_at,components,updates,postmortem',
    );
    const document = incidentDocument({
      ...resolved!,
      postmortem: { v2Id: v2Id(9, 1), body: 'Why', createdAt: NOW, updatedAt: NOW + 1000 },
    });
    expect(document).toMatchObject({
      started_at: '2026-11-11T09:12:00+00:00',
      resolved_at: '2026-11-11T09:43:00+00:00',
      next_update_at: null,
      components: [{ id: uuid(1, 15), name: 'Sign-in', status: 'operational' }],
      postmortem: {
        body: 'Why',
        created_at: '2026-11-23T14:53:09+00:00',
        updated_at: '2026-11-23T14:53:10+00:00',
      },
    });
    expect(document.updates[1]).toEqual({
      id: uuid(4, 1),
      status: 'investigating',
      body: 'Sign-in takes up to 20 seconds for some accounts.',
      created_at: '2026-11-11T09:14:00+00:00',
      edited_at: null,
      components: [{ id: uuid(1, 15), name: 'Sign-in', status: 'degraded_performance' }],
    });
  });

  it('tell a maintenance window with its plan and what happened', () => {
    const document = maintenanceDocument(quietSnapshot().maintenance[0]!);
    expect(Object.keys(document).join()).toBe(
      'id,title,status,starts_at,ends_at,started_at,completed_at,overrunning,auto_start,auto_complete,' +
        'remind_before_minutes,created_at,updated_at,components,updates',
    );
    expect(document).toMatchObject({
      starts_at: '2026-11-28T06:00:00+00:00',
      started_at: null,
      overrunning: false,
      components: [{ id: uuid(1, 2), name: 'Geneva (GVA)' }, { name: 'Edge and peering' }],
    });
    expect(Object.keys(document.updates[0]!).join()).toBe('id,status,body,created_at,edited_at');
  });

  it('say in one sentence that there is nothing at an address', () => {
    expect(JSON.parse(notFoundJson())).toEqual({ detail: expect.any(String) });
  });
});

describe('the badge', () => {
  it('shows mark and words of the headline and names the page', () => {
    const badge = badgeSvg(outageSnapshot());
    expect(elementsOf(badge)).toContain('title');
    expect(badge).toContain('<title>Northwind Cloud: Partial outage</title>');
    expect(badge).toContain('>Partial outage</text>');
    expect(badgeSvg(quietSnapshot())).toContain('<circle cx="8" cy="8" r="5.5"');
  });

  it('is well-formed whatever the page is called, and needs no style or script', () => {
    const badge = badgeSvg(hostileSnapshot());
    expect(elementsOf(badge)).not.toContain('script');
    expect(badge).not.toContain('style=');
  });
});

describe('the page as text', () => {
  it('says what is wrong, what is planned and how each component is', () => {
    const text = statusText(outageSnapshot());
    expect(text).toMatch(/^Northwind Cloud\n=+\nPartial outage\n3 of 17 components affected\./);
    for (const part of [
      'Block storage in Frankfurt does not answer',
      'A firmware fault',
      'Router replacement',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/^ {2}Block storage, Frankfurt +Major outage$/m);
    expect(text).not.toContain('Slow sign-in');
    const prose = text.split('\n').filter((line) => !line.startsWith('https://'));
    for (const line of prose) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('can do nothing to a terminal', () => {
    expect(statusText(hostileSnapshot())).not.toMatch(CONTROL);
  });

  it('says so when nothing is listed yet', () => {
    const snapshot = { ...quietSnapshot(), components: [], sections: [], incidents: [], maintenance: [] };
    snapshot.headline = { ...snapshot.headline, kind: 'nothing_listed', components: 0 };
    expect(statusText(snapshot)).toContain('Nothing is listed yet\n');
  });
});

describe('escapes and times', () => {
  it('drop what no document may hold, and nothing else', () => {
    expect(clean('a\u0000b\u0007\u001b[0m\u007f\u0085\ufffe\ud800\tc\r\nd\re 🛰️ \u00a0')).toBe(
      'ab[0m\tc\nd\ne 🛰️ \u00a0',
    );
    expect(xml(`<a href="x">'&]]>`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;]]&gt;');
    expect(ics('a;b,c\\d\r\ne')).toBe('a\\;b\\,c\\\\d\\ne');
  });

  it('are in UTC and in whole seconds', () => {
    const at = Date.parse('2026-02-28T06:30:00.999Z');
    expect(isoTime(at)).toBe('2026-02-28T06:30:00+00:00');
    expect(rfc822Time(at)).toBe('Sat, 28 Feb 2026 06:30:00 GMT');
    expect(icsTime(at)).toBe('20260228T063000Z');
  });
});

describe('the lists of API v2', () => {
  it('stay as they are to the byte while nothing that they hold changes', () => {
    const before = outageSnapshot();
    const after = structuredClone(before);
    after.revision++;
    after.changedAt += 60_000;
    const free = after.components.find(({ id }) =>
      [...after.incidents, ...after.maintenance].every((one) => one.components.every((c) => c.id !== id)),
    )!;
    Object.assign(free, { status: 'partial_outage', updatedAt: after.changedAt });
    for (const list of [
      v2IncidentsDocument,
      v2UnresolvedDocument,
      (one: typeof before) => v2MaintenanceDocument(one, 'newest'),
    ])
      expect(toJson(list(after))).toBe(toJson(list(before)));
    expect(toJson(v2SummaryDocument(after))).not.toBe(toJson(v2SummaryDocument(before)));

    const named = after.components.find(({ id }) => id === after.incidents[0]!.components[0]!.id)!;
    named.updatedAt = after.changedAt;
    expect(v2UnresolvedDocument(after).page.updated_at).toBe(new Date(after.changedAt).toISOString());
  });
});
