// Verifies a JWT with npm's jose, by a key of a DID document.
//
//   node jose_verify.mjs JWT_FILE DID_DOCUMENT_FILE
//
// Prints one line of JSON: {"verified", "alg", "typ", "error"}. The document's keys
// are told from each other by `kid`, as jose does it in a key set.

import {readFile} from 'node:fs/promises';

import * as jose from 'jose';

const [jwt, document] = await Promise.all(
  process.argv.slice(2).map(file => readFile(file, 'utf8')));
const {verificationMethod} = JSON.parse(document);
const keys = verificationMethod
  .filter(({publicKeyJwk}) => publicKeyJwk)
  .map(({id, publicKeyJwk}) => ({...publicKeyJwk, kid: id}));
console.log(JSON.stringify(await answer()));

async function answer() {
  try {
    const keySet = jose.createLocalJWKSet({keys});
    const {protectedHeader: {alg, typ}} = await jose.compactVerify(jwt.trim(), keySet);
    return {verified: true, alg, typ, error: null};
  } catch(error) {
    return {verified: false, error: `${error.code}: ${error.message}`};
  }
}
