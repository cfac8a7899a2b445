/** Parses a document as far as its text is within the limits: not a token further, and not a bracket deeper. */

import { type DocumentNode, GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql';
import { DOCUMENT_LIMITS, overLimit, refusal } from './limit.ts';

const { tokens: MAX_TOKENS, nesting: MAX_NESTING, comments: MAX_COMMENTS } = DOCUMENT_LIMITS;

const OPENING: readonly TokenKind[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L];
const CLOSING: readonly TokenKind[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R];

/** The document, or why there is none. */
export function parseWithin(text: string): DocumentNode | GraphQLError {
  const lexer = new CountingLexer(new Source(text));
  try {
    return parse(text, { lexer, maxComments: MAX_COMMENTS });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (TOO_MANY_COMMENTS.test(error.message)) return overLimit('comments', MAX_COMMENTS, MAX_COMMENTS + 1);
    return 'code' in error.extensions
      ? error
      : refusal(error.message, { code: 'GRAPHQL_PARSE_FAILED' }, error);
  }
}

const TOO_MANY_COMMENTS = /^Syntax Error: Document contains more than \d+ comments/;

/** The parser's own count of tokens knows nothing of nesting, in which the parser would run out of stack. */
class CountingLexer extends Lexer {
  #tokens = 0;
  #nesting = 0;

  override advance() {
    const token = super.advance();
    if (++this.#tokens > MAX_TOKENS) throw overLimit('tokens', MAX_TOKENS, this.#tokens);
    if (OPENING.includes(token.kind) && ++this.#nesting > MAX_NESTING) {
      throw overLimit('nesting', MAX_NESTING, this.#nesting);
    }
    if (CLOSING.includes(token.kind)) this.#nesting--;
    return token;
  }
}
