// The keyboard shortcuts of a chat.

interface Section {
  name: string;
  keys: [key: string, does: string][];
}

export const shortcuts = {
  title: 'Keyboard shortcuts',
  sections: [
    {
      name: 'While writing',
      keys: [
        ['Enter', 'Send message'],
        ['Shift + Enter', 'New line'],
        ['↑', 'Edit your last message, if the field is empty'],
        ['Shift + Tab, twice', 'Go to messages'],
        ['Esc', 'Cancel reply or edit'],
      ],
    },
    {
      name: 'On a message',
      keys: [
        ['↑ ↓', 'Previous or next message'],
        ['Home, End', 'First or last loaded message'],
        ['Enter', 'Open menu'],
        ['1 – 6', 'React with 👍 ❤️ 😂 😮 😢 🎉'],
        ['+', 'Choose a reaction'],
        ['R', 'Reply'],
        ['C', 'Copy'],
        ['E', 'Edit'],
        ['Del', 'Delete'],
        ['Tab', 'Links, quote and reactions in the message'],
        ['Esc', 'Back to the text field'],
        ['?', 'Show these shortcuts'],
      ],
    },
  ] as Section[],
};
