// npm's @digitalbazaar/vc as a peer: answers `verify N` and `sign N` on standard
// input with the microseconds that one of N calls took.
//
// The first line in is the task (src/main.rs), the first line out says who this
// is. Contexts and the issuer's keys are in memory: nothing is fetched.

import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';

import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';

const MULTIKEY = 'https://w3id.org/security/multikey/v1';

const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const task = JSON.parse((await lines.next()).value);
const contexts = new Map(Object.entries(task.contexts).map(([url, text]) => [url, JSON.parse(text)]));
const controller = JSON.parse(task.didDocument);
const methods = new Map(controller.verificationMethod.map(method => [method.id, method]));
const unsigned = JSON.parse(task.unsigned);
const key = await Ed25519Multikey.generate({id: task.method, controller: controller.id});
const verifier = new DataIntegrityProof({cryptosuite});
const signer = new DataIntegrityProof({cryptosuite, signer: key.signer()});

const calls = {
  // From bytes to the verdict.
  async verify() {
    const credential = JSON.parse(task.secured);
    const {verified, error} =
      await vc.verifyCredential({credential, suite: verifier, documentLoader});
    if(!verified) {
      throw error;
    }
  },
  // From the composed document to bytes. The library adds the proof in place.
  async sign() {
    const credential = structuredClone(unsigned);
    JSON.stringify(await vc.issue({credential, suite: signer, documentLoader}));
  },
};

const {version} = packageOf('@digitalbazaar/vc');
console.log(JSON.stringify({version, runtime: `Node ${process.versions.node}`}));
for await (const line of lines) {
  const [name, count] = line.split(' ');
  const start = process.hrtime.bigint();
  for(let i = 0; i < Number(count); i++) {
    await calls[name]();
  }
  console.log(Number(process.hrtime.bigint() - start) / 1000 / Number(count));
}

async function documentLoader(url) {
  const method = methods.get(url);
  const document = contexts.get(url) ??
    (method ? {'@context': MULTIKEY, ...method} : url === controller.id ? controller : null);
  if(!document) {
    throw new Error(`${url} is not in memory`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

function packageOf(name) {
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(name) + name.length);
  return createRequire(import.meta.url)(`${folder}/package.json`);
}
