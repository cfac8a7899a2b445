import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

/** Below the ports that systems give out by themselves, and different for each run. */
const BASE = 20_000 + (process.pid % 2000) * 5;

function run(base: number | string) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts'], {
    env: { ...process.env, SANDBOX_PORT: String(base) },
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  return { child, output };
}

it('prints how to point at it, refuses a second start, and stops on SIGTERM', async () => {
  const first = run(BASE);
  await once(first.child.stdout, 'data');
  expect(first.output.out).toContain(`CRYPTOMUS_URL=http://127.0.0.1:${BASE + 1}`);
  expect(first.output.out).toContain('HASHLEE_UNIT=vojvzo');
  expect(first.output.out).toContain(`curl -X POST http://127.0.0.1:${BASE}/faults`);
  expect((await fetch(`http://127.0.0.1:${BASE}/`)).status).toBe(200);

  const second = run(BASE);
  const [code] = await once(second.child, 'close');
  expect(code).toBe(1);
  expect(second.output.err).toMatch(
    /^Port \d+ is in use; set SANDBOX_PORT to the first of five free ports\.\n$/,
  );

  first.child.kill('SIGTERM');
  expect((await once(first.child, 'close'))[0]).toBe(0);
});

it('refuses a port that is none', async () => {
  const { child, output } = run('many');
  expect((await once(child, 'close'))[0]).toBe(1);
  expect(output.err).toContain('SANDBOX_PORT is the first of five ports');
});
