// Grants that oidc-provider does not bring: password, token exchange (RFC 8693) and JWT bearer (RFC 7523 §2.1).
// Each issues an opaque access token, bound to the client's DPoP key when there is a proof.
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { errors } from 'oidc-provider';
import {
  buildTokenResponse, checkDpopReplay, checkDpopRequired, validateClientScope, validateDpop,
} from 'oidc-provider/lib/helpers/grants.js';

const { InvalidGrant, InvalidRequest, InvalidTarget } = errors;

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const tokenType = (name) => `urn:ietf:params:oauth:token-type:${name}`;

function need(params, ...names) {
  for (const name of names) if (!params[name]) throw new InvalidRequest(`missing required parameter: ${name}`);
}

// Issue an access token (and a refresh token where it is wanted and the client may have one) for a user.
async function issue(provider, ctx, accountId, { gty, refresh = false, issuedTokenType, audience, rar }) {
  const { client } = ctx.oidc;
  const dPoP = await validateDpop(provider, ctx);
  checkDpopRequired(provider, ctx, dPoP);
  await checkDpopReplay(provider, ctx, dPoP, client.clientId);
  const scope = [...validateClientScope(provider, ctx)].join(' ') || undefined;
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  if (scope) grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const token = new provider.AccessToken({ accountId, client, grantId, gty, scope, aud: audience, rar });
  if (dPoP) token.setThumbprint('jkt', dPoP.thumbprint);
  const accessToken = await token.save();
  let refreshToken;
  if (refresh && client.grantTypeAllowed('refresh_token')) {
    const source = { accountId, client, grantId, gty, scope, rotations: 0, expiresWithSession: false };
    const saved = new provider.RefreshToken(source);
    if (dPoP && client.clientAuthMethod === 'none') saved.jkt = dPoP.thumbprint;
    refreshToken = await saved.save();
  }
  ctx.body = buildTokenResponse(provider, {
    accessToken,
    expiresIn: token.expiration,
    issuedTokenType,
    refreshToken,
    scope,
    tokenType: token.tokenType,
  });
}

export function registerGrants(authority) {
  const { provider, settings } = authority;

  async function password(ctx) {
    const { params } = ctx.oidc;
    need(params, 'username', 'password');
    if (!Object.hasOwn(settings.users, params.username) || settings.users[params.username] !== params.password) {
      throw new InvalidGrant('wrong user name or password');
    }
    await issue(provider, ctx, params.username, { gty: 'password', refresh: true });
  }

  async function jwtBearer(ctx) {
    need(ctx.oidc.params, 'assertion');
    const { sub } = await verifyAssertion(authority, ctx, ctx.oidc.params.assertion);
    await issue(provider, ctx, sub, { gty: 'jwt_bearer' });
  }

  async function tokenExchange(ctx) {
    const { params } = ctx.oidc;
    need(params, 'subject_token', 'subject_token_type');
    if (Boolean(params.actor_token) !== Boolean(params.actor_token_type)) {
      throw new InvalidRequest('actor_token and actor_token_type belong together');
    }
    const requested = params.requested_token_type ?? tokenType('access_token');
    if (requested !== tokenType('access_token')) throw new InvalidRequest('unsupported requested_token_type');
    const audiences = [params.audience ?? []].flat();
    if (audiences.includes('unknown')) throw new InvalidTarget('unknown audience');
    const sub = await subjectOf(authority, ctx, params.subject_token, params.subject_token_type);
    if (params.actor_token) await subjectOf(authority, ctx, params.actor_token, params.actor_token_type);
    await issue(provider, ctx, sub, {
      gty: 'token_exchange', issuedTokenType: requested, audience: audiences[0],
    });
  }

  provider.registerGrantType('password', password, ['username', 'password', 'scope']);
  provider.registerGrantType(JWT_BEARER, jwtBearer, ['assertion', 'scope']);
  provider.registerGrantType(
    TOKEN_EXCHANGE,
    tokenExchange,
    ['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type',
      'audience', 'resource', 'scope'],
    ['audience', 'resource'],
  );
}

// Whose token this is; any type of the RFC that we can check.
async function subjectOf(authority, ctx, token, type) {
  const { provider } = authority;
  switch (type) {
    case tokenType('access_token'):
    case tokenType('refresh_token'): {
      const model = type.endsWith('access_token') ? provider.AccessToken : provider.RefreshToken;
      const found = await model.find(token);
      if (!found) throw new InvalidGrant('the subject or actor token is unknown or expired');
      return found.accountId;
    }
    case tokenType('id_token'):
      return (await verified(token, { keys: authority.publicKeys() }, { issuer: authority.issuer })).sub;
    case tokenType('jwt'):
      return (await verifyAssertion(authority, ctx, token)).sub;
    default:
      throw new InvalidRequest(`unsupported token type: ${type}`);
  }
}

// An assertion comes from a trusted issuer of the settings, or from the client itself, signed with its own key.
async function verifyAssertion(authority, ctx, assertion) {
  const { client } = ctx.oidc;
  let issuer;
  try {
    issuer = decodeJwt(assertion).iss;
  } catch {
    throw new InvalidGrant('the assertion is not a JWT');
  }
  const trusted = authority.settings.issuers.find((each) => each.issuer === issuer)?.jwks
    ?? (issuer === client.clientId ? client.jwks : undefined);
  if (!trusted) throw new InvalidGrant(`untrusted issuer of the assertion: ${issuer}`);
  const claims = await verified(assertion, trusted, {
    issuer, audience: [authority.issuer, `${authority.issuer}/token`], requiredClaims: ['exp', 'sub'],
  });
  return claims;
}

async function verified(jwt, jwks, options) {
  try {
    return (await jwtVerify(jwt, createLocalJWKSet(jwks), options)).payload;
  } catch (error) {
    throw new InvalidGrant(`the token was refused: ${error.message}`);
  }
}
