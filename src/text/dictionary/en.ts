import type { Dictionary } from '../dictionary.ts';

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

function components(count: number): string {
  return count === 1 ? 'component' : 'components';
}

/** The words of a page in English. */
export const english: Dictionary = {
  language: 'en',
  name: 'English',
  direction: 'ltr',
  comma: ', ',
  pair: (name, value) => `${name}: ${value}`,
  headline: {
    operational: 'All systems operational',
    under_maintenance: 'Under maintenance',
    degraded_performance: 'Degraded performance',
    partial_outage: 'Partial outage',
    major_outage: 'Major outage',
    incident_open: 'Incident open',
    nothing_listed: 'Nothing is listed yet',
  },
  componentStatus: {
    operational: 'Operational',
    under_maintenance: 'Under maintenance',
    degraded_performance: 'Degraded performance',
    partial_outage: 'Partial outage',
    major_outage: 'Major outage',
  },
  incidentStatus: {
    investigating: 'Investigating',
    identified: 'Identified',
    monitoring: 'Monitoring',
    resolved: 'Resolved',
  },
  maintenanceStatus: {
    scheduled: 'Scheduled',
    in_progress: 'In progress',
    verifying: 'Verifying',
    completed: 'Completed',
    cancelled: 'Cancelled',
  },
  impact: { none: '', minor: 'Minor impact', major: 'Major impact', critical: 'Critical impact' },

  affected: (affected, all) => `${affected} of ${all} ${components(all)} affected.`,
  maintained: (maintained, all) => `${maintained} of ${all} ${components(all)} under maintenance.`,
  openIncidents: (count, since) =>
    count === 1
      ? `One open incident, since ${since}.`
      : `${NUMBERS[count] ?? count} open incidents, the first since ${since}.`,
  nothingOpen: 'Nothing is open.',
  lastIncident: (day) => `The last incident ended on ${day}.`,
  nothingListed: 'The components of this page will stand here, once the first one is added.',

  since: (time) => `since ${time}`,
  openSince: (time) => `Open since ${time}`,
  inProgressSince: (time) => `In progress since ${time}`,
  plannedUntil: (time) => `planned until ${time}`,
  overrunning: 'Takes longer than planned.',
  nextUpdate: (time) => `Next update by ${time}.`,
  edited: (time) => `Edited ${time}`,
  resolvedAfter: (length) => `Resolved after ${length}.`,
  completedAfter: (length) => `Completed after ${length}.`,
  completed: 'Completed.',
  cancelled: 'Cancelled.',

  groupAffected: (affected, all) => `${affected} of ${all} affected`,
  groupMaintained: (maintained, all) => `${maintained} of ${all} under maintenance`,
  groupOperational: (all) => `${all} operational`,
  uptime: (percent) => `${percent} of the last 90 days.`,
  noUptime: 'Nothing counted yet.',
  badDays: (status, days) => `${status}: ${days}.`,
  more: (count) => `and ${count} more`,

  script: {
    updated: (what) => `Updated: ${what}`,
    unreachable: (time, ago) =>
      `The server can’t be reached. This page shows what was known at ${time}, ${ago}.`,
    allDays: 'All days with trouble',
    day: 'Day',
    noTrouble: 'No trouble in the last 90 days.',
    close: 'Close',
  },

  home: 'Status',
  history: 'History',
  api: 'API',
  navigation: 'Page',
  languages: 'Languages',
  skip: 'To the content',
  now: 'Now',
  planned: 'Planned',
  components: 'Components',
  recent: 'The last 14 days',
  quiet: 'Quiet.',
  moreOpen: 'Also open',
  updates: 'Updates',
  postmortem: 'Postmortem',
  incident: 'Incident',
  maintenance: 'Maintenance',
  from: 'Since',
  time: 'Time',
  lasted: 'Lasted',
  status: 'Status',
  impactLabel: 'Impact',
  plan: 'Planned',
  published: (clock, day) => `Published ${clock}, ${day}`,
  feeds: 'Feeds',
  rss: 'RSS',
  atom: 'Atom',
  calendar: 'Calendar',
  json: 'JSON',
  feedTitle: (page) => `${page}: incidents and maintenance`,

  historyDescription: (page) => `What happened at ${page}, month by month.`,
  allOf: (month) => `All of ${month}`,
  allMonths: 'All months',
  older: 'Older',
  newer: 'Newer',
  quietMonth: (month) => `${month} was quiet: no incidents and no maintenance.`,
  quietMonths: 'No incidents and no maintenance in the last three months.',

  notFound: 'There is nothing at this address',
  notFoundText: 'It may have been mistyped, or what was here has been removed.',
  toStatus: 'To the current status',
  moved: 'This page has moved',
  movedText: (page, address) => `The status page of ${page} is now at ${address}.`,
};
