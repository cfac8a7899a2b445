/** Domain to wire, pure: what the creation of a withdrawal sends, and what of it is wrong before it is sent. */

import type { SecondFactor, WithdrawalRequest } from '../../domain.ts';
import type { FieldIssue } from '../../errors.ts';
import { compareDecimals } from '../../money.ts';
import type { WithdrawalWire } from './wire.ts';

const CURRENCIES = ['BRL', 'BTC'];

/** The body that makes a withdrawal, as the sample has it: members, order, and the amount as text. */
export function withdrawalFields({ targetAccountId, netAmount, description }: WithdrawalRequest): object {
  return {
    gateway_unit_account_id: targetAccountId,
    currency: netAmount.currency,
    net_amount: netAmount.amount,
    description: description ?? '',
  };
}

/** The header that proves the person behind the token. Without one the provider decides what that comes to. */
export function factorHeaders(factor: SecondFactor | null): Readonly<Record<string, string>> {
  if (factor === null) return {};
  return 'code' in factor ? { code: factor.code } : { signature: factor.signature };
}

/** What of a new withdrawal is wrong. */
export function withdrawalIssues(request: WithdrawalRequest, factor: SecondFactor | null): FieldIssue[] {
  const { amount, currency } = request.netAmount;
  const wrong = [
    ...(CURRENCIES.includes(currency) ? [] : ['currency']),
    // Amounts have eight decimals (docs/providers.md 4.2): a ninth would be cut off without a word.
    ...(/\.\d{8}\d*[1-9]/.test(amount) ? ['net_amount'] : []),
    // No header can carry other characters.
    ...Object.entries(factorHeaders(factor)).flatMap(([name, value]) =>
      /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value) ? [] : [name],
    ),
  ];
  return wrong.map((field) => ({ field, rule: 'invalid' }));
}

/** Whether the answered withdrawal is the one that was asked for. */
export function isWithdrawalOf(
  { targetAccountId, netAmount }: WithdrawalRequest,
  wire: WithdrawalWire,
): boolean {
  return (
    wire.currency === netAmount.currency &&
    compareDecimals(wire.net_amount, netAmount.amount) === 0 &&
    (wire.gateway_unit_account_id ?? targetAccountId) === targetAccountId
  );
}
