/** What each provider's client is held to by the one contract: which reads and writes it has, what the sandbox holds
 * for them, and what of an account must never be seen again. */

import {
  type MerchantPayoutRow,
  type RepayPayoutRow,
  SANDBOX_CREDENTIALS,
  type Sandbox,
  type WithdrawalRow,
} from '../../sandbox/index.ts';
import type { AccountConfig } from '../../src/account-config.ts';
import type { ObjectKey } from '../../src/domain.ts';
import type { Asker, Provider, Source } from '../../src/providers/provider.ts';

type Kind = AccountConfig['provider'];

/** One read, with a key of something that is there and of something that is not. */
export interface Read {
  readonly name: string;
  readonly endpoint: string;
  readonly present: (client: Provider, sandbox: Sandbox, asker: Asker) => Promise<unknown>;
  readonly absent: (client: Provider, sandbox: Sandbox, asker: Asker) => Promise<unknown>;
}

export interface Write {
  readonly name: string;
  readonly endpoint: string;
  readonly run: (client: Provider, sandbox: Sandbox, asker: Asker) => Promise<unknown>;
  /** Whether its answer tells a status. */
  readonly tellsStatus: boolean;
}

/** An object that the client reads, beside the same object as the sandbox holds it. */
export interface Pair {
  readonly held: Readonly<Record<string, unknown>>;
  readonly read: (asker: Asker) => Promise<object | null>;
}

export interface List {
  readonly name: string;
  readonly endpoint: string;
  readonly source: (client: Provider) => Source<object>;
  /** Ids in the order of the list. */
  readonly ids: (sandbox: Sandbox) => string[];
  readonly idOf: (row: object) => string;
}

export interface ClientCase {
  readonly account: string;
  readonly provider: Kind;
  readonly reads: readonly Read[];
  readonly writes: readonly Write[];
  readonly list: List | null;
  /** Objects of every status and size, to be read one by one. */
  readonly pairs: (client: Provider, sandbox: Sandbox) => Pair[];
  /** Puts a status of nobody's documentation on an object, and reads that object. */
  readonly strange: (client: Provider, sandbox: Sandbox, status: string, asker: Asker) => Promise<unknown>;
  readonly wrong: (config: AccountConfig) => AccountConfig;
  /** Texts that stand for the account or are sent with a request, and belong in no error. */
  readonly secrets: readonly string[];
}

export const UNIT = SANDBOX_CREDENTIALS.hashlee.units[0];
export const NOBODY = '00000000-0000-4000-8000-000000000000';
export const ADDRESS = 'TDD97yguPESTpcrJMqU6h2ozZbibv4Vaqm';
const CARD = '2202098765432109';
const CALLBACK = 'https://domain.com/webhook-of-mine';
/** The order id of a wallet that is blocked and holds something. */
const BLOCKED = 'blocked';

