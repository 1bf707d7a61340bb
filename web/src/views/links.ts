// Addresses of the web in a text. Pure.

export interface Piece {
  text: string;
  /** Where it leads, if it is an address. */
  href?: string;
}

const address = /\b(?:https?:\/\/|www\.)[^\s<>"]+/gi;
const trailing = /[.,:;!?'"»”)\]}]+$/;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const shown = trimmed(match[0]);
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: shown, href: shown.startsWith('www.') ? `https://${shown}` : shown });
    end = match.index + shown.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

// A sentence's end is none of the address; a bracket is, if it was opened within.
function trimmed(address: string): string {
  const end = trailing.exec(address)?.[0] ?? '';
  const bare = address.slice(0, address.length - end.length);
  return end.startsWith(')') && bare.includes('(') ? `${bare})` : bare;
}
