/** The ref of `Operation`, by itself because the type and its failures point at each other. */

import type { Operation } from '../operation.ts';
import { builder } from './builder.ts';

export const OperationRef = builder.objectRef<Operation>('Operation');
