import { randomBytes } from 'node:crypto';
import { newPassword } from '../auth/passwords.ts';
import { ROLES, type Role } from '../auth/roles.ts';
import { isEmailAddress } from '../domain/email-address.ts';
import { DomainError } from '../domain/errors.ts';
import { oneLine } from '../domain/input.ts';
import { createMember } from '../manage/members.ts';
import { findOrganization } from '../manage/organizations.ts';
import type { Services } from '../services.ts';
import { organizationFor } from './create-key.ts';
import type { Assembly } from './main.ts';

/** A password of 120 random bits. */
export function randomPassword(): string {
  return randomBytes(15).toString('base64url');
}

/** Makes somebody who can sign in. @throws DomainError conflict when the address has an account */
export async function makeUser(
  services: Services,
  input: { organizationId: string; email: string; name?: string | null; role: Role; password: string },
): Promise<void> {
  const { organizationId, email: address, name = null, role } = input;
  const passwordHash = await services.passwords.hash(input.password);
  await createMember(services.manager, {
    organizationId,
    email: address,
    name,
    role,
    pageIds: null,
    passwordHash,
  });
}

export interface UserOptions {
  org?: string;
  email: string;
  name?: string;
  role: string;
  passwordStdin?: boolean;
}

/** `users create`: prints a password of its own making, the only time it is seen, or reads one. */
export async function createUser({ services }: Assembly, options: UserOptions): Promise<void> {
  const role = ROLES.find((one) => one === options.role);
  if (!role) throw new DomainError('invalid', `There is no role "${options.role}": ${ROLES.join(', ')}.`);
  if (!isEmailAddress(options.email))
    throw new DomainError('invalid', `--email is "${options.email}", which is no mail address.`);
  if (options.name !== undefined && !oneLine.safeParse(options.name).success)
    throw new DomainError('invalid', '--name must be 1 to 200 characters on one line.');
  const password = options.passwordStdin ? await passwordFromInput() : randomPassword();
  if (role !== 'owner' && options.org !== undefined && !(await findOrganization(services.store, options.org)))
    throw new DomainError(
      'not_found',
      `There is no organization "${options.org}". Its first member is its owner: leave --role out to make it.`,
    );
  const organization = await organizationFor(services, options.org);
  const { email: address, name } = options;
  await makeUser(services, {
    organizationId: organization.id,
    email: address,
    name: name ?? null,
    role,
    password,
  });
  if (!options.passwordStdin) process.stdout.write(`${password}\n`);
}

async function passwordFromInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
  const parsed = newPassword.safeParse(text.replace(/\r?\n$/, ''));
  if (!parsed.success)
    throw new DomainError('invalid', `The password on standard input: ${parsed.error.issues[0]!.message}`);
  return parsed.data;
}
