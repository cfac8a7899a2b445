/** Settings from the environment and from `ACCOUNTS_FILE`, checked as a whole: either a complete configuration or
 * the list of everything that is wrong with it. No message ever contains a value. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';

const secret = z.string().regex(/^[\x21-\x7e]+$/, 'must be one word of printable characters');
const url = z
  .string()
  .refine(isHttpUrl, 'must be an http:// or https:// address without user, query or fragment')
  .transform((text) => text.replace(/\/+$/, ''));
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits and hyphens, a letter first');
const currency = z.string().regex(/^[A-Z0-9]{2,10}$/, 'must be a currency code such as RUB');

const merchantKeys = { name, merchant: secret, paymentKey: secret, payoutKey: secret };

const kinds = {
  cryptomus: z.strictObject({
    provider: z.literal('cryptomus'),
    ...merchantKeys,
    url: url.default('https://api.cryptomus.com'),
  }),
  heleket: z.strictObject({
    provider: z.literal('heleket'),
    ...merchantKeys,
    url: url.default('https://api.heleket.com'),
  }),
  repay: z.strictObject({
    provider: z.literal('repay'),
    name,
    apiKey: secret,
    currency: currency.default('RUB'),
    url: url.default('https://repay.cx'),
  }),
  hashlee: z.strictObject({
    provider: z.literal('hashlee'),
    name,
    token: z.string().regex(/^[\x20-\x7e]+$/, 'must be printable characters'),
    unit: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the short id of a business unit'),
    url: url.default('https://sandbox.hashlee.com'),
  }),
};
const accountSchema = z.discriminatedUnion('provider', [
  kinds.cryptomus,
  kinds.heleket,
  kinds.repay,
  kinds.hashlee,
]);

/** One configured set of credentials, by the provider's name in lower case. */
export type AccountConfig = z.output<typeof accountSchema>;

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
  LIST_WAIT_MS: whole(1, 600_000).default(10_000),
  RECONCILE_AFTER_MS: whole(1, 3_600_000).default(5_000),
});

/** Environment variable to field, for the account that each provider may have in the environment. */
const VARIABLES = {
  cryptomus: {
    CRYPTOMUS_MERCHANT: 'merchant',
    CRYPTOMUS_PAYMENT_KEY: 'paymentKey',
    CRYPTOMUS_PAYOUT_KEY: 'payoutKey',
    CRYPTOMUS_URL: 'url',
  },
  heleket: {
    HELEKET_MERCHANT: 'merchant',
    HELEKET_PAYMENT_KEY: 'paymentKey',
    HELEKET_PAYOUT_KEY: 'payoutKey',
    HELEKET_URL: 'url',
  },
  repay: { REPAY_API_KEY: 'apiKey', REPAY_CURRENCY: 'currency', REPAY_URL: 'url' },
  hashlee: { HASHLEE_TOKEN: 'token', HASHLEE_UNIT: 'unit', HASHLEE_URL: 'url' },
} as const;

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Limits of the exchanges with each account's provider. */
  readonly upstream: { readonly connections: number; readonly attemptMs: number; readonly budgetMs: number };
  /** How long a list waits for one of its accounts before it goes without. */
  readonly listWaitMs: number;
  /** How long after a write whose outcome is not known it is first looked for by reading. */
  readonly checkAfterMs: number;
  /** Where the ledger and the directory are kept. */
  readonly database:
    | { readonly kind: 'server'; readonly url: string }
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 'memory' };
  /** Empty: run over the sandbox. */
  readonly accounts: readonly AccountConfig[];
}

