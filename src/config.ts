/** Settings from the environment and from `ACCOUNTS_FILE`, checked as a whole: either a complete configuration or
 * the list of everything that is wrong with it. No message ever contains a value. */

import { z } from 'zod';
import { type AccessConfig, readAccess } from './access/access-config.ts';
import {
  type AccountConfig,
  demoNames,
  describe,
  type Environment,
  readAccountsFile,
  readVariables,
  secretsOf,
} from './account-config.ts';
import { type DoorConfig, doorVariables, readDoor } from './http/settings.ts';
import { type Manifest, readManifest } from './limits/manifest.ts';
import { isLoopback } from './loopback.ts';
import { LEVELS, type LogLevel } from './telemetry/level.ts';

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`);

const settingsSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65_535).default(4000),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\/\S+$/, 'must be a postgres:// address')
    .optional(),
  DATA_DIR: z.string().optional(),
  UPSTREAM_CONNECTIONS: whole(1, 1000).default(10),
  UPSTREAM_TIMEOUT_MS: whole(1, 600_000).default(10_000),
  UPSTREAM_BUDGET_MS: whole(1, 600_000).default(25_000),
  UPSTREAM_QUEUE: whole(0, 100_000).default(5_000),
  UPSTREAM_BREAK_AFTER: whole(0, 1_000).default(10),
  UPSTREAM_BREAK_MS: whole(1, 600_000).default(1_000),
  UPSTREAM_MAX_PAUSE_MS: whole(0, 86_400_000).default(300_000),
  REQUEST_TIMEOUT_MS: whole(1, 3_600_000).default(30_000),
  LIST_WAIT_MS: whole(1, 600_000).default(10_000),
  RECONCILE_AFTER_MS: whole(1, 3_600_000).default(5_000),
  ...doorVariables,
  MAX_COST: whole(1, 100_000).default(250),
  MAX_MONEY_MUTATIONS: whole(0, 100).default(5),
  RATE_LIMIT_PER_MINUTE: whole(0, 999_999_999).optional(),
  SHOW_GRAPHIQL: z.enum(['on', 'off'], 'must be on or off').optional(),
  TRUSTED_DOCUMENTS_FILE: z.string().optional(),
  LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).optional(),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must be one word of at least 16 printable characters')
    .optional(),
});

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly door: DoorConfig;
  /** Limits of the exchanges with each account's provider. */
  readonly upstream: {
    readonly connections: number;
    readonly attemptMs: number;
    readonly budgetMs: number;
    /** Missing: nothing is held back, however a provider fares. */
    readonly guards?: {
      readonly queue: number;
      readonly breakAfter: number;
      readonly breakMs: number;
      readonly maxPauseMs: number;
    };
  };
  /** How long a GraphQL request may take. */
  readonly requestMs: number;
  /** How long a list waits for one of its accounts before it goes without. */
  readonly listWaitMs: number;
  /** How long after a write whose outcome is not known it is first looked for by reading. */
  readonly checkAfterMs: number;
  readonly limits: {
    /** Most upstream calls that one request may take in the worst case. */
    readonly cost: number;
    readonly moneyMutations: number;
    /** Cost units that a caller may use in a minute; null for any number. */
    readonly unitsPerMinute: number | null;
    /** Texts by their hashes: the only documents that run; null for any. */
    readonly trusted: Manifest | null;
  };
  readonly graphiql: boolean;
  /** Where the ledger and the directory are kept. */
  readonly database:
    | { readonly kind: 'server'; readonly url: string }
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 'memory' };
  /** Empty: run over the sandbox. */
  readonly accounts: readonly AccountConfig[];
  /** Who may use it; null: anybody, which is for the sandbox on this machine only. */
  readonly access: AccessConfig | null;
  readonly log: { readonly level: LogLevel; readonly form: 'json' | 'readable' };
  /** Who has it may read the metrics. */
  readonly metricsToken: string | undefined;
  /** Everything above that nobody else may know. */
  readonly secrets: readonly string[];
}

/** Thrown with every problem at once, each beginning with the variable or the place in the file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}.`);
    this.problems = problems;
  }
}

