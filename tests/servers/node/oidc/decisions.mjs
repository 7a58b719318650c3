// What the person with the second device decides: for the device flow (RFC 8628) and for CIBA. A test chooses
// "approve", "deny" or "pending" for requests to come, and decides about pending ones by /admin/decide.
import { errors } from 'oidc-provider';

// A CIBA request has arrived: decide at once if the standing decision says so.
export async function deliver(authority, _kind, request) {
  if (authority.decisions.ciba !== 'pending') await decideBackchannel(authority, request, authority.decisions.ciba);
}

async function grantFor(provider, { accountId, clientId, scope, resource }) {
  const grant = new provider.Grant({ accountId, clientId });
  if (scope) grant.addOIDCScope(scope);
  for (const each of [resource ?? []].flat()) grant.addResourceScope(each, scope);
  await grant.save();
  return grant;
}

export async function decideBackchannel(authority, request, decision) {
  const { provider } = authority;
  const result = decision === 'approve'
    ? await grantFor(provider, request)
    : new errors.AccessDenied('the user said no');
  await provider.backchannelResult(request, result, { authTime: now() });
}

export async function decideDevice(authority, userCode, decision, accountId = 'alice') {
  const { provider } = authority;
  // Codes are stored without the hyphens that a person sees.
  const code = await provider.DeviceCode.findByUserCode(userCode.replace(/[^A-Z0-9]/gi, '').toUpperCase());
  if (!code) throw new Error(`no device code for user code ${userCode}`);
  if (decision === 'approve') {
    const scope = code.params.scope ?? 'openid';
    const { clientId, params: { resource } } = code;
    const grant = await grantFor(provider, { accountId, clientId, scope, resource });
    Object.assign(code, {
      accountId, authTime: now(), grantId: grant.jti, scope, resource, expiresWithSession: false,
    });
  } else {
    Object.assign(code, { error: 'access_denied', errorDescription: 'the user said no' });
  }
  await code.save();
}

const now = () => Math.floor(Date.now() / 1000);
