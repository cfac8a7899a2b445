/** What the log may tell of an error that should not have happened. Its message may quote anything, so of a message
 * only the words are kept, and of the stack only where it was. */

/** An error as the log shows it. */
export interface ToldError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  /** Where it was thrown, innermost first. */
  readonly stack: readonly string[];
  readonly cause?: ToldError;
}

const MAX_CAUSES = 3;
const MAX_FRAMES = 20;
const MAX_MESSAGE = 1_000;
/** A shorter secret would be found in words that are none. */
const SHORTEST_SECRET = 6;
const FRAME = /^ {4}at .*(?:file:|node:|\/|\\|<anonymous>|native)/;

/** Patterns of what is nobody's business, with what stands in their place. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z+.-]*:\/\/\S+/gi, '[address]'],
  [/\bey[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b(?:bearer|basic)\s+\S+/gi, '[credentials]'],
  [/\b[0-9a-f]{32,}\b/gi, '[hex]'],
  [/\+?\d(?:[ -]?\d){9,}/g, '[number]'],
];

/** A text without any of these secrets. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}

/** Tells errors without any of these secrets, and without what looks like one. */
export function createErrorTeller(secrets: readonly string[]): (error: unknown) => ToldError {
  function clean(text: string): string {
    const without = withoutSecrets(text, secrets);
    return PATTERNS.reduce((rest, [pattern, mark]) => rest.replace(pattern, mark), without);
  }

  function tell(error: unknown, depth: number): ToldError {
    // What is thrown without being an error may be anything; that it was thrown says enough.
    if (!(error instanceof Error))
      return { type: typeof error, message: 'not an error was thrown', stack: [] };
    const { code } = error as NodeJS.ErrnoException;
    const message = String(error.message);
    const stack = String(error.stack);
    const at = stack.indexOf(message);
    const frames = stack.slice(at < 0 ? 0 : at + message.length).split('\n');
    return {
      type: clean(error.name),
      ...(typeof code === 'string' ? { code: clean(code) } : {}),
      message: clean(wordsOf(message)).slice(0, MAX_MESSAGE),
      stack: frames
        .filter((line) => FRAME.test(line))
        .slice(0, MAX_FRAMES)
        .map((line) => line.trim()),
      ...(error.cause instanceof Error && depth < MAX_CAUSES ? { cause: tell(error.cause, depth + 1) } : {}),
    };
  }

  return (error) => tell(thrownOf(error), 0);
}

/** What was thrown, without what GraphQL puts around it. */
function thrownOf(error: unknown): unknown {
  return error instanceof Error && 'originalError' in error ? (error.originalError ?? error) : error;
}

/** A message without what it quotes. */
function wordsOf(message: string): string {
  // The database's driver prints the statement, in which all values are parameters, and then the parameters.
  const statement = /^Failed query: [\s\S]*?(?=\nparams: )/.exec(message);
  return statement ? statement[0] : message.replace(/"(?:[^"\\]|\\.)*"?/g, '"…"');
}
