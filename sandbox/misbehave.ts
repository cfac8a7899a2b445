// What each kind of fault does: some replace the answer, some spoil its bytes, some destroy the connection.
import type { ServerResponse } from 'node:http';
import type { OpenCall } from './calls.ts';
import { FAULT_KINDS, type Fault } from './faults.ts';
import { isObject, type Json } from './json.ts';
import type { Provider, Reply } from './provider.ts';
import { htmlPage, type Rendered, render, send } from './reply.ts';

/** Whether the request reaches the provider's state at all under this fault. */
export function takesEffect(fault: Fault): boolean {
  return fault.applied ?? FAULT_KINDS[fault.kind];
}

/** Answers under a fault; `reply` is null when the request was kept from the provider. */
export function misbehave(
  fault: Fault,
  provider: Provider,
  reply: Reply | null,
  call: OpenCall,
  response: ServerResponse,
): void {
  const socket = response.socket;
  switch (fault.kind) {
    case 'hang':
      return;
    case 'drop-before':
    case 'drop-after':
      socket?.destroy();
      return;
    case 'cut':
      cutConnection(response, render(reply ?? provider.failures.empty()));
      return;
    case 'huge':
      call.status = 200;
      streamHuge(response, fault.megabytes ?? 64);
      return;
    default: {
      const rendered = render(replacement(fault, provider, reply));
      const body = fault.kind === 'cut-json' ? half(rendered.body) : rendered.body;
      call.status = rendered.status;
      send(response, {
        ...rendered,
        headers: { ...rendered.headers, 'content-length': String(body.length) },
        body,
      });
    }
  }
}

function replacement(fault: Fault, provider: Provider, reply: Reply | null): Reply {
  const { failures } = provider;
  switch (fault.kind) {
    case 'rate-limit':
      return failures.rateLimit();
    case 'server-error':
    case 'error-after':
      return failures.serverError();
    case 'html':
      return htmlPage(200, 'Just a moment...');
    case 'bad-gateway':
      return htmlPage(502, '502 Bad Gateway');
    case 'empty':
      return failures.empty();
    case 'bare-failure':
      return failures.bareFailure();
    case 'refusal':
      return failures.refusal(fault.text ?? 'Server error');
    case 'forbidden':
      return failures.forbidden();
    case 'unauthorized':
      return failures.unauthorized();
    case 'redirect':
      return { ...htmlPage(302, '302 Found'), headers: { location: '/elsewhere' } };
    case 'unknown-status':
      return withStatus(reply ?? failures.empty(), fault.text ?? 'quarantined');
    default:
      return reply ?? failures.empty();
  }
}

/** Where answers carry the status of an object. */
const STATUS_MEMBERS = new Set(['status', 'state']);

function withStatus(reply: Reply, status: string): Reply {
  return 'json' in reply ? { ...reply, json: replaceStatus(reply.json, status) } : reply;
}

function replaceStatus(value: Json, status: string): Json {
  if (Array.isArray(value)) return value.map((each) => replaceStatus(each, status));
  if (!isObject(value)) return value;
  const replaced: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    // The envelope's own `state` is a number and stays: only texts are statuses of objects.
    const isStatus = STATUS_MEMBERS.has(name) && typeof member === 'string';
    replaced[name] = isStatus ? status : replaceStatus(member, status);
  }
  return replaced;
}

function half(body: Buffer): Buffer {
  return body.subarray(0, Math.max(1, Math.floor(body.length / 2)));
}

/** Promises the whole body, sends half of it, and is gone. */
function cutConnection(response: ServerResponse, rendered: Rendered): void {
  response.writeHead(rendered.status, rendered.headers);
  response.write(half(rendered.body), () => setImmediate(() => response.socket?.destroy()));
}

function streamHuge(response: ServerResponse, megabytes: number): void {
  const chunk = Buffer.alloc(65_536, 'a');
  let left = megabytes * 16;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"state":0,"result":"');
  const pump = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(chunk)) return void response.once('drain', pump);
    }
    if (!response.destroyed) response.end('"}');
  };
  pump();
}
