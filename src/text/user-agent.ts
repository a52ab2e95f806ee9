/** In words, by what somebody is signed in: "Firefox on Windows". A hint for people; nothing is decided by it. */
export function browserOf(userAgent: string | null): string {
  if (!userAgent) return 'A program';
  const has = (text: string) => userAgent.includes(text);
  const first = (names: Record<string, string>) =>
    Object.entries(names).find(([mark]) => has(mark))?.[1] ?? null;
  // Each names those that came before it: the order is that of the youngest.
  const browser = first({
    'Edg/': 'Edge',
    'OPR/': 'Opera',
    'Firefox/': 'Firefox',
    'FxiOS/': 'Firefox',
    'Chrome/': 'Chrome',
    'CriOS/': 'Chrome',
    'Safari/': 'Safari',
  });
  const system = first({
    iPhone: 'iPhone',
    iPad: 'iPad',
    Android: 'Android',
    'Mac OS X': 'macOS',
    Windows: 'Windows',
    CrOS: 'ChromeOS',
    Linux: 'Linux',
  });
  if (!browser) return 'A program';
  return system ? `${browser} on ${system}` : browser;
}
