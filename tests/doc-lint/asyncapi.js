// The AsyncAPI document passes the official parser, and its examples fit its schemas, which leave no key undescribed.
//
//   node asyncapi.js FILE

import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { check, finish } from "./checks.js";

const file = process.argv[2];
const text = await readFile(file, "utf8");

await check("the official parser has nothing to say", async () => {
  const { document, diagnostics } = await new Parser().parse(text, { source: file });
  const faults = diagnostics.map(({ code, path, message }) => `${code} at ${path.join(".")}: ${message}`);
  return document ? faults : [...faults, "no document"];
});

const document = JSON.parse(text);
const { messages, schemas } = document.components;

/** Without this, a key that the server sends and nobody describes would pass. */
function close(schema) {
  if (schema === null || typeof schema !== "object") return;
  if (schema.properties) schema.additionalProperties = false;
  Object.values(schema).forEach(close);
}

close(messages);
// Unknown params are ignored, and clients of the reference server send some.
const params = Object.values(messages).map((message) => message.payload.properties?.params?.$ref);
for (const [name, schema] of Object.entries(schemas)) {
  if (!params.includes(`#/components/schemas/${name}`)) close(schema);
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
