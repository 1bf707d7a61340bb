// Whether an address shows the host that it leads to. Pure.

/** Invisible characters and those that reorder their neighbours. */
const unseen = /[\p{Default_Ignorable_Code_Point}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** A label that mixes two of these scripts is deceptive; East Asian scripts mix, also with Latin. */
const scripts: [name: string, letters: RegExp][] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Asian', /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u],
  ...['Greek', 'Cyrillic', 'Armenian', 'Georgian', 'Cherokee', 'Coptic', 'Lisu', 'Hebrew', 'Arabic'].map(
    (name): [string, RegExp] => [name, new RegExp(`\\p{Script=${name}}`, 'u')],
  ),
  ['other', /\p{L}/u],
];

/** Cyrillic and Greek letters that look like Latin ones. */
const lookalikes = /^[асԁеһіјӏорԛѕԝхуνοαικρυ0-9-]+$/u;

/** The host to show beside an address, in ASCII; `null` if the address shows it plainly. */
export function realHost(shown: string, href: string): string | null {
  const url = new URL(href);
  if (url.protocol === 'mailto:') {
    const domain = shown.slice(shown.lastIndexOf('@') + 1);
    const mail = `https://${domain}`;
    return URL.canParse(mail) ? realHost(mail, mail) : domain;
  }
  const authority = /^(?:https?:\/\/)?([^/?#]*)/i.exec(shown)![1]!;
  const host = authority.replace(/:\d*$/, '').toLowerCase();
  const plain = !unseen.test(shown) && (isAscii(host) ? host === url.hostname : isHonest(host));
  return plain ? null : url.host;
}

/** The address as shown: without characters that hide part of it. */
export function shownAddress(shown: string): string {
  return unseen.test(shown) ? encodeURI(shown) : shown;
}

function isHonest(host: string): boolean {
  const labels = host.split('.');
  const foreignEnd = isAscii(labels.at(-1)!);
  return (
    host === host.normalize('NFKC').toLowerCase() &&
    labels.every((label) => inOneScript(label) && !(foreignEnd && lookalikes.test(label) && !isAscii(label)))
  );
}

function inOneScript(label: string): boolean {
  const letters = label.match(/(?!\p{Script=Common})\p{L}/gu) ?? [];
  const used = new Set(letters.map((letter) => scripts.find(([, of]) => of.test(letter))![0]));
  used.delete(used.has('Asian') ? 'Latin' : '');
  return used.size <= 1;
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
