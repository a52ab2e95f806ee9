/** What the first start makes: an organization, its owner and a key (contract, section 1). */
import { ConfigError } from './error.ts';

export interface Bootstrap {
  organization: string;
  apiKey: string | undefined;
  admin: { email: string; password: string } | undefined;
}

const SHORTEST_PASSWORD = 10;

export function adminOf(email: string | undefined, password: string | undefined): Bootstrap['admin'] {
  if (email === undefined && password === undefined) return undefined;
  if (email === undefined)
    throw new ConfigError(
      'DAYMARK_ADMIN_PASSWORD needs DAYMARK_ADMIN_EMAIL: set it to the address of the owner.',
    );
  if (password === undefined)
    throw new ConfigError(
      'DAYMARK_ADMIN_EMAIL needs DAYMARK_ADMIN_PASSWORD: set it to the password of the owner.',
    );
  if (!/^[^@\s,;<>"]{1,64}@[^@\s,;<>"]+\.[^@.\s,;<>"]{2,}$/.test(email))
    throw new ConfigError(`DAYMARK_ADMIN_EMAIL is "${email}". Set a mail address, like ines@example.com.`);
  if (password.length < SHORTEST_PASSWORD || password.length > 200)
    throw new ConfigError(
      `DAYMARK_ADMIN_PASSWORD must be ${SHORTEST_PASSWORD} to 200 characters. Set another one.`,
    );
  return { email, password };
}

export function bootstrapOf(
  organization: string | undefined,
  apiKey: string | undefined,
  admin: Bootstrap['admin'],
): Bootstrap | null {
  if (apiKey !== undefined) {
    if (!/^sk_live_[A-Za-z0-9_-]{24,}$/.test(apiKey)) {
      throw new ConfigError(
        'DAYMARK_API_KEY must be sk_live_ and at least 24 letters, digits, - or _ behind it.',
      );
    }
    if (organization === undefined)
      throw new ConfigError(
        'DAYMARK_API_KEY needs DAYMARK_ORGANIZATION: set it to the name of the organization that the key is for.',
      );
  }
  if (admin !== undefined && organization === undefined)
    throw new ConfigError(
      'DAYMARK_ADMIN_EMAIL needs DAYMARK_ORGANIZATION: set it to the name of the organization that the owner is of.',
    );
  if (organization !== undefined && ([...organization].length > 200 || /\p{Cc}/u.test(organization)))
    throw new ConfigError(
      'DAYMARK_ORGANIZATION must be 1 to 200 characters on one line. Set a shorter name.',
    );
  return organization === undefined ? null : { organization, apiKey, admin };
}
