// A Vite plugin: `virtual:emoji/en` and `virtual:emoji/ru` are emojibase's data reduced to what the picker needs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const prefix = 'virtual:emoji/';
/** Emoji that systems of the last years can draw. */
const NEWEST = 15;
/** Skin tones and hair are not emoji to choose by themselves. */
const COMPONENT = 2;
const GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9];
const require = createRequire(import.meta.url);

/** @typedef {{emoji: string, label: string, tags?: string[], group?: number, order: number, version: number, skins?: {emoji: string, tone: number}[]}} Entry */

/** @returns {import('vite').Plugin} */
export function emojiData() {
  return {
    name: 'emoji-data',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return null;
      const language = id.slice(prefix.length + 1);
      const all = JSON.parse(readFileSync(require.resolve(`emojibase-data/${language}/data.json`), 'utf8'));
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(grouped(all)))})`;
    },
  };
}

/** @param {Entry[]} all */
function grouped(all) {
  const known = all.filter(
    ({ group, version }) => group !== undefined && group !== COMPONENT && version <= NEWEST,
  );
  known.sort((a, b) => a.order - b.order);
  return GROUPS.map((group) => known.filter((each) => each.group === group).map(trimmed));
}

// [emoji, name, words to find it by, the five skin tones if it has them]
/** @param {Entry} entry */
function trimmed({ emoji, label, tags = [], skins = [] }) {
  const tones = [1, 2, 3, 4, 5].flatMap((tone) => skins.find((skin) => skin.tone === tone)?.emoji ?? []);
  const entry = [bare(emoji), label, tags.join(' ')];
  return tones.length === 5 ? [...entry, tones.map(bare)] : entry;
}

// Characters that are emoji by default need no variation selector.
/** @param {string} emoji */
function bare(emoji) {
  return emoji.replace(/(\p{Emoji_Presentation})\uFE0F/gu, '$1');
}
