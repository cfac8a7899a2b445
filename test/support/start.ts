/** The server as a process of its own, started the way `npm start` starts it. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/** Every setting that `.env.example` lists. */
export const SETTINGS = [
  ...readFileSync(new URL('.env.example', ROOT), 'utf8').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm),
].map(([, name]) => name!);

export interface Started {
  readonly pid: number;
  /** The printed address of the API; rejects with all output when the process ends before that. */
  readonly url: Promise<string>;
  /** Resolves when the process has ended: null when a signal ended it. */
  readonly exitCode: Promise<number | null>;
  /** Everything printed so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts it on a free port with these settings and no others, whatever this machine's own are. */
export function startMain(settings: Readonly<Record<string, string>> = {}): Started {
  // An empty variable counts as not set, and keeps a developer's `.env` from setting it.
  const unset = Object.fromEntries(SETTINGS.map((name) => [name, '']));
  const child = spawn(process.execPath, ['start.js'], {
    cwd: ROOT,
    env: { ...process.env, ...unset, PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed.stdout += text;
      const match = /https?:\/\/\S+\/graphql/.exec(printed.stdout);
      if (match) resolve(match[0]);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed.stderr += text;
    });
    exitCode.then(() => reject(new Error(`It ended:\n${printed.stdout}${printed.stderr}`)));
  });
  url.catch(() => {});

  return {
    pid: child.pid!,
    url,
    exitCode,
    output: () => printed,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exitCode;
    },
  };
}
