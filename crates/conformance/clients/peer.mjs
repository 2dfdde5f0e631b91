// oidc-provider, a certified provider, with the same clients as ours: what the differential test and the bench compare with.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import Provider from 'oidc-provider'
import * as jose from 'jose'
import { service, settings } from './stage.mjs'

const grants = ['authorization_code', 'refresh_token', 'client_credentials']

function byKey(id) {
  const { key, kid, alg, redirect_uri } = service(id)
  const jwk = { ...createPublicKey(createPrivateKey(key)).export({ format: 'jwk' }), kid, use: 'sig' }
  return {
    client_id: id,
    redirect_uris: [redirect_uri],
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg,
    id_token_signed_response_alg: 'ES256',
    jwks: { keys: [jwk] },
    require_pushed_authorization_requests: true,
    dpop_bound_access_tokens: true,
    scope: 'openid email',
  }
}

function bySecret(id) {
  const { secret, redirect_uri } = service(id)
  return {
    client_id: id,
    client_secret: secret,
    redirect_uris: [redirect_uri],
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
    scope: 'openid email',
  }
}

// Signs resident 1 in and agrees to everything, without a page.
async function interact(provider, request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: '1' } }, { mergeWithLastSubmission: true })
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  grant.addOIDCScope('openid email')
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true })
}

export async function startPeer() {
  const { privateKey } = await jose.generateKeyPair('ES256', { extractable: true })
  const tls = { cert: readFileSync(settings.server_certificate), key: readFileSync(settings.server_key) }
  let answer
  const server = createServer(tls, (request, response) => answer(request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `https://localhost:${server.address().port}`
  console.warn = console.info = () => {}
  const provider = new Provider(issuer, {
    clients: [byKey('fapi-dpop'), byKey('fapi-dpop-two'), bySecret('basic-secret')],
    jwks: { keys: [{ ...(await jose.exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    scopes: ['openid', 'email'],
    claims: { openid: ['sub'], email: ['email'] },
    pkce: { required: () => true },
    cookies: { keys: ['of this run'] },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    findAccount: async (_, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    interactions: { url: async (_, { uid }) => `/interaction/${uid}` },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      introspection: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      revocation: { enabled: true },
      fapi: { enabled: true, profile: (_, client) => (client?.clientId.startsWith('fapi') ? '2.0' : undefined) },
    },
  })
  const routes = provider.callback()
  answer = (request, response) => {
    if (!request.url.startsWith('/interaction/')) return routes(request, response)
    interact(provider, request, response).catch((error) => {
      response.statusCode = 500
      response.end(String(error))
    })
  }
  return { issuer, stop: () => server.close() }
}
