/** `Account.health`: how calls to an account's provider fare, for whoever is on call. */

import type { Health, LaneHealth, LastFailure, RecentCalls } from '../providers/provider.ts';
import { AccountRef } from './account.ts';
import { builder } from './builder.ts';
import { describedEnum } from './enums.ts';
import { ErrorCodeEnum } from './errors.ts';

const AccountHealthRef = builder.objectRef<Health>('AccountHealth');
const CallHealthRef = builder.objectRef<LaneHealth>('CallHealth');
const RecentCallsRef = builder.objectRef<RecentCalls>('RecentCalls');
const LastFailureRef = builder.objectRef<LastFailure>('LastFailure');

const BreakerStateEnum = builder.enumType('BreakerState', {
  description: 'Whether calls go out to a provider that may be failing.',
  values: describedEnum(['CLOSED', 'OPEN', 'HALF_OPEN'], {
    CLOSED: 'They do: it works, or did not fail often enough.',
    OPEN: 'None does for a while, because too many failed. They are answered with `UNAVAILABLE` at once.',
    HALF_OPEN: 'The next one goes out alone: whether it is answered decides.',
  }),
});

AccountHealthRef.implement({
  description:
    'How calls to a provider fare, as the process sees it that answers this. Each process has a view of its own.',
  fields: (t) => ({
    reads: t.expose('reads', { type: CallHealthRef, description: 'Calls that change nothing.' }),
    writes: t.expose('writes', { type: CallHealthRef, description: 'Calls that may move money.' }),
    lastSuccessAt: t.expose('lastSuccessAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a call was last answered as it was asked; null when none was since the start.',
    }),
    lastFailure: t.expose('lastFailure', {
      type: LastFailureRef,
      nullable: true,
      description: 'The last call that was not, refusals included; null when there was none since the start.',
    }),
  }),
});

CallHealthRef.implement({
  description: 'How calls of one kind fare.',
  fields: (t) => ({
    breaker: t.expose('breaker', { type: BreakerStateEnum, description: 'Whether calls go out.' }),
    refusedUntil: t.expose('refusedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when the breaker is open; null when it is not.',
    }),
    pausedUntil: t.expose('pausedUntil', {
      type: 'DateTime',
      nullable: true,
      description:
        'Until when no call goes out because the provider wants fewer; null when there is no pause. Calls are answered ' +
        'with `RATE_LIMITED` at once.',
    }),
    inFlight: t.exposeInt('inFlight', { description: 'Calls that are under way.' }),
    waiting: t.exposeInt('waiting', {
      description: 'Calls that wait because as many are under way as may be (`UPSTREAM_CONNECTIONS`).',
    }),
    recent: t.expose('recent', { type: RecentCallsRef, description: 'The last minute.' }),
  }),
});

RecentCallsRef.implement({
  description: 'What the calls of the last minute came to, repetitions included.',
  fields: (t) => ({
    calls: t.exposeInt('calls', { description: 'Calls that went out and ended.' }),
    failures: t.exposeInt('failures', {
      description:
        'Those that had no answer in time, or one of a provider that is failing. A refusal is an answer.',
    }),
    meanMs: t.exposeInt('meanMs', {
      nullable: true,
      description: 'Milliseconds that one took on average; null without calls.',
    }),
    slowestMs: t.exposeInt('slowestMs', {
      nullable: true,
      description: 'Milliseconds that the slowest one took; null without calls.',
    }),
  }),
});

LastFailureRef.implement({
  description: 'A call that failed.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'What went wrong.' }),
    operation: t.exposeString('operation', { description: 'What was tried, such as `readPayout`.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it ended.' }),
  }),
});

builder.objectField(AccountRef, 'health', (t) =>
  t.field({
    type: AccountHealthRef,
    nullable: true,
    description:
      'How calls to its provider fare at present. Asks no provider. Null without the scope `operations:read`: it shows what ' +
      'others do.',
    resolve: ({ name, provider }, _args, { inbound }) =>
      inbound.caller.may('operations:read', name) ? provider.health() : null,
  }),
);
