/** Spans, as a registered SDK sees them. */

import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createTraces } from '../../src/telemetry/traces.ts';
import { startProduct } from '../support/app.ts';
import { byHash, NEW_CARD_PAYOUT, openHash, operationOf, write } from '../support/writes.ts';
import { watched } from './watched.ts';

const untraced = createTraces();

test('are not made, and nothing is wrapped, while no tracing is registered', () => {
  expect(untraced).toBeUndefined();
});

describe('with tracing registered', async () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());

  const product = await startProduct();
  const { sandbox, bugs } = product;
  const { telemetry } = watched();
  const accounts = product.openAccounts(undefined, undefined, telemetry.reporter);
  const { ask, services } = product.serve(accounts, {
    telemetry,
    onBug: (error) => {
      bugs.push(error);
    },
  });

  beforeEach(() => exporter.reset());
  afterAll(() => {
    for (const api of [trace, context, propagation]) api.disable();
  });

  const named = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);

  /** The spans as a tree of names, children in the order in which they began. */
  function tree(parent?: ReadableSpan): object {
    const children = exporter
      .getFinishedSpans()
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent?.spanContext().spanId)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    return children.map((span) => ({ [span.name]: tree(span) }));
  }

  const TWO = `query Two($hash: UUID!) {
    payout(by: { orderId: { account: "repay", orderId: "0001" } }) { status }
    withdrawal(by: { hash: { account: "hashlee", hash: $hash } }) { status }
  }`;

  test('one trace shows a query and every call that it took', async () => {
    const { errors } = await ask(TWO, { hash: openHash(sandbox) });
    expect(errors).toBeUndefined();
    expect(sandbox.calls).toHaveLength(2);
    expect(tree()).toEqual([{ query: [{ 'GET readPayout': [] }, { 'GET readWithdrawal': [] }] }]);

    const [operation] = named('query');
    expect(operation!.attributes).toEqual({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Two',
      'paygraph.caller': 'anonymous',
      'paygraph.request.id': expect.stringMatching(/^[\w-]{8,}$/),
    });
    const [call] = named('GET readWithdrawal');
    expect(call!.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(sandbox.urls.hashlee).port),
      'paygraph.account': 'hashlee',
      'paygraph.provider': 'HASHLEE',
      'paygraph.call': 'readWithdrawal',
    });
  });

  test('requests at the same time keep their calls apart', async () => {
    await Promise.all([
      ask(`query A { payout(by: { orderId: { account: "repay", orderId: "0001" } }) { status } }`),
      ask(
        `query B { withdrawal(by: { hash: { account: "hashlee", hash: "${openHash(sandbox)}" } }) { status } }`,
      ),
    ]);
    expect(tree()).toEqual(
      expect.arrayContaining([
        { query: [{ 'GET readPayout': [] }] },
        { query: [{ 'GET readWithdrawal': [] }] },
      ]),
    );
    expect(new Set(named('query').map((span) => span.spanContext().traceId)).size).toBe(2);
  });

  test('each repetition of a call is a span, with what was wrong', async () => {
    sandbox.inject({ kind: 'server-error', provider: 'repay', times: 1 });
    await ask(`{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { status } }`);
    expect(sandbox.calls).toHaveLength(2);
    const [failed, repeated] = named('GET readPayout');
    expect(failed!.attributes).toMatchObject({
      'error.type': 'UNAVAILABLE',
      'http.response.status_code': 500,
    });
    expect(repeated!.attributes).toMatchObject({
      'http.request.resend_count': 1,
      'http.response.status_code': 200,
    });
    expect([failed!.status.code, repeated!.status.code]).toEqual([2, 0]);
  });

  test('a query that fails carries the codes of its errors', async () => {
    sandbox.inject({ kind: 'server-error', provider: 'repay' });
    await ask(`{ payout(by: { orderId: { account: "repay", orderId: "0001" } }) { status } }`);
    const [operation] = named('query');
    expect(operation!.attributes).toMatchObject({ 'error.type': 'UNAVAILABLE' });
    expect(operation!.status).toEqual({ code: 2 });
  });

  test.each([
    ['{ accounts {', 'GRAPHQL_PARSE_FAILED'],
    ['{ accounts { colour } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('a document that is refused carries the code of that, and no operation: %s', async (query, code) => {
    await ask(query);
    const [refused] = named('GraphQL');
    expect(refused!.attributes).toMatchObject({ 'error.type': code });
    expect(refused!.attributes).not.toHaveProperty(['graphql.operation.type']);
    expect(named('none')).toEqual([]);
  });

  test('a write is a span of its own, with the id that it has in the ledger, around its call', async () => {
    sandbox.inject({ kind: 'drop-after', times: 1 });
    const result = await write(ask, 'cancelWithdrawal', { withdrawal: byHash(openHash(sandbox)) });
    expect(tree()).toEqual([
      { mutation: [{ 'write CANCEL_WITHDRAWAL': [{ 'PATCH cancelWithdrawal': [] }] }] },
    ]);
    const [written] = named('write CANCEL_WITHDRAWAL');
    expect(written!.attributes).toEqual({
      'paygraph.operation.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'paygraph.operation.action': 'CANCEL_WITHDRAWAL',
      'paygraph.operation.state': 'UNKNOWN',
      'paygraph.account': 'hashlee',
      'error.type': 'UNKNOWN',
    });
    const { id } = (await services.store.ledger.find(String(written!.attributes['paygraph.operation.id'])))!;
    expect(operationOf(result).state).toBe('UNKNOWN');
    expect(id).toBe(written!.attributes['paygraph.operation.id']);
  });

  test('goes on with the trace of whoever asks', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    await ask('{ accounts { name } }', undefined, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    const [operation] = named('query');
    expect(operation!.spanContext().traceId).toBe(traceId);
    expect(operation!.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
  });

  test('tells no provider of the trace', async () => {
    await ask(TWO, { hash: openHash(sandbox) });
    await write(ask, 'createPayout', NEW_CARD_PAYOUT);
    expect(sandbox.calls).toHaveLength(3);
    for (const { headers } of sandbox.calls) {
      expect(Object.keys(headers).filter((name) => /trace|baggage|b3/.test(name))).toEqual([]);
    }
  });
});
