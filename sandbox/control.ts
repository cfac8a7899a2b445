// The same steering over HTTP, for people at a running demo: JSON in, JSON out, and a page of text at the root that
// says what there is. Whatever an action throws is about what was sent, and is answered with status 400.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FAULT_KINDS, type FaultRule, faultProblem } from './faults.ts';
import type { Sandbox } from './index.ts';
import { render, send } from './reply.ts';
import { switchProblem } from './switches.ts';

type Steering = Omit<Sandbox, 'urls'>;
type Body = Record<string, unknown>;
type Action = (sandbox: Steering, body: Body) => unknown;

const HELP = `The control port of the sandbox. Everything is JSON.

GET    /calls                        every request that the pretend providers received
DELETE /calls                        forget them
GET    /effects                      every write that took effect
GET    /faults                       the faults in force
POST   /faults {"kind": "slow", …}   add one; also: provider, endpoint, times, fraction, applied, ms, text, megabytes
DELETE /faults                       remove all
POST   /payouts {"provider": "cryptomus", "count": 3}        new payouts at the head of the list
POST   /withdrawals {"unit": "vojvzo", "count": 3}           new withdrawals at the head of the list
POST   /status {"provider": "repay", "id": "0002", "status": "rejected"}   for hashlee: unit, id, status
GET    /switches                     how the pretend world works
POST   /switches {"slowRefunds": true}
POST   /deposit {"provider": "cryptomus", "wallet": "empty", "amount": "5.00"}   a payment to a static wallet
POST   /advance {"ms": 60000}        move the sandbox's clock
POST   /reset                        back to the seeded state

Fault kinds: ${Object.keys(FAULT_KINDS).join(', ')}.
One request alone misbehaves when it carries a header such as  x-sandbox-fault: slow;ms=200
`;

const MERCHANTS = ['cryptomus', 'heleket', 'repay'] as const;
const WALLETS = ['cryptomus', 'heleket'] as const;
const GREATEST_COUNT = 100_000;
const GREATEST_ADVANCE_MS = 365 * 24 * 3_600_000;

const ACTIONS: Readonly<Record<string, Action>> = {
  'GET /calls': ({ calls }) => calls.map((call) => ({ ...call, body: call.body.toString('utf8') })),
  'DELETE /calls': (sandbox) => sandbox.clearCalls(),
  'GET /effects': ({ effects }) => effects,
  'GET /faults': (sandbox) => sandbox.faults(),
  'POST /faults': (sandbox, body) => {
    refuseIf(faultProblem(body));
    sandbox.inject(body as unknown as FaultRule);
    return sandbox.faults();
  },
  'DELETE /faults': (sandbox) => sandbox.clearFaults(),
  'POST /payouts': (sandbox, body) => sandbox.addPayouts(oneOf(body, 'provider', MERCHANTS), count(body)),
  'POST /withdrawals': (sandbox, body) => sandbox.addWithdrawals(text(body, 'unit'), count(body)),
  'POST /status': (sandbox, body) => {
    const [id, status] = [text(body, 'id'), text(body, 'status')];
    if (body.unit !== undefined) return sandbox.setWithdrawalStatus(text(body, 'unit'), id, status);
    const provider = oneOf(body, 'provider', MERCHANTS);
    return sandbox.setPayoutStatus(provider, id, status);
  },
  'POST /deposit': (sandbox, body) =>
    sandbox.deposit(oneOf(body, 'provider', WALLETS), text(body, 'wallet'), text(body, 'amount')),
  'GET /switches': ({ switches }) => switches,
  'POST /switches': (sandbox, body) => {
    refuseIf(switchProblem(body));
    sandbox.set(body);
    return sandbox.switches;
  },
  'POST /advance': (sandbox, body) => sandbox.advance(wholeNumber(body, 'ms', GREATEST_ADVANCE_MS)),
  'POST /reset': (sandbox) => sandbox.reset(),
};

/** The handler of the control port. */
export function control(sandbox: Steering) {
  return async (message: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/' } = message;
    const path = url.split('?')[0]!;
    if (method === 'GET' && path === '/') {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      return void response.end(HELP);
    }
    const action = ACTIONS[`${method} ${path}`];
    if (!action)
      return answer(response, 404, { error: `no ${method} ${path} here; GET / lists what there is` });
    try {
      answer(
        response,
        200,
        action(sandbox, method === 'POST' ? await readBody(message) : {}) ?? { ok: true },
      );
    } catch (error) {
      answer(response, 400, { error: (error as Error).message });
    }
  };
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  send(response, {
    ...render({ status, json: null }),
    headers: { 'content-type': 'application/json' },
    body,
  });
}

async function readBody(message: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const sent = Buffer.concat(chunks).toString('utf8').trim() || '{}';
  const read: unknown = JSON.parse(sent);
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new Error('the body is a JSON object');
  return read as Body;
}

function refuseIf(problem: string | null): void {
  if (problem !== null) throw new Error(problem);
}

function text(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw new Error(`${name} is a text`);
  return value;
}

function oneOf<T extends string>(body: Body, name: string, accepted: readonly T[]): T {
  const found = accepted.find((each) => each === body[name]);
  if (found === undefined) throw new Error(`${name} is one of ${accepted.join(', ')}`);
  return found;
}

function count(body: Body): number {
  return wholeNumber(body, 'count', GREATEST_COUNT);
}

function wholeNumber(body: Body, name: string, greatest: number): number {
  const value = body[name];
  if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > greatest)
    throw new Error(`${name} is a whole number from 0 to ${greatest}`);
  return Number(value);
}
