/** `lookup`: somebody has an id and does not know whose it is. */

import type { Account } from '../accounts.ts';
import type { Context } from '../context.ts';
import type { ObjectKey, Payout, StaticWallet, Withdrawal } from '../domain.ts';
import { ProviderError } from '../errors.ts';
import { decodeId, type NodeKey } from '../id.ts';
import { inTime } from '../in-time.ts';
import { AccountRef } from './account.ts';
import { builder } from './builder.ts';
import { GAPS, type Gap, GapRef } from './connection.ts';
import { PayoutRef } from './payout.ts';
import * as rules from './rules.ts';
import { StaticWalletRef } from './static-wallet.ts';
import { WithdrawalRef } from './withdrawal.ts';

type Found = StaticWallet | Payout | Withdrawal;

interface Lookup {
  readonly results: readonly Found[];
  readonly gaps: readonly Gap[];
  readonly asked: readonly Account[];
}

const FoundUnion = builder.unionType('LookupResult', {
  description: 'Something that an id may be the id of.',
  types: [StaticWalletRef, PayoutRef, WithdrawalRef],
});

const LookupRef = builder.objectRef<Lookup>('Lookup').implement({
  description: 'What was found under an id.',
  fields: (t) => ({
    results: t.field({
      type: [FoundUnion],
      description:
        'All that was found, by account in the order of the configuration; empty when nothing was.',
      resolve: ({ results }) => [...results],
    }),
    gaps: t.field({
      type: [GapRef],
      description: GAPS.replace('rows', 'answers').replace('page', 'answer'),
      resolve: ({ gaps }) => gaps,
    }),
    asked: t.field({
      type: [AccountRef],
      description: 'The accounts that could know such an id and were asked, in vain or not.',
      resolve: ({ asked }) => asked,
    }),
  }),
});

const UUID = rules.uuid.regex[0];
/** An answer that some text cannot be an id there is an answer: there is no such object. */
const NO_SUCH_ID = ['NOT_FOUND', 'INVALID_REQUEST', 'UNSUPPORTED'];

/** The reads, at most two calls an account, that may find `reference` there. */
function questions(
  account: Account,
  reference: string,
  context: Context,
): Promise<readonly (Found | null)[]>[] {
  const { loaders, store, asker } = context;
  const { wallets, payouts, withdrawals } = account.provider;
  const isUuid = UUID.test(reference);
  const uuid = reference.toLowerCase();
  const keys: ObjectKey[] = [...(isUuid ? [{ uuid }] : []), { orderId: reference }];
  const found: Promise<readonly (Found | null)[]>[] = [];

  if (wallets) {
    found.push(Promise.all(keys.map((key) => store.directory.wallet(account.name, key))));
  }
  for (const key of keys) {
    if (!payouts?.keys.includes('uuid' in key ? 'uuid' : 'orderId')) continue;
    found.push(loaders.payouts.load({ account, key }).then((payout) => [payout]));
  }
  if (withdrawals) {
    if (isUuid) {
      const key = { account, hash: uuid, include: [] };
      found.push(loaders.withdrawals.load(key).then((withdrawal) => [withdrawal]));
    }
    const query = {
      conditions: [{ field: 'externalReference', operator: 'eq', value: reference }],
      accountType: null,
      orderBy: { field: 'createdAt', direction: 'desc' },
    } as const;
    const listed = withdrawals.list(query, []).read(null, 'forward', SAME_REFERENCE, asker);
    found.push(listed.then(({ rows }) => rows.map(({ row }) => row)));
  }
  return found;
}

/** More withdrawals than this with one external reference are not all shown. */
const SAME_REFERENCE = 10;

async function ask(account: Account, reference: string, context: Context) {
  const late = () =>
    new ProviderError({
      code: 'TIMEOUT',
      account: account.name,
      provider: account.provider.name,
      operation: 'lookup',
    });
  const asked = questions(account, reference, context);
  const answers = await Promise.allSettled(
    asked.map((question) => inTime(question, context.listWaitMs, late)),
  );
  const results = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const errors = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
  for (const error of errors) if (!(error instanceof ProviderError)) throw error;
  const gap = (errors as ProviderError[]).find(({ failure }) => !NO_SUCH_ID.includes(failure.code));
  return {
    asked: asked.length > 0 ? [account] : [],
    results: results.filter((result) => result !== null),
    gap,
  };
}

/** A node id says whose it is. */
async function readNode(node: NodeKey, { accounts, loaders, store }: Context): Promise<Lookup> {
  const account = accounts.get(node.account);
  if (!account) return { results: [], gaps: [], asked: [] };
  const read = (): Promise<Found | null> => {
    if (node.kind === 'StaticWallet') return store.directory.wallet(node.account, node.key);
    if (node.kind === 'Payout') return loaders.payouts.load({ account, key: node.key });
    if (node.kind === 'Withdrawal')
      return loaders.withdrawals.load({ account, hash: node.hash, include: [] });
    return Promise.resolve(null);
  };
  try {
    const found = await read();
    return { results: found ? [found] : [], gaps: [], asked: [account] };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { results: [], gaps: [{ failure: error }], asked: [account] };
  }
}

builder.queryField('lookup', (t) =>
  t.field({
    type: LookupRef,
    nullable: true,
    description:
      'Finds what an id belongs to: an `id` of this API, an id at a provider, an order id, or the external reference of ' +
      'a withdrawal. Every account that could know it is asked at once, with at most two calls each; wallets are looked ' +
      'for among those that Paygraph learned of. Providers cannot search by the transaction of a payout.',
    args: {
      reference: t.arg.string({
        required: true,
        validate: rules.reference,
        description: 'The id, as somebody has it.',
      }),
    },
    resolve: async (_root, args, context): Promise<Lookup> => {
      const reference = args.reference.trim();
      const node = decodeId(reference);
      if (node) return readNode(node, context);
      const answers = await Promise.all(
        [...context.accounts.values()].map((account) => ask(account, reference, context)),
      );
      return {
        results: unique(answers.flatMap(({ results }) => results)),
        gaps: answers.flatMap(({ gap }) => (gap ? [{ failure: gap }] : [])),
        asked: answers.flatMap(({ asked }) => asked),
      };
    },
  }),
);

/** Each object once: an id may be found in two ways. */
function unique(found: readonly Found[]): Found[] {
  const byName = found.map((object): [string, Found] => {
    const name = object.kind === 'Withdrawal' ? object.hash : object.uuid;
    const other = object.kind === 'StaticWallet' ? object.orderId : null;
    return [JSON.stringify([object.kind, object.account, name ?? other]), object];
  });
  return [...new Map(byName).values()];
}