/** Reads the configuration. An empty variable counts as not set. Throws `ConfigError`. */
export function loadConfig(environment: Environment = process.env): Config {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const problems: string[] = [];

  const settings = settingsSchema.safeParse(env);
  if (!settings.success) problems.push(...describe(settings.error, (path) => String(path[0])));

  const fromEnvironment = readVariables(env, problems);
  const fromFile = env.ACCOUNTS_FILE ? readAccountsFile(env.ACCOUNTS_FILE, env, problems) : [];
  if (env.ACCOUNTS_FILE && fromEnvironment.found.length > 0) {
    problems.push(`ACCOUNTS_FILE: replaces the account variables; unset ${fromEnvironment.found.join(', ')}`);
  }
  const accounts = [...fromEnvironment.accounts, ...fromFile];
  if (accounts.length === 0 && problems.length === 0 && env.NODE_ENV === 'production') {
    problems.push(
      'NODE_ENV: is production, but no account is configured; set the variables of at least one provider ' +
        '(such as CRYPTOMUS_MERCHANT) or ACCOUNTS_FILE. The sandbox is only for development',
    );
  }
  const isDemo = fromEnvironment.found.length === 0 && env.ACCOUNTS_FILE === undefined;
  const names = isDemo ? demoNames : accounts.map(({ name }) => name);
  const access = readAccess(env, problems.length === 0 ? new Set(names) : undefined, problems);
  if (!access && !isDemo) {
    problems.push(`TOKENS_FILE: is missing, and so is JWT_JWKS_URL: ${nobodyIsNamed}`);
  }
  if (!access && isDemo && settings.success && !isLoopback(settings.data.HOST)) {
    problems.push(
      `HOST: must be an address of this machine such as 127.0.0.1, unless TOKENS_FILE or JWT_JWKS_URL is set: ${nobodyIsNamed}`,
    );
  }
  if (env.DATABASE_URL && env.DATA_DIR)
    problems.push('DATA_DIR: is not used with DATABASE_URL; unset one of them');
  if (settings.success && settings.data.REQUEST_TIMEOUT_MS <= settings.data.LIST_WAIT_MS)
    problems.push(
      'REQUEST_TIMEOUT_MS: must be more than LIST_WAIT_MS, so that a list can go without an account',
    );
  const { TRUSTED_DOCUMENTS_FILE: manifest } = env;
  const trusted = manifest === undefined ? null : readManifest(manifest, problems);
  const { RATE_LIMIT_PER_MINUTE: rate = 0, MAX_COST: cost = 0 } = settings.data ?? {};
  if (rate > 0 && rate < cost) {
    problems.push(
      'RATE_LIMIT_PER_MINUTE: must be 0 or at least MAX_COST, or what may be asked never would be answered',
    );
  }
  const door = settings.data && readDoor(settings.data, settings.data.HOST, problems);
  if (problems.length > 0 || !settings.success || !door) throw new ConfigError(problems);

  const {
    HOST,
    PORT,
    DATABASE_URL,
    DATA_DIR,
    UPSTREAM_CONNECTIONS,
    UPSTREAM_TIMEOUT_MS,
    UPSTREAM_BUDGET_MS,
    UPSTREAM_QUEUE,
    UPSTREAM_BREAK_AFTER,
    UPSTREAM_BREAK_MS,
    UPSTREAM_MAX_PAUSE_MS,
    REQUEST_TIMEOUT_MS,
    LIST_WAIT_MS,
    RECONCILE_AFTER_MS,
    MAX_COST,
    MAX_MONEY_MUTATIONS,
    SHOW_GRAPHIQL,
    LOG_LEVEL,
    METRICS_TOKEN,
  } = settings.data;
  return {
    host: HOST,
    port: PORT,
    door,
    upstream: {
      connections: UPSTREAM_CONNECTIONS,
      attemptMs: UPSTREAM_TIMEOUT_MS,
      budgetMs: UPSTREAM_BUDGET_MS,
      guards: {
        queue: UPSTREAM_QUEUE,
        breakAfter: UPSTREAM_BREAK_AFTER,
        breakMs: UPSTREAM_BREAK_MS,
        maxPauseMs: UPSTREAM_MAX_PAUSE_MS,
      },
    },
    requestMs: REQUEST_TIMEOUT_MS,
    listWaitMs: LIST_WAIT_MS,
    checkAfterMs: RECONCILE_AFTER_MS,
    limits: {
      cost: MAX_COST,
      moneyMutations: MAX_MONEY_MUTATIONS,
      unitsPerMinute: unitsPerMinute(settings.data.RATE_LIMIT_PER_MINUTE, isDemo),
      trusted,
    },
    graphiql: SHOW_GRAPHIQL === undefined ? access === null : SHOW_GRAPHIQL === 'on',
    database: databaseOf(DATABASE_URL, DATA_DIR, isDemo),
    accounts,
    access,
    // Whoever tries the demo watches the terminal for what to do next, not for what was done.
    log: {
      level: LOG_LEVEL ?? (isDemo ? 'warn' : 'info'),
      form: env.NODE_ENV === 'production' ? 'json' : 'readable',
    },
    metricsToken: METRICS_TOKEN,
    secrets: [
      ...accounts.flatMap(secretsOf),
      ...(METRICS_TOKEN === undefined ? [] : [METRICS_TOKEN]),
      ...(access?.jwt && 'list' in access.jwt.keys ? access.jwt.keys.list.flatMap(({ k }) => k ?? []) : []),
      ...(DATABASE_URL === undefined ? [] : [DATABASE_URL, ...passwordOf(DATABASE_URL)]),
    ],
  };
}

const nobodyIsNamed = 'nothing says who may use Paygraph';

/** No limit is 0; none that is set is none for the demo, and one that no frontend comes near for anybody else. */
function unitsPerMinute(setting: number | undefined, isDemo: boolean): number | null {
  return (setting ?? (isDemo ? 0 : 6_000)) || null;
}

/** As it is written, and as it is meant. */
function passwordOf(url: string): string[] {
  const written = /^\w+:\/\/[^/@]*?:([^@]*)@/.exec(url)?.[1];
  return written ? [written, ...(URL.canParse(url) ? [decodeURIComponent(new URL(url).password)] : [])] : [];
}

/** Live data is always kept; the demo's, like its sandbox, ends with the process unless it is told where to go. */
function databaseOf(
  url: string | undefined,
  folder: string | undefined,
  isDemo: boolean,
): Config['database'] {
  if (url !== undefined) return { kind: 'server', url };
  if (folder === undefined && isDemo) return { kind: 'memory' };
  return { kind: 'folder', path: folder ?? './data' };
}
