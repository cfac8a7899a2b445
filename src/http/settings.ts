/** The settings of the front door, as the environment spells them. No message ever contains a value. */

import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { isLoopback } from '../loopback.ts';
import { isNetwork, type TrustedProxies } from './proxies.ts';

export interface DoorConfig {
  /** Whose pages may call from a browser. */
  readonly origins: readonly string[];
  /** Names of this server besides those of its machine; undefined when it may be called anything. */
  readonly hosts: readonly string[] | undefined;
  readonly trustedProxies: TrustedProxies;
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Requests that are answered at once. */
  readonly maxRequests: number;
  /** How long a stop waits for what is under way. */
  readonly shutdownMs: number;
}

const list = (isOne: (text: string) => boolean, rule: string) =>
  z
    .string()
    .transform(itemsOf)
    .refine((all) => all.every(isOne), rule);
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`);

/** Part of the settings of the whole. */
export const doorVariables = {
  CORS_ORIGINS: list(
    isOrigin,
    'must be origins such as https://office.example, with commas between them',
  ).default([]),
  ALLOWED_HOSTS: list(isHostName, 'must be names without ports, with commas between them').optional(),
  TRUST_PROXY: z
    .string()
    .refine(
      (text) => /^\d$/.test(text) || itemsOf(text).every(isNetwork),
      'must be a number of proxies up to 9, or their addresses and networks with commas between them',
    )
    .transform((text): TrustedProxies => (/^\d$/.test(text) ? Number(text) : itemsOf(text)))
    .default(0),
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
  MAX_REQUESTS: whole(1, 100_000).default(1_000),
  SHUTDOWN_MS: whole(0, 600_000).default(25_000),
};

/** Those of a server that listens at `host`. Adds what is wrong to `problems`. */
export function readDoor(
  settings: z.output<z.ZodObject<typeof doorVariables>>,
  host: string,
  problems: string[],
): DoorConfig {
  const { CORS_ORIGINS, ALLOWED_HOSTS, TRUST_PROXY, MAX_REQUESTS, SHUTDOWN_MS } = settings;
  return {
    origins: CORS_ORIGINS,
    // What listens to this machine only is reached under another name by pages that mean it ill, or through a proxy.
    hosts: ALLOWED_HOSTS ?? (isLoopback(host) ? [] : undefined),
    trustedProxies: TRUST_PROXY,
    tls: readTls(settings.TLS_CERT_FILE, settings.TLS_KEY_FILE, problems),
    maxRequests: MAX_REQUESTS,
    shutdownMs: SHUTDOWN_MS,
  };
}

function readTls(
  certFile: string | undefined,
  keyFile: string | undefined,
  problems: string[],
): DoorConfig['tls'] {
  if (certFile === undefined && keyFile === undefined) return undefined;
  const read = (variable: string, file: string | undefined) => {
    try {
      if (file !== undefined) return readFileSync(file, 'utf8');
      problems.push(`${variable}: is missing`);
    } catch {
      problems.push(`${variable}: cannot be read`);
    }
    return undefined;
  };
  const cert = read('TLS_CERT_FILE', certFile);
  const key = read('TLS_KEY_FILE', keyFile);
  if (cert === undefined || key === undefined) return undefined;
  try {
    createSecureContext({ cert, key });
  } catch {
    problems.push(
      'TLS_KEY_FILE: must be the PEM of the key to the certificate in TLS_CERT_FILE, without passphrase',
    );
  }
  return { cert, key };
}

function itemsOf(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isHostName(text: string): boolean {
  return /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i.test(text);
}
