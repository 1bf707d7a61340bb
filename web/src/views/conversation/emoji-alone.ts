// Messages of only a few emoji are shown large. Pure.

const one =
  /(?:\p{RI}\p{RI}|[#*0-9]\uFE0F?\u20E3|\p{ExtPict}(?:\p{EMod}|\uFE0F)?(?:[\u{E0020}-\u{E007F}]+)?(?:\u200D\p{ExtPict}(?:\p{EMod}|\uFE0F)?)*)/gu;
const MOST = 3;
/** Longer than any three emoji. */
const LONGEST = 120;

/** The number of emoji if the text is one to three emoji, else 0. */
export function emojiAlone(text: string): number {
  if (text.length > LONGEST || text.replace(one, '').trim() !== '') return 0;
  const count = text.match(one)?.length ?? 0;
  return count > MOST ? 0 : count;
}
