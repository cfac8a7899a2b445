/** Installs what only the benchmark needs, where that is missing, and runs it. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (!existsSync(new URL('node_modules/', import.meta.url))) {
  const options = { stdio: 'inherit', shell: process.platform === 'win32' } as const;
  execFileSync('npm', ['ci', '--prefix', 'bench', '--no-audit', '--no-fund'], options);
}
await import('./main.ts');
