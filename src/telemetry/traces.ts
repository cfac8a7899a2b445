/** Spans for the tracing that is registered with OpenTelemetry's API: one for a GraphQL operation, one for each write in
 * it, one for each call to a provider. They hold codes and names and ids of our own; no address that has an id in it,
 * no header, no variable, no text of an error. */

import {
  type Attributes,
  context,
  ProxyTracerProvider,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Inbound } from '../inbound.ts';
import type { Operation } from '../operation.ts';
import type { CallReport } from '../providers/http.ts';

export interface Traces {
  /** Executes a GraphQL operation within the trace of whoever asks, or a new one. */
  executing<Result>(inbound: Inbound, execute: () => Promise<Result>): Promise<Result>;
  /** Sends a write and records its outcome. */
  writing(operation: Operation, write: () => Promise<Operation>): Promise<Operation>;
  called(call: CallReport): void;
}

/** Undefined when no tracing is registered, which is asked once: it is registered before this program is loaded. */
export function createTraces(): Traces | undefined {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider && !provider.getDelegateTracer('paygraph')) return undefined;
  const tracer = provider.getTracer('paygraph');

  /** Ends the span when the work does, whatever becomes of it. */
  function within<Result>(span: Span, work: () => Result, end: (span: Span) => void): Result {
    const finish = () => {
      end(span);
      span.end();
    };
    let result: Result | undefined;
    try {
      result = context.with(trace.setSpan(context.active(), span), work);
      return result instanceof Promise ? (result.finally(finish) as Result) : result;
    } finally {
      if (!(result instanceof Promise)) finish();
    }
  }

  return {
    executing(inbound, execute) {
      const active = context.active();
      // Under a server that is traced itself, this is a part of what that does.
      const inner = trace.getSpan(active) !== undefined;
      const parent = inner ? active : propagation.extract(active, inbound.headers);
      const span = tracer.startSpan(
        'GraphQL',
        {
          kind: inner ? SpanKind.INTERNAL : SpanKind.SERVER,
          attributes: { 'paygraph.request.id': inbound.id, 'paygraph.caller': inbound.caller.name },
        },
        parent,
      );
      return within(span, execute, () => {
        const { executed } = inbound;
        if (!executed) return;
        const { kind, name, codes } = executed;
        // What was refused before it was known stays without a name.
        if (kind !== 'none') {
          span.updateName(kind);
          span.setAttribute('graphql.operation.type', kind);
        }
        if (name !== null) span.setAttribute('graphql.operation.name', name);
        if (codes.length > 0) fail(span, codes.join(' '));
      });
    },

    writing(operation, write) {
      const { id, action, account } = operation;
      const span = tracer.startSpan(`write ${action}`, {
        attributes: {
          'paygraph.operation.id': id,
          'paygraph.operation.action': action,
          'paygraph.account': account,
        },
      });
      let state = 'PENDING';
      const recorded = async () => {
        const written = await write();
        state = written.state;
        return written;
      };
      return within(span, recorded, () => {
        span.setAttribute('paygraph.operation.state', state);
        if (state !== 'SUCCEEDED') fail(span, state);
      });
    },

    called(call) {
      if (call.attempt === 0) return;
      const now = Date.now();
      const attributes: Attributes = {
        'http.request.method': call.method,
        'server.address': call.host,
        'server.port': call.port,
        'paygraph.account': call.account,
        'paygraph.provider': call.provider,
        'paygraph.call': call.operation,
      };
      if (call.status !== null) attributes['http.response.status_code'] = call.status;
      if (call.attempt > 1) attributes['http.request.resend_count'] = call.attempt - 1;
      const span = tracer.startSpan(`${call.method} ${call.operation}`, {
        kind: SpanKind.CLIENT,
        startTime: now - call.ms,
        attributes,
      });
      if (call.result !== 'OK') fail(span, call.result);
      span.end(now);
    },
  };
}

function fail(span: Span, type: string) {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
