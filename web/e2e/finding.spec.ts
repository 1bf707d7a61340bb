// Finding one's notes and the way back, and what is refused at the door.
import { expect, test } from './support/fixtures';

test('notes are in the menu and found; a wrong address leads back; pictures are refused in words', async ({
  meet,
}) => {
  const [ann] = await meet('Ann');
  await ann.page.goto('/chat/nonsense');
  await expect(ann.page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await ann.page.getByRole('button', { name: 'Go to your chats' }).click();
  await expect(ann.page).toHaveURL('/');
  await ann.pick('Menu', 'Notes');
  await expect(ann.header).toContainText('Notes');
  await ann.goHome();
  await ann.search.fill('note');
  await ann.page.getByRole('option', { name: 'Notes' }).click();
  await expect(ann.header).toContainText('Notes');
  for (const kind of ['paste', 'drop'] as const) {
    await ann.composer.evaluate((input, kind) => {
      const data = new DataTransfer();
      data.items.add(new File(['x'], 'cat.png', { type: 'image/png' }));
      const bubbles = { bubbles: true, cancelable: true };
      const event =
        kind === 'paste'
          ? new ClipboardEvent('paste', { ...bubbles, clipboardData: data })
          : new DragEvent('drop', { ...bubbles, dataTransfer: data });
      if (input.dispatchEvent(event)) throw new Error(`${kind} is left to the browser`);
    }, kind);
    await expect(ann.page.getByText('Files and pictures cannot be sent yet.')).toBeVisible();
    await ann.page.reload();
    await expect(ann.composer).toBeVisible();
  }
});
