// The two merchants' platforms that share this folder: Heleket is Cryptomus under another host with a few more
// fields (docs/providers.md, section 2). Every difference between them is a line here.
import { type MerchantCredentials, SANDBOX_CREDENTIALS } from '../credentials.ts';

export type MerchantKey = 'cryptomus' | 'heleket';

export interface Profile {
  readonly key: MerchantKey;
  /** First letter of the endpoint names: C6, H6. */
  readonly letter: 'C' | 'H';
  readonly credentials: MerchantCredentials;
  readonly paymentPage: string;
  /** Wallet answers carry `order_id`. */
  readonly walletOrderId: boolean;
  /** Payout answers carry order_id, commission, merchant_amount, created_at and updated_at. */
  readonly fullPayouts: boolean;
  /** Serves the fee preview. */
  readonly calculates: boolean;
}

export const PROFILES: Readonly<Record<MerchantKey, Profile>> = {
  cryptomus: {
    key: 'cryptomus',
    letter: 'C',
    credentials: SANDBOX_CREDENTIALS.cryptomus,
    paymentPage: 'https://pay.cryptomus.com/wallet/',
    walletOrderId: false,
    fullPayouts: false,
    calculates: false,
  },
  heleket: {
    key: 'heleket',
    letter: 'H',
    credentials: SANDBOX_CREDENTIALS.heleket,
    paymentPage: 'https://pay.heleket.com/wallet/',
    walletOrderId: true,
    fullPayouts: true,
    calculates: true,
  },
};
