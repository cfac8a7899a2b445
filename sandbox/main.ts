// Runs the sandbox alone, on fixed ports, until it is told to stop. The only file of the sandbox that reads the
// environment and prints.
import { SANDBOX_CREDENTIALS, type Sandbox, startSandbox } from './index.ts';

const DEFAULT_BASE = 4010;
const GREATEST_BASE = 65_531;

const base = Number(process.env.SANDBOX_PORT ?? DEFAULT_BASE);
if (!Number.isInteger(base) || base < 1 || base > GREATEST_BASE)
  fail(`SANDBOX_PORT is the first of five ports, a whole number from 1 to ${GREATEST_BASE}.`);

const ports = {
  control: base,
  cryptomus: base + 1,
  heleket: base + 2,
  repay: base + 3,
  hashlee: base + 4,
};

try {
  const sandbox = await startSandbox({ ports, clock: 'running' });
  process.stdout.write(banner(sandbox));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close());
} catch (error) {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  fail(
    code === 'EADDRINUSE'
      ? `Port ${port} is in use; set SANDBOX_PORT to the first of five free ports.`
      : `The sandbox could not start: ${message}`,
  );
}

function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

function banner({ urls }: Sandbox): string {
  const { cryptomus, heleket, repay, hashlee } = SANDBOX_CREDENTIALS;
  return `Four pretend payment providers are running. Nothing here is real money.

  control    ${urls.control}   (open it for help)
  cryptomus  ${urls.cryptomus}
  heleket    ${urls.heleket}
  repay      ${urls.repay}
  hashlee    ${urls.hashlee}

These lines in .env point Paygraph at them:

CRYPTOMUS_MERCHANT=${cryptomus.merchant}
CRYPTOMUS_PAYMENT_KEY=${cryptomus.paymentKey}
CRYPTOMUS_PAYOUT_KEY=${cryptomus.payoutKey}
CRYPTOMUS_URL=${urls.cryptomus}
HELEKET_MERCHANT=${heleket.merchant}
HELEKET_PAYMENT_KEY=${heleket.paymentKey}
HELEKET_PAYOUT_KEY=${heleket.payoutKey}
HELEKET_URL=${urls.heleket}
REPAY_API_KEY=${repay.apiKey}
REPAY_URL=${urls.repay}
HASHLEE_TOKEN=${hashlee.token}
HASHLEE_UNIT=${hashlee.units[0]}
HASHLEE_URL=${urls.hashlee}

Let the next withdrawal be cancelled although its answer is lost:

curl -X POST ${urls.control}/faults -d '{"kind":"drop-after","endpoint":"W4","times":1}'

`;
}
