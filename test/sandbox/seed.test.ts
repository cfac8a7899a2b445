import { describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { useSandbox } from './ask.ts';

const sandbox = useSandbox();

function everything({ rows }: Sandbox) {
  return JSON.stringify([
    rows.payouts('cryptomus'),
    rows.payouts('heleket'),
    rows.payouts('repay'),
    rows.withdrawals('vojvzo'),
    rows.withdrawals('kqzprd'),
    rows.wallets('cryptomus'),
    rows.wallets('heleket'),
  ]);
}

describe('the seed', () => {
  it('gives the same data every time, also for what is added later', async () => {
    const other = await startSandbox();
    for (const each of [sandbox(), other]) {
      each.addPayouts('heleket', 20);
      each.addWithdrawals('vojvzo', 20);
    }
    expect(everything(other)).toBe(everything(sandbox()));
    sandbox().reset();
    other.reset();
    expect(everything(other)).toBe(everything(sandbox()));
    await other.close();
  });

  it('gives other data for another number', async () => {
    const other = await startSandbox({ seed: 2 });
    expect(everything(other)).not.toBe(everything(sandbox()));
    expect(other.rows.wallets('cryptomus')[0]!.uuid).toBe('fcc40793-39f9-4fa9-85b2-93148039a72b');
    await other.close();
  });
});

describe('the data', () => {
  it('is as large as lists need', () => {
    const { rows } = sandbox();
    expect(rows.payouts('cryptomus')).toHaveLength(1040);
    expect(rows.payouts('heleket')).toHaveLength(1040);
    expect(rows.payouts('repay')).toHaveLength(300);
    expect(rows.wallets('cryptomus')).toHaveLength(50);
    expect(rows.payouts('repay').at(-1)!.order_id).toBe('0001');
    expect(rows.payouts('repay')[0]!.order_id).toBe('0300');
  });

  it('has no id twice', () => {
    const { rows } = sandbox();
    for (const ids of [
      rows.payouts('cryptomus').map((row) => row.uuid),
      rows.payouts('repay').map((row) => row.id),
      [...rows.withdrawals('vojvzo'), ...rows.withdrawals('kqzprd')].map((row) => row.hash),
      rows.wallets('heleket').map((row) => row.order_id),
    ])
      expect(new Set(ids).size).toBe(ids.length);
  });

  it('is newest first by creation too', () => {
    for (const rows of [sandbox().rows.payouts('cryptomus'), sandbox().rows.withdrawals('vojvzo')]) {
      const times = rows.map((row) => Date.parse(row.created_at));
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }
  });

  it('has statuses of no documentation, long fractions and huge amounts', () => {
    const payouts = sandbox().rows.payouts('cryptomus');
    const statuses = new Set(payouts.map((row) => row.status));
    for (const status of ['wrong_amount_waiting', 'on_hold', 'paid', 'process', 'check', 'fail', 'cancel'])
      expect(statuses).toContain(status);
    expect(payouts.some((row) => row.status === 'fail' && !row.is_final)).toBe(true);
    expect(payouts.some((row) => /^\d{12}\.\d{18}$/.test(row.amount))).toBe(true);
    expect(payouts.some((row) => row.order_id === null)).toBe(true);
    expect(
      sandbox()
        .rows.withdrawals('vojvzo')
        .some((row) => row.status === 'REVERSED'),
    ).toBe(true);
  });
});

it('puts new rows before all others and never moves back in time', async () => {
  sandbox().addPayouts('cryptomus', 10_000);
  const [newest, ...rest] = sandbox().rows.payouts('cryptomus');
  expect(rest).toHaveLength(11_039);
  expect(Date.parse(newest!.created_at)).toBeGreaterThan(Date.parse(rest.at(9_999)!.created_at));
});

it('reports rows that do not exist to the test that names them', () => {
  expect(() => sandbox().setPayoutStatus('heleket', 'nobody', 'paid')).toThrow(
    'heleket has no payout nobody',
  );
  expect(() => sandbox().rows.withdrawals('nowhere')).toThrow('hashlee has no unit nowhere');
});

it('frees the ports it already has when one is taken', async () => {
  const port = Number(new URL(sandbox().urls.repay).port);
  await expect(startSandbox({ ports: { hashlee: port } })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    port,
  });
});
