// DPoP proofs at the protected resource (RFC 9449 §4.3): key, method, address, token hash, age, nonce, single use.
import { createHash, randomBytes } from 'node:crypto';

import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';

const MAX_AGE = 300; // seconds
const used = new Set();

export class ProofError extends Error {
  constructor(message, code = 'invalid_dpop_proof') {
    super(message);
    this.code = code;
  }
}

export async function checkProof(authority, req, url, token, jkt) {
  const proof = req.headers.dpop;
  if (!proof) throw new ProofError('no DPoP header');
  let verified;
  try {
    verified = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' });
  } catch (error) {
    throw new ProofError(`the proof was refused: ${error.code}`);
  }
  const { payload, protectedHeader } = verified;
  const expect = (condition, message) => { if (!condition) throw new ProofError(message); };

  expect(protectedHeader.jwk.d === undefined, 'the proof discloses its private key');
  expect(await calculateJwkThumbprint(protectedHeader.jwk) === jkt, 'the token is bound to another key');
  expect(payload.htm === req.method, 'htm is another method');
  expect(payload.htu === `${url.origin}${url.pathname}`, 'htu is another address');
  expect(payload.ath === createHash('sha256').update(token).digest('base64url'), 'ath is of another token');
  expect(Math.abs(Date.now() / 1000 - payload.iat) < MAX_AGE, 'iat is not recent');
  if (authority.settings.api_dpop_nonce_required && payload.nonce !== authority.apiNonce(url.origin)) {
    throw new ProofError('a nonce of ours is needed', 'use_dpop_nonce');
  }
  expect(typeof payload.jti === 'string' && !used.has(payload.jti), 'jti is missing or was used before');
  used.add(payload.jti);
}

export const newNonce = () => randomBytes(12).toString('base64url');
