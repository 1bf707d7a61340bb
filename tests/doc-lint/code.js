// Checks that code generated from the AsyncAPI document compiles, in TypeScript and Python, with AsyncAPI's generator.
//
//   node code.js FILE      PYTHON: an interpreter other than python3

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PythonFileGenerator, TypeScriptFileGenerator } from "@asyncapi/modelina";
import { check, finish } from "./checks.js";

const PACKAGE = "messages";
/** A client that uses the types. It fails to compile if a frame has no name or a key has another type. */
const CLIENT = `
import { HearthPrivateMessageAnswer } from "./HearthPrivateMessageAnswer";
import { HearthPrivateMessageBroadcast } from "./HearthPrivateMessageBroadcast";
import { HearthPrivateMessageRequest } from "./HearthPrivateMessageRequest";
import { AuthRefusal } from "./AuthRefusal";

const request: HearthPrivateMessageRequest = {
  reservedType: "privateMessage",
  params: { messageId: "m", receiverId: "r", content: "Tea?" },
};
const seq = (frame: HearthPrivateMessageAnswer | HearthPrivateMessageBroadcast): number => frame.params.item.seq;
const reason = (refusal: AuthRefusal): string => refusal.message;
export { request, seq, reason };
`;
const IMPORT_ALL = `
import importlib, pkgutil, ${PACKAGE}
for module in pkgutil.iter_modules(${PACKAGE}.__path__): importlib.import_module("${PACKAGE}." + module.name)
from ${PACKAGE}.hearth_private_message_request import HearthPrivateMessageRequest
`;

const run = promisify(execFile);
const document = JSON.parse(await readFile(process.argv[2], "utf8"));
const folder = await mkdtemp(join(tmpdir(), "hearth-code-"));

async function succeeds(program, args, options) {
  return run(program, args, options).then(
    () => [],
    ({ stdout, stderr, message }) => [stdout || stderr || message],
  );
}

await check("the generated TypeScript compiles, and so does a client that uses it", async () => {
  const generator = new TypeScriptFileGenerator({ modelType: "interface", enumType: "union" });
  await generator.generateToFiles(document, folder, { exportType: "named" });
  await writeFile(join(folder, "client.ts"), CLIENT);
  const compiler = join(import.meta.dirname, "node_modules/typescript/bin/tsc");
  return succeeds(process.execPath, [compiler, "--noEmit", "--strict", join(folder, "client.ts")]);
});

await check("the generated Python can be imported", async () => {
  const files = join(folder, PACKAGE);
  await new PythonFileGenerator().generateToFiles(document, files, { packageName: PACKAGE });
  await writeFile(join(files, "__init__.py"), "");
  return succeeds(process.env.PYTHON ?? "python3", ["-c", IMPORT_ALL], { cwd: folder });
});

await rm(folder, { recursive: true });
finish();