function merchant(provider: 'cryptomus' | 'heleket', letter: 'C' | 'H'): ClientCase {
  const keys = SANDBOX_CREDENTIALS[provider];
  const rows = (sandbox: Sandbox) => sandbox.rows.payouts(provider);
  const wallet = (sandbox: Sandbox, orderId: string) =>
    sandbox.rows.wallets(provider).find((row) => row.order_id === orderId)!;
  const ordered = (sandbox: Sandbox) => rows(sandbox).find((row) => row.order_id !== null)!;
  const byKey = (client: Provider, key: ObjectKey, asker: Asker) => client.payouts!.byKey(key, asker);
  return {
    account: provider,
    provider,
    reads: [
      {
        name: 'payout by uuid',
        endpoint: `${letter}6`,
        present: (client, sandbox, asker) => byKey(client, { uuid: rows(sandbox)[0]!.uuid }, asker),
        absent: (client, _sandbox, asker) => byKey(client, { uuid: NOBODY }, asker),
      },
      {
        name: 'payout by order id',
        endpoint: `${letter}6`,
        present: (client, sandbox, asker) => byKey(client, { orderId: ordered(sandbox).order_id! }, asker),
        absent: (client, _sandbox, asker) => byKey(client, { orderId: 'nobody-has-this' }, asker),
      },
    ],
    writes: [
      {
        name: 'create a wallet',
        endpoint: `${letter}1`,
        tellsStatus: false,
        run: (client, _sandbox, asker) =>
          client.wallets!.create(
            { orderId: 'order-of-mine', currency: 'USDT', network: 'tron', callbackUrl: CALLBACK },
            asker,
          ),
      },
      {
        name: 'create a payout',
        endpoint: `${letter}5`,
        tellsStatus: false,
        run: (client, _sandbox, asker) =>
          client.payouts!.create(
            {
              orderId: 'order-of-mine',
              amount: { amount: '5', currency: 'USDT' },
              requisites: { type: 'CRYPTO_ADDRESS', value: ADDRESS, network: 'tron', memo: null },
              feePayer: 'MERCHANT',
              payCurrency: null,
              fromCurrency: null,
              callbackUrl: CALLBACK,
            },
            asker,
          ),
      },
      {
        name: 'block by uuid',
        endpoint: `${letter}3`,
        tellsStatus: true,
        run: (client, sandbox, asker) =>
          client.wallets!.block({ uuid: wallet(sandbox, '1').uuid }, false, asker),
      },
      {
        name: 'block by order id, refunding the senders',
        endpoint: `${letter}3`,
        tellsStatus: true,
        run: (client, _sandbox, asker) => client.wallets!.block({ orderId: 'client-0011' }, true, asker),
      },
      {
        name: 'refund by uuid',
        endpoint: `${letter}4`,
        tellsStatus: false,
        run: (client, sandbox, asker) =>
          client.wallets!.refund({ uuid: wallet(sandbox, BLOCKED).uuid }, ADDRESS, asker),
      },
      {
        name: 'refund by order id',
        endpoint: `${letter}4`,
        tellsStatus: false,
        run: (client, _sandbox, asker) => client.wallets!.refund({ orderId: BLOCKED }, ADDRESS, asker),
      },
    ],
    list: {
      name: 'payouts',
      endpoint: `${letter}7`,
      source: (client) => client.payouts!.list!({ conditions: [] }),
      ids: (sandbox) => rows(sandbox).map((row) => row.uuid),
      idOf: (row) => (row as { uuid: string }).uuid,
    },
    pairs: (client, sandbox) =>
      sample(rows(sandbox), (row) => row.status).map((row) => ({
        held: asHeldByMerchant(provider, row),
        read: (asker) => byKey(client, { uuid: row.uuid }, asker),
      })),
    strange: (client, sandbox, status, asker) => {
      const { uuid } = rows(sandbox)[3]!;
      sandbox.setPayoutStatus(provider, uuid, status);
      return byKey(client, { uuid }, asker);
    },
    wrong: (config) =>
      ({ ...config, paymentKey: 'mistaken-key-1', payoutKey: 'mistaken-key-2' }) as AccountConfig,
    secrets: [
      keys.merchant,
      keys.paymentKey,
      keys.payoutKey,
      'mistaken-key',
      ADDRESS,
      NOBODY,
      'client-0011',
      'nobody-has-this',
      'order-of-mine',
      CALLBACK,
    ],
  };
}

export const CLIENTS: readonly ClientCase[] = [
  merchant('cryptomus', 'C'),
  merchant('heleket', 'H'),
  {
    account: 'repay',
    provider: 'repay',
    reads: [
      {
        name: 'payout by order id',
        endpoint: 'R1',
        present: (client, sandbox, asker) =>
          client.payouts!.byKey({ orderId: sandbox.rows.payouts('repay')[0]!.order_id }, asker),
        absent: (client, _sandbox, asker) => client.payouts!.byKey({ orderId: 'nobody-has-this' }, asker),
      },
    ],
    writes: [
      {
        name: 'create a payout',
        endpoint: 'R2',
        tellsStatus: false,
        run: (client, _sandbox, asker) =>
          client.payouts!.create(
            {
              orderId: 'order-of-mine',
              amount: { amount: '1000', currency: 'RUB' },
              requisites: { type: 'CARD', value: CARD, bankId: 'bank-of-mine' },
              feePayer: null,
              payCurrency: null,
              fromCurrency: null,
              callbackUrl: CALLBACK,
            },
            asker,
          ),
      },
    ],
    list: null,
    pairs: (client, sandbox) =>
      sample(sandbox.rows.payouts('repay'), (row) => row.state).map((row) => ({
        held: asHeldByRepay(row),
        read: (asker) => client.payouts!.byKey({ orderId: row.order_id }, asker),
      })),
    strange: (client, sandbox, status, asker) => {
      const { order_id: orderId } = sandbox.rows.payouts('repay')[3]!;
      sandbox.setPayoutStatus('repay', orderId, status);
      return client.payouts!.byKey({ orderId }, asker);
    },
    wrong: (config) => ({ ...config, apiKey: 'mistaken-key' }) as AccountConfig,
    secrets: [
      SANDBOX_CREDENTIALS.repay.apiKey,
      'mistaken-key',
      'nobody-has-this',
      'order-of-mine',
      'bank-of-mine',
      CARD,
      CALLBACK,
    ],
  },
  {
    account: 'hashlee',
    provider: 'hashlee',
    reads: [
      {
        name: 'withdrawal',
        endpoint: 'W2',
        present: (client, sandbox, asker) =>
          client.withdrawals!.byHash(sandbox.rows.withdrawals(UNIT)[0]!.hash, ['user'], asker),
        absent: (client, _sandbox, asker) => client.withdrawals!.byHash(NOBODY, [], asker),
      },
    ],
    writes: [
      {
        name: 'create',
        endpoint: 'W3',
        tellsStatus: false,
        run: (client, _sandbox, asker) =>
          client.withdrawals!.create(
            {
              targetAccountId: 'jqozmk',
              netAmount: { amount: '100', currency: 'BRL' },
              description: 'for the landlord',
            },
            { code: 'code-of-mine' },
            asker,
          ),
      },
      {
        name: 'cancel',
        endpoint: 'W4',
        tellsStatus: false,
        run: (client, sandbox, asker) => {
          const open = sandbox.rows.withdrawals(UNIT).find((row) => row.status === 'OPEN')!;
          return client.withdrawals!.cancel(open.hash, asker);
        },
      },
    ],
    list: {
      name: 'withdrawals',
      endpoint: 'W1',
      source: (client) =>
        client.withdrawals!.list(
          { conditions: [], accountType: null, orderBy: { field: 'createdAt', direction: 'desc' } },
          [],
        ),
      ids: (sandbox) => newestFirst(sandbox.rows.withdrawals(UNIT)).map((row) => row.hash),
      idOf: (row) => (row as { hash: string }).hash,
    },
    pairs: (client, sandbox) =>
      sample(sandbox.rows.withdrawals(UNIT), (row) => row.status).map((row) => ({
        held: asHeldByHashlee(row),
        read: (asker) => client.withdrawals!.byHash(row.hash, [], asker),
      })),
    strange: (client, sandbox, status, asker) => {
      const { hash } = sandbox.rows.withdrawals(UNIT)[3]!;
      sandbox.setWithdrawalStatus(UNIT, hash, status);
      return client.withdrawals!.byHash(hash, [], asker);
    },
    wrong: (config) => ({ ...config, token: 'mistaken-key' }) as AccountConfig,
    secrets: [
      SANDBOX_CREDENTIALS.hashlee.token,
      'mistaken-key',
      UNIT,
      NOBODY,
      'jqozmk',
      'for the landlord',
      'code-of-mine',
    ],
  },
];

