/** The schema of the peers that are written schema first, and its resolvers. */

import DataLoader from 'dataloader';
import { type Payout, payoutOf, withdrawalsOf } from './objects.ts';

export const typeDefs = /* GraphQL */ `
  type Money { amount: String! currency: String! }
  type Destination { value: String! network: String! }
  type Payout {
    id: ID! uuid: String! amount: Money! status: String! rawStatus: String! isFinal: Boolean!
    destination: Destination! txid: String createdAt: String!
  }
  type Withdrawal {
    id: ID! hash: String! amount: Money! fee: Money! netAmount: Money! status: String! rawStatus: String!
    isFinal: Boolean! externalReference: String! createdAt: String!
  }
  type Query {
    payout(uuid: String!): Payout
    payouts(uuids: [String!]!): [Payout]!
    withdrawals(first: Int!, reference: String!): [Withdrawal!]!
  }
`;

export interface Context {
  readonly payouts: DataLoader<string, Payout>;
}

export function createContext(): Context {
  return { payouts: new DataLoader((uuids) => Promise.all(uuids.map(payoutOf))) };
}

export const resolvers = {
  Query: {
    payout: (_root: unknown, { uuid }: { uuid: string }, context: Context) => context.payouts.load(uuid),
    payouts: (_root: unknown, { uuids }: { uuids: string[] }, context: Context) =>
      context.payouts.loadMany(uuids),
    withdrawals: (_root: unknown, { first, reference }: { first: number; reference: string }) =>
      withdrawalsOf(first, reference),
  },
};
