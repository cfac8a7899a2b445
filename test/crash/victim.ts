/** A server process that is going to be killed, seen from outside. */

import { spawn } from 'node:child_process';
import type { AccountConfig } from '../../src/account-config.ts';
import type { DatabaseOptions } from '../../src/store/database.ts';

/** Where in a write the process kills itself: at the doors of the ledger. */
export type LedgerStep = 'before the row' | 'after the row' | 'after the answer' | 'after the outcome';

export interface Ambush {
  readonly step: LedgerStep;
  /** How many writes are to get there, the last one to its death. */
  left: number;
}

export interface Setup {
  readonly accounts: readonly AccountConfig[];
  readonly database: DatabaseOptions;
}

export type FromServer = { readonly url: string } | { readonly bug: string };

export interface Victim {
  readonly url: string;
  lieInAmbush(ambush: Ambush): void;
  /** Kills it, if nothing else did yet; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it is gone. */
  readonly end: Promise<void>;
}

/** Starts test/crash/server.ts; resolves when it listens. */
export async function startVictim(setup: Setup, onBug: (bug: string) => void): Promise<Victim> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/crash/server.ts'], {
    cwd: new URL('../../', import.meta.url),
    env: { ...process.env, CRASH_SETUP: JSON.stringify(setup) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let printed = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const end = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: FromServer) => {
      if ('url' in message) resolve(message.url);
      else onBug(message.bug);
    });
    end.then(() => reject(new Error(`the server ended before it listened:\n${printed}`)));
  });
  return {
    url,
    end,
    lieInAmbush: (ambush) => void child.send(ambush),
    async kill() {
      child.kill('SIGKILL');
      await end;
    },
  };
}
