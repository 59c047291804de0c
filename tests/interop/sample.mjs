// A small issuer made of npm's libraries alone, to try the verifiers on: they
// must accept what it signs before they are asked about ours.
//
//   node sample.mjs [--schemas DIR]
//
// Listens on a free port of loopback, prints {"origin"} as one line of JSON, and
// answers until it is stopped: /credentials/good and /credentials/revoked, each
// also as .jwt; the issuer's did.json; the status list (a JWS by `Accept`).

import {createSign, generateKeyPairSync} from 'node:crypto';
import {createServer} from 'node:http';
import {parseArgs} from 'node:util';

import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {createCredential, createList} from '@digitalbazaar/vc-bitstring-status-list';

import {loaderFor, readContexts} from './loader.mjs';

const {values} = parseArgs({options: {
  schemas: {type: 'string', default: new URL('../../schemas', import.meta.url).pathname},
}});
const REVOKED = 42;
const answers = new Map();

const server = createServer((request, response) => {
  const jws = /jwt/.test(request.headers.accept ?? '') && answers.get(`${request.url}.jwt`);
  const body = jws || answers.get(request.url);
  response.writeHead(body ? 200 : 404, {'content-type': jws ? 'application/jwt' : 'application/json'});
  response.end(body ?? '');
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const origin = `http://localhost:${server.address().port}`;
const did = `did:web:localhost%3A${server.address().port}:issuers:sample`;

const documentLoader = loaderFor({
  contexts: await readContexts(values.schemas), origin, publicUrl: origin,
});
const ed25519 = await Ed25519Multikey.generate({id: `${did}#ed25519`, controller: did});
const p256 = generateKeyPairSync('ec', {namedCurve: 'P-256'});

publish('/issuers/sample/did.json', {
  '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
  id: did,
  verificationMethod: [
    // First, since openbadgeslib checks a JWS list under the first key.
    {id: `${did}#p256`, type: 'JsonWebKey', controller: did,
      publicKeyJwk: p256.publicKey.export({format: 'jwk'})},
    await ed25519.export({publicKey: true, includeContext: false}),
  ],
  assertionMethod: [`${did}#p256`, `${did}#ed25519`],
});
await publishList();
await publishCredential('good', REVOKED + 1);
await publishCredential('revoked', REVOKED);
console.log(JSON.stringify({origin}));

async function publishList() {
  const list = await createList({length: 131072});
  list.setStatus(REVOKED, true);
  const credential = await createCredential({
    id: `${origin}/status/1`, list, statusPurpose: 'revocation',
  });
  credential.issuer = did;
  credential.validFrom = now();
  publish('/status/1', await signed(credential));
  answers.set('/status/1.jwt', jws(credential));
}

async function publishCredential(name, index) {
  const credential = {
    '@context': [
      'https://www.w3.org/ns/credentials/v2',
      'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
    ],
    id: `${origin}/credentials/${name}`,
    type: ['VerifiableCredential', 'AchievementCredential'],
    issuer: {id: did, type: ['Profile'], name: 'Sample'},
    validFrom: now(),
    credentialSubject: {
      id: 'urn:uuid:1f3e2f0a-3d6c-4c0a-9a53-0b6e8a3f1c77',
      type: ['AchievementSubject'],
      achievement: {
        id: `${origin}/achievements/sample`,
        type: ['Achievement'],
        name: 'Sample',
        description: 'What a verifier accepts.',
        criteria: {narrative: 'Be signed.'},
      },
    },
    credentialStatus: {
      id: `${origin}/status/1#${index}`,
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: String(index),
      statusListCredential: `${origin}/status/1`,
    },
  };
  publish(`/credentials/${name}`, await signed(credential));
  answers.set(`/credentials/${name}.jwt`, jws(credential));
}

function publish(path, document) {
  answers.set(path, JSON.stringify(document));
}

function signed(credential) {
  const suite = new DataIntegrityProof({signer: ed25519.signer(), cryptosuite});
  return vc.issue({credential: structuredClone(credential), suite, documentLoader});
}

// The Open Badges VC-JWT: the credential with its registered claims.
function jws(credential) {
  const claims = {
    ...credential,
    iss: did,
    jti: credential.id,
    nbf: Date.parse(credential.validFrom) / 1000,
    sub: credential.credentialSubject.id,
  };
  const header = {alg: 'ES256', typ: 'JWT', kid: `${did}#p256`};
  const text = [header, claims].map(part =>
    Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const key = {key: p256.privateKey, dsaEncoding: 'ieee-p1363'};
  return `${text}.${createSign('sha256').update(text).sign(key, 'base64url')}`;
}

function now() {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
