// Signs a credential with npm's jose: under each algorithm, in both forms of a
// JWT, by an issuer of each kind that publishes keys. The keys are made for the
// occasion.
//
//   node jose_sign.mjs
//
// Prints one line of JSON for each: {"name", "jwt", "documents"}, where documents
// is what the issuer publishes, by URL.

import * as jose from 'jose';

import {credential} from './credential.mjs';

const DID = 'did:web:campus.example:issuers:arts';
const HTTPS = 'https://platform.example/issuers/arts';

const algorithms = ['EdDSA', 'ES256', 'ES384', 'RS256'];
const keys = await Promise.all(algorithms.map(async alg => {
  const {privateKey, publicKey} = await jose.generateKeyPair(alg, {extractable: true});
  return {alg, privateKey, jwk: await jose.exportJWK(publicKey)};
}));

for(const key of keys) {
  const own = `did:jwk:${jose.base64url.encode(JSON.stringify(key.jwk))}`;
  for(const [binding, issuer, kid, documents] of [
    ['did:web', DID, `${DID}#${key.alg}`, didDocument()],
    ['did:jwk', own, `${own}#0`, {}],
    ['JWKS', HTTPS, key.alg, keySet()],
  ]) {
    for(const [form, sign] of [['VC-JWT', vcJwt], ['vc+jwt', vcJose]]) {
      const jwt = await sign(credential(issuer), key, kid);
      console.log(JSON.stringify({name: `${key.alg} ${binding} ${form}`, jwt, documents}));
    }
  }
}

// The Open Badges VC-JWT: the registered claims stand beside the credential.
function vcJwt(credential, {alg, privateKey}, kid) {
  return new jose.SignJWT(credential)
    .setProtectedHeader({alg, typ: 'JWT', kid})
    .setIssuer(credential.issuer.id)
    .setSubject(credential.credentialSubject.id)
    .setJti(credential.id)
    .setNotBefore(new Date(credential.validFrom))
    .sign(privateKey);
}

// VC-JOSE: the payload is the credential.
function vcJose(credential, {alg, privateKey}, kid) {
  return new jose.CompactSign(new TextEncoder().encode(JSON.stringify(credential)))
    .setProtectedHeader({alg, typ: 'vc+jwt', cty: 'vc', kid})
    .sign(privateKey);
}

function didDocument() {
  const methods = keys.map(({alg, jwk}) =>
    ({id: `${DID}#${alg}`, type: 'JsonWebKey', controller: DID, publicKeyJwk: jwk}));
  return {'https://campus.example/issuers/arts/did.json': {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
    id: DID,
    verificationMethod: methods,
    assertionMethod: methods.map(({id}) => id),
  }};
}

// 1EdTech's provenance: the set of the host names its issuer.
function keySet() {
  return {'https://platform.example/.well-known/jwks.json': {
    iss: HTTPS,
    keys: keys.map(({alg, jwk}) => ({...jwk, kid: alg, alg, use: 'sig'})),
  }};
}
