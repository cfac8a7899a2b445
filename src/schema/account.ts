/** `Account`: one configured set of credentials at a provider, and what it can do. */

import { type Account, CAPABILITIES, capabilitiesOf } from '../accounts.ts';
import { PROVIDER_NAMES } from '../domain.ts';
import { encodeId } from '../id.ts';
import { builder } from './builder.ts';
import { describedEnum } from './enums.ts';

export const AccountRef = builder.objectRef<Account>('Account');

export const ProviderEnum = builder.enumType('Provider', {
  description: 'A payment provider.',
  values: describedEnum(PROVIDER_NAMES, {
    CRYPTOMUS: 'Cryptomus: static wallets and payouts in crypto.',
    HELEKET: 'Heleket: static wallets and payouts in crypto.',
    REPAY: 'Repay: payouts to cards, phones and bank accounts.',
    HASHLEE: 'Hashlee: withdrawals from a business unit, in BRL and BTC.',
  }),
});

const CapabilityEnum = builder.enumType('Capability', {
  description: 'Something that an account can do through this API.',
  values: describedEnum(CAPABILITIES, {
    CREATE_STATIC_WALLET: 'Create a static wallet.',
    BLOCK_WALLET: 'Block a static wallet.',
    REFUND_BLOCKED: 'Refund, once, what a blocked wallet holds.',
    WALLET_QR_CODE: 'Give the QR code of a static wallet.',
    CREATE_PAYOUT: 'Pay out.',
    READ_PAYOUT: 'Read one payout.',
    LIST_PAYOUTS: 'List all payouts.',
    LIST_LEARNED_PAYOUTS: 'List the payouts that Paygraph learned of: the provider cannot list them.',
    CREATE_WITHDRAWAL: 'Ask for a withdrawal.',
    READ_WITHDRAWAL: 'Read one withdrawal.',
    LIST_WITHDRAWALS: 'List withdrawals.',
    CANCEL_WITHDRAWAL: 'Cancel a withdrawal that is still open.',
  }),
});

const ModeEnum = builder.enumType('Mode', {
  description: 'Whether money is real.',
  values: describedEnum(['LIVE', 'SANDBOX'], {
    LIVE: 'The provider itself.',
    SANDBOX: 'The pretend provider that comes with Paygraph.',
  }),
});

AccountRef.implement({
  description: 'One configured set of credentials at a provider.',
  interfaces: [builder.nodeInterfaceRef()],
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'provider' in value && 'mode' in value,
  fields: (t) => ({
    id: t.id({
      description: 'Opaque and stable.',
      resolve: ({ name }) => encodeId({ kind: 'Account', account: name }),
    }),
    name: t.exposeString('name', { description: 'The short name under which inputs refer to it.' }),
    provider: t.field({
      type: ProviderEnum,
      description: 'Whose account it is.',
      resolve: ({ provider }) => provider.name,
    }),
    mode: t.field({
      type: ModeEnum,
      description: 'Whether money is real here.',
      resolve: ({ mode }) => mode,
    }),
    capabilities: t.field({
      type: [CapabilityEnum],
      description: 'What it can do. Asking for anything else is an `UNSUPPORTED` error.',
      resolve: ({ provider }) => capabilitiesOf(provider),
    }),
  }),
});

builder.queryField('accounts', (t) =>
  t.field({
    type: [AccountRef],
    description:
      'The configured accounts with which the token of the request allows anything, in the order of the configuration. ' +
      'Asks no provider.',
    resolve: (_root, _args, { accounts }) => [...accounts.values()],
  }),
);
