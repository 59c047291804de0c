// Signs a credential with each cryptosuite that npm's libraries have, with keys
// made for the occasion.
//
//   node sign.mjs [--schemas DIR]
//
// Prints one line of JSON for each: {"suite", "credential"}. The issuer is the
// key (did:key), so nothing but the credential is needed to verify it.

import {parseArgs} from 'node:util';

import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createSignCryptosuite as ecdsaJcs} from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {Ed25519VerificationKey2020} from '@digitalbazaar/ed25519-verification-key-2020';
import {createSignCryptosuite as eddsaJcs} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';

import {credential} from './credential.mjs';
import {loaderFor, readContexts} from './loader.mjs';

const {values} = parseArgs({options: {
  schemas: {type: 'string', default: new URL('../../schemas', import.meta.url).pathname},
}});
const documentLoader = loaderFor({
  contexts: await readContexts(values.schemas),
  origin: 'http://localhost',
  publicUrl: 'http://localhost',
});
const SUITE_2020 = 'https://w3id.org/security/suites/ed25519-2020/v1';

const ed25519 = named(await Ed25519Multikey.generate());
const p256 = named(await EcdsaMultikey.generate({curve: 'P-256'}));
const p384 = named(await EcdsaMultikey.generate({curve: 'P-384'}));
await print('eddsa-rdfc-2022', ed25519, eddsaRdfc);
await print('eddsa-jcs-2022', ed25519, eddsaJcs());
for(const key of [p256, p384]) {
  await print('ecdsa-rdfc-2019', key, ecdsaRdfc);
  await print('ecdsa-jcs-2019', key, ecdsaJcs());
}
await printOld();

// The key under its did:key.
function named(key) {
  key.controller = `did:key:${key.publicKeyMultibase}`;
  key.id = `${key.controller}#${key.publicKeyMultibase}`;
  return key;
}

async function print(name, key, cryptosuite) {
  const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite});
  show(name, await vc.issue({credential: credential(key.controller), suite, documentLoader}));
}

async function printOld() {
  const key = named(await Ed25519VerificationKey2020.generate());
  const suite = new Ed25519Signature2020({key});
  const unsigned = credential(key.controller);
  unsigned['@context'].push(SUITE_2020);
  show('Ed25519Signature2020', await vc.issue({credential: unsigned, suite, documentLoader}));
}

function show(suite, credential) {
  console.log(JSON.stringify({suite, credential}));
}
