/** How the process ends that `npm start` starts. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { type Started, startMain } from '../support/start.ts';

const running: Started[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((started) => started.stop('SIGKILL')));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Over a database that is made already, which spares the time of making one. */
function start(settings: Record<string, string>): Started {
  const folder = mkdtempSync(join(tmpdir(), 'paygraph-stop-'));
  folders.push(folder);
  mkdirSync(join(folder, 'postgres'));
  execFileSync('tar', ['-xf', inject('preparedDatabase'), '-C', join(folder, 'postgres')]);
  const started = startMain({ DATA_DIR: folder, ...settings });
  running.push(started);
  return started;
}

/** With one pretend provider that answers after so long, and a request under way to it. */
async function startBusy(settings: Record<string, string>, ms: number) {
  const started = start(settings);
  const url = await started.url;
  await expect.poll(() => started.output().stdout, { interval: 10 }).toMatch(/broken: http:\S+\n/);
  const [, control] = /broken: (http:\S+)\n/.exec(started.output().stdout)!;
  await fetch(`${control}/faults`, {
    method: 'POST',
    body: JSON.stringify({ kind: 'slow', endpoint: 'R1', ms }),
  });
  const asked = fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: '{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { status } }',
    }),
  });
  asked.catch(() => {});
  const calls = async () => ((await (await fetch(`${control}/calls`)).json()) as unknown[]).length;
  await expect.poll(calls, { interval: 10, timeout: 10_000 }).toBe(1);
  return { started, asked, url };
}

describe('SIGTERM', { timeout: 60_000 }, () => {
  test('lets what is under way be answered, and nothing begin', async () => {
    const { started, asked, url } = await startBusy({}, 500);
    const stopped = started.stop();
    await expect
      .poll(
        () =>
          fetch(url).then(
            () => 'answered',
            () => 'closed',
          ),
        { interval: 10 },
      )
      .toBe('closed');
    const answer = await asked;
    expect(await answer.json()).toEqual({ data: { payout: { status: 'SUCCEEDED' } } });
    expect(await stopped).toBe(0);
    expect(started.output().stderr).toBe('');
  });

  test('cuts off what takes longer than SHUTDOWN_MS', async () => {
    const { started, asked } = await startBusy({ SHUTDOWN_MS: '20', UPSTREAM_TIMEOUT_MS: '900' }, 60_000);
    const stopped = started.stop();
    await expect(asked).rejects.toThrow();
    expect(await stopped).toBe(0);
    expect(started.output().stderr).toBe('');
  });

  test('sent again ends everything at once', async () => {
    const { started, asked, url } = await startBusy({}, 60_000);
    started.stop();
    await expect
      .poll(
        () =>
          fetch(url).then(
            () => 'answered',
            () => 'closed',
          ),
        { interval: 10 },
      )
      .toBe('closed');
    expect(await started.stop()).toBe(1);
    await expect(asked).rejects.toThrow();
  });
});

test('with a certificate it says that it speaks HTTPS', { timeout: 60_000 }, async ({ skip }) => {
  const certificate = makeCertificate();
  if (!certificate) return skip();
  const started = start({ TLS_CERT_FILE: certificate.certFile, TLS_KEY_FILE: certificate.keyFile });
  expect(await started.url).toMatch(/^https:/);
  expect(await started.stop()).toBe(0);
  certificate.remove();
});
