/** `npm run token -- <name> <scope>…`: makes a token, and prints it once with the entry for `TOKENS_FILE`. */

import { createHash, randomBytes } from 'node:crypto';
import { SCOPES } from '../caller.ts';
import { callerName } from './access-config.ts';
import { parseScope } from './scopes.ts';

const USAGE = `Usage: npm run token -- <name> <scope>…

A scope is one of these, for every account or, with @ and its name, for one:
  ${SCOPES.join('\n  ')}
`;

const [name = '', ...scopes] = process.argv.slice(2);
const unknown = scopes.filter((text) => !parseScope(text) || text.endsWith('@'));
if (!callerName.test(name) || scopes.length === 0 || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`No such scope: ${unknown.join(', ')}\n\n`);
  process.stderr.write(USAGE);
  process.exitCode = 1;
} else {
  const token = `paygraph_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(token).digest('hex');
  process.stderr.write('The token, shown this once (header "Authorization: Bearer …"):\n');
  process.stdout.write(`${token}\n`);
  process.stderr.write('Its entry in the list of TOKENS_FILE:\n');
  process.stdout.write(`${JSON.stringify({ name, sha256, scopes })}\n`);
}
