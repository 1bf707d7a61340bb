// What no page may do, whatever a test is about: complain in the console, fail unseen, ask another host. What the page's
// policy blocks is a complaint, too.
import type { BrowserContext, ConsoleMessage } from '@playwright/test';

export class Faults {
  readonly #found: string[] = [];
  readonly #origin: string;
  #expected: RegExp[] = [];

  constructor(origin: string) {
    this.#origin = new URL(origin).host;
  }

  watch(context: BrowserContext): void {
    context.on('console', (message) => this.#said(message));
    context.on('weberror', (thrown) => {
      const { stack, message } = thrown.error();
      this.#found.push(`uncaught: ${stack ?? message}`);
    });
    context.on('request', (request) => this.#asked(request.url()));
    context.on('page', (page) => page.on('websocket', (socket) => this.#asked(socket.url())));
  }

  /** Errors that this test provokes, such as those of a connection that it cuts. */
  expect(...texts: RegExp[]): void {
    this.#expected.push(...texts);
  }

  get unexpected(): string[] {
    return this.#found.filter((fault) => !this.#expected.some((text) => text.test(fault)));
  }

  #said(message: ConsoleMessage): void {
    if (['error', 'warning'].includes(message.type()))
      this.#found.push(`console: ${message.text()} (${message.location().url})`);
  }

  #asked(address: string): void {
    const { host, protocol } = new URL(address);
    if (host !== this.#origin && protocol !== 'data:' && protocol !== 'blob:')
      this.#found.push(`a request to ${address}`);
  }
}
