import { Command } from 'commander';
import { isLoopback } from '../config/addresses.ts';
import { makeDataDir, readSecret } from '../config/data-dir.ts';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { DomainError } from '../domain/errors.ts';
import type { RunApp } from '../http/run-route.ts';
import { setDefaultPage } from '../manage/default-page.ts';
import { allowDomain } from '../manage/domains.ts';
import type { PrintPage } from '../render/renderer.ts';
import { AlreadyRunningError } from '../services/charge.ts';
import { createServices } from '../services.ts';
import { backupCommand } from './backup.ts';
import { bootstrap, isEmpty, migrateStore } from './bootstrap.ts';
import { createKey } from './create-key.ts';
import { importCommand } from './import.ts';
import type { ImportOptions } from './import-statuspage.ts';
import { exportCommand, importDaymark } from './move.ts';
import { publishCommand } from './publish.ts';
import { restoreCommand } from './restore.ts';
import { serve, work } from './serve.ts';
import { createUser, type UserOptions } from './users.ts';

/** What the built app brings with it. */
export interface Built {
  printPage: PrintPage;
  runApp: RunApp;
  template: string;
}

export type Assembly = ReturnType<typeof createServices> & { built: Built; config: Config };

/** Runs one command; the exit code says how it went. A mistake of the operator's is one line, not a stack. */
export async function runCommandLine(args: string[], env: NodeJS.ProcessEnv, built: Built): Promise<void> {
  const assemble = (): Assembly => {
    const config = readConfig(env);
    makeDataDir(config);
    const secret = readSecret(env, config);
    return { ...createServices(config, secret, built.printPage, built.template), built, config };
  };
  const program = new Command('daymark')
    .description('A status-page service that publishes plain files.')
    .showHelpAfterError();
  defineServing(program, assemble);
  defineManaging(program, assemble);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const expected =
      error instanceof ConfigError || error instanceof DomainError || error instanceof AlreadyRunningError;
    process.stderr.write(
      `daymark: ${expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}

function defineServing(program: Command, assemble: () => Assembly): void {
  program
    .command('serve')
    .description('HTTP server, publisher, scheduler')
    .option('--no-workers', 'HTTP alone')
    .option('--demo', 'load the demo organization into an empty database')
    .action((options: { workers: boolean; demo?: boolean }) =>
      serve(assemble(), { workers: options.workers, demo: options.demo ?? false }),
    );
  program
    .command('start', { hidden: true })
    .description('what npm start does: serve, with the demo on a fresh machine')
    .action(async () => {
      const assembly = assemble();
      await migrateStore(assembly);
      const fresh = await isEmpty(assembly.services.store);
      const demo = fresh && !assembly.config.hasBootstrap && isLoopback(assembly.config.host);
      await serve(assembly, { workers: true, demo });
    });
  program
    .command('work')
    .description('publisher and scheduler without HTTP')
    .action(() => work(assemble()));
}

function defineManaging(program: Command, assemble: () => Assembly): void {
  /** Runs `action` on a migrated database, and closes it. */
  const withStore = async (action: (assembly: Assembly) => Promise<unknown>) => {
    const assembly = assemble();
    try {
      await migrateStore(assembly);
      await bootstrap(assembly);
      await action(assembly);
    } finally {
      await assembly.services.store.close();
    }
  };
  program
    .command('publish')
    .description('render and publish now')
    .option('--page <slug>', 'one page')
    .option('--all', 'every page')
    .action((options: { page?: string; all?: boolean }) =>
      withStore((assembly) => publishCommand(assembly, options)),
    );
  const imports = program.command('import').description('move in');
  imports
    .command('statuspage <file-or-folder>')
    .description('a page of Statuspage: its summary.json, or a folder with any of its documents')
    .option('--page <slug>', 'the page to import into')
    .option('--org <slug>', 'the organization')
    .option('--dry-run', 'say what would be done, and do nothing')
    .action((path: string, options: ImportOptions) =>
      withStore((assembly) => importCommand(assembly, path, options)),
    );
  imports
    .command('daymark <file>')
    .description('an organization that "export" wrote')
    .option('--org <slug>', 'the organization to make, when not its own')
    .action((file: string, options: { org?: string }) =>
      withStore((assembly) => importDaymark(assembly, file, options)),
    );
  program
    .command('export <file>')
    .description('everything of an organization but its secrets, as JSON Lines')
    .option('--org <slug>', 'the organization')
    .action((file: string, options: { org?: string }) =>
      withStore((assembly) => exportCommand(assembly, file, options)),
    );
  program
    .command('keys')
    .command('create')
    .description('print a new API key, once')
    .requiredOption('--scopes <list>', 'scopes, with commas between')
    .option('--org <slug>', 'the organization; an unknown one is made')
    .option('--page <slug>', 'bind the key to a page')
    .option('--name <name>', 'what the key is for', 'Made on the command line')
    .action((options: { scopes: string; org?: string; page?: string; name: string }) =>
      withStore((assembly) => createKey(assembly, options)),
    );
  program
    .command('users')
    .command('create')
    .description('make somebody who can sign in; prints a password, once')
    .requiredOption('--email <address>', 'their mail address')
    .option('--org <slug>', 'the organization; an unknown one is made')
    .option('--role <role>', 'owner, admin, editor or viewer', 'owner')
    .option('--name <name>', 'their name')
    .option('--password-stdin', 'read the password from standard input instead')
    .action((options: UserOptions) => withStore((assembly) => createUser(assembly, options)));
  program
    .command('pages')
    .command('default <slug>')
    .description('the page at /')
    .action((slug: string) => withStore(({ services }) => setDefaultPage(services.manager, slug)));
  program
    .command('domains')
    .command('allow <domain>')
    .description("let a page's domain route without its TXT record")
    .action((domain: string) => withStore(({ services }) => allowDomain(services.manager, domain)));
  program
    .command('backup <file>')
    .description('the whole database in one file, while everything runs')
    .action((file: string) => withStore((assembly) => backupCommand(assembly, file)));
  program
    .command('restore <file>')
    .description('put a backup back; nothing else may run')
    .option(
      '--newer <file>',
      'a newer copy, which tells who unsubscribed since; else the database that is there',
    )
    .action(async (file: string, options: { newer?: string }) => {
      const assembly = assemble();
      try {
        await restoreCommand(assembly, file, options);
      } finally {
        await assembly.services.store.close();
      }
    });
  program
    .command('migrate')
    .description('bring the database to the schema of this version')
    .action(() =>
      withStore(async () => {
        process.stdout.write('The database is up to date.\n');
      }),
    );
}
