// Named checks, and their totals as the last line.

let passed = 0;
let failed = 0;

/** Runs a check. It fails if it throws, or if it returns a list of faults that is not empty. */
export async function check(name, run) {
  const faults = await run().catch((error) => [error.stack]);
  if (faults?.length) {
    failed += 1;
    console.log(`FAILED ${name}`, ...faults.map((fault) => `\n  ${fault}`));
  } else {
    passed += 1;
    console.log(`passed ${name}`);
  }
}

/** Prints the totals, and fails the process if a check failed. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
