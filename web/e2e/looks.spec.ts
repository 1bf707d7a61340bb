// What must be distinguishable, and what must cover nothing.
import type { Locator } from '@playwright/test';
import { expect, test } from './support/fixtures';
import { createGroup } from './support/rest';

const long = 'so that it is as wide as a message may be '.repeat(4);

for (const width of [1280, 820, 410])
  test(`what is pointed at shows its tools, and they cover no name and no time: ${width} px`, async ({
    meet,
    arrive,
    server,
  }) => {
    const [ann, bob] = await meet('Ann', 'Bob');
    const group = await createGroup(server.origin, ann.account, 'Tea');
    await ann.visitGroup(group);
    await ann.pickHere('Group info');
    await ann.dialog('Group info').getByRole('button', { name: 'Add people' }).click();
    await ann.page.getByRole('dialog', { name: 'Add people' }).getByRole('combobox').fill('Bob');
    await ann.page.getByRole('dialog', { name: 'Add people' }).getByRole('option').first().click();
    await ann.page
      .getByRole('dialog', { name: 'Add people' })
      .getByRole('button', { name: /^Add 1/ })
      .click();
    await expect(ann.notices.filter({ hasText: 'Bob' })).toBeVisible();
    await ann.page.keyboard.press('Escape');
    const wide = await arrive(bob.account, { viewport: { width, height: 700 } });
    await wide.visitGroup(group);
    for (const [who, text] of [
      [ann, 'short'],
      [wide, 'mine'],
      [ann, long],
      [wide, `mine ${long}`],
    ] as const) {
      await who.write(text);
      await expect(wide.message(text.trim())).toBeVisible();
    }
    await expect(wide.message('mine').first()).toContainText(/Sent|Seen/);
    const kept = wide.page.locator('.bubble time, .bubble > [class^=hue]');
    for (const bubble of await wide.messages.all()) {
      await bubble.hover();
      const tools = bubble.locator('.tools');
      await expect(tools).toHaveCSS('opacity', '1');
      const inside = await box(tools);
      expect(inside.x).toBeGreaterThanOrEqual(0);
      expect(inside.x + inside.width).toBeLessThanOrEqual(width);
      for (const each of await kept.all()) expect(overlap(inside, await box(each))).toBe(false);
    }
  });

test('the choices of a dialog can be told apart, and bubbles without colours', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await ann.write('hello');
  await expect(ann.message('hello')).toContainText(/Sent/);
  await ann.pickHere('Block…');
  const dialog = ann.dialog('Block Bob?');
  const looks = (name: string) =>
    dialog.getByRole('button', { name, exact: true }).evaluate((button) => {
      const { backgroundColor, borderTopWidth } = getComputedStyle(button);
      return [backgroundColor, borderTopWidth];
    });
  expect(await looks('Block')).toEqual(['rgb(179, 38, 30)', '0px']);
  expect(await looks('Cancel')).toEqual(['rgba(0, 0, 0, 0)', '1px']);
  await ann.page.keyboard.press('Escape');
  await ann.page.emulateMedia({ forcedColors: 'active' });
  await expect(ann.message('hello')).toHaveCSS('border-top-width', '1px');
});

type Box = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>;

async function box(of: Locator): Promise<Box> {
  return (await of.boundingBox())!;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
