import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./db/schema.ts', './db/messages.ts', './db/accounts.ts'],
  out: './db/migrations',
  casing: 'snake_case',
});
