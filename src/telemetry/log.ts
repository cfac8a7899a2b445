/** The log: one line for each thing that happened, as JSON or for people to read. Whoever writes a line names its
 * fields one by one, so nothing gets in by chance; the list of names that are never printed is the second lock. */

import { type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogLevel } from './level.ts';

export interface LogOptions {
  readonly level: LogLevel;
  /** `json` for machines, `readable` for people. */
  readonly form: 'json' | 'readable';
  readonly to: DestinationStream;
  /** Whether lines wait a moment for others, to be written together. */
  readonly batched?: boolean;
  readonly colors?: boolean;
}

export interface Log {
  /** Whether lines of that level are written: a line that is not need not be made. */
  writes(level: Level): boolean;
  /** Fields that are undefined are left out. */
  line(level: Level, event: string, fields: Readonly<Record<string, unknown>>): void;
  /** Writes what is still held back, before it returns. */
  flush(): void;
}

/** Names under which secrets travel: in headers, credentials, inputs of writes, and errors of libraries. */
const NEVER = [
  ...['headers', 'authorization', 'cookie', 'token', 'secret', 'password', 'sign', 'signature', 'code'],
  ...['body', 'query', 'variables', 'params', 'input', 'text', 'url', 'path', 'merchant'],
  ...['paymentKey', 'payoutKey', 'apiKey', 'idempotencyKey', 'card', 'recipient', 'destination', 'config'],
];
const NEVER_OF_ERRORS = [
  'params',
  'query',
  'detail',
  'input',
  'options',
  'config',
  'headers',
  'body',
  'where',
];

const BATCH_LENGTH = 4_096;
const BATCH_MS = 250;

export function createLog({ level, form, to, batched = false, colors = false }: LogOptions): Log {
  const batches = batched ? inBatches(to) : undefined;
  const stream = batches ?? to;
  const logger: Logger = pino(
    {
      level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: [...NEVER, ...NEVER_OF_ERRORS.flatMap((name) => [`error.${name}`, `error.cause.${name}`])],
    },
    form === 'json' ? stream : readable(stream, colors),
  );
  return {
    writes: (wanted) => logger.isLevelEnabled(wanted),
    line: (wanted, event, fields) => logger[wanted](fields, event),
    flush: () => batches?.flush(),
  };
}

/** One write for many lines, in order. Pino's own destination waits for ever when a disk is full or a pipe is broken. */
function inBatches(to: DestinationStream) {
  let held = '';
  function flush() {
    if (held === '') return;
    const text = held;
    held = '';
    to.write(text);
  }
  setInterval(flush, BATCH_MS).unref();
  return {
    flush,
    write(line: string) {
      held += line;
      if (held.length >= BATCH_LENGTH) flush();
    },
  };
}

/** Lines for people. Made here and now: in a worker they would come too late, or never when the process ends. */
function readable(stream: DestinationStream, colorize: boolean): DestinationStream {
  const pretty = prettyFactory({
    colorize,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return { write: (line) => stream.write(pretty(line)) };
}
