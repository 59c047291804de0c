// The one way by which the libraries reach documents: pinned contexts, and the
// service under test over loopback, whatever its public URL says.

import {readFile} from 'node:fs/promises';
import {join} from 'node:path';

const MULTIKEY = 'https://w3id.org/security/multikey/v1';

// The contexts that the repository pins (schemas/index.json): url -> document.
export async function readContexts(folder) {
  const {contexts} = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
  return new Map(await Promise.all(contexts.map(async ({url, file}) =>
    [url, JSON.parse(await readFile(join(folder, file), 'utf8'))])));
}

export function loaderFor({contexts, origin, publicUrl}) {
  const ours = new URL(publicUrl).origin;

  async function fetched(url) {
    if(new URL(url).origin !== ours) {
      throw new Error(`${url} is neither a pinned context nor of ${ours}`);
    }
    const answer = await fetch(url.replace(ours, new URL(origin).origin), {
      headers: {accept: 'application/json'},
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
    if(!answer.ok) {
      throw new Error(`${url} answered ${answer.status}`);
    }
    return answer.json();
  }

  return async url => {
    const [base, fragment] = url.split('#');
    const known = contexts.get(base);
    if(known) {
      return {contextUrl: null, documentUrl: url, document: known};
    }
    const document = await fetched(base.startsWith('did:web:') ? didWebUrl(base, ours) : base);
    if(base.startsWith('did:web:') && document.id !== base) {
      throw new Error(`the document of ${base} says that it is of ${document.id}`);
    }
    if(fragment === undefined) {
      return {contextUrl: null, documentUrl: url, document};
    }
    return {contextUrl: null, documentUrl: url, document: method(document, url)};
  };
}

// Where a did:web's document is (https by the method; `ours` lends its scheme,
// so that http on loopback can be tried).
function didWebUrl(did, ours) {
  const [host, ...path] = did.slice('did:web:'.length).split(':').map(decodeURIComponent);
  const end = path.length ? path.join('/') : '.well-known';
  return `${new URL(ours).protocol}//${host}/${end}/did.json`;
}

function method(document, id) {
  const found = document.verificationMethod?.find(method =>
    method.id === id || document.id + method.id === id);
  if(!found) {
    throw new Error(`${document.id} has no verification method ${id}`);
  }
  return found.type === 'Multikey' ? {'@context': MULTIKEY, ...found} : found;
}
