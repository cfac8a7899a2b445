/** How inputs name an object: by exactly one of its id, its id at the provider, or the merchant's order id. */

import type { Accounts } from '../access/allowed.ts';
import { type Account, requireAccount } from '../accounts.ts';
import type { ObjectKey } from '../domain.ts';
import { InvalidInputError } from '../errors.ts';
import { decodeId, type NodeKey } from '../id.ts';
import { builder } from './builder.ts';
import * as rules from './rules.ts';

const ACCOUNT = { required: true, description: "The account's name." } as const;
const NODE_ID = { description: 'The `id` of the object.' } as const;

const UuidRefInput = builder.inputType('UuidRef', {
  description: "An object by the provider's own id.",
  fields: (t) => ({
    account: t.string(ACCOUNT),
    uuid: t.field({
      type: 'UUID',
      required: true,
      validate: rules.uuid,
      description: 'Its id at the provider.',
    }),
  }),
});

const WalletOrderIdRefInput = builder.inputType('WalletOrderIdRef', {
  description: 'A static wallet by the order id that it was created with.',
  fields: (t) => ({
    account: t.string(ACCOUNT),
    orderId: t.string({
      required: true,
      validate: rules.walletOrderId,
      description:
        "The merchant's order id: 1 to 32 letters, digits, hyphens or underscores. A longer one can only be " +
        'addressed by `uuid`.',
    }),
  }),
});

const PayoutOrderIdRefInput = builder.inputType('PayoutOrderIdRef', {
  description: 'A payout by the order id that it was created with.',
  fields: (t) => ({
    account: t.string(ACCOUNT),
    orderId: t.string({
      required: true,
      validate: rules.payoutOrderId,
      description:
        "The merchant's order id. Cryptomus and Heleket take 1 to 32 letters, digits, hyphens or underscores.",
    }),
  }),
});

const HashRefInput = builder.inputType('HashRef', {
  description: 'A withdrawal by its hash.',
  fields: (t) => ({
    account: t.string(ACCOUNT),
    hash: t.field({
      type: 'UUID',
      required: true,
      validate: rules.uuid,
      description: 'Its id at the provider.',
    }),
  }),
});

export const StaticWalletRefInput = builder.inputType('StaticWalletRef', {
  isOneOf: true,
  description: 'Names a static wallet in exactly one way: providers disagree about which of two ids wins.',
  fields: (t) => ({
    id: t.id(NODE_ID),
    uuid: t.field({ type: UuidRefInput, description: "By the provider's id." }),
    orderId: t.field({ type: WalletOrderIdRefInput, description: "By the merchant's order id." }),
  }),
});

export const PayoutRefInput = builder.inputType('PayoutRef', {
  isOneOf: true,
  description: 'Names a payout in exactly one way.',
  fields: (t) => ({
    id: t.id(NODE_ID),
    uuid: t.field({ type: UuidRefInput, description: "By the provider's id. Repay cannot read by it." }),
    orderId: t.field({ type: PayoutOrderIdRefInput, description: "By the merchant's order id." }),
  }),
});

export const WithdrawalRefInput = builder.inputType('WithdrawalRef', {
  isOneOf: true,
  description: 'Names a withdrawal in exactly one way.',
  fields: (t) => ({
    id: t.id(NODE_ID),
    hash: t.field({ type: HashRefInput, description: "By the provider's id." }),
  }),
});

type ObjectRefValue = {
  readonly id?: string | null | undefined;
  readonly uuid?: { readonly account: string; readonly uuid: string } | null | undefined;
  readonly orderId?: { readonly account: string; readonly orderId: string } | null | undefined;
};

/** The account among `accounts` and the key that a `StaticWalletRef` or `PayoutRef` at `path` means. Throws `InvalidInputError`. */
export function resolveObjectRef(
  kind: 'StaticWallet' | 'Payout',
  ref: ObjectRefValue,
  path: readonly string[],
  accounts: Accounts,
): { account: Account; key: ObjectKey } {
  if (ref.uuid) {
    const account = requireAccount(accounts, ref.uuid.account, [...path, 'uuid', 'account']);
    return { account, key: { uuid: ref.uuid.uuid.toLowerCase() } };
  }
  if (ref.orderId) {
    const account = requireAccount(accounts, ref.orderId.account, [...path, 'orderId', 'account']);
    return { account, key: { orderId: ref.orderId.orderId } };
  }
  const node = nodeOf(kind, ref.id, [...path, 'id']);
  return { account: requireAccount(accounts, node.account, [...path, 'id']), key: node.key };
}

type WithdrawalRefValue = {
  readonly id?: string | null | undefined;
  readonly hash?: { readonly account: string; readonly hash: string } | null | undefined;
};

/** The account among `accounts` and the hash that a `WithdrawalRef` at `path` means. Throws `InvalidInputError`. */
export function resolveWithdrawalRef(
  ref: WithdrawalRefValue,
  path: readonly string[],
  accounts: Accounts,
): { account: Account; hash: string } {
  if (ref.hash) {
    const account = requireAccount(accounts, ref.hash.account, [...path, 'hash', 'account']);
    return { account, hash: ref.hash.hash.toLowerCase() };
  }
  const node = nodeOf('Withdrawal', ref.id, [...path, 'id']);
  return { account: requireAccount(accounts, node.account, [...path, 'id']), hash: node.hash };
}

function nodeOf<Kind extends NodeKey['kind']>(
  kind: Kind,
  id: string | null | undefined,
  path: readonly string[],
): Extract<NodeKey, { kind: Kind }> {
  const node = decodeId(id ?? '');
  if (node?.kind === kind) return node as Extract<NodeKey, { kind: Kind }>;
  const message = node ? `is the id of a ${node.kind}, not of a ${kind}` : 'is not an id of this API';
  throw new InvalidInputError([{ path, message }]);
}
