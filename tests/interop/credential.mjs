// What npm's libraries sign in these tests.

export function credential(issuer) {
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
