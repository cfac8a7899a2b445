/** Mercurius on Fastify with its compiler on. */

import Fastify from 'fastify';
import mercurius from 'mercurius';
import { announce } from './announce.ts';
import { type Context, createContext, resolvers, typeDefs } from './sdl.ts';

declare module 'mercurius' {
  interface MercuriusContext extends Context {}
}

const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1, context: () => ({ ...createContext() }) });
announce(`${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql`);
