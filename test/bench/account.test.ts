import { describe, expect, test } from 'vitest';
import { Account } from './account.ts';
import { type Change, withWindowEnds } from './changes.ts';

function page(): Account {
  const account = new Account();
  account.addGroup('regions', 'Regions', 1);
  const component = (name: string) => ({ name, code: name, description: '', set: 'operational' });
  account.addComponent('api', component('API'), null, 1);
  account.addComponent('ams', component('AMS'), 'regions', 1);
  account.addComponent('fra', component('FRA'), 'regions', 2);
  return account;
}

describe('the account that the replay keeps', () => {
  test('lists components of the top level and of groups in one order', () => {
    const account = page();
    expect(account.components().map(({ id, position }) => [id, position])).toEqual([
      ['api', 1],
      ['ams', 2],
      ['fra', 3],
    ]);
    account.order.moveGroup('regions', 1);
    expect(account.order.flat()).toEqual(['ams', 'fra', 'api']);
    expect(account.order.positionAt('regions', 2)).toBe(2);
    expect(account.order.positionAt(null, 2)).toBe(3);
  });

  test('knows around which empty groups a component stands, for a flat position does not tell', () => {
    const account = page();
    account.addGroup('empty', 'Empty', 2);
    expect(account.order.emptyNeighbours('api')).toEqual([{ id: 'empty', place: 2 }]);
  });

  test('leaves the components of a deleted group where it stood', () => {
    const account = page();
    account.removeGroup('regions');
    expect(account.components().map(({ id, group }) => [id, group])).toEqual([
      ['api', null],
      ['ams', null],
      ['fra', null],
    ]);
  });

  test('shows the worst of what was set, what open incidents say and running maintenance', () => {
    const account = page();
    account.setStatus('api', 'degraded_performance');
    account.openIncident('one', 'Errors');
    account.postUpdate('one', 'investigating', [{ id: 'api', status: 'major_outage' }]);
    account.planWindow('work', ['fra']);
    account.updateWindow('work', 'in_progress');
    expect(account.status()).toEqual({
      status: 'major_outage',
      indicators: {
        operational: 1,
        under_maintenance: 1,
        degraded_performance: 0,
        partial_outage: 0,
        major_outage: 1,
      },
      active_incidents: 1,
      scheduled_maintenance: 1,
    });
    account.postUpdate('one', 'resolved', []);
    account.postUpdate('one', 'monitoring', []);
    expect(account.components()[0]?.status).toBe('degraded_performance');
    expect(account.openIncidents().get('one')?.components).toEqual({ api: 'operational' });
  });

  test('ends a window of the source when its planned end has passed', () => {
    const at = (hour: number) => `2024-01-01T${String(hour).padStart(2, '0')}:00:00Z`;
    const changes: Change[] = [
      {
        type: 'maintenance.created',
        at: at(1),
        id: 'w',
        name: 'Work',
        components: [],
        scheduled_for: at(1),
        scheduled_until: at(3),
      },
      { type: 'maintenance.update', at: at(1), id: 'w', status: 'scheduled', body: 'Planned.' },
      { type: 'maintenance.update', at: at(2), id: 'w', status: 'in_progress', body: 'Begun.' },
      { type: 'component.removed', at: at(3), id: 'c' },
    ];
    const types = withWindowEnds(changes).map((change) => ('status' in change ? change.status : change.type));
    expect(types).toEqual([
      'maintenance.created',
      'scheduled',
      'in_progress',
      'completed',
      'component.removed',
    ]);
  });
});
