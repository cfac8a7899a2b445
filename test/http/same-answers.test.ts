/** The short way through the front door and Yoga alone give the same answers: status, media type, and every byte. */

import { buildSchema, type ExecutionResult, GraphQLError } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/caller.ts';
import { createFrontDoor } from '../../src/http/front-door.ts';
import { type App, withYoga } from '../../src/server.ts';
import { answerFrom } from '../support/answer-from.ts';
import { startProduct } from '../support/app.ts';
import { listenAt } from '../support/listen.ts';

const LEGACY = 'application/json';
const MODERN = 'application/graphql-response+json';
const ACCEPTED = [
  LEGACY,
  MODERN,
  `${MODERN}, ${LEGACY}`,
  `${MODERN}; charset=utf-16, ${LEGACY}`,
  'text/event-stream',
  'text/html, */*;q=0.1',
];
const ALSO_ACCEPTED = [
  `${LEGACY},${MODERN};q=0.9`,
  'application/json, multipart/mixed',
  `text/event-stream, ${LEGACY}`,
  'multipart/mixed',
  'Application/JSON; charset=utf-8',
  '*/*',
  'application/*',
  '*/json',
  '',
];

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly allow: string | null;
  readonly text: string;
}

async function read(answer: Response): Promise<Answer> {
  const header = (name: string) => answer.headers.get(name);
  return {
    status: answer.status,
    type: header('content-type') ?? '',
    allow: header('allow'),
    text: await answer.text(),
  };
}

/** Sends the same both ways. */
function bothWays(app: App, url: string) {
  return async (body: unknown, headers: Record<string, string>) => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    };
    const inbound = {
      id: 'alone',
      caller: ANONYMOUS,
      headers,
      address: '127.0.0.1',
      isGone: false,
      setHeader() {},
    };
    const through = await fetch(url, init);
    const alone = await app.fetch('http://paygraph/graphql', init, { inbound });
    return { through: await read(through), alone: await read(alone) };
  };
}

const product = await startProduct();

describe('of the product', async () => {
  const failing = product.serve(product.openAccounts(), {
    onBug: () => {},
    store: {
      ...product.store,
      operations: () => {
        throw new Error('postgres://user:hunter2@host is away');
      },
    },
  });
  const ask = bothWays(failing.app, await failing.url());

  const ACCOUNTS = '{ accounts { name provider } }';
  const TWO = 'query A { accounts { name } } query B($id: ID!) { node(id: $id) { id } }';
  const PAYOUT = 'query P($by: PayoutRef!) { payout(by: $by) { uuid status amount { amount currency } } }';
  const by = { orderId: { account: 'repay', orderId: '0001' } };
  const MUTATION = `mutation { blockWallet(input: { idempotencyKey: "same",
    wallet: { orderId: { account: "cryptomus", orderId: "1" } } }) { __typename } }`;
  const id = Buffer.from('[1,"Account","repay"]').toString('base64url');

  const BODIES: Record<string, unknown> = {
    'a query': { query: ACCOUNTS },
    'a query of nothing but a name': { query: '{ __typename }' },
    'a query with everything null': {
      query: ACCOUNTS,
      variables: null,
      operationName: null,
      extensions: null,
    },
    'a query with everything empty': { query: ACCOUNTS, variables: {}, extensions: {} },
    'a query that goes upstream': { query: PAYOUT, variables: { by } },
    introspection: { query: '{ __schema { queryType { name } } __type(name: "Payout") { kind } }' },
    'the upstream count': { query: PAYOUT, variables: { by }, extensions: { upstream: true } },
    'a mutation': { query: MUTATION },
    'one of two operations': { query: TWO, operationName: 'A' },
    'the other of two operations': { query: TWO, operationName: 'B', variables: { id } },
    'none of two operations': { query: TWO },
    'an operation that is not there': { query: TWO, operationName: 'C' },
    'an empty operation name': { query: ACCOUNTS, operationName: '' },
    'an operation name that is a number': { query: ACCOUNTS, operationName: 5 },
    'an operation name that is an object': { query: ACCOUNTS, operationName: { A: 1 } },
    'a syntax error': { query: '{ accounts {' },
    'an empty query': { query: '' },
    'a query of blanks': { query: ' \n ' },
    'only a fragment': { query: 'fragment F on Query { __typename }' },
    'an unknown field': { query: '{ nothing }' },
    'an unknown argument': { query: '{ accounts(color: "red") { name } }' },
    'a fragment that goes round': { query: '{ ...A } fragment A on Query { ...A }' },
    'an unknown directive': { query: '{ accounts @defer { name } }' },
    'a subscription': { query: 'subscription { __typename }' },
    'a missing variable': { query: PAYOUT },
    'a variable of the wrong type': { query: PAYOUT, variables: { by: 5 } },
    'a variable with unknown fields': { query: PAYOUT, variables: { by: { ...by, color: 'red' } } },
    'a variable that nobody declared': { query: ACCOUNTS, variables: { by } },
    'an id that is none': { query: TWO, operationName: 'B', variables: { id: 'garbage' } },
    'no query': {},
    'a query that is null': { query: null },
    'a query that is a number': { query: 5 },
    'a query that is a list': { query: [ACCOUNTS] },
    'variables that are a list': { query: ACCOUNTS, variables: [] },
    'variables that are text': { query: ACCOUNTS, variables: '{}' },
    'extensions that are a list': { query: ACCOUNTS, extensions: [] },
    'extensions that are a number': { query: ACCOUNTS, extensions: 1 },
    'a parameter of nobody': { query: ACCOUNTS, color: 'red' },
    'a parameter of nobody that is null': { query: ACCOUNTS, color: null },
    'a prototype': `{"query": "${ACCOUNTS}", "__proto__": {"query": "{ nothing }"}}`,
    'a prototype in variables': `{"query": "${ACCOUNTS}", "variables": {"__proto__": {"by": 1}}}`,
    'a constructor in extensions': {
      query: ACCOUNTS,
      extensions: { constructor: { prototype: { upstream: 1 } } },
    },
    'the last of two queries': `{"query": "{ nothing }", "query": "${ACCOUNTS}"}`,
    'blanks around it': ` \n{"query": "${ACCOUNTS}"} `,
    'names in other scripts': {
      query: 'query ($id: ID!) { node(id: $id) { id } }',
      variables: { id: 'ключ🔑' },
    },
    'a failure upstream': {
      query: '{ payouts(accounts: ["cryptomus"], onGap: FAIL) { nodes { uuid } } accounts { name } }',
    },
    'a bug': { query: '{ operations { nodes { state } } accounts { name } }' },
  };

  test.each(Object.entries(BODIES))('%s', async (_what, body) => {
    product.sandbox.inject({ kind: 'forbidden', provider: 'cryptomus' });
    for (const accept of ACCEPTED) {
      const { through, alone } = await ask(body, { accept });
      expect(through, accept).toEqual(alone);
      expect(through.text, accept).not.toMatch(/hunter2|\.ts:|node_modules/);
    }
  });

  test.each(ALSO_ACCEPTED)('a query, an error and a refusal for whoever accepts "%s"', async (accept) => {
    for (const body of [{ query: ACCOUNTS }, { query: '{ nothing }' }, { query: 5 }]) {
      const { through, alone } = await ask(body, { accept });
      expect(through).toEqual(alone);
    }
  });

  // The front door has refused these before Yoga could, in words of its own.
  test.each([
    '',
    '\ufeff{"query": "{ __typename }"}',
    '{',
    'null',
    '5',
    '"text"',
    '[]',
    '[{"query": "{ __typename }"}]',
    '{"query": "a" "b"}',
  ])('only the status, for the body %s', async (body) => {
    for (const accept of [LEGACY, MODERN, '*/*']) {
      const { through, alone } = await ask(body, { accept });
      expect(through.status).toBe(alone.status);
    }
  });

  test('nothing, and nothing happens, where Yoga would execute first and then have no way to answer', async () => {
    const { status } = await product.post({ query: MUTATION }, { accept: 'text/html' });
    expect(status).toBe(406);
    expect(product.sandbox.calls).toEqual([]);
  });
});

