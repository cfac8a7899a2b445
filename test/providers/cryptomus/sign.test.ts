import { expect, test } from 'vitest';
import { sign } from '../../../src/providers/cryptomus/sign.ts';

test.each([
  ['', 'f9e9426aa9a6614fd212b6e3cae8d6a1'],
  ['{}', 'ff81394498b5828b460bf7099ebbc6a7'],
  ['[]', '40540e54c1e7a6dee9d502b3778c9111'],
  ['{"order_id":"1"}', '23b9ba65028f81331b3141f1480c8113'],
  ['{"amount":"15","currency":"USD","order_id":"1"}', '27241b4fe4019e6c19622ce88888603c'],
  ['{"url_callback":"https://your.site/callback"}', '19eaaf01d451653b4ce0fdb6c1299445'],
  ['{"url_callback":"https:\\/\\/your.site\\/callback"}', 'd06473ce9054a99e20070827a45162da'],
  ['{"uuid":"fcc40793-39f9-4fa9-85b2-93148039a72b"}', '909b1fe316052b91e917ef9f424ecf97'],
  ['{"uuid": "fcc40793-39f9-4fa9-85b2-93148039a72b"}', '7bd3420c9089e472bf3afeabe4a35f6e'],
])('signs %j over its very bytes', (body, expected) => {
  expect(sign(body, 'merchant-api-key-42')).toBe(expected);
});

test('signs text beyond ASCII as the UTF-8 that is sent', () => {
  const body =
    '{"type":"wallet","uuid":"62f88b36-a9d5-4fa6-aa26-e040c3dbf26d","order_id":"o-1","amount":"3.00000000",' +
    '"is_final":true,"additional_data":"a\\/b é","convert":null}';
  expect(sign(body, 'PAYKEY')).toBe('c45fec134697de8c2867fcfdb7f7828c');
});
