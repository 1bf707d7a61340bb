// A server whose disk is almost full: messages wait, the page says why, and they are sent when there is room.
import { expect, test } from './support/fixtures';

const why = 'The server’s disk is almost full. Messages wait here and are sent when there is room.';

test('messages wait while the disk is almost full, and are sent when there is room', async ({
  meet,
  server,
}) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  await ann.write('one');
  await expect(ann.message('one')).toContainText('Seen');
  await expect(ann.page.getByText(why)).toHaveCount(0);
  server.disk.fill();
  await expect(ann.page.getByText(why)).toBeVisible();
  for (const text of ['two', 'three']) await ann.write(text);
  await expect(ann.messages).toHaveText([/one/, /two.*Waiting for room/, /three.*Waiting for room/]);
  await ann.choose('Edit', 'one');
  await ann.composer.fill('one more');
  await ann.composer.press('Enter');
  await expect(ann.page.getByText('The server’s disk is full')).toBeVisible();
  await ann.composer.press('Escape');
  await bob.page.reload();
  await expect(bob.page.getByText(why)).toBeVisible();
  await expect(bob.messages).toHaveText([/one/]);
  await ann.choose('Delete', 'one');
  await ann.press('Delete', 'Delete this message?');
  await expect(bob.messages).toHaveText([/Message deleted/]);
  server.disk.free();
  await expect(bob.messages).toHaveText([/Message deleted/, /two/, /three/]);
  await expect(ann.page.getByText(why)).toHaveCount(0);
  await expect(ann.messages).toHaveText([/Message deleted/, /two.*Seen/, /three.*Seen/]);
});

test('what waits for room survives that the page is closed', async ({ meet, server }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  server.disk.fill();
  await expect(ann.page.getByText(why)).toBeVisible();
  await ann.write('kept');
  await expect(ann.message('kept')).toContainText('Waiting for room');
  await ann.page.close();
  const page = await ann.page.context().newPage();
  await page.goto(`/chat/u/${bob.account.id}`);
  await expect(page.getByRole('article')).toHaveText([/kept.*Waiting for room/]);
  server.disk.free();
  await expect(page.getByRole('article')).toHaveText([/kept.*Sent/]);
});
