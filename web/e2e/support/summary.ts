// The last line: how many passed and failed, in words that scripts can read.
import type { Reporter, TestCase } from '@playwright/test/reporter';

export default class Summary implements Reporter {
  #tests = new Set<TestCase>();

  onTestEnd(test: TestCase): void {
    this.#tests.add(test);
  }

  onEnd(): void {
    const failed = [...this.#tests].filter((test) => !test.ok()).length;
    console.log(`${this.#tests.size - failed} passed, ${failed} failed`);
  }
}
