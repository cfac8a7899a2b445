import { existsSync, readdirSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Started, startMain } from './support/start.ts';

const USUAL_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const BROWSER = process.env.CHROMIUM_PATH || USUAL_PLACES.find((path) => existsSync(path));
if (!BROWSER) {
  process.stderr.write(
    `GraphiQL is not tested: there is no Chromium at ${USUAL_PLACES.join(', ')}, nor is one named in CHROMIUM_PATH.\n`,
  );
}

// No name can be looked up: what works here works without a network.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** A browser on a busy machine takes its time. */
const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 15_000 });

const exampleCount = readdirSync(new URL('../examples/', import.meta.url)).length;

describe.skipIf(!BROWSER)('GraphiQL in a browser', () => {
  let server: Started;
  let browser: Browser;
  let url: string;
  const requested: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    server = startMain();
    url = await server.url;
    browser = await chromium.launch({ executablePath: BROWSER!, args: FLAGS });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** GraphiQL as a first-time visitor sees it, once it has read the schema. */
  async function open(): Promise<Page> {
    const visitor = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    visitor.on('request', (request) => requested.push(request.url()));
    visitor.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    visitor.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
    });
    // A violation of the content security policy is a console error too.
    visitor.on('console', (message) => {
      if (message.type() !== 'log')
        complaints.push(`console ${message.type()}: ${message.text().slice(0, 300)}`);
    });
    visitor.on('weberror', (error) => complaints.push(`exception: ${error.error().message}`));

    const page = await visitor.newPage();
    const schema = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await page.goto(url);
    await schema;
    await eventually(() => editor(page).innerText()).toContain('Accounts');
    return page;
  }

  const run = (page: Page) => page.getByRole('button', { name: /^Execute query/ }).click();
  const editor = (page: Page) =>
    page.getByRole('region', { name: 'Operation Editor' }).locator('.view-lines').first();
  const result = (page: Page) => page.getByRole('region', { name: 'Result Window' });

  test('opens with a tab for each example, named after its operation', async () => {
    const page = await open();
    const tabs = page.getByRole('tablist', { name: 'Select active operation' }).getByRole('tab');
    await eventually(() => tabs.count()).toBe(exampleCount);
    await eventually(() => tabs.first().innerText()).toContain('Accounts');
    expect(await page.title()).toBe('Paygraph');
  });

  test('runs the first tab and shows its answer', async () => {
    const page = await open();
    await run(page);
    await eventually(() => result(page).innerText()).toContain('"SANDBOX"');
  });

  test('runs another tab', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'PayoutByOrderId' }).click();
    // The address follows once GraphiQL has understood the other tab.
    await eventually(() => page.url()).toContain('PayoutByOrderId');
    await run(page);
    await eventually(() => result(page).innerText()).toContain('"SUCCEEDED"');
  });

  test('marks a field that does not exist, and offers those that do', async () => {
    const page = await open();
    await editor(page).click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{ accounts { nam } }');
    await eventually(() => page.locator('.squiggly-error').count()).toBeGreaterThan(0);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Control+Space');
    await eventually(() => page.locator('.suggest-widget').innerText()).toContain('name');
  });

  test('explains a type in its documentation explorer', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.getByRole('region', { name: 'Documentation Explorer' });
    await docs.getByRole('link', { name: 'Query', exact: true }).click();
    await docs.getByRole('link', { name: 'Withdrawal', exact: true }).first().click();
    await eventually(() => docs.innerText()).toContain('Money taken out of a Hashlee business unit.');
  });

  test('asked nobody but this server, and the browser complained of nothing', () => {
    const others = requested.filter((address) => !address.startsWith(`${new URL(url).origin}/`));
    expect(others.filter((address) => !address.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
