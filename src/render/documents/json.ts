/** A JSON document as it is published: compact, with a final newline for those who read it in a terminal. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** As `toJson`, of an object some fields of which are in JSON already. */
export function toJsonWith(document: object, made: Readonly<Record<string, string>>): string {
  const fields = Object.entries(document).map(
    ([name, value]) => `${JSON.stringify(name)}:${made[name] ?? JSON.stringify(value)}`,
  );
  return `{${fields.join()}}\n`;
}

/** The document of a path that is not there, in the form of every error (contract, section 6). */
export function notFoundJson(): string {
  return toJson({ detail: 'There is nothing at this address.' });
}
