// Web and e-mail addresses in a text. Pure. Links lead only to http, https and mailto.
import { LinkifyIt, REBuilder } from 'linkify-it';
import { realHost } from './hosts';

export interface Piece {
  text: string;
  /** The link target, if it is an address. */
  href?: string;
  /** The target's host, if the text does not show it plainly. */
  real?: string;
}

/** Brackets that belong to an address only as a pair; the library knows the ASCII ones. */
const pairs = [
  '（）',
  '［］',
  '｛｝',
  '「」',
  '『』',
  '【】',
  '〔〕',
  '〈〉',
  '《》',
  '«»',
  '‹›',
  '“”',
  '‘’',
];

class Rules extends REBuilder {
  // The library ends an address before Unicode punctuation; these full-width signs are symbols.
  override get_text_separators() {
    return (this.cache['text_separators'] ??= /[><`｜＋＜＝＞～]/);
  }

  override get_path_extra() {
    const nested = pairs.map(([open, close]) => this.nestedPairRE(open!, close!, 1));
    return (this.cache['src_path_extra'] ??= new RegExp(`${nested.join('|')}|`));
  }

  // Languages without spaces write an address directly after a letter.
  override get_schema_search() {
    return (this.cache['schema_search'] ??= new RegExp(
      `(^|[^a-z0-9_])(${this.get_schema_names().source})`,
      'ig',
    ));
  }

  override get_mail_name_validator() {
    return (this.cache['mail_name_validator'] ??=
      /(?<![\p{L}\p{N}.!#$%&'*+/=?^_`{|}~@-])([\p{L}\p{N}._%+-]{1,64})$/iu);
  }
}

const linkify = new LinkifyIt({ rebuilder: new Rules(), urlAuth: true })
  .add('ftp:', null)
  .add('//', null)
  .add('www.', {
    validate: (text, at, { re }) => {
      const rest = new RegExp(re.get_url_host_port().source + re.get_path().source, 'iy');
      rest.lastIndex = at;
      return rest.exec(text)?.[0].length ?? 0;
    },
    normalize: (match) => (match.url = `https://${match.url}`),
  });

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of linkify.match(text) ?? []) {
    // Bold text in Markdown ends with `**`.
    const shown = match.raw.split('**', 1)[0]!;
    const href = match.url.slice(0, match.url.length - match.raw.length + shown.length);
    if (!URL.canParse(href)) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    const real = realHost(shown, href);
    found.push({ text: shown, href, ...(real && { real }) });
    end = match.index + shown.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}
