/** Node ids: opaque to clients, versioned, and complete enough that reading one object asks one provider. */

import type { ObjectKey } from './domain.ts';

export type NodeKey =
  | { readonly kind: 'Account'; readonly account: string }
  | { readonly kind: 'StaticWallet' | 'Payout'; readonly account: string; readonly key: ObjectKey }
  | { readonly kind: 'Withdrawal'; readonly account: string; readonly hash: string }
  | { readonly kind: 'Operation'; readonly account: string; readonly operation: string };

const VERSION = 1;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id of an object. The same object always has the same id. */
export function encodeId(node: NodeKey): string {
  return Buffer.from(textOf(node)).toString('base64url');
}

/** What an id names, or undefined when it is not one of ours. */
export function decodeId(id: string): NodeKey | undefined {
  const node = toNode(parseParts(id));
  // Base64 has several spellings of one text; only the one that we write is an id.
  return node && encodeId(node) === id ? node : undefined;
}

/** A list as JSON: version, kind, account, and by what the object is known. */
function textOf(node: NodeKey): string {
  const { kind, account } = node;
  const begin = `[${VERSION},"${kind}",${JSON.stringify(account)}`;
  if (kind === 'Account') return `${begin}]`;
  if (kind === 'Withdrawal') return `${begin},"hash",${JSON.stringify(node.hash)}]`;
  if (kind === 'Operation') return `${begin},"operation",${JSON.stringify(node.operation)}]`;
  const { key } = node;
  return 'uuid' in key
    ? `${begin},"uuid",${JSON.stringify(key.uuid)}]`
    : `${begin},"orderId",${JSON.stringify(key.orderId)}]`;
}

function parseParts(id: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function toNode(parts: unknown[]): NodeKey | undefined {
  const [version, kind, account, by, value] = parts;
  if (version !== VERSION || !isName(account)) return undefined;
  if (kind === 'Account') return { kind, account };
  if (!isName(value)) return undefined;
  if (kind === 'Withdrawal') return by === 'hash' ? { kind, account, hash: value } : undefined;
  if (kind === 'Operation') {
    return by === 'operation' && UUID.test(value) ? { kind, account, operation: value } : undefined;
  }
  if (kind !== 'Payout' && kind !== 'StaticWallet') return undefined;
  if (by === 'uuid') return { kind, account, key: { uuid: value } };
  return by === 'orderId' ? { kind, account, key: { orderId: value } } : undefined;
}

/** Half a character and the zero byte are in nobody's name for anything, and no database keeps them. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value);
}
