// The emoji picker.

export const emoji = {
  label: 'Emoji',
  search: 'Search emoji',
  open: 'Choose an emoji',
  loading: 'Loading emoji…',
  failed: 'Could not load emoji.',
  none: 'No emoji found',
  recent: 'Recently used',
  groups: [
    'Smileys',
    'People',
    'Animals and nature',
    'Food and drink',
    'Travel and places',
    'Activities',
    'Objects',
    'Symbols',
    'Flags',
  ],
  tone: 'Skin tone',
  tones: ['Yellow', 'Light', 'Medium-light', 'Medium', 'Medium-dark', 'Dark'],
};
