// How long messages are kept: an owner limits a group's, a host limits all.
import { expect, test } from './support/fixtures';
import { logIn } from './support/rest';

test.describe('in the demo', () => {
  test.use({ demo: true });

  test('an owner limits how long a group keeps messages: old ones go while others look on', async ({
    arrive,
    server,
  }) => {
    const password = 'hearth demo';
    const [nora, tom] = [
      await arrive(await logIn(server.origin, 'nora@example.org', password)),
      await arrive(await logIn(server.origin, 'tom@example.org', password)),
    ];
    for (const person of [nora, tom]) {
      await person.goHome();
      await person.page.getByRole('combobox').fill('Lunch?');
      await person.page.getByRole('option', { name: /Lunch/ }).click();
      await person.header.getByRole('button', { name: 'Lunch?' }).click();
      await expect(person.dialog('Group info').getByText('Messages are deleted after 30 days')).toBeVisible();
    }
    await expect(tom.dialog('Group info').getByRole('button', { name: 'Delete old messages' })).toHaveCount(
      0,
    );
    await tom.page.keyboard.press('Escape');
    const before = await tom.messages.count();
    expect(before).toBeGreaterThan(1);

    await nora.pick(/Delete old messages/, 'After 1 day');
    await nora.press('Cancel', 'Delete messages after 1 day?');
    await expect(nora.dialog('Group info').getByText('Messages are deleted after 30 days')).toBeVisible();
    await nora.pick(/Delete old messages/, 'After 1 day');
    await nora.press('Delete old messages', 'Delete messages after 1 day?');
    await expect(nora.dialog('Group info').getByText('Messages are deleted after 1 day')).toBeVisible();
    await expect(tom.notices.last()).toHaveText('Nora Hansen set messages to be deleted after 1 day');
    await expect.poll(() => tom.messages.count()).toBeLessThan(before);
    await tom.page.reload();
    await expect(tom.notices.last()).toHaveText('Nora Hansen set messages to be deleted after 1 day');

    await nora.pick(/Delete old messages/, 'Off');
    await expect(tom.notices.last()).toHaveText('Nora Hansen turned off the deletion of old messages');
  });
});

test.describe('with a limit of the server', () => {
  test.use({ config: { HEARTH_RETENTION__DAYS: '30' } });

  test('dialogs and groups say how long the server keeps messages', async ({ meet }) => {
    const [ann, bob] = await meet('Ann', 'Bob');
    await ann.visit(bob);
    await ann.header.getByRole('button', { name: 'Bob' }).click();
    await expect(ann.dialog('Contact info').getByText('Messages are deleted after 30 days')).toBeVisible();
  });

  test('a group can only keep them for a shorter time', async ({ meet }) => {
    const [ann] = await meet('Ann');
    await ann.goHome();
    await ann.pick('Menu', 'New group');
    await ann.dialog('New group').getByLabel('Group name').fill('Tea');
    await ann.press('Create group', 'New group');
    await ann.header.getByRole('button', { name: 'Tea' }).click();
    await ann.page.getByRole('button', { name: /Delete old messages/ }).click();
    await expect(ann.page.getByRole('menuitem')).toHaveText(['After 1 day', 'After 7 days']);
  });
});
