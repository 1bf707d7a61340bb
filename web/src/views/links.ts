// Addresses of the web and of e-mail in a text. Pure. Nothing but http, https and mailto is ever led to.

export interface Piece {
  text: string;
  /** Where it leads, if it is an address. */
  href?: string;
}

const address =
  /\b(?:https?:\/\/|www\.)[^\s<>"]+|(?<![\p{L}\p{N}.!#$%&'*+/=?^_`{|}~@-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,24}/giu;
const trailing = /[.,:;!?'"»”)\]}]+$/;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const shown = trimmed(match[0]);
    const href = target(shown);
    if (!href) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

// What the browser cannot read as an address stays text.
function target(shown: string): string | null {
  const href = /^https?:\/\//i.test(shown)
    ? shown
    : /^www\./i.test(shown)
      ? `https://${shown}`
      : `mailto:${shown}`;
  return URL.canParse(href) ? href : null;
}

// A sentence's end is none of the address; a bracket is, if it was opened within.
function trimmed(address: string): string {
  const end = trailing.exec(address)?.[0] ?? '';
  const bare = address.slice(0, address.length - end.length);
  return end.startsWith(')') && bare.includes('(') ? `${bare})` : bare;
}