/** The documented order of the list, with rows of one second in the order of their hashes. */
export function newestFirst(rows: readonly WithdrawalRow[]): WithdrawalRow[] {
  const at = (row: WithdrawalRow) => Date.parse(row.created_at);
  return [...rows].sort((a, b) => at(b) - at(a) || (a.hash < b.hash ? 1 : -1));
}

/** Two rows of each status, and the two whose amounts have the most digits. */
function sample<Row extends { amount: string }>(rows: readonly Row[], statusOf: (row: Row) => string): Row[] {
  const statuses = [...new Set(rows.map(statusOf))];
  const ofEach = statuses.flatMap((status) => rows.filter((row) => statusOf(row) === status).slice(0, 2));
  const longest = [...rows].sort((a, b) => b.amount.length - a.amount.length).slice(0, 2);
  return [...new Set([...ofEach, ...longest])];
}

function asHeldByMerchant(account: string, row: MerchantPayoutRow) {
  return {
    account,
    uuid: row.uuid,
    key: { uuid: row.uuid },
    amount: { amount: row.amount, currency: row.currency },
    rawStatus: row.status,
    isFinal: row.is_final,
    txid: row.txid,
    destination: { type: 'CRYPTO_ADDRESS', value: row.address, network: row.network.toLowerCase() },
    // The documented answer of Cryptomus to a read has neither dates nor the order id; Heleket's has both.
    reference: account === 'heleket' ? row.order_id : null,
    createdAt: account === 'heleket' ? new Date(row.created_at) : null,
    updatedAt: account === 'heleket' ? new Date(row.updated_at) : null,
  };
}

function asHeldByRepay(row: RepayPayoutRow) {
  const types: Record<string, string> = {
    card_number: 'CARD',
    phone_number: 'PHONE',
    account_number: 'BANK_ACCOUNT',
  };
  return {
    account: 'repay',
    uuid: row.id,
    key: { orderId: row.order_id },
    reference: row.order_id,
    amount: { amount: row.amount, currency: 'RUB' },
    rawStatus: row.state,
    destination: { type: types[row.recipient_type], value: row.recipient, network: null },
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

function asHeldByHashlee(row: WithdrawalRow) {
  const { currency } = row;
  const instant = (text: string | null) => (text === null ? null : new Date(text));
  return {
    account: 'hashlee',
    hash: row.hash,
    reference: null,
    amount: { amount: row.amount, currency },
    fee: { amount: row.fee, currency },
    netAmount: { amount: row.net_amount, currency },
    rawStatus: row.status,
    unitId: row.gateway_unit_id,
    userId: row.user_id,
    receiptId: row.receipt_id,
    externalReference: row.identify,
    description: row.description,
    verifiedAt: instant(row.verified_at),
    finishedAt: instant(row.finished_at),
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
    cancelable: row.status === 'OPEN',
    relations: {},
  };
}
