// Checks with names, and the sum of them as the last line.

let passed = 0;
let failed = 0;

/** Runs a check; it fails by throwing, or by answering with a list of faults that is not empty. */
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

/** Prints the sum, and fails the process if a check has failed. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
