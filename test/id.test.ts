import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeId, encodeId, type NodeKey } from '../src/id.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !value.includes('\0'));
const key = fc.oneof(fc.record({ uuid: text }), fc.record({ orderId: text }));
const node: fc.Arbitrary<NodeKey> = fc.oneof(
  fc.record({ kind: fc.constant('Account' as const), account: text }),
  fc.record({ kind: fc.constantFrom('StaticWallet' as const, 'Payout' as const), account: text, key }),
  fc.record({ kind: fc.constant('Withdrawal' as const), account: text, hash: text }),
  fc.record({ kind: fc.constant('Operation' as const), account: text, operation: fc.uuid() }),
);

test('every id decodes to exactly what it was made from', () => {
  fc.assert(
    fc.property(node, (value) => {
      expect(decodeId(encodeId(value))).toEqual(value);
    }),
  );
});

test('different objects have different ids', () => {
  fc.assert(
    fc.property(node, node, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      expect(encodeId(one)).not.toBe(encodeId(other));
    }),
  );
});

test('text that is not an id names nothing', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(decodeId(value)).toBeUndefined();
    }),
  );
});

test.each([
  ['an empty text', ''],
  ['JSON that is no list', Buffer.from('{"account":"a"}').toString('base64url')],
  ['another version', Buffer.from('[2,"Payout","cryptomus","uuid","x"]').toString('base64url')],
  ['an unknown kind', Buffer.from('[1,"Refund","cryptomus","uuid","x"]').toString('base64url')],
  ['a withdrawal by uuid', Buffer.from('[1,"Withdrawal","hashlee","uuid","x"]').toString('base64url')],
  [
    'an operation that is no uuid',
    Buffer.from('[1,"Operation","hashlee","operation","x"]').toString('base64url'),
  ],
  ['a zero byte', Buffer.from('[1,"Payout","cryptomus","uuid","x\\u0000"]').toString('base64url')],
  ['half a character', Buffer.from('[1,"Payout","cryptomus","uuid","\\ud800"]').toString('base64url')],
  ['an operation by key', Buffer.from('[1,"Operation","hashlee","key","x"]').toString('base64url')],
  ['another spelling of the same base64', `${encodeId({ kind: 'Account', account: 'cryptomus' })}=`],
  ['a further member', Buffer.from('[1,"Account","cryptomus","x"]').toString('base64url')],
])('refuses %s', (_name, id) => {
  expect(decodeId(id)).toBeUndefined();
});
