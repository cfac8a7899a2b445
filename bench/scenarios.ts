/** What is asked of each server: the same data in the words of its schema, and what has to be found in each answer. No two
 * connections ask for the same at once, since Paygraph would share the call. */

import { PAYOUT, uuidOf, WITHDRAWAL } from './answers.ts';

/** How a server is asked: `bare` by path, `plain` by the schema of the peers, `paygraph` by Paygraph's. */
export type Dialect = 'bare' | 'plain' | 'paygraph';

export interface Question {
  readonly path: string;
  readonly body: string;
  /** Texts that the answer has to contain, each as often as it is here. */
  readonly facts: readonly string[];
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  /** Upstream calls for one answer. */
  readonly calls: number;
  /** Whether some of them are the same for all connections, so that Paygraph makes fewer. */
  readonly shares: boolean;
  readonly upstreamDelayMs: number;
  /** Requests a second of each connection; as fast as they are answered when it is null. */
  readonly pace: number | null;
  readonly database: 'embedded' | 'server';
  /** Whether an answer may differ from the one before it to the same question. */
  readonly writes: boolean;
  readonly dialects: readonly Dialect[];
  /** Asked once before anything is measured. */
  readonly prepare?: { readonly [D in Dialect]?: string };
  /** The `index`th question of a connection; more than there are begin again at the first, unless it `writes`. */
  question(dialect: Dialect, connection: number, index: number): Question;
}

const QUESTIONS = 8;
export const questionsOf = (scenario: Scenario) => (scenario.calls > 10 ? 4 : QUESTIONS);

const PAYOUT_FIELDS = `id uuid amount { amount currency } status rawStatus isFinal destination { value network } txid createdAt`;
const WITHDRAWAL_FIELDS = `id hash amount { amount currency } fee { amount currency } netAmount { amount currency }
  status rawStatus isFinal externalReference createdAt`;

function graphql(query: string, variables: object): { path: string; body: string } {
  return { path: '/graphql', body: JSON.stringify({ query, variables }) };
}

function payoutId(uuid: string): string {
  return Buffer.from(JSON.stringify([1, 'Payout', 'cryptomus', 'uuid', uuid])).toString('base64url');
}

const all: readonly Dialect[] = ['bare', 'plain', 'paygraph'];

const common = {
  connections: 50,
  calls: 1,
  shares: false,
  upstreamDelayMs: 0,
  pace: null,
  database: 'embedded',
  writes: false,
  dialects: all,
} as const;

const onePayout: Scenario = {
  ...common,
  name: 'payout',
  title: 'one payout by id',
  question(dialect, connection, index) {
    const uuid = uuidOf(connection * 1000 + index);
    const facts = [uuid, PAYOUT.amount, PAYOUT.address];
    if (dialect === 'bare') return { path: '/payout', body: JSON.stringify({ uuid }), facts };
    if (dialect === 'plain') {
      const query = `query Payout($uuid: String!) { payout(uuid: $uuid) { ${PAYOUT_FIELDS} } }`;
      return { ...graphql(query, { uuid }), facts };
    }
    const query = `query Payout($by: PayoutRef!) { payout(by: $by) { ${PAYOUT_FIELDS} } }`;
    return { ...graphql(query, { by: { uuid: { account: 'cryptomus', uuid } } }), facts };
  },
};

const manyPayouts: Scenario = {
  ...common,
  name: 'payouts',
  title: '50 payouts by id',
  calls: 50,
  question(dialect, connection, index) {
    const uuids = Array.from({ length: 50 }, (_, at) => uuidOf(connection * 1000 + index * 50 + at));
    const facts = uuids.flatMap((uuid) => [uuid, PAYOUT.amount, PAYOUT.address]);
    if (dialect === 'bare') return { path: '/payouts', body: JSON.stringify({ uuids }), facts };
    if (dialect === 'plain') {
      const query = `query Payouts($uuids: [String!]!) { payouts(uuids: $uuids) { ${PAYOUT_FIELDS} } }`;
      return { ...graphql(query, { uuids }), facts };
    }
    const query = `query Payouts($ids: [ID!]!) { nodes(ids: $ids) { ... on Payout { ${PAYOUT_FIELDS} } } }`;
    return { ...graphql(query, { ids: uuids.map(payoutId) }), facts };
  },
};

