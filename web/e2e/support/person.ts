// A user in front of a browser: what they do and see.
import { expect, type Locator, type Page } from '@playwright/test';
import type { Account } from './rest';

export class Person {
  readonly page: Page;
  readonly account: Account;

  constructor(page: Page, account: Account) {
    this.page = page;
    this.account = account;
  }

  /** Opens the chat with a person by its path. */
  async visit(other: Person): Promise<void> {
    await this.go(`/chat/u/${other.account.id}`);
    await expect(this.composer).toBeVisible();
  }

  async visitGroup(groupId: string): Promise<void> {
    await this.go(`/chat/g/${groupId}`);
    await expect(this.composer).toBeVisible();
  }

  async goHome(): Promise<void> {
    await this.go('/');
    await expect(this.chats).toBeVisible();
  }

  /** Opens an address. A dialog that was just closed goes back in the history, which may abort the first attempt. */
  private async go(path: string): Promise<void> {
    await expect(() => this.page.goto(path)).toPass();
  }

  /** Writes and sends; resolves when the browser shows it, which may be long before the server has it. */
  async write(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
    await expect(this.composer).toHaveValue('');
  }

  /** Chooses from the menu of a message. */
  async choose(action: string, message: string | RegExp): Promise<void> {
    const item = this.page.locator('.item').filter({ has: this.message(message) });
    await this.message(message).hover();
    await item.getByRole('button', { name: 'Message menu' }).click();
    await this.page.getByRole('menuitem', { name: action, exact: true }).click();
  }

  /** Chooses from the menu that a button opens: a choice, or several if it is in a submenu. */
  async pick(menu: string | RegExp, ...choices: (string | RegExp)[]): Promise<void> {
    await this.page.getByRole('button', { name: menu, exact: true }).click();
    for (const name of choices) await this.page.getByRole('menuitem', { name, exact: true }).click();
  }

  /** Chooses from the menu of the open conversation. */
  async pickHere(...choices: (string | RegExp)[]): Promise<void> {
    await this.pick('Chat menu', ...choices);
  }

  /** Presses a button of a dialog. */
  async press(name: string, dialog: string | RegExp): Promise<void> {
    await this.dialog(dialog).getByRole('button', { name, exact: true }).click();
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name, exact: true });
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get chats(): Locator {
    return this.page.getByRole('navigation', { name: 'Chats' });
  }

  chat(name: string): Locator {
    return this.chats.getByRole('link').filter({ hasText: name });
  }

  get search(): Locator {
    return this.page.getByRole('combobox', { name: 'Search people and groups' });
  }

  /** The open conversation: its header and history. */
  get header(): Locator {
    return this.page.locator('.conversation > header');
  }

  get history(): Locator {
    return this.page.getByRole('region', { name: 'Messages' });
  }

  /** The group's notices in the history. */
  get notices(): Locator {
    return this.page.locator('.notice');
  }

  get messages(): Locator {
    return this.page.getByRole('article');
  }

  message(text: string | RegExp): Locator {
    return this.messages.filter({ hasText: text });
  }
}
