// The body of a creation in any of the three encodings that the documentation leaves open: JSON, urlencoded, and
// multipart (docs/providers.md, 4.7). Every member comes out as the text that was sent.
import { isObject, numberText, readJson } from '../json.ts';
import type { Request } from '../provider.ts';

export type Form = Readonly<Record<string, string>>;

export function readForm({ headers, body }: Request): Form {
  const type = headers['content-type'] ?? '';
  if (/[/+]json/.test(type)) return fromJson(body.toString('utf8'));
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(type)?.[1];
  return boundary === undefined ? {} : fromMultipart(body.toString('utf8'), boundary);
}

function fromJson(text: string): Form {
  const read = readJson(text);
  const form: Record<string, string> = {};
  for (const [name, value] of Object.entries(isObject(read) ? read : {})) {
    const written = typeof value === 'string' ? value : numberText(value);
    if (written !== null) form[name] = written;
  }
  return form;
}

function fromMultipart(text: string, boundary: string): Form {
  const form: Record<string, string> = {};
  for (const part of text.split(`--${boundary}`)) {
    const gap = part.indexOf('\r\n\r\n');
    const name = /content-disposition:[^\r]*[; ]name="([^"]*)"/i.exec(part.slice(0, gap))?.[1];
    if (gap >= 0 && name !== undefined) form[name] = part.slice(gap + 4).replace(/\r\n$/, '');
  }
  return form;
}
