import { expect, test } from 'vitest';
import { printedSchema } from '../src/schema/index.ts';

const HEADER =
  '# biome-ignore-all format: printed from src/schema by `npm run schema`, never edited by hand.\n\n';

test('schema.graphql is what the code prints; `npm run schema` writes it anew', async () => {
  await expect(HEADER + printedSchema).toMatchFileSnapshot('../schema.graphql');
});
