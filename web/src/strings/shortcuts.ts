// The keys of a conversation, as they are told to the reader.

interface Section {
  name: string;
  keys: [key: string, does: string][];
}

export const en = {
  title: 'Keyboard',
  sections: [
    {
      name: 'While writing',
      keys: [
        ['Enter', 'Send'],
        ['Shift + Enter', 'New line'],
        ['↑', 'Edit your last message, if the text is empty'],
        ['Shift + Tab', 'To the messages'],
        ['Esc', 'Stop replying or editing'],
      ],
    },
    {
      name: 'On a message',
      keys: [
        ['↑ ↓', 'To the message before or after'],
        ['Home, End', 'To the first or last that is loaded'],
        ['Enter', 'Open the menu'],
        ['1 – 6', 'React with 👍 ❤️ 😂 😮 😢 🎉'],
        ['+', 'Choose a reaction'],
        ['R', 'Reply'],
        ['C', 'Copy'],
        ['E', 'Edit'],
        ['Del', 'Delete'],
        ['Tab', 'To links, quotation and reactions in it'],
        ['Esc', 'Back to writing'],
        ['?', 'Show these keys'],
      ],
    },
  ] as Section[],
};

export const ru: typeof en = {
  title: 'Клавиатура',
  sections: [
    {
      name: 'При вводе',
      keys: [
        ['Enter', 'Отправить'],
        ['Shift + Enter', 'Новая строка'],
        ['↑', 'Изменить последнее своё сообщение, если поле пусто'],
        ['Shift + Tab', 'К сообщениям'],
        ['Esc', 'Отменить ответ или правку'],
      ],
    },
    {
      name: 'На сообщении',
      keys: [
        ['↑ ↓', 'К предыдущему или следующему'],
        ['Home, End', 'К первому или последнему из загруженных'],
        ['Enter', 'Открыть меню'],
        ['1 – 6', 'Реакция 👍 ❤️ 😂 😮 😢 🎉'],
        ['+', 'Выбрать реакцию'],
        ['R', 'Ответить'],
        ['C', 'Копировать'],
        ['E', 'Изменить'],
        ['Del', 'Удалить'],
        ['Tab', 'К ссылкам, цитате и реакциям в нём'],
        ['Esc', 'Вернуться к вводу'],
        ['?', 'Показать эту справку'],
      ],
    },
  ],
};
