/** Maintenance windows planned, moved, overlapping, cancelled, through the management API. */
import type { Act } from './teams.ts';
import { DAY, HOUR, MINUTE, nextMark, type Page, say, type Window, type World } from './world.ts';

const STARTS_IN = [12 * MINUTE, HOUR, 5 * HOUR, 20 * HOUR, 2 * DAY];
const LASTS = [11 * MINUTE, HOUR, 5 * HOUR, DAY];
const MOST_PENDING = 4;

/** As the API tells times. */
const wholeSecond = (at: number) => Math.floor(at / 1000) * 1000;
const isOver = ({ status }: Window) => status === 'completed' || status === 'cancelled';

const plan: Act = async (world, page) => {
  const { chance, clock } = world;
  if (page.windows.filter((one) => !isOver(one)).length >= MOST_PENDING) return;
  const startsAt = wholeSecond(clock.now() + chance.pick(STARTS_IN) + chance.below(20 * MINUTE));
  const endsAt = wholeSecond(startsAt + chance.pick(LASTS) + chance.below(20 * MINUTE));
  const remindMinutes = chance.once(2) ? chance.pick([10, 60, 240]) : null;
  const mark = nextMark(world);
  const settings = { auto_start: !chance.once(5), auto_complete: !chance.once(5), notify: !chance.once(5) };
  const components = chance.some(page.components);
  const made = await say(world, 'POST', `pages/${page.id}/maintenance`, {
    ...{ title: `Work ${mark}`, body: 'We replace a router.', component_ids: components, ...settings },
    ...{ starts_at: clock.iso(startsAt), ends_at: clock.iso(endsAt), remind_before_minutes: remindMinutes },
  });
  const window: Window = {
    ...{
      id: (made.body as { id: string }).id,
      mark,
      status: 'scheduled',
      startsAt,
      endsAt,
      components,
      remindMinutes,
    },
    ...{ startedAt: null, completedAt: null, overrunning: false, notify: settings.notify },
    ...{ autoStart: settings.auto_start, autoComplete: settings.auto_complete },
    reminded: remindMinutes !== null && startsAt - remindMinutes * MINUTE <= clock.now(),
  };
  page.windows.push(window);
  if (window.notify) world.told.event(world.subscribers, page, mark, components);
};

const onWindow =
  (act: (world: World, page: Page, window: Window) => Promise<unknown>): Act =>
  async (world, page) => {
    const pending = page.windows.filter((one) => !isOver(one));
    if (pending.length > 0) await act(world, page, world.chance.pick(pending));
  };

const move = onWindow(async (world, page, window) => {
  const { chance, clock } = world;
  const later = chance.pick([30 * MINUTE, 3 * HOUR, DAY]);
  const isScheduled = window.status === 'scheduled';
  const now = clock.now();
  const startsAt = isScheduled ? wholeSecond(Math.max(window.startsAt, now) + later) : window.startsAt;
  const endsAt = wholeSecond(Math.max(window.endsAt, now) + later);
  const starts = isScheduled ? { starts_at: clock.iso(startsAt) } : {};
  await say(world, 'PATCH', `pages/${page.id}/maintenance/${window.id}`, {
    ...starts,
    ends_at: clock.iso(endsAt),
  });
  if (isScheduled)
    window.reminded =
      window.remindMinutes !== null && startsAt - window.remindMinutes * MINUTE <= clock.now();
  Object.assign(window, { startsAt, endsAt, overrunning: false });
  if (window.notify) world.told.event(world.subscribers, page, window.mark, window.components);
});

/** By hand: a start, a step on, an end, or that nothing comes of it. */
const step = onWindow(async (world, page, window) => {
  const { chance, clock, daymark } = world;
  const next =
    window.status === 'scheduled' ? ['in_progress', 'cancelled'] : ['verifying', 'completed', 'cancelled'];
  const status = chance.pick(next);
  const notify = chance.once(2);
  const path = `pages/${page.id}/maintenance/${window.id}`;
  await say(world, 'POST', `${path}/updates`, { status, body: 'Going on.', notify });
  const told = (await daymark.api('GET', `/api/v1/${path}`)).body as Record<string, string | null>;
  const at = (field: string) => (told[field] ? Date.parse(told[field]) : null);
  window.status = status;
  window.startedAt ??= status === 'cancelled' || status === 'completed' ? null : at('started_at');
  if (status === 'completed' || status === 'cancelled') {
    window.completedAt = at('completed_at');
    window.overrunning = false;
  } else window.overrunning = window.endsAt <= clock.now() && !window.autoComplete;
  if (notify) world.told.event(world.subscribers, page, window.mark, window.components);
});

const remove: Act = async (world, page) => {
  if (page.windows.length === 0) return;
  const window = world.chance.pick(page.windows);
  await say(world, 'DELETE', `pages/${page.id}/maintenance/${window.id}`);
  page.windows = page.windows.filter((one) => one !== window);
};

/** With how often each is chosen. */
export const WINDOW_ACTS: Record<string, [Act, number]> = {
  'plan a window': [plan, 8],
  'move a window': [move, 3],
  'step a window': [step, 3],
  'delete a window': [remove, 1],
};
