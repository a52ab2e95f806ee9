/** What a team does to its pages, all of it through the management API. */
import type { Random } from '../fixtures/random.ts';
import { HOUR, type Incident, MINUTE, nextMark, type Page, say, type World } from './world.ts';

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Etc/UTC'];
const STATUSES = [
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
];
const BACK_MS = [20 * MINUTE, 2 * HOUR, 9 * HOUR, 30 * HOUR];
const MOST_OPEN = 3;
const MOST_PAGES = 8;

interface IncidentAnswer {
  id: string;
  components: { id: string }[];
  started_at: string;
}

export type Act = (world: World, page: Page) => Promise<unknown>;

export async function createPage(world: World, zone = world.chance.pick(ZONES)): Promise<Page> {
  const name = `Page ${++world.count}`;
  const made = (await say(world, 'POST', 'pages', { name, timezone: zone })).body as {
    id: string;
    slug: string;
  };
  const page: Page = { ...made, zone, components: [], groups: [], incidents: [], windows: [], left: [] };
  world.pages.push(page);
  for (let n = 0; n < 3; n++) await createComponent(world, page);
  return page;
}

/** One page in each zone. */
export async function createFirstPages(world: World): Promise<void> {
  for (const zone of ZONES) await createPage(world, zone);
}

export const createComponent: Act = async (world, page) => {
  const { chance } = world;
  const group = chance.once(2) && page.groups.length > 0 ? { group_id: chance.pick(page.groups) } : {};
  const made = await say(world, 'POST', `pages/${page.id}/components`, {
    name: `Service ${++world.count}`,
    ...group,
  });
  page.components.push((made.body as { id: string }).id);
};

const moveComponent: Act = async (world, page) => {
  const { chance } = world;
  if (page.components.length === 0) return;
  const group_id = chance.pick([...page.groups, null]);
  const position = 1 + chance.below(page.components.length);
  await say(world, 'PATCH', `pages/${page.id}/components/${chance.pick(page.components)}`, {
    group_id,
    position,
  });
};

const setStatus: Act = async (world, page) => {
  const { chance } = world;
  if (page.components.length === 0) return;
  // Most of the time things are well.
  const status = chance.once(2) ? 'operational' : chance.pick(STATUSES);
  await say(world, 'PATCH', `pages/${page.id}/components/${chance.pick(page.components)}`, { status });
};

const deleteComponent: Act = async (world, page) => {
  if (page.components.length < 3) return;
  const id = world.chance.pick(page.components);
  await say(world, 'DELETE', `pages/${page.id}/components/${id}`);
  const rest = (ids: string[]) => ids.filter((one) => one !== id);
  page.components = rest(page.components);
  for (const incident of page.incidents) if (incident.open) incident.named = rest(incident.named);
  for (const window of page.windows) window.components = rest(window.components);
  for (const one of [...world.subscribers, ...world.told.hooks])
    if (one.page === page && one.follows) one.follows = rest(one.follows);
};

const createGroup: Act = async (world, page) => {
  const made = await say(world, 'POST', `pages/${page.id}/groups`, { name: `Group ${++world.count}` });
  page.groups.push((made.body as { id: string }).id);
};

const deleteGroup: Act = async (world, page) => {
  if (page.groups.length < 2) return;
  const id = world.chance.pick(page.groups);
  await say(world, 'DELETE', `pages/${page.id}/groups/${id}`);
  page.groups = page.groups.filter((one) => one !== id);
};

const renamePage: Act = async (world, page) => {
  const slug = `moved-${++world.count}`;
  await say(world, 'PATCH', `pages/${page.id}`, { slug });
  page.left.push(page.slug);
  page.slug = slug;
};

const comePage: Act = async (world) => {
  if (world.pages.length < MOST_PAGES) await createPage(world);
};

const deletePage: Act = async (world, page) => {
  if (world.pages.length <= ZONES.length || world.pages.indexOf(page) < ZONES.length) return;
  await say(world, 'DELETE', `pages/${page.id}`);
  world.pages = world.pages.filter((one) => one !== page);
  world.subscribers = world.subscribers.filter((one) => one.page !== page);
  world.gone.push(page.slug, ...page.left);
  for (const hook of world.told.hooks) if (hook.page === page) hook.active = false;
};