const withdrawals: Scenario = {
  ...common,
  name: 'withdrawals',
  title: 'a page of 10 withdrawals',
  question(dialect, connection, index) {
    const reference = `ref-${connection}-${index}`;
    const facts = Array.from({ length: 10 }, (_, at) => [
      uuidOf(at, 4),
      `"${WITHDRAWAL.net_amount}"`,
      `"${WITHDRAWAL.fee}"`,
    ]).flat();
    const first = 10;
    if (dialect === 'bare') {
      return { path: '/withdrawals', body: JSON.stringify({ first, reference }), facts };
    }
    if (dialect === 'plain') {
      const query = `query Withdrawals($first: Int!, $reference: String!) {
        withdrawals(first: $first, reference: $reference) { ${WITHDRAWAL_FIELDS} } }`;
      return { ...graphql(query, { first, reference }), facts };
    }
    const query = `query Withdrawals($first: Int!, $filter: WithdrawalFilter!) {
      withdrawals(first: $first, filter: $filter) { nodes { ${WITHDRAWAL_FIELDS} } } }`;
    return { ...graphql(query, { first, filter: { externalReference: { eq: reference } } }), facts };
  },
};

const ORDERS = ['order-1', 'order-2', 'order-3'];

const merged: Scenario = {
  ...common,
  name: 'merged',
  title: 'a page of 10 payouts over three providers',
  calls: 2 + ORDERS.length,
  shares: true,
  dialects: ['bare', 'paygraph'],
  prepare: {
    paygraph: graphql(
      `mutation { registerPayouts(input: { account: "repay", orderIds: ${JSON.stringify(ORDERS)} }) { __typename } }`,
      {},
    ).body,
  },
  question(dialect, connection, index) {
    const facts = [...ORDERS, uuidOf(0, 1), uuidOf(0, 2)];
    if (dialect === 'bare') return { path: '/merged', body: JSON.stringify({ orderIds: ORDERS }), facts };
    const query = `query Merged($filter: PayoutFilter!) {
      payouts(first: 10, accounts: ["cryptomus", "heleket", "repay"], filter: $filter) {
        nodes { reference ${PAYOUT_FIELDS} } gaps { failure { message } } } }`;
    const before = new Date(Date.UTC(2030, 0, 1, 0, connection, index)).toISOString();
    return { ...graphql(query, { filter: { createdAt: { lt: before } } }), facts };
  },
};

let written = 0;

const write: Scenario = {
  ...common,
  name: 'write',
  title: 'a write, embedded database',
  connections: 10,
  writes: true,
  dialects: ['bare', 'paygraph'],
  question(dialect) {
    const uuid = uuidOf(++written, 7);
    if (dialect === 'bare')
      return { path: '/block', body: JSON.stringify({ uuid }), facts: [uuid, 'blocked'] };
    const query = `mutation Block($input: BlockWalletInput!) { blockWallet(input: $input) {
      __typename ... on BlockWalletPayload { wallet { uuid status } operation { state } } } }`;
    const input = { idempotencyKey: uuid, wallet: { uuid: { account: 'cryptomus', uuid } } };
    return { ...graphql(query, { input }), facts: [uuid, 'BLOCKED', 'SUCCEEDED'] };
  },
};

function delayed(connections: number): Scenario {
  return {
    ...onePayout,
    name: `delay-${connections}`,
    title: `50 ms upstream, ${connections} client${connections > 1 ? 's' : ''}`,
    connections,
    upstreamDelayMs: 50,
    pace: 4,
  };
}

/** In the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
  onePayout,
  manyPayouts,
  withdrawals,
  merged,
  write,
  { ...write, name: 'write-server', title: 'a write, server database', database: 'server' },
  ...[1, 50, 500].map(delayed),
];
