/** What can be read below a page root without a key: files, as the OpenAPI document tells of them. */
import type { z } from 'zod';
import * as answers from './answers.ts';

export interface PublicOperation {
  path: string;
  summary: string;
  /** Of JSON; other types are texts. */
  answer?: z.ZodType;
  type: string;
}

const JSON_TYPE = 'application/json';

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
  { path: '/badge.svg', summary: 'Show the status as a badge', type: 'image/svg+xml' },
  { path: '/status.txt', summary: 'Read the page as text', type: 'text/plain' },
  {
    path: '/revision.json',
    summary: 'Read which revision is published',
    answer: answers.revision,
    type: JSON_TYPE,
  },
];
