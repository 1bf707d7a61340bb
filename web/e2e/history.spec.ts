// The way through a long conversation.
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';
import type { Person } from './support/person';

test('all of a long history is read upwards, in order, and nothing jumps', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 230);
  await ann.visit(bob);
  await toNewest(ann);
  await expect(ann.message('message 230')).toBeInViewport();

  const seen = new Set(await shown(ann));
  while (!seen.has(1)) {
    const top = Math.min(...(await shown(ann)));
    const anchor = ann.message(new RegExp(`message ${top}\\b`));
    await anchor.evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await expect(anchor).toBeInViewport();
    // Older messages load, and the visible ones stay.
    if (top > 1) await expect(ann.message(new RegExp(`message ${top - 1}\\b`))).toBeAttached();
    await expect(anchor).toBeInViewport();
    for (const number of await shown(ann)) seen.add(number);
  }
  expect(seen.size).toBe(230);
});

test('what comes while one reads above does not move the page, and is announced', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 60);
  await ann.visit(bob);
  await toNewest(ann);
  await expect(ann.message('message 60')).toBeInViewport();
  const read = ann.message(/message 30\b/);
  await scrollUpTo(ann, 30);
  const before = await read.boundingBox();
  await bob.visit(ann);
  await bob.write('news');
  const button = ann.page.getByRole('button', { name: 'Go to newest messages' });
  await expect(button).toHaveText('1');
  expect(await read.boundingBox()).toEqual(before);
  await button.click();
  await expect(ann.message('news')).toBeInViewport();
  await expect(button).toBeHidden();
});

test('a reload keeps the conversation; back and forward lead through what was open', async ({ meet }) => {
  const [ann, bob, cleo] = await meet('Ann', 'Bob', 'Cleo');
  await wrote(bob, ann, 2, 'from Bob');
  await wrote(cleo, ann, 2, 'from Cleo');
  await ann.goHome();
  await ann.chat('Bob').click();
  await ann.chat('Cleo').click();
  await expect(ann.message('from Cleo 2')).toBeVisible();
  await ann.page.reload();
  await expect(ann.message('from Cleo 2')).toBeVisible();
  await expect(ann.header).toContainText('Cleo');
  await ann.page.goBack();
  await expect(ann.message('from Bob 2')).toBeVisible();
  await ann.page.goForward();
  await expect(ann.message('from Cleo 2')).toBeVisible();
});

test('an address that leads nowhere says so, and breaks nothing', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  const nobody = '0192f0c4-8e4b-7d22-8b66-1d7a3a8b4b02';
  const answers = { u: 'Account not found', g: 'You are not a member of this group' };
  for (const [kind, answer] of Object.entries(answers)) {
    await ann.page.goto(`/chat/${kind}/${nobody}`);
    await expect(ann.page.getByRole('heading', { name: answer })).toBeVisible();
    await ann.chat('Bob').click();
    await expect(ann.message('message 1')).toBeVisible();
  }
  await ann.page.goto('/chat/nonsense');
  await expect(ann.page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
});

async function toNewest(person: Person): Promise<void> {
  const button = person.page.getByRole('button', { name: 'Go to newest messages' });
  await expect(person.messages.first()).toBeVisible();
  if (await button.isVisible()) await button.click();
}

/** The numbers of the messages that are in the page. */
async function shown(person: Person): Promise<number[]> {
  const texts = await person.messages.allTextContents();
  return texts.map((text) => Number(/message (\d+)/.exec(text)![1]));
}

/** In steps, as with a wheel. */
async function scrollUpTo(person: Person, number: number): Promise<void> {
  const message = person.message(new RegExp(`message ${number}\\b`));
  await person.history.hover();
  await expect(async () => {
    await person.page.mouse.wheel(0, -300);
    await expect(message).toBeInViewport({ timeout: 200 });
  }).toPass();
}