describe('of a schema that does what ours does not', async () => {
  const schema = buildSchema('type Query { word: String bug: String! } type Subscription { count: Int }');
  const rootValue = {
    word: 'word',
    bug() {
      throw new GraphQLError('Masked.', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    },
    async *count() {
      for (const count of [1, 2, 3]) yield { count };
    },
  };
  const http = { status: 202, headers: { 'x-told': 'yes' } };
  const RESULTS: Record<string, ExecutionResult> = {
    Refused: { errors: [refusal()] },
    Partial: { data: { word: null }, errors: [refusal()] },
    Told: { data: { word: 'told' }, extensions: { http, cost: 1 } },
    Extended: { data: { word: 'told' }, extensions: { cost: 1 } },
  };
  const app = withYoga(
    async (_inbound, { query, operationName }) =>
      RESULTS[operationName ?? ''] ?? answerFrom({ schema, rootValue }, query),
    false,
  );
  const { server } = createFrontDoor(app, { onBug: () => {} });
  const ask = bothWays(app, `${await listenAt(server)}/graphql`);
  afterAll(() => void server.close().closeAllConnections());

  test.each([...Object.keys(RESULTS), 'Plain'])('a result that tells of HTTP: %s', async (operationName) => {
    for (const accept of ACCEPTED) {
      const query = `query ${operationName} { word }`;
      const { through, alone } = await ask({ query, operationName }, { accept });
      expect(through).toEqual(alone);
    }
  });

  test.each(['{ bug }', '{ word bug }', '{ word word }'])('an error in the data: %s', async (query) => {
    for (const accept of ACCEPTED) {
      const { through, alone } = await ask({ query }, { accept });
      expect(through).toEqual(alone);
    }
  });

  test('a subscription, as a stream and where none is taken', async () => {
    for (const accept of ACCEPTED) {
      const { through, alone } = await ask({ query: 'subscription { count }' }, { accept });
      expect(through).toEqual(alone);
    }
    const { through } = await ask({ query: 'subscription { count }' }, { accept: 'text/event-stream' });
    expect(through.text.match(/^event: next$/gm)).toHaveLength(3);
  });
});

function refusal() {
  const http = { status: 429, headers: { 'retry-after': '7' } };
  return new GraphQLError('Too much.', { extensions: { code: 'RATE_LIMITED', http } });
}
