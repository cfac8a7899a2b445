/** `Money`: an exact amount with its currency. */

import type { Money } from '../domain.ts';
import { builder } from './builder.ts';

export const MoneyRef = builder.objectRef<Money>('Money').implement({
  description: 'An exact amount.',
  fields: (t) => ({
    amount: t.expose('amount', {
      type: 'Decimal',
      description: 'As the provider sent it: no digit is added, dropped or rounded.',
    }),
    currency: t.exposeString('currency', { description: 'Currency code, such as `USDT` or `BRL`.' }),
  }),
});
