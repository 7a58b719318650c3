// What the person with the second device decides: for the device flow (RFC 8628) and for CIBA. A test decides about
// a pending request, or beforehand about requests to come ("approve", "deny", "pending"), also "after n polls".
import { errors } from 'oidc-provider';

const now = () => Math.floor(Date.now() / 1000);

export class Decisions {
  #authority;

  #standing = { device: { decision: 'pending' }, ciba: { decision: 'pending' } };

  #polls = new Map(); // device_code or auth_req_id -> pending answers so far

  slowDowns = 0;

  constructor(authority) {
    this.#authority = authority;
  }

  stand(kind, decision, afterPolls = 0) {
    this.#standing[kind] = { decision, afterPolls };
  }

  // Decide about one request, named by { user_code } or { auth_req_id }; `accountId` is who logs in.
  async decide(kind, which, decision) {
    const { provider } = this.#authority;
    if (kind === 'device') {
      // Codes are stored without the hyphens that a person sees.
      const stored = which.user_code.replace(/[^A-Z0-9]/gi, '').toUpperCase();
      const code = await provider.DeviceCode.findByUserCode(stored);
      if (!code) throw new Error(`no device code for user code ${which.user_code}`);
      return this.#device(code, decision, which.account);
    }
    const request = await provider.BackchannelAuthenticationRequest.find(which.auth_req_id);
    if (!request) throw new Error(`no backchannel request ${which.auth_req_id}`);
    return this.#backchannel(request, decision);
  }

  // Look at every answer of the provider: announce the interval, and act on polls that are pending.
  attach(provider) {
    provider.use(async (ctx, next) => {
      await next();
      const { settings } = this.#authority;
      const route = ctx.oidc?.route;
      if (['device_authorization', 'backchannel_authentication'].includes(route) && ctx.status === 200) {
        if (settings.poll_interval !== null) ctx.body = { ...ctx.body, interval: settings.poll_interval };
        await this.#arrived(route === 'device_authorization' ? 'device' : 'ciba', ctx.body);
      } else if (route === 'token' && ctx.body?.error === 'authorization_pending') {
        await this.#polled(ctx);
      }
    });
  }

  async #arrived(kind, answer) {
    const { decision, afterPolls } = this.#standing[kind];
    if (decision === 'pending' || afterPolls > 0) return;
    await this.decide(kind, kind === 'device' ? { user_code: answer.user_code } : answer, decision);
  }

  async #polled(ctx) {
    if (this.slowDowns > 0) {
      this.slowDowns -= 1;
      ctx.body = { error: 'slow_down', error_description: 'you are polling too quickly' };
    }
    const { device_code: deviceCode, auth_req_id: requestId } = ctx.oidc.params;
    const { decision, afterPolls } = this.#standing[deviceCode ? 'device' : 'ciba'];
    const polls = (this.#polls.get(deviceCode ?? requestId) ?? 0) + 1;
    this.#polls.set(deviceCode ?? requestId, polls);
    if (decision === 'pending' || polls < afterPolls) return;
    const { provider } = this.#authority;
    if (deviceCode) await this.#device(await provider.DeviceCode.find(deviceCode), decision);
    else await this.decide('ciba', { auth_req_id: requestId }, decision);
  }

  async #device(code, decision, accountId = 'alice') {
    if (decision === 'approve') {
      const { clientId, params } = code;
      const scope = params.scope ?? 'openid';
      const grant = await this.#grant({ accountId, clientId, scope, resource: params.resource });
      Object.assign(code, {
        accountId, authTime: now(), grantId: grant.jti, scope, resource: params.resource, expiresWithSession: false,
      });
    } else {
      Object.assign(code, { error: 'access_denied', errorDescription: 'the user said no' });
    }
    await code.save();
  }

  async #backchannel(request, decision) {
    const result = decision === 'approve' ? await this.#grant(request) : new errors.AccessDenied('the user said no');
    await this.#authority.provider.backchannelResult(request, result, { authTime: now() });
  }

  async #grant({ accountId, clientId, scope, resource }) {
    const { provider } = this.#authority;
    const grant = new provider.Grant({ accountId, clientId });
    if (scope) grant.addOIDCScope(scope);
    for (const each of [resource ?? []].flat()) grant.addResourceScope(each, scope);
    await grant.save();
    return grant;
  }
}
