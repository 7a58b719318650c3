// What an access token says, be it opaque (looked up in the store) or a JWT (RFC 9068, verified with our own keys).
import { createLocalJWKSet, jwtVerify } from 'jose';

export async function findToken(authority, value) {
  if (value === undefined) return undefined;
  return value.split('.').length === 3 ? structured(authority, value) : opaque(authority, value);
}

async function opaque({ provider }, value) {
  const token = await provider.AccessToken.find(value) ?? await provider.ClientCredentials.find(value);
  return token && {
    sub: token.accountId,
    clientId: token.clientId,
    scope: token.scope,
    aud: token.aud,
    jkt: token.jkt,
    x5t: token['x5t#S256'],
    rar: token.rar,
  };
}

async function structured(authority, value) {
  const keys = createLocalJWKSet({ keys: authority.publicKeys() });
  let claims;
  try {
    ({ payload: claims } = await jwtVerify(value, keys, { issuer: authority.issuer, typ: 'at+jwt' }));
  } catch {
    return undefined;
  }
  return {
    sub: claims.sub,
    clientId: claims.client_id,
    scope: claims.scope,
    aud: claims.aud,
    jkt: claims.cnf?.jkt,
    x5t: claims.cnf?.['x5t#S256'],
    rar: claims.authorization_details,
  };
}
