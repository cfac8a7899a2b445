import { expect, it } from 'vitest';
import { sign } from '../../sandbox/cryptomus/sign.ts';
import { SANDBOX_CREDENTIALS } from '../../sandbox/index.ts';
import { ask, merchantCall, signedHeaders, useSandbox } from './ask.ts';

const sandbox = useSandbox();

it.each([
  ['', 'f9e9426aa9a6614fd212b6e3cae8d6a1'],
  ['{}', 'ff81394498b5828b460bf7099ebbc6a7'],
  ['[]', '40540e54c1e7a6dee9d502b3778c9111'],
  ['{"order_id":"1"}', '23b9ba65028f81331b3141f1480c8113'],
  ['{"amount":"15","currency":"USD","order_id":"1"}', '27241b4fe4019e6c19622ce88888603c'],
  ['{"url_callback":"https://your.site/callback"}', '19eaaf01d451653b4ce0fdb6c1299445'],
  ['{"url_callback":"https:\\/\\/your.site\\/callback"}', 'd06473ce9054a99e20070827a45162da'],
  ['{"uuid":"fcc40793-39f9-4fa9-85b2-93148039a72b"}', '909b1fe316052b91e917ef9f424ecf97'],
  ['{"uuid": "fcc40793-39f9-4fa9-85b2-93148039a72b"}', '7bd3420c9089e472bf3afeabe4a35f6e'],
])('signs %s as the documentation does', (body, expected) => {
  expect(sign(Buffer.from(body), 'merchant-api-key-42')).toBe(expected);
});

it.each(['', '{}', '[]', 'null'])('takes %j for a request without parameters', async (body) => {
  const answer = await merchantCall(sandbox(), 'cryptomus', '/v1/payout/services', body);
  expect(answer.status).toBe(200);
  expect(answer.json.result[0]).toEqual({
    network: 'TRON',
    currency: 'TRX',
    is_available: true,
    limit: { min_amount: '1.00000000', max_amount: '10.00000000' },
    commission: { fee_amount: '0.00', percent: '0.00' },
  });
});

it('verifies the bytes that arrive, not what they mean', async () => {
  const spaced = '{ "uuid" : "fcc40793-39f9-4fa9-85b2-93148039a72b" }';
  expect((await merchantCall(sandbox(), 'cryptomus', '/v1/wallet/block-address', spaced)).status).toBe(200);

  const headers = signedHeaders('cryptomus', '/v1/wallet/block-address', spaced.replaceAll(' ', ''));
  const url = `${sandbox().urls.cryptomus}/v1/wallet/block-address`;
  const answer = await ask(url, { method: 'POST', body: spaced, headers });
  expect([answer.status, answer.json]).toEqual([401, { message: 'Invalid Sign.' }]);
});

const { cryptomus } = SANDBOX_CREDENTIALS;
const signedWith = (key: string) => sign(Buffer.from('{}'), key);

it.each([
  ['the payment key on a payout', '/v1/payout/list', { sign: signedWith(cryptomus.paymentKey) }],
  ['the payout key on a wallet', '/v1/wallet/block-address', { sign: signedWith(cryptomus.payoutKey) }],
  ['another merchant', '/v1/payout/list', { merchant: SANDBOX_CREDENTIALS.heleket.merchant }],
  ['an empty signature', '/v1/payout/list', { sign: '' }],
])('refuses %s', async (_case, path, headers) => {
  const answer = await merchantCall(sandbox(), 'cryptomus', path, {}, headers);
  expect([answer.status, answer.json]).toEqual([401, { message: 'Invalid Sign.' }]);
});

it('refuses a request without any of the headers', async () => {
  const answer = await ask(`${sandbox().urls.heleket}/v1/payout/list`, { method: 'POST', body: '{}' });
  expect([answer.status, answer.json]).toEqual([401, { message: 'Invalid Sign.' }]);
});

it('answers HTML where no endpoint is', async () => {
  const wrongMethod = await ask(`${sandbox().urls.cryptomus}/v1/payout/list`);
  const wrongPath = await merchantCall(sandbox(), 'cryptomus', '/v1/wallet/list');
  const heleketOnly = await merchantCall(sandbox(), 'cryptomus', '/v1/payout/calc');
  for (const answer of [wrongMethod, wrongPath, heleketOnly]) {
    expect(answer.status).toBe(405);
    expect(answer.headers.get('content-type')).toContain('text/html');
  }
  expect(sandbox().calls.map((call) => call.endpoint)).toEqual(['unknown', 'unknown', 'unknown']);
});