type Environment = Readonly<Record<string, string | undefined>>;

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
  if (env.DATABASE_URL && env.DATA_DIR)
    problems.push('DATA_DIR: is not used with DATABASE_URL; unset one of them');
  if (problems.length > 0 || !settings.success) throw new ConfigError(problems);

  const {
    HOST,
    PORT,
    DATABASE_URL,
    DATA_DIR,
    UPSTREAM_CONNECTIONS,
    UPSTREAM_TIMEOUT_MS,
    UPSTREAM_BUDGET_MS,
    LIST_WAIT_MS,
    RECONCILE_AFTER_MS,
  } = settings.data;
  return {
    host: HOST,
    port: PORT,
    upstream: {
      connections: UPSTREAM_CONNECTIONS,
      attemptMs: UPSTREAM_TIMEOUT_MS,
      budgetMs: UPSTREAM_BUDGET_MS,
    },
    listWaitMs: LIST_WAIT_MS,
    checkAfterMs: RECONCILE_AFTER_MS,
    database: databaseOf(DATABASE_URL, DATA_DIR, accounts.length === 0),
    accounts,
  };
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

function readVariables(env: Environment, problems: string[]) {
  const accounts: AccountConfig[] = [];
  const found: string[] = [];
  for (const [provider, fields] of Object.entries(VARIABLES) as [keyof typeof VARIABLES, object][]) {
    const set = Object.entries(fields).filter(([variable]) => env[variable] !== undefined);
    if (set.length === 0) continue;
    found.push(...set.map(([variable]) => variable));

    const values = Object.fromEntries(set.map(([variable, field]) => [field, env[variable]]));
    const account = kinds[provider].safeParse({ provider, name: provider, ...values });
    if (account.success) accounts.push(account.data);
    else {
      const variableOf = (path: PropertyKey[]) =>
        Object.entries(fields).find(([, field]) => field === path[0])?.[0] ?? String(path[0]);
      problems.push(
        ...describe(account.error, variableOf, ` (${set[0]![0]} is set, so ${provider} needs it)`),
      );
    }
  }
  return { accounts, found };
}

function readAccountsFile(path: string, env: Environment, problems: string[]): AccountConfig[] {
  let list: unknown;
  try {
    list = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    problems.push(
      `ACCOUNTS_FILE: ${error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${path})`}`,
    );
    return [];
  }
  if (!Array.isArray(list) || list.length === 0) {
    problems.push('ACCOUNTS_FILE: must hold a JSON list of at least one account');
    return [];
  }

  const accounts: AccountConfig[] = [];
  list.forEach((entry: unknown, index) => {
    const place = `ACCOUNTS_FILE[${index}]`;
    const missing: string[] = [];
    const account = accountSchema.safeParse(resolveSecrets(entry, env, place, missing));
    problems.push(...missing);
    if (account.success) {
      if (accounts.some((other) => other.name === account.data.name)) {
        problems.push(`${place}.name: is used twice`);
      }
      accounts.push(account.data);
    } else {
      const described = describe(account.error, (at) => [place, ...at.map(String)].join('.'));
      problems.push(...described.filter((problem) => !missing.some((line) => sharesPlace(line, problem))));
    }
  });
  return accounts;
}

/** `{"env": "NAME"}` becomes the variable's value, so that a file can be kept without secrets. */
function resolveSecrets(entry: unknown, env: Environment, place: string, missing: string[]): unknown {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
  return Object.fromEntries(
    Object.entries(entry).map(([field, value]) => {
      const reference = z.strictObject({ env: z.string() }).safeParse(value);
      if (!reference.success) return [field, value];
      const resolved = env[reference.data.env];
      if (resolved === undefined)
        missing.push(`${place}.${field}: variable ${reference.data.env} is not set`);
      return [field, resolved];
    }),
  );
}

function sharesPlace(left: string, right: string): boolean {
  return left.split(':')[0] === right.split(':')[0];
}

function describe(error: z.ZodError, nameOf: (path: PropertyKey[]) => string, whenMissing = ''): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `${nameOf([...issue.path, key])}: is not a known field`);
    }
    if (issue.code === 'invalid_union') {
      return `${nameOf(issue.path)}: must be cryptomus, heleket, repay or hashlee`;
    }
    if (issue.code === 'invalid_type') {
      const missing = issue.message.endsWith('received undefined');
      return `${nameOf(issue.path)}: ${missing ? `is missing${whenMissing}` : 'has the wrong type'}`;
    }
    return `${nameOf(issue.path)}: ${issue.message}`;
  });
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash;
}
