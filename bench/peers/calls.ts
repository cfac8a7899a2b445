/** The calls that every peer makes, the way the manual of undici shows: what Paygraph asks of the same provider. */

import { createHash } from 'node:crypto';
import { Agent, request, setGlobalDispatcher } from 'undici';
import { ACCOUNTS } from '../answers.ts';

const UPSTREAM = process.env.BENCH_UPSTREAM!;
const { cryptomus, heleket, repay, hashlee } = ACCOUNTS;

setGlobalDispatcher(new Agent({ connections: Number(process.env.BENCH_CONNECTIONS) }));

export const readPayout = (uuid: string) => post('cryptomus', '/v1/payout/info', { uuid });
export const blockWallet = (uuid: string) => post('cryptomus', '/v1/wallet/block-address', { uuid });
export const listPayouts = (account: 'cryptomus' | 'heleket') => post(account, '/v1/payout/list', {});

export async function readDeal(orderId: string): Promise<string> {
  const { body } = await request(`${UPSTREAM}/repay/payout_api/v1/external/payout_deals/${orderId}`, {
    headers: { 'api-key': repay.apiKey, accept: 'application/json' },
  });
  return body.text();
}

export async function listWithdrawals(limit: number, reference: string): Promise<string> {
  const filter = JSON.stringify({ field: 'identify', operation: '=', value: reference });
  const query = `limit=${limit}&page=1&orderBy=created_at&orderByDirection=desc&filters%5B%5D=${encodeURIComponent(filter)}`;
  const { body } = await request(
    `${UPSTREAM}/hashlee/v1/gateway-units/${hashlee.unit}/withdrawals?${query}`,
    { headers: { authorization: hashlee.token, accept: 'application/json' } },
  );
  return body.text();
}

async function post(account: 'cryptomus' | 'heleket', path: string, fields: object): Promise<string> {
  const { merchant, payoutKey, paymentKey } = account === 'cryptomus' ? cryptomus : heleket;
  const sent = JSON.stringify(fields);
  const key = path.startsWith('/v1/wallet') ? paymentKey : payoutKey;
  const sign = createHash('md5')
    .update(Buffer.from(sent).toString('base64') + key)
    .digest('hex');
  const { body } = await request(`${UPSTREAM}/${account}${path}`, {
    method: 'POST',
    headers: { merchant, sign, 'content-type': 'application/json', accept: 'application/json' },
    body: sent,
  });
  return body.text();
}
