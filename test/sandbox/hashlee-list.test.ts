import { describe, expect, it } from 'vitest';
import type { WithdrawalRow } from '../../sandbox/index.ts';
import { ask, hashleeCall, useSandbox } from './ask.ts';

const sandbox = useSandbox();
const list = async (query: string, unit = 'vojvzo') =>
  hashleeCall(sandbox(), `${unit}/withdrawals${query && `?${query}`}`);
const filter = (field: string, operation: string, value: unknown) =>
  `filters[]=${encodeURIComponent(JSON.stringify({ field, operation, value }))}`;
const rows = (unit = 'vojvzo') => sandbox().rows.withdrawals(unit);
const hashes = (data: readonly { hash: string }[]) => data.map((row) => row.hash);

async function everything(query: string): Promise<WithdrawalRow[]> {
  const found: WithdrawalRow[] = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const { json } = await list(`${query}&limit=100&page=${page}`);
    found.push(...json.data);
    pages = json.meta.pagination.total_pages;
  }
  return found;
}

describe('pages', () => {
  it('starts with ten rows by id descending', async () => {
    const { json } = await list('');
    expect(hashes(json.data)).toEqual(hashes(rows()).slice(0, 10));
    const total = rows().length;
    expect(json.meta.pagination).toEqual({
      total,
      count: 10,
      per_page: 10,
      current_page: 1,
      total_pages: Math.ceil(total / 10),
      links: { next: `${sandbox().urls.hashlee}/v1/gateway-units/vojvzo/withdrawals?page=2` },
    });
  });

  it('links without the other parameters, backwards too', async () => {
    const { json } = await list('limit=2&orderBy=id&page=3&include=user');
    const address = `${sandbox().urls.hashlee}/v1/gateway-units/vojvzo/withdrawals`;
    expect(json.meta.pagination.links).toEqual({ previous: `${address}?page=2`, next: `${address}?page=4` });
  });

  it('has an object without links on a single page and an array on an empty one', async () => {
    const single = await list(filter('hash', '=', rows()[0]!.hash));
    expect(single.json.meta.pagination).toMatchObject({ total: 1, total_pages: 1, links: {} });
    const none = await list(filter('hash', '=', 'nobody'));
    expect(none.json).toMatchObject({
      data: [],
      meta: { pagination: { total: 0, total_pages: 1, links: [] } },
    });
  });

  it('is empty behind the last page', async () => {
    const { json } = await list('limit=100&page=99');
    expect(json.data).toEqual([]);
    expect(json.meta.pagination).toMatchObject({ count: 0, current_page: 99 });
    expect(Object.keys(json.meta.pagination.links)).toEqual(['previous']);
  });

  it('lowers a limit that is too great without a word', async () => {
    expect((await list('limit=5000')).json.meta.pagination.per_page).toBe(100);
    sandbox().set({ greatestLimit: 25 });
    expect((await list('limit=5000')).json.data).toHaveLength(25);
  });

  it('never shows ids, accounts or relations that were not asked for', async () => {
    const { json } = await list('limit=1');
    expect(Object.keys(json.data[0])).toEqual([
      'hash',
      'gateway_unit_id',
      'user_id',
      'receipt_id',
      'currency',
      'amount',
      'fee',
      'net_amount',
      'status',
      'identify',
      'description',
      'verified_at',
      'finished_at',
      'created_at',
      'updated_at',
    ]);
  });

  it('shifts when new rows arrive at the head', async () => {
    const second = hashes(rows()).slice(10, 20);
    sandbox().addWithdrawals('vojvzo', 3);
    expect(hashes((await list('page=2')).json.data).slice(3)).toEqual(second.slice(0, 7));
    expect(hashes((await list('page=2&orderBy=id&orderByDirection=asc')).json.data)).toEqual(
      hashes(rows()).reverse().slice(10, 20),
    );
  });

  it('keeps the units apart', async () => {
    const { json } = await list('limit=100', 'kqzprd');
    expect(new Set(json.data.map((row: WithdrawalRow) => row.gateway_unit_id))).toEqual(new Set(['kqzprd']));
    expect(rows().length + rows('kqzprd').length).toBe(2000);
  });
});

describe('sorting', () => {
  it('keeps ties in ascending order of id in both directions', async () => {
    const ascending = [...rows()].reverse();
    const time = (row: WithdrawalRow) => Date.parse(row.created_at);
    const up = [...ascending].sort((a, b) => time(a) - time(b));
    const down = [...ascending].sort((a, b) => time(b) - time(a));
    expect(new Set(ascending.map(time)).size).toBeLessThan(ascending.length);
    expect(hashes(await everything('orderBy=created_at&orderByDirection=asc'))).toEqual(hashes(up));
    expect(hashes(await everything('orderBy=created_at&orderByDirection=desc'))).toEqual(hashes(down));
  });

  it('compares amounts as exact numbers', async () => {
    const amounts = (await everything('orderBy=amount&orderByDirection=asc')).map((row) =>
      BigInt(row.amount.replace('.', '')),
    );
    expect(amounts.every((amount, index) => index === 0 || amounts[index - 1]! <= amount)).toBe(true);
    expect(amounts.at(-1)! > 10n ** 28n).toBe(true);
  });

  it('puts nulls first when ascending and last when descending', async () => {
    const up = (await everything('orderBy=finished_at&orderByDirection=asc')).map((row) => row.finished_at);
    const down = (await everything('orderBy=finished_at&orderByDirection=desc')).map(
      (row) => row.finished_at,
    );
    expect([up[0], up.at(-1) === null, down[0] === null, down.at(-1)]).toEqual([null, false, false, null]);
  });

  it('refuses a field that is none', async () => {
    const { status, json } = await list('orderBy=mood');
    expect([status, json.message]).toEqual([422, 'The given data was invalid.']);
  });
});

