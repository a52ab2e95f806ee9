/** What can be read below a page root without a key: files, as the OpenAPI document tells of them. */
import type { z } from 'zod';
import * as answers from './answers.ts';
import * as v2 from './answers-v2.ts';

export interface PublicOperation {
  path: string;
  summary: string;
  /** Of JSON; other types are texts. */
  answer?: z.ZodType;
  type: string;
}

const JSON_TYPE = 'application/json';

/** Below `/api/v2/`: what each document is called there, and what it holds. */
const COMPATIBLE: [file: string, summary: string, answer: z.ZodType][] = [
  ['summary', 'Read the page as Statuspage answers it', v2.v2Summary],
  ['status', 'Read the overall status as Statuspage answers it', v2.v2Status],
  ['components', 'Read groups and components as Statuspage answers them', v2.v2Components],
  ['incidents', 'Read the 50 newest incidents as Statuspage answers them', v2.v2Incidents],
  ['incidents/unresolved', 'Read open incidents as Statuspage answers them', v2.v2Incidents],
  [
    'scheduled-maintenances',
    'Read the 50 newest maintenance windows as Statuspage answers them',
    v2.v2Maintenances,
  ],
  ['scheduled-maintenances/upcoming', 'Read planned maintenance as Statuspage answers it', v2.v2Maintenances],
  ['scheduled-maintenances/active', 'Read running maintenance as Statuspage answers it', v2.v2Maintenances],
];

export const PUBLIC_OPERATIONS: PublicOperation[] = [
  { path: '/api/v1/status', summary: 'Read the overall status', answer: answers.status, type: JSON_TYPE },
  {
    path: '/api/v1/components/{id}',
    summary: 'Read a component',
    answer: answers.publicComponent,
    type: JSON_TYPE,
  },
  { path: '/api/v1/components/{id}/rss', summary: 'Follow a component by RSS', type: 'application/rss+xml' },
  {
    path: '/api/v1/components/{id}/atom',
    summary: 'Follow a component by Atom',
    type: 'application/atom+xml',
  },
  {
    path: '/api/v1/components/{id}/calendar.ics',
    summary: "Read a component's maintenance calendar",
    type: 'text/calendar',
  },
  { path: '/api/v1/incidents/{id}', summary: 'Read an incident', answer: answers.incident, type: JSON_TYPE },
  {
    path: '/api/v1/maintenance/{id}',
    summary: 'Read a maintenance window',
    answer: answers.maintenance,
    type: JSON_TYPE,
  },
  {
    path: '/api/v1/uptime',
    summary: 'Read the uptime of all components',
    answer: answers.uptime,
    type: JSON_TYPE,
  },
  { path: '/api/v1/uptime.csv', summary: 'Read the uptime of all components as CSV', type: 'text/csv' },
  { path: '/api/v1/rss', summary: 'Follow the page by RSS', type: 'application/rss+xml' },
  { path: '/api/v1/atom', summary: 'Follow the page by Atom', type: 'application/atom+xml' },
  { path: '/api/v1/calendar.ics', summary: 'Read the maintenance calendar', type: 'text/calendar' },
  ...COMPATIBLE.map(([file, summary, answer]) => ({
    path: `/api/v2/${file}.json`,
    summary,
    answer,
    type: JSON_TYPE,
  })),
  {
    path: '/history.rss',
    summary: 'Follow the page by RSS, where Statuspage has it',
    type: 'application/rss+xml',
  },
  {
    path: '/history.atom',
    summary: 'Follow the page by Atom, where Statuspage has it',
    type: 'application/atom+xml',
  },
  { path: '/badge.svg', summary: 'Show the status as a badge', type: 'image/svg+xml' },
  { path: '/status.txt', summary: 'Read the page as text', type: 'text/plain' },
  {
    path: '/revision.json',
    summary: 'Read which revision is published',
    answer: answers.revision,
    type: JSON_TYPE,
  },
];
