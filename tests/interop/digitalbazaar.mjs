// Verifies an embedded credential with npm's @digitalbazaar/vc, status included.
//
//   node digitalbazaar.mjs FILE|URL --origin http://localhost:PORT [--public URL] [--schemas DIR]
//
// Prints one line of JSON: {"verified", "statusVerified", "statuses", "error"}.
// `verified` is the library's own verdict. It stays true for a revoked
// credential, since the library reports the bit and leaves the judgement to its
// caller: that is `statuses`, one {"purpose", "set"} an entry.
//
// Documents come from the contexts that schemas/ pins and from the service under
// test; the library can fetch nothing else.

import {readFile} from 'node:fs/promises';
import {parseArgs} from 'node:util';

import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createVerifyCryptosuite as ecdsaJcs} from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {createVerifyCryptosuite as eddsaJcs} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';

import {loaderFor, readContexts} from './loader.mjs';

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    origin: {type: 'string'},
    public: {type: 'string'},
    schemas: {type: 'string', default: new URL('../../schemas', import.meta.url).pathname},
  },
});
if(positionals.length !== 1 || !values.origin) {
  console.error('usage: digitalbazaar.mjs FILE|URL --origin URL [--public URL] [--schemas DIR]');
  process.exit(64);
}

const documentLoader = loaderFor({
  contexts: await readContexts(values.schemas),
  origin: values.origin,
  publicUrl: values.public ?? values.origin,
});
const suite = [eddsaRdfc, eddsaJcs(), ecdsaRdfc, ecdsaJcs()].map(cryptosuite =>
  new DataIntegrityProof({cryptosuite}));
const credential = await read(positionals[0]);
const result = await vc.verifyCredential({credential, suite, documentLoader, checkStatus});

console.log(JSON.stringify({
  verified: result.verified,
  statusVerified: result.statusResult?.verified ?? null,
  statuses: (result.statusResult?.results ?? []).map(({credentialStatus, status}) =>
    ({purpose: credentialStatus.statusPurpose, set: status})),
  error: [...reasons(result.error), ...reasons(result.statusResult?.error)].join('; ') || null,
}));

async function read(source) {
  if(!/^https?:/.test(source)) {
    return JSON.parse(await readFile(source, 'utf8'));
  }
  return (await documentLoader(source)).document;
}

// The message of an error and of those it wraps.
function reasons(error) {
  if(!error) {
    return [];
  }
  return [error.message, ...(error.errors ?? []).flatMap(reasons), ...reasons(error.cause)];
}
