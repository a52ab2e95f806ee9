/** What an import could not carry over as it was, gathered for the report: each kind once, with how often and where. */
export class Notes {
  readonly #kinds = new Map<string, { count: number; examples: Set<string> }>();

  /** `what` is a sentence without its full stop; `where` names the thing that it happened to. */
  add(what: string, where?: string): void {
    const entry = this.#kinds.get(what) ?? { count: 0, examples: new Set() };
    entry.count++;
    if (where !== undefined && entry.examples.size < 3) entry.examples.add(where);
    this.#kinds.set(what, entry);
  }

  /** One line a kind, in the order in which they came up. */
  lines(): string[] {
    return [...this.#kinds].map(([what, { count, examples }]) => {
      if (examples.size === 0) return `${what}.`;
      const named = [...examples].map((text) => `"${text}"`).join(', ');
      return `${what}: ${named}${count > examples.size ? ` and ${count - examples.size} more` : ''}.`;
    });
  }
}
