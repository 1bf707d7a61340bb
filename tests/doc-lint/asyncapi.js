// Checks the AsyncAPI document with the official parser, and its examples against its schemas, which describe every key.
//
//   node asyncapi.js FILE

import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { check, finish } from "./checks.js";

/** Code generators cannot read AsyncAPI 3.1 yet. */
const ALLOWED = "asyncapi-latest-version";

const file = process.argv[2];
const text = await readFile(file, "utf8");

await check("the official parser reports nothing", async () => {
  const { document, diagnostics } = await new Parser().parse(text, { source: file });
  const complaints = diagnostics.filter(({ code }) => code !== ALLOWED);
  const faults = complaints.map(({ code, path, message }) => `${code} at ${path.join(".")}: ${message}`);
  return document ? faults : [...faults, "no document"];
});

const document = JSON.parse(text);
const { messages, schemas } = document.components;

/** Makes examples with undescribed keys fail. */
function close(schema) {
  if (schema === null || typeof schema !== "object") return;
  if (schema.properties) schema.additionalProperties = false;
  Object.values(schema).forEach(close);
}

const named = ({ $ref }) => schemas[$ref.split("/").at(-1)];
// The server ignores unknown params, and clients of the reference messenger send some.
const requests = Object.entries(messages).filter(([name]) => name.endsWith(".request"));
const params = requests.map(([, { payload }]) => named(named(payload).properties.params));
for (const schema of Object.values(schemas)) {
  if (!params.includes(schema)) close(schema);
}

const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
ajv.addSchema(document, "document");
for (const [name, message] of Object.entries(messages)) {
  await check(`${message.examples.length} examples of ${name}`, async () => {
    const fits = ajv.compile({ $ref: `document#/components/messages/${name}/payload` });
    return message.examples.flatMap((example) =>
      fits(example.payload) ? [] : fits.errors.map((error) => `${example.name}: ${error.instancePath} ${error.message}`),
    );
  });
}

finish();
