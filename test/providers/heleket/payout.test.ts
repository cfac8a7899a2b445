import { afterEach, expect, test } from 'vitest';
import { fixture, startUpstream } from '../../documents/upstream.ts';
import { createAsker } from '../../support/calls.ts';
import { openAccount } from '../cryptomus/account.ts';

const UUID = '2b852d86-3cf1-43fb-b1bb-36f0b7d12151';
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function read(body: string) {
  const upstream = await startUpstream(() => ({ status: 200, body }));
  const account = openAccount('HELEKET', upstream.url);
  closing.push(account.close, upstream.close);
  return account.payouts!.byKey({ uuid: UUID }, createAsker());
}

test('tells the order id, fee and times that only Heleket sends', async () => {
  expect(await read(fixture('heleket/payout.json'))).toEqual({
    kind: 'Payout',
    account: 'shop',
    key: { uuid: UUID },
    uuid: UUID,
    reference: '129359',
    amount: { amount: '207.00000000', currency: 'USDT' },
    fee: { amount: '0.30000000', currency: 'USDT' },
    netAmount: null,
    debitedAmount: { amount: '207.30000000', currency: 'USDT' },
    paidAmount: { amount: '207.00000000', currency: 'USDT' },
    remainingBalance: '129.00000000',
    destination: {
      type: 'CRYPTO_ADDRESS',
      value: '0x52908400098527886E0F7030069857D2E4169EE7',
      network: 'bsc',
    },
    txid: '0xcf8',
    status: 'SUCCEEDED',
    rawStatus: 'paid',
    isFinal: true,
    createdAt: new Date('2023-06-21T14:25:55Z'),
    updatedAt: new Date('2023-06-21T14:34:38Z'),
  });
});

test('takes the fee under its other name, a balance that is an object, and every digit of a number', async () => {
  expect(await read(fixture('heleket/payout-converted.json'))).toMatchObject({
    amount: { amount: '207.00000000', currency: 'USD' },
    fee: { amount: '0.30000000', currency: 'USD' },
    debitedAmount: null,
    paidAmount: { amount: '2.0700000000000000001', currency: 'LTC' },
    remainingBalance: null,
    status: 'PROCESSING',
    createdAt: null,
  });
});
