// A chat between two people.
import { signUp } from './support/rest';
import { wrote } from './support/past';
import { expect, test } from './support/fixtures';

test('what is written reaches the other at once, both ways', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  await ann.write("the kettle's on");
  await expect(bob.message("the kettle's on")).toBeVisible();
  await bob.write('coming');
  await expect(ann.message('coming')).toBeVisible();
  await expect(ann.messages).toHaveText([/the kettle's on/, /coming/]);
});

test('once both have written, one sees that the other is there, and that they write', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await ann.write('there?');
  await bob.visit(ann);
  await expect(ann.message('there?')).toContainText('Seen');
  await expect(ann.header).not.toContainText('online');
  await bob.write('yes');
  await expect(ann.header).toContainText('online');
  // For longer than the interval of typing indicators.
  await bob.composer.pressSequentially('just a moment please', { delay: 250 });
  await expect(ann.header).toContainText('typing…');
  await expect(ann.chat('Bob')).toContainText('Bob is typing…');
  await bob.page.context().close();
  await expect(ann.header).toContainText('last seen');
});

test('a message is marked seen when the other has it before them', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await ann.write('look');
  await expect(ann.message('look')).toContainText('Sent');
  await bob.goHome();
  await expect(bob.chat('Ann')).toContainText('1 unread message');
  await expect(bob.page).toHaveTitle('(1) Hearth');
  await bob.chat('Ann').click();
  await expect(ann.message('look')).toContainText('Seen');
  await expect(bob.chat('Ann')).not.toContainText('unread');
  await expect(bob.page).toHaveTitle('Hearth');
});

test('where one stopped reading, a line stands', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await ann.write('before');
  await bob.visit(ann);
  await expect(ann.message('before')).toContainText('Seen');
  await bob.goHome();
  await ann.write('after');
  await bob.chat('Ann').click();
  const divided = bob.page.locator('.item').filter({ hasText: 'New messages' });
  await expect(divided).toContainText('after');
});

test('the newest chat stands first', async ({ meet }) => {
  const [ann, bob, cleo] = await meet('Ann', 'Bob', 'Cleo');
  await bob.visit(ann);
  await bob.write('from Bob');
  await cleo.visit(ann);
  await cleo.write('from Cleo');
  await ann.goHome();
  await expect(ann.chats.getByRole('link')).toHaveText([/from Cleo/, /from Bob/]);
  await bob.write('from Bob again');
  await expect(ann.chats.getByRole('link')).toHaveText([/from Bob again/, /from Cleo/]);
});

test('Shift+Enter begins a line; lines, emoji and other scripts arrive as they are', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  await ann.composer.fill('Привет 👋🏽');
  await ann.composer.press('Shift+Enter');
  await ann.composer.pressSequentially('second line');
  await ann.composer.press('Enter');
  await expect(bob.message('second line')).toContainText(/Привет 👋🏽\nsecond line/, { useInnerText: true });
});

test('what is begun and not sent is there again, in the list and after a reload', async ({ meet }) => {
  const [ann, bob, cleo] = await meet('Ann', 'Bob', 'Cleo');
  await wrote(cleo, ann, 1);
  await wrote(bob, ann, 1);
  await ann.visit(bob);
  await ann.composer.fill('half a thought');
  await ann.chat('Cleo').click();
  await expect(ann.composer).toHaveValue('');
  await expect(ann.chat('Bob')).toContainText('Draft: half a thought');
  await ann.page.reload();
  await ann.chat('Bob').click();
  await expect(ann.composer).toHaveValue('half a thought');
});

test('text is text: nothing in a message, a name or a link is run', async ({ meet, arrive, server }) => {
  const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  const link = 'javascript:alert(1)';
  const mallory = await arrive(await signUp(server.origin, 'Mallory', '<b onclick=x>bold</b>'));
  const [ann] = await meet('Ann');
  await mallory.visit(ann);
  await mallory.write(`${evil} ${link} https://example.org/?a=<b>`);
  await ann.visit(mallory);
  await expect(ann.messages).toContainText([evil]);
  await expect(ann.chat('Mallory')).toContainText('<b onclick=x>bold</b>');
  await expect(ann.message('img').getByRole('link')).toHaveAttribute('href', /^https:\/\/example\.org/);
  await expect(ann.page.locator('article img, article script, nav b')).toHaveCount(0);
  await expect(ann.page).toHaveTitle('Hearth');
});
