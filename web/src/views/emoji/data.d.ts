// What tools/emoji-data.js makes of emojibase's data.
declare module 'virtual:emoji/*' {
  const groups: import('./emoji').Emoji[][];
  export default groups;
}
