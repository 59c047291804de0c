// jsonld.js as a reference: a JSON document a line on stdin, an answer a line
// on stdout: {"canonical": "…"} or {"refused": "why"}.
// Usage: node reference.mjs SCHEMAS

import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import jsonld from 'jsonld';

// The resolver keeps contexts as processed and does not tell apart how they
// were reached; a new one for each document keeps documents apart at least.
const require = createRequire(import.meta.url);
const ContextResolver =
  require(join(import.meta.dirname, 'node_modules/jsonld/lib/ContextResolver.js'));

const schemas = process.argv[2];
const {contexts} = JSON.parse(readFileSync(join(schemas, 'index.json'), 'utf8'));
const known = new Map(contexts.map(({url, file}) =>
  [url, JSON.parse(readFileSync(join(schemas, file), 'utf8'))]));

async function documentLoader(url) {
  const document = known.get(url);
  if(!document) {
    throw new Error(`unknown context ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

async function answer(line) {
  try {
    const canonical = await jsonld.canonize(JSON.parse(line), {
      algorithm: 'RDFC-1.0',
      base: null,
      canonizeOptions: {maxWorkFactor: 2},
      contextResolver: new ContextResolver({sharedCache: {get() {}, set() {}}}),
      documentLoader,
      format: 'application/n-quads',
      rdfDirection: 'i18n-datatype',
      safe: true,
    });
    return {canonical};
  } catch(e) {
    const code = e.details?.event?.code ?? e.details?.code ?? e.name;
    return {refused: `${code}: ${e.message}`};
  }
}

for await (const line of createInterface({input: process.stdin})) {
  process.stdout.write(JSON.stringify(await answer(line)) + '\n');
}
