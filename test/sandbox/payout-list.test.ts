import { describe, expect, it } from 'vitest';
import { merchantCall, useSandbox } from './ask.ts';

const sandbox = useSandbox();
const list = (query = '', input: unknown = {}) =>
  merchantCall(sandbox(), 'cryptomus', `/v1/payout/list${query}`, input);
const uuids = (items: { uuid: string }[]) => items.map((item) => item.uuid);
const all = () => uuids([...sandbox().rows.payouts('cryptomus')]);

async function walk(start: string | null, direction: 'nextCursor' | 'previousCursor', input: unknown = {}) {
  const pages: string[][] = [];
  let cursor = start;
  do {
    const { result } = (await list(cursor === null ? '' : `?cursor=${cursor}`, input)).json;
    pages.push(uuids(result.items));
    cursor = result.paginate[direction];
  } while (cursor !== null);
  return pages;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

it('gives the first page with the documented cursor', async () => {
  const { result } = (await list()).json;
  expect(result.paginate).toEqual({
    count: 15,
    hasPages: true,
    nextCursor: 'eyJpZCI6MjkxNTU0MywiX3BvaW50c1RvTmV4dEl0ZW1zIjp0cnVlfQ',
    previousCursor: null,
    perPage: 15,
  });
  expect(uuids(result.items)).toEqual(all().slice(0, 15));
});

it('prints both documented items as documented', async () => {
  const june = (await list('', { date_from: '2023-06-21 17:25:55', date_to: '2023-06-21 17:25:55' })).json;
  expect(june.result.items).toEqual([
    {
      uuid: 'a7c0caec-a594-4aaa-b1c4-77d511857594',
      amount: '3',
      currency: 'USDT',
      network: 'TRON',
      address: 'TJ...',
      txid: null,
      status: 'process',
      is_final: false,
      balance: '129.00000000',
      created_at: '2023-06-21T17:25:55+03:00',
      updated_at: '2023-06-21T17:34:38+03:00',
    },
  ]);
  expect(june.result.paginate).toMatchObject({ count: 1, hasPages: false, nextCursor: null });
  const july = (await list('', { date_from: '2023-07-21 17:25:55', date_to: '2023-07-21 17:25:55' })).json;
  expect(july.result.items[0]).toMatchObject({
    uuid: '92c39264-d180-4503-9c16-ee16f083bbb8',
    order_id: null,
    payment_status: null,
    balance: '26.77966652',
  });
});

it('walks forwards through everything once', async () => {
  const pages = await walk(null, 'nextCursor');
  expect(pages).toHaveLength(70);
  expect(pages.at(-1)).toHaveLength(5);
  expect(pages.flat()).toEqual(all());
});

it('neither skips nor repeats a row when new ones arrive at the head', async () => {
  const before = all();
  const first = (await list()).json.result;
  sandbox().addPayouts('cryptomus', 100);
  const rest = await walk(first.paginate.nextCursor, 'nextCursor');
  expect([uuids(first.items), ...rest].flat()).toEqual(before);
  expect(uuids((await list()).json.result.items)).toEqual(all().slice(0, 15));
});

describe('backwards', () => {
  it('shows the rows just before, newest first', async () => {
    const first = (await list()).json.result;
    const second = (await list(`?cursor=${first.paginate.nextCursor}`)).json.result;
    const back = (await list(`?cursor=${second.paginate.previousCursor}`)).json.result;
    expect(back.items).toEqual(first.items);
    expect(back.paginate).toMatchObject({ count: 15, hasPages: true, previousCursor: null });
    const again = (await list(`?cursor=${back.paginate.nextCursor}`)).json.result;
    expect(again.items).toEqual(second.items);
  });

  it('ends with a shorter page when the rows do not fill it', async () => {
    const first = (await list()).json.result;
    const second = (await list(`?cursor=${first.paginate.nextCursor}`)).json.result;
    sandbox().addPayouts('cryptomus', 4);
    const pages = await walk(second.paginate.previousCursor, 'previousCursor');
    expect(pages.map((page) => page.length)).toEqual([15, 4]);
    expect(pages.reverse().flat()).toEqual(all().slice(0, 19));
  });

  it('shows an empty page before the newest row', async () => {
    const { result } = (await list(`?cursor=${encode({ id: 99_999_999, _pointsToNextItems: false })}`)).json;
    expect(result.items).toEqual([]);
    expect(result.paginate).toMatchObject({
      count: 0,
      hasPages: true,
      nextCursor: null,
      previousCursor: null,
    });
  });
});

describe('cursor', () => {
  it('is taken from the body too, and the query wins', async () => {
    const { nextCursor } = (await list()).json.result.paginate;
    const fromBody = (await list('', { cursor: nextCursor })).json.result;
    expect(uuids(fromBody.items)).toEqual(all().slice(15, 30));
    const both = (await list(`?cursor=${fromBody.paginate.nextCursor}`, { cursor: nextCursor })).json.result;
    expect(uuids(both.items)).toEqual(all().slice(30, 45));
  });

  it('is ignored when it cannot be decoded', async () => {
    const { result } = (await list('?cursor=%%%not-a-cursor')).json;
    expect(uuids(result.items)).toEqual(all().slice(0, 15));
  });

  it('breaks the server when it decodes to something else', async () => {
    const { status, json } = await list(`?cursor=${encode({ page: 2 })}`);
    expect([status, json]).toEqual([500, { message: 'Server error, #1', code: 500, error: null }]);
  });

  it('does not carry the dates', async () => {
    const dates = { date_from: '2024-01-01 0:00:00', date_to: '2024-12-31 23:59:59' };
    const inYear = sandbox()
      .rows.payouts('cryptomus')
      .filter((row) => row.created_at.startsWith('2024'))
      .map((row) => row.uuid);
    expect((await walk(null, 'nextCursor', dates)).flat()).toEqual(inYear);
    const { nextCursor } = (await list('', dates)).json.result.paginate;
    const forgotten = await walk(nextCursor, 'nextCursor');
    expect(forgotten.flat().length).toBeGreaterThan(inYear.length);
  });
});

it.each([
  ['date_from', '2023-05-04'],
  ['date_to', '2023-05-04T00:00:00'],
  ['date_to', '2023-02-30 00:00:00'],
])('refuses %s %s', async (field, text) => {
  const { status, json } = await list('', { [field]: text });
  expect([status, json]).toEqual([422, { state: 1, errors: { [field]: ['validation.regex'] } }]);
});
