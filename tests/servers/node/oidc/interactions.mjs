// The part of the person in front of the browser: logs in and consents at once, without a page.
// `login_hint` steers it: a user's name logs that user in, "deny" refuses. Without one it is alice.

export async function approve(provider, req, res) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(req, res);
  if (params.login_hint === 'deny') {
    const refusal = { error: 'access_denied', error_description: 'the user said no' };
    return provider.interactionFinished(req, res, refusal, { mergeWithLastSubmission: false });
  }
  if (prompt.name === 'login') {
    const login = { accountId: params.login_hint ?? 'alice' };
    return provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false });
  }
  const consent = { grantId: await grantAll(provider, prompt.details, { grantId, session, params }) };
  return provider.interactionFinished(req, res, { consent }, { mergeWithLastSubmission: true });
}

async function grantAll(provider, details, { grantId, session, params }) {
  const grant = (grantId && await provider.Grant.find(grantId))
    || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  addDetails(grant, details);
  return grant.save();
}

export function addDetails(grant, details) {
  if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(' '));
  if (details.missingOIDCClaims) grant.addOIDCClaims(details.missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(details.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  for (const detail of details.rar ?? []) grant.addRar(detail);
}