describe('filters', () => {
  const expectRows = async (query: string, holds: (row: WithdrawalRow) => boolean) => {
    const expected = rows().filter(holds);
    expect(expected.length).toBeGreaterThan(0);
    expect(hashes(await everything(query))).toEqual(hashes(expected));
  };
  const cents = (text: string) => BigInt(text.replace('.', ''));

  it('takes the documented address as it is printed', async () => {
    const { json } = await list(
      'limit=10&orderBy=id&orderByDirection=asc&filters[]={"field":"status", "operation":"=","value":"FINISHED"}' +
        '&include=user,unit,account,receipt,transfers,transactions',
    );
    expect(new Set(json.data.map((row: WithdrawalRow) => row.status))).toEqual(new Set(['FINISHED']));
    expect(json.data[0].unit).toEqual({ data: { id: 'vojvzo', name: 'Unit vojvzo' } });
  });

  it('compares texts', async () => {
    await expectRows(filter('status', '=', 'OPEN'), (row) => row.status === 'OPEN');
    await expectRows(filter('status', '<>', 'FINISHED'), (row) => row.status !== 'FINISHED');
    await expectRows(filter('status', 'in', ['OPEN', 'PENDING']), (row) => /OPEN|PENDING/.test(row.status));
    await expectRows(filter('status', 'nin', ['FINISHED']), (row) => row.status !== 'FINISHED');
  });

  it('compares amounts beyond what doubles can tell apart', async () => {
    const huge = rows().find((row) => row.amount.length > 20)!;
    const justAbove = huge.amount.replace(/\.(\d{8})$/, (_, digits) => `.${digits}000000001`);
    await expectRows(filter('amount', '>=', huge.amount), (row) => cents(row.amount) >= cents(huge.amount));
    expect(hashes(await everything(filter('amount', '>=', justAbove)))).not.toContain(huge.hash);
    await expectRows(filter('amount', '<', 100), (row) => cents(row.amount) < 100_00000000n);
    await expectRows(filter('net_amount', '=', '100'), (row) => row.net_amount === '100.00000000');
  });

  it('compares moments in any zone', async () => {
    const border = Date.parse('2020-06-01T00:00:00Z');
    await expectRows(
      filter('created_at', '<=', '2020-06-01T03:00:00+03:00'),
      (row) => Date.parse(row.created_at) <= border,
    );
    await expectRows(
      filter('created_at', '>', '2020-05-31 21:00:00'),
      (row) => Date.parse(row.created_at) > border,
    );
  });

  it('never matches null', async () => {
    const some = rows().find((row) => row.receipt_id !== null)!;
    await expectRows(
      filter('receipt_id', '<>', some.receipt_id),
      (row) => row.receipt_id !== null && row.receipt_id !== some.receipt_id,
    );
    expect((await list(filter('receipt_id', '=', null))).json.data).toEqual([]);
  });

  it('must all hold, however they are numbered, and within the kind of account', async () => {
    const wallets = hashes(await everything('type=WALLET'));
    const others = [
      ...hashes(await everything('type=BANK')),
      ...hashes(await everything('type=PREPAID_CARD')),
    ];
    expect([...wallets, ...others].sort()).toEqual(hashes(rows()).sort());
    await expectRows(
      `${filter('status', '=', 'FINISHED')}&${filter('currency', '=', 'BTC').replace('[]', '[0]')}&type=WALLET`,
      (row) => row.status === 'FINISHED' && row.currency === 'BTC' && wallets.includes(row.hash),
    );
  });

  it.each([
    '{"field":"mood","operation":"=","value":"x"}',
    '{"field":"status","operation":"like","value":"x"}',
    'x',
  ])('refuses %s', async (text) => {
    expect((await list(`filters[]=${encodeURIComponent(text)}`)).status).toBe(422);
  });
});

describe('includes', () => {
  it('come in the shape of Fractal', async () => {
    const withReceipt = rows().find((row) => row.receipt_id !== null)!;
    const { json } = await hashleeCall(
      sandbox(),
      `vojvzo/withdrawals/${withReceipt.hash}?include=unit,receipt,transfers,transactions,nonsense`,
    );
    expect(json.data.unit.data.id).toBe('vojvzo');
    expect(json.data.receipt.data.id).toBe(withReceipt.receipt_id);
    expect(json.data.transfers.data).toBeInstanceOf(Array);
    expect(json.data.transactions.data).toHaveLength(2);
    expect(json.data).not.toHaveProperty('nonsense');
    expect(json.data).not.toHaveProperty('user');
  });

  it('leave out a receipt that does not exist', async () => {
    const { json } = await hashleeCall(
      sandbox(),
      'vojvzo/withdrawals/eea55e84-33e9-4bf1-a6ea-a6f853c801c7?include=receipt,user',
    );
    expect(json.data).not.toHaveProperty('receipt');
    expect(json.data.user.data.id).toBe('jqozmk');
  });
});

it.each([['Bearer wrong'], ['']])('wants the token, not %j', async (authorization) => {
  const answer = await ask(`${sandbox().urls.hashlee}/v1/gateway-units/vojvzo/withdrawals`, {
    headers: { authorization },
  });
  expect([answer.status, answer.json]).toEqual([401, { message: 'Unauthorized' }]);
});

it('takes the bare token and no foreign unit', async () => {
  const headers = { authorization: 'sandbox-hashlee-token' };
  expect((await hashleeCall(sandbox(), 'vojvzo/withdrawals', { headers })).status).toBe(200);
  expect((await hashleeCall(sandbox(), 'foreign/withdrawals', { headers })).status).toBe(401);
});