function said(chance: Random, page: Page): { id: string; status: string }[] {
  return chance.some(page.components).map((id) => ({ id, status: chance.pick(STATUSES) }));
}

const openIncident: Act = async (world, page) => {
  const { chance, clock } = world;
  const backfilled = chance.once(3) || page.incidents.filter(({ open }) => open).length >= MOST_OPEN;
  const back = chance.pick(BACK_MS);
  const now = clock.now();
  const times = backfilled
    ? {
        status: 'resolved',
        started_at: clock.iso(now - back),
        resolved_at: clock.iso(now - chance.below(back)),
      }
    : chance.once(3)
      ? { next_update_at: clock.iso(now + 30 * MINUTE) }
      : {};
  const mark = nextMark(world);
  const body = {
    title: `Fault ${mark}`,
    body: 'We are looking into it.',
    components: said(chance, page),
    ...times,
  };
  const answer = (await say(world, 'POST', `pages/${page.id}/incidents`, body)).body as IncidentAnswer;
  const incident = {
    ...{ id: answer.id, mark, open: !backfilled, startedAt: Date.parse(answer.started_at) },
    named: answer.components.map(({ id }) => id),
  };
  page.incidents.push(incident);
  if (!backfilled) world.told.event(world.subscribers, page, mark, incident.named);
};

const onIncident =
  (act: (world: World, page: Page, incident: Incident) => Promise<unknown>, onlyOpen = false): Act =>
  async (world, page) => {
    const all = page.incidents.filter(({ open }) => open || !onlyOpen);
    if (all.length > 0) await act(world, page, world.chance.pick(all));
  };

const postUpdate = onIncident(async (world, page, incident) => {
  const { chance } = world;
  const path = `pages/${page.id}/incidents/${incident.id}`;
  const status = chance.once(2) ? 'resolved' : chance.pick(['investigating', 'identified', 'monitoring']);
  const notify = !chance.once(4);
  await say(world, 'POST', `${path}/updates`, {
    status,
    body: 'More is known.',
    components: said(chance, page),
    notify,
  });
  incident.open = status !== 'resolved';
  const told = (await world.daymark.api('GET', `/api/v1/${path}`)).body as IncidentAnswer;
  incident.named = told.components.map(({ id }) => id);
  if (notify) world.told.event(world.subscribers, page, incident.mark, incident.named);
}, true);

const editIncident = onIncident(async (world, page, incident) => {
  const { chance, clock } = world;
  const path = `pages/${page.id}/incidents/${incident.id}`;
  const earlier = incident.startedAt - chance.below(3 * HOUR);
  const change = chance.pick<object>([
    { title: `Fault, better named ${incident.mark}` },
    { body: `Said better ${chance.below(100)}.` },
    { started_at: clock.iso(earlier) },
  ]);
  await say(world, 'PATCH', path, change);
  if ('started_at' in change) incident.startedAt = earlier;
});

const writePostmortem = onIncident((world, page, { id }) =>
  say(world, 'PUT', `pages/${page.id}/incidents/${id}/postmortem`, { body: 'A cable was pulled.' }),
);

const deleteIncident = onIncident(async (world, page, incident) => {
  await say(world, 'DELETE', `pages/${page.id}/incidents/${incident.id}`);
  page.incidents = page.incidents.filter((one) => one !== incident);
});

/** With how often each is chosen. */
export const TEAM_ACTS: Record<string, [Act, number]> = {
  'open an incident': [openIncident, 8],
  'post an update': [postUpdate, 12],
  'edit an incident': [editIncident, 3],
  'write a postmortem': [writePostmortem, 1],
  'delete an incident': [deleteIncident, 1],
  'set a status': [setStatus, 8],
  'create a component': [createComponent, 2],
  'move a component': [moveComponent, 2],
  'delete a component': [deleteComponent, 1],
  'create a group': [createGroup, 1],
  'delete a group': [deleteGroup, 1],
  'make a page': [comePage, 1],
  'move a page': [renamePage, 1],
  'delete a page': [deletePage, 2],
};
