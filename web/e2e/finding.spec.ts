// Finding the notes, unknown paths, dropped files, and people with the same name.
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';

test('notes are in the menu and found; a wrong address leads back; pictures are refused in words', async ({
  meet,
}) => {
  const [ann] = await meet('Ann');
  await ann.page.goto('/chat/nonsense');
  await expect(ann.page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await ann.page.getByRole('button', { name: 'Go to chats' }).click();
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
    await expect(ann.page.getByText('You cannot send files or pictures yet.')).toBeVisible();
    await ann.page.reload();
    await expect(ann.composer).toBeVisible();
  }
});

test('people of the same name are told apart where they are picked', async ({ meet, server }) => {
  const [ann, bea, dora] = await meet('Ann', 'Bea', 'Dora');
  const headers = { authorization: `Bearer ${dora.account.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ firstName: 'Bea' });
  await fetch(`${server.origin}/api/profile/update`, { method: 'PATCH', headers, body });
  await wrote(dora, ann, 1);
  await ann.goHome();
  await ann.search.fill('Bea');
  const options = ann.page.getByRole('option');
  await expect(options).toHaveCount(2);
  await expect(options.filter({ hasText: 'in your chats' })).toHaveCount(1);
  await expect(options.filter({ hasText: bea.account.id.slice(-4) })).toHaveCount(1);
});
