/** The accounts that Paygraph is configured with: their variables, and the file that may hold any number of them. No
 * message ever contains a value. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

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

/** The accounts that the sandbox is run with. */
export const demoNames = ['cryptomus', 'heleket', 'repay', 'hashlee', 'hashlee-2'] as const;

/** What of an account's configuration nobody else may know. */
export function secretsOf(account: AccountConfig): string[] {
  switch (account.provider) {
    case 'cryptomus':
    case 'heleket':
      return [account.merchant, account.paymentKey, account.payoutKey];
    case 'repay':
      return [account.apiKey];
    case 'hashlee':
      return [account.token];
  }
}

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

/** The account that each provider may have in variables of its own, and which of them are set. */
export function readVariables(env: Environment, problems: string[]) {
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

/** The accounts of a file, or every problem with it. */
export function readAccountsFile(path: string, env: Environment, problems: string[]): AccountConfig[] {
  const accounts: AccountConfig[] = [];
  readJsonList('ACCOUNTS_FILE', path, 'account', problems).forEach((entry, index) => {
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

/** The list in the file that a variable names; empty, with a problem, when there is none. */
export function readJsonList(variable: string, path: string, what: string, problems: string[]): unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${path})`;
    problems.push(`${variable}: ${problem}`);
    return [];
  }
  if (Array.isArray(list) && list.length > 0) return list;
  problems.push(`${variable}: must hold a JSON list of at least one ${what}`);
  return [];
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

/** A line for each problem, beginning with what `nameOf` calls its place. */
export function describe(
  error: z.ZodError,
  nameOf: (path: PropertyKey[]) => string,
  whenMissing = '',
): string[] {
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
