/** A variable that can't be used: the message names it and the fix. */
export class ConfigError extends Error {}
