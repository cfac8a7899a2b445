/** `lookup`: somebody has an id and does not know whose it is. */

import type { Account } from '../accounts.ts';
import type { Context } from '../context.ts';
import type { ObjectKey, Payout, StaticWallet, Withdrawal } from '../domain.ts';
import { ProviderError } from '../errors.ts';
import { decodeId, type NodeKey } from '../id.ts';
import { inTime } from '../in-time.ts';
import type { Provider } from '../providers/provider.ts';
import { AccountRef } from './account.ts';
import { builder } from './builder.ts';
import { GAPS, type Gap, GapRef } from './connection.ts';
import { READ_SCOPES } from './node.ts';
import { PayoutRef } from './payout.ts';
import * as rules from './rules.ts';
import { StaticWalletRef } from './static-wallet.ts';
import { type Asked, costs, howMany, WITHDRAWAL_READ } from './upstream.ts';
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
/** More withdrawals than this with one external reference are not all shown. */
const SAME_REFERENCE = 10;
/** What says that this text is no id there, and that there is therefore no such object. */
const NO_ID = ['INVALID_REQUEST', 'UNSUPPORTED'];

type Answer = Promise<readonly (Found | null)[]>;

/** What the directory has under an id, and the reads, at most two calls an account, that may find something there. */
function questions(account: Account, reference: string, context: Context) {
  const { loaders, store, asker } = context;
  const { wallets, payouts, withdrawals } = readable(account, context);
  const uuid = UUID.test(reference) ? reference.toLowerCase() : undefined;
  const keys: ObjectKey[] = [...(uuid ? [{ uuid }] : []), { orderId: reference }];
  const readPayout = async (key: ObjectKey) => [await loaders.payouts.load({ account, key })];
  const known: Answer[] = [];
  const reads: Answer[] = [];

  if (wallets) known.push(Promise.all(keys.map((key) => store.directory.wallet(account.name, key))));
  if (payouts?.keys.includes('uuid')) reads.push(...keys.map(readPayout));
  else if (payouts) {
    const learned = uuid ? store.directory.payoutByUuid(account.name, uuid) : Promise.resolve(null);
    reads.push(learned.then((payout) => readPayout({ orderId: payout?.orderId ?? reference })));
  }
  if (withdrawals) {
    if (uuid) {
      const one = loaders.withdrawals.load({ account, hash: uuid, include: [] });
      reads.push(one.then((withdrawal) => [withdrawal]));
    }
    const query = {
      conditions: [{ field: 'externalReference', operator: 'eq', value: reference }],
      accountType: null,
      orderBy: { field: 'createdAt', direction: 'desc' },
    } as const;
    const listed = withdrawals.list(query, []).read(null, 'forward', SAME_REFERENCE, asker);
    reads.push(listed.then(({ rows }) => rows.map(({ row }) => row)));
  }
  return { known, reads };
}

/** What of an account whoever asks may read. */
function readable({ name, provider }: Account, { inbound: { caller } }: Context): Partial<Provider> {
  const { wallets, payouts, withdrawals } = provider;
  return {
    ...(wallets && caller.may('wallets:read', name) && { wallets }),
    ...(payouts && caller.may('payouts:read', name) && { payouts }),
    ...(withdrawals && caller.may('withdrawals:read', name) && { withdrawals }),
  };
}

/** A list from its beginning: its page, what else is of the same moment as that, and the page behind. */
const FIRST_ROWS = 3;

function lookupCost({ accounts }: Asked): number {
  let sum = 0;
  for (const { provider } of accounts.values()) {
    sum += provider.payouts?.keys.length ?? 0;
    if (provider.withdrawals) sum += WITHDRAWAL_READ + FIRST_ROWS;
  }
  return Math.max(sum, WITHDRAWAL_READ);
}

/** A text is the uuid of one wallet of an account and the order id of another; what else is found costs no more. */
function mostWallets({ accounts }: Asked): number {
  return Math.max(1, 2 * howMany(accounts, ({ provider }) => !!provider.wallets));
}

/** What an account answers, as far as it does within the time that a list may take. */
async function ask(account: Account, answers: readonly Answer[], { listWaitMs }: Context) {
  const { name, provider } = account;
  const late = () =>
    new ProviderError({ code: 'TIMEOUT', account: name, provider: provider.name, operation: 'lookup' });
  const settled = await Promise.allSettled(answers.map((answer) => inTime(answer, listWaitMs, late)));
  const failures: ProviderError[] = [];
  for (const answer of settled) {
    if (answer.status === 'fulfilled') continue;
    if (!(answer.reason instanceof ProviderError)) throw answer.reason;
    failures.push(answer.reason);
  }
  const gap = failures.find(({ failure }) => failure.code !== 'NOT_FOUND' && !NO_ID.includes(failure.code));
  return {
    found: settled.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
    gaps: gap ? [{ failure: gap }] : [],
    asked: failures.filter(({ failure }) => NO_ID.includes(failure.code)).length < answers.length,
  };
}

async function askAbout(account: Account, reference: string, context: Context): Promise<Lookup> {
  const { known, reads } = questions(account, reference, context);
  const [learned, read] = await Promise.all([ask(account, known, context), ask(account, reads, context)]);
  return {
    results: [...learned.found, ...read.found].filter((object) => object !== null),
    gaps: [...read.gaps, ...learned.gaps].slice(0, 1),
    asked: read.asked || learned.gaps.length > 0 ? [account] : [],
  };
}

/** A node id says whose it is. */
async function readNode(node: NodeKey, context: Context): Promise<Lookup> {
  const { accountsFor, loaders, store } = context;
  if (node.kind === 'Account' || node.kind === 'Operation') return NOTHING;
  const account = accountsFor(READ_SCOPES[node.kind]).get(node.account);
  if (!account) return NOTHING;
  if (node.kind === 'StaticWallet') {
    const wallet = await store.directory.wallet(account.name, node.key);
    return { ...NOTHING, results: wallet ? [wallet] : [] };
  }
  const read =
    node.kind === 'Withdrawal'
      ? loaders.withdrawals.load({ account, hash: node.hash, include: [] })
      : loaders.payouts.load({ account, key: node.key });
  const { found, gaps, asked } = await ask(account, [read.then((object) => [object])], context);
  return { results: found.filter((object) => object !== null), gaps, asked: asked ? [account] : [] };
}

const NOTHING: Lookup = { results: [], gaps: [], asked: [] };

builder.queryField('lookup', (t) =>
  t.field({
    type: LookupRef,
    nullable: true,
    extensions: costs({ calls: lookupCost, rows: mostWallets }),
    description:
      'Finds what an id belongs to: an `id` of this API, an id at a provider, an order id, or the external reference of ' +
      'a withdrawal. Every account that could know it is asked at once, with at most two calls each; wallets, and ' +
      "Repay's payouts by its own id, are looked for among those that Paygraph learned of. Providers cannot search by " +
      'the transaction of a payout. Null, with an error, when the text cannot be an id.',
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
        [...context.accounts.values()].map((account) => askAbout(account, reference, context)),
      );
      return {
        results: unique(answers.flatMap(({ results }) => results)),
        gaps: answers.flatMap(({ gaps }) => gaps),
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
