import type { z } from 'zod';
import { pageCreate, slugText } from '../../domain/input.ts';

/** What ends up in paths, addresses and markup is held to the rules that it was made by. */
const RULES: Record<string, z.ZodType> = {
  'organizations.slug': slugText,
  'resting_slugs.slug': slugText,
  'pages.slug': pageCreate.shape.slug,
  'pages.timezone': pageCreate.shape.timezone,
  'pages.language': pageCreate.shape.language,
  'pages.languages': pageCreate.shape.languages,
  'pages.accent': pageCreate.shape.accent,
  'pages.domain': pageCreate.shape.domain,
};

/** What is wrong with the value of a field, null when nothing is. */
export function fieldFault(table: string, name: string, value: unknown): string | null {
  const result = RULES[`${table}.${name}`]?.safeParse(value);
  return result && !result.success ? `is not right: ${result.error.issues[0]?.message}` : null;
}
