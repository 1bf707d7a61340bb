// Writes src/protocol/{rest,socket}.ts from the server's OpenAPI and AsyncAPI documents: each schema becomes a type with
// the same name.
import { readFile, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';

/**
 * @typedef {{ [keyword: string]: any }} Schema
 * @typedef {{ [name: string]: Schema }} Schemas
 */

const STYLE = {
  additionalProperties: false,
  bannerComment: '',
  format: false,
  declareExternallyReferenced: false,
};
const REFERENCE = '#/components/schemas/';
// Examples, formats and bounds are left to the document: they would become comments, or tuples.
const KEYWORDS = '$ref type const enum properties required items anyOf oneOf allOf description'.split(' ');
await Promise.all([rest(await document('openapi')), socket(await document('asyncapi'))]);

/** Every schema of the REST API, and the bounds of a sign-up, which is checked before there is a connection. */
async function rest(/** @type {Schemas} */ schemas) {
  const lengths = entries(schemas.SignUp?.properties).map(([name, { minLength, maxLength }]) => [
    name,
    { minLength, maxLength },
  ]);
  await write('rest', [
    ...(await types(schemas, Object.keys(schemas))),
    `/** How many characters each text of a sign-up may have. */`,
    `export const SIGN_UP = ${JSON.stringify(Object.fromEntries(lengths))} as const;`,
  ]);
}

/** What connections of the subprotocol `hearth` carry: tables of the requests and broadcasts, and each shape in them. */
async function socket(/** @type {Schemas} */ schemas) {
  /** @type {Schemas} */
  const requests = {};
  /** @type {Schemas} */
  const broadcasts = {};
  for (const [name, { properties }] of entries(schemas)) {
    const kind = /^Hearth.+(Request|Answer|Broadcast)$/.exec(name)?.[1];
    if (!kind) continue;
    const { type, params } = properties;
    const { item, data } = schemas[nameOf(params.$ref)]?.properties ?? {};
    if (kind === 'Request') requests[type.const] = { params };
    if (kind === 'Answer')
      requests[type.const] = object({ ...requests[type.const], item: bare(item), data: bare(data) });
    if (kind === 'Broadcast') broadcasts[type.const] = item;
  }
  const tables = {
    Requests: object(requests, 'Every request: its params, and the item and the data of its answer.'),
    Broadcasts: object(broadcasts, 'Every broadcast: its item.'),
  };
  const all = { ...schemas, ...tables };
  await write('socket', await types(all, reachable(all, Object.keys(tables))));
}

/** A declaration for each of these names. */
function types(/** @type {Schemas} */ schemas, /** @type {string[]} */ names) {
  const text = JSON.stringify(
    Object.fromEntries(entries(schemas).map(([name, schema]) => [name, plain(schema)])),
  );
  const definitions = JSON.parse(text.replaceAll(REFERENCE, '#/definitions/'));
  return Promise.all(names.map((name) => compile({ ...definitions[name], definitions }, name, STYLE)));
}

/** Without what a type does not say, and in the JSON Schema of today. */
function plain(/** @type {Schema} */ schema) {
  /** @type {Schema} */
  const kept = Object.fromEntries(entries(schema).filter(([keyword]) => KEYWORDS.includes(keyword)));
  for (const list of ['anyOf', 'oneOf', 'allOf']) if (kept[list]) kept[list] = kept[list].map(plain);
  if (kept.items) kept.items = plain(kept.items);
  if (kept.properties) {
    kept.properties = Object.fromEntries(
      entries(kept.properties).map(([name, value]) => [name, plain(value)]),
    );
  }
  if (schema.nullable) kept.type = [schema.type, 'null'];
  return kept;
}

/** These names, and those that they refer to, however far; in the order of the document. */
function reachable(/** @type {Schemas} */ schemas, /** @type {string[]} */ names) {
  const found = new Set(names);
  for (const name of found) {
    for (const [, next = ''] of JSON.stringify(schemas[name]).matchAll(/"\$ref":"([^"]+)"/g))
      found.add(nameOf(next));
  }
  return Object.keys(schemas).filter((name) => found.has(name));
}

function object(/** @type {Schemas} */ properties, description = '') {
  return {
    type: 'object',
    required: Object.keys(properties),
    properties,
    ...(description && { description }),
  };
}

function bare(/** @type {Schema | undefined} */ schema) {
  return { ...schema, description: undefined };
}

function nameOf(reference = '') {
  return reference.slice(REFERENCE.length);
}

/** @returns {[string, Schema][]} */
function entries(/** @type {Schemas | undefined} */ schemas) {
  return Object.entries(schemas ?? {});
}

/** @returns {Promise<Schemas>} */
async function document(/** @type {string} */ name) {
  const text = await readFile(new URL(`../../tests/samples/${name}.json`, import.meta.url), 'utf8');
  return JSON.parse(text).components.schemas;
}

async function write(/** @type {string} */ name, /** @type {string[]} */ declarations) {
  const path = new URL(`../src/protocol/${name}.ts`, import.meta.url);
  const head = `// Generated by tools/generate.js from tests/samples; do not edit.\n`;
  const text = [head, ...declarations].join('\n').replace(/\/\*\*\n \* (.*)\n \*\//g, '/** $1 */');
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path.pathname }));
}
