import { z } from 'zod';
import { oneLine, time } from '../domain/input.ts';
import { SCOPES } from './scopes.ts';

const distinct = (list: readonly string[]) => new Set(list).size === list.length;

const fields = {
  name: oneLine,
  scopes: z
    .array(z.enum(SCOPES))
    .min(1, 'At least one scope.')
    .max(SCOPES.length)
    .refine(distinct, 'A scope is named twice.'),
  page_ids: z.array(z.uuid('A UUID.')).min(1).max(1000).refine(distinct, 'A page is named twice.').nullable(),
  expires_at: time.nullable(),
};

/** The body of POST `/api-keys`. */
export const apiKeyCreate = z
  .strictObject(fields)
  .partial()
  .required({ name: true, scopes: true })
  .meta({ id: 'ApiKeyCreate' });
export const apiKeyPatch = z.strictObject(fields).partial().meta({ id: 'ApiKeyPatch' });
