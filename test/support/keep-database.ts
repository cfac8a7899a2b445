/** Makes again what new embedded databases begin as: `npm run prepare-database`, after an update of PGlite. */

import { PGlite } from '@electric-sql/pglite';
import { keepPrepared } from '../../src/store/prepared.ts';

const engine = await PGlite.create();
await keepPrepared(engine);
await engine.close();
