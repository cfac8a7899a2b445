/** What the database must never hold, whatever is written and however it ends: all of it is printed and searched. */

import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS } from '../../sandbox/index.ts';
import { startProduct, UPSTREAM } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import { NEW_CARD_PAYOUT, NEW_PAYOUT, NEW_WITHDRAWAL, write } from '../support/writes.ts';

const SECRETS = {
  code: '918273',
  signature: 'signature-of-somebody',
  card: '2202098765432109',
  spacedCard: '2202 0987 6543 2117',
  phone: '+79031234567',
  bankAccount: '40817810099910004312',
};

onEachDatabase(async (kind) => {
  const { ask, sandbox, database, services } = await startProduct(UPSTREAM, { clock: 'running' }, kind);

  type Rows = { readonly rows: readonly Record<string, unknown>[] };
  async function everything(): Promise<string> {
    const tables = (await database.db.execute(
      sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
    )) as unknown as Rows;
    expect(tables.rows.length).toBeGreaterThan(3);
    const texts = [];
    for (const { name } of tables.rows) {
      const rows = (await database.db.execute(
        sql`select t::text as text from ${sql.identifier(String(name))} as t`,
      )) as unknown as Rows;
      texts.push(...rows.rows.map(({ text }) => String(text)));
    }
    return texts.join('\n');
  }

  /** Asks for everything that carries a secret. */
  async function writeAll(): Promise<void> {
    const bank = (orderId: string, destination: object) =>
      write(ask, 'createPayout', { ...NEW_CARD_PAYOUT, orderId, destination });
    await Promise.all([
      write(ask, 'createWithdrawal', { ...NEW_WITHDRAWAL, code: SECRETS.code }),
      write(ask, 'createWithdrawal', { ...NEW_WITHDRAWAL, code: null, signature: SECRETS.signature }),
      bank('card', { card: { number: SECRETS.card, bankId: 'bank-7' } }),
      bank('spaced-card', { card: { number: SECRETS.spacedCard, bankId: null } }),
      bank('phone', { phone: { number: SECRETS.phone, bankId: '100000000004' } }),
      bank('account', { bankAccount: { number: SECRETS.bankAccount, bankId: 'bank-7' } }),
      write(ask, 'createPayout', NEW_PAYOUT),
    ]);
  }

  async function expectNoSecrets(): Promise<void> {
    const { hashlee, repay, cryptomus } = SANDBOX_CREDENTIALS;
    const keys = [hashlee.token, repay.apiKey, cryptomus.paymentKey, cryptomus.payoutKey];
    const dump = await everything();
    expect(dump.split('\n').length).toBeGreaterThan(5);
    expect(dump).toContain('CREATE_WITHDRAWAL');
    const digits = Object.values(SECRETS).map((secret) => secret.replace(/^\+| /g, ''));
    const found = [...Object.values(SECRETS), ...digits, ...keys].filter((secret) => dump.includes(secret));
    expect(found).toEqual([]);

    const { data } = await ask('{ operations(first: 100) { nodes { input targetId failure { message } } } }');
    const shown = JSON.stringify(data);
    expect(Object.values(SECRETS).filter((secret) => shown.includes(secret))).toEqual([]);
  }

  test('after everything went well', async () => {
    await writeAll();
    expect(sandbox.effects).toHaveLength(7);
    await expectNoSecrets();
  });

  test('what does not fit its type is refused without being shown, and so is what stands beside it', async () => {
    const { code } = SECRETS;
    const answers = await Promise.all(
      [
        { ...NEW_WITHDRAWAL, code: Number(code) },
        { ...NEW_WITHDRAWAL, code: { code } },
        { ...NEW_WITHDRAWAL, code: [code, code] },
        { ...NEW_WITHDRAWAL, code: `${code} ${code}` },
        { ...NEW_WITHDRAWAL, code, signature: SECRETS.signature },
        { ...NEW_WITHDRAWAL, code, netAmount: undefined },
        { ...NEW_WITHDRAWAL, code, netAmount: [] },
        { ...NEW_WITHDRAWAL, code, unknown: SECRETS.signature },
        { code, input: { code } },
        code,
      ].map((input) =>
        ask(
          `mutation ($input: CreateWithdrawalInput!) {
            createWithdrawal(input: $input) { __typename ... on Error { message } }
          }`,
          { input: typeof input === 'string' ? input : { idempotencyKey: 'k', ...input } },
        ),
      ),
    );
    for (const answer of answers) {
      const shown = JSON.stringify(answer);
      expect(shown).toMatch(/InvalidInput|INVALID_INPUT/);
      expect(Object.values(SECRETS).filter((secret) => shown.includes(secret))).toEqual([]);
    }
    expect(sandbox.calls).toEqual([]);
    expect((await ask('{ operations { totalCount } }')).data.operations.totalCount).toBe(0);
  });

  test.each(['drop-after', 'server-error', 'refusal', 'bare-failure'] as const)(
    'after everything failed by %s, was looked for, and was asked for again',
    async (kind) => {
      sandbox.inject({ kind, text: `no: ${SECRETS.card} ${SECRETS.code}` });
      await writeAll();
      sandbox.clearFaults();
      await database.db.execute(
        sql`update operations set next_check_at = now() - interval '1 second' where state = 'UNKNOWN'`,
      );
      await services.reconciler.round();
      await writeAll();
      await expectNoSecrets();
    },
  );

  test('in the place of a number stands a seal that tells one recipient from another, and nothing else', async () => {
    await writeAll();
    const { data } = await ask('{ operations(first: 100) { nodes { input } } }');
    const sealed = data.operations.nodes
      .map(({ input }: { input: { recipient?: string | null } }) => input.recipient)
      .filter(Boolean);
    expect(sealed).toHaveLength(4);
    expect(new Set(sealed).size).toBe(4);
    for (const seal of sealed) expect(seal).toMatch(/^[0-9a-f]{64}$/);
  });
});
