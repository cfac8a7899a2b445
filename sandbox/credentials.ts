// The only keys that the pretend providers accept. They are public on purpose and open nothing else.

export interface MerchantCredentials {
  readonly merchant: string;
  readonly paymentKey: string;
  readonly payoutKey: string;
}

/** What a client must be configured with to be let in; `accounts` are the withdrawal accounts of either unit. */
export const SANDBOX_CREDENTIALS = {
  cryptomus: {
    merchant: '8b03432e-385b-4670-8d06-064591096795',
    paymentKey: 'sandbox-cryptomus-payment-key',
    payoutKey: 'sandbox-cryptomus-payout-key',
  },
  heleket: {
    merchant: '5e1b7f0a-93c2-4d6e-8f41-c07a2b9d3e58',
    paymentKey: 'sandbox-heleket-payment-key',
    payoutKey: 'sandbox-heleket-payout-key',
  },
  repay: { apiKey: 'sandbox-repay-api-key' },
  hashlee: {
    token: 'sandbox-hashlee-token',
    units: ['vojvzo', 'kqzprd'],
    accounts: ['jqozmk', 'wbnxla', 'rtyeos'],
  },
} as const;
