// Creation of a withdrawal: its validation and its arithmetic, in which amount is net amount plus fee
// (docs/providers.md, 4.7; the list has it the other way round).
import { SANDBOX_CREDENTIALS } from '../credentials.ts';
import { add, compare, divide, isDecimal, multiply, toScale } from '../decimal.ts';
import type { Random } from '../random.ts';
import type { Form } from './form.ts';
import type { Withdrawal } from './withdrawal.ts';

const { accounts } = SANDBOX_CREDENTIALS.hashlee;
const CURRENCIES = ['BRL', 'BTC'];
const FEE_PERCENT = '5';
const SCALE = 8;

export type FieldTexts = Record<string, string[]>;

/** The texts per field, or null; names keep their underscores, as the documented answer does. */
export function problemsOf(form: Form): FieldTexts | null {
  const problems: FieldTexts = {};
  const need = (field: string, problem: (value: string) => string | null) => {
    const value = form[field];
    const text = value ? problem(value) : `The ${field} field is required.`;
    if (text !== null) problems[field] = [text];
  };
  need('gateway_unit_account_id', (value) =>
    accounts.some((each) => each === value) ? null : 'The selected gateway_unit_account_id is invalid.',
  );
  need('currency', (value) => (CURRENCIES.includes(value) ? null : 'The selected currency is invalid.'));
  need('net_amount', (value) => {
    if (!isDecimal(value)) return 'The net_amount must be a number.';
    if (compare(value, '0') <= 0) return 'The net_amount must be greater than 0.';
    return compare(value, toScale(value, SCALE)) === 0 ? null : 'The net_amount format is invalid.';
  });
  return Object.keys(problems).length > 0 ? problems : null;
}

/** A new OPEN withdrawal from a form that has no problems. */
export function newWithdrawal(form: Form, id: number, unit: string, random: Random, now: number): Withdrawal {
  const netAmount = toScale(form.net_amount!, SCALE);
  const fee = divide(multiply(netAmount, FEE_PERCENT), '100', SCALE);
  const accountId = form.gateway_unit_account_id!;
  return {
    id,
    hash: random.uuid(),
    unit,
    userId: 'jqozmk',
    receiptId: null,
    profileId: 'jqozmk',
    accountId,
    accountType: form.currency === 'BTC' ? 'WALLET' : 'BANK',
    currency: form.currency!,
    amount: add(netAmount, fee),
    fee,
    netAmount,
    status: 'OPEN',
    identify: null,
    description: form.description || null,
    verifiedAt: null,
    finishedAt: null,
    createdAt: now,
    updatedAt: now,
  };
}
