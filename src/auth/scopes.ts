/** What a key may do (contract, section 5). `write` does not bring `read` with it. */
export const RESOURCES = [
  'pages',
  'components',
  'incidents',
  'maintenance',
  'subscribers',
  'keys',
  'members',
] as const;

export const SCOPES = [
  ...RESOURCES.flatMap((resource) => [`${resource}:read`, `${resource}:write`] as const),
  'audit:read',
] as const;
export type Scope = (typeof SCOPES)[number];

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}
