/** Apollo Server 5, as its documentation shows: the standalone server. */

import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { announce } from './announce.ts';
import { type Context, createContext, resolvers, typeDefs } from './sdl.ts';

const server = new ApolloServer<Context>({ typeDefs, resolvers });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async () => createContext(),
});
announce(String(new URL('/graphql', url)));
