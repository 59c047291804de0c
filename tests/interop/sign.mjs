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

function credential(issuer) {
  return {
    '@context': [
      'https://www.w3.org/ns/credentials/v2',
      'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
    ],
    id: 'urn:uuid:0b9d7f0e-5a54-4d4c-8f2c-1f6f6a1f6d10',
    type: ['VerifiableCredential', 'AchievementCredential'],
    issuer: {id: issuer, type: ['Profile'], name: 'Sample'},
    validFrom: '2026-01-01T00:00:00Z',
    credentialSubject: {
      id: 'urn:uuid:1f3e2f0a-3d6c-4c0a-9a53-0b6e8a3f1c77',
      type: ['AchievementSubject'],
      achievement: {
        id: 'urn:uuid:3a1c7b52-98d0-4b7f-8f0e-2d2b9a3c4e5f',
        type: ['Achievement'],
        name: 'Sample',
        description: 'What a verifier accepts.',
        criteria: {narrative: 'Be signed.'},
        resultDescription: [
          description('urn:uuid:6f1d1b0c-7a7e-4a55-9d3c-0c5b8f2e7a01', 'Plan'),
          description('urn:uuid:6f1d1b0c-7a7e-4a55-9d3c-0c5b8f2e7a02', 'Reflection'),
        ],
      },
    },
    // Without ids, so that canonical forms have blank nodes to name.
    evidence: [
      {type: ['Evidence'], name: 'Plan', narrative: 'A plan.'},
      {type: ['Evidence'], name: 'Reflection', narrative: 'A reflection.'},
    ],
  };
}

function description(id, name) {
  return {id, type: ['ResultDescription'], name, resultType: 'Status'};
}
