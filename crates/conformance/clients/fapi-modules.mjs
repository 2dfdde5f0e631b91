// The modules of the Foundation's plan for the FAPI 2.0 Security Profile (Final), by their names: what each asks of a provider, asked
// of ours with private_key_jwt and DPoP. The Foundation's own program is a judge of its own; docs/oidc-conformance.md says how to run it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import * as jose from 'jose'
import { check, resident, service, settings, verifyIdToken } from './stage.mjs'
import { Side, VERIFIER, assertion, discover, holder, now, ofTheOther, other } from './side.mjs'

const side = new Side(await discover(settings.issuer), async (address) => (await resident(address)).url)
const module = (name, act) => check(`fapi2-security-profile-final-${name}`, act)
const thumbprint = (who) => jose.calculateJwkThumbprint(who.jwk)

function refused(answer, error, status = 400) {
  assert.deepEqual([answer.status, answer.error], [status, error], JSON.stringify(answer.body))
}

// A sign-in with everything right, but for what the module changes; the claims of its ID token.
async function signIn(changes, options = {}) {
  const got = await side.token(await side.code(changes, options.headers, options.outside), { proof: options.proof })
  assert.equal(got.status, 200, JSON.stringify(got.body))
  return { tokens: got.body, claims: await verifyIdToken(got.body.id_token, 'fapi-dpop', ['ES256']) }
}

async function user(access_token, { scheme = 'DPoP', ...options } = {}) {
  const proof = await side.proof('userinfo_endpoint', { access: access_token, ...options, claims: { htm: 'GET', ...options.claims } })
  return side.user({ authorization: `${scheme} ${access_token}`, dpop: proof })
}

await module('discovery-end-point-verification', () => {
  const { server } = side
  assert.deepEqual(server.code_challenge_methods_supported, ['S256'])
  assert.equal(server.authorization_response_iss_parameter_supported, true)
  assert.ok(server.token_endpoint_auth_methods_supported.includes('private_key_jwt'))
  assert.ok(server.dpop_signing_alg_values_supported.includes('ES256'))
  for (const name of ['authorization', 'token', 'pushed_authorization_request', 'userinfo']) assert.match(server[`${name}_endpoint`], /^https:/)
})

await module('happy-flow', async () => {
  const { tokens, claims } = await signIn()
  assert.equal(tokens.token_type, 'DPoP')
  assert.equal(claims.at_hash, createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url'))
  const seen = await user(tokens.access_token)
  assert.deepEqual([seen.status, seen.body.sub], [200, claims.sub])
})

await module('user-rejects-authentication', async () => {
  const { url } = await resident(await side.sent({ state: 's1' }), { answer: 'refuse' })
  assert.deepEqual(['error', 'state', 'iss'].map((name) => url.searchParams.get(name)), ['access_denied', 's1', settings.issuer])
})

await module('ensure-authorization-request-without-state-success', async () => {
  const back = await side.back()
  assert.ok(back.searchParams.get('code') && !back.searchParams.has('state'))
})
await module('ensure-authorization-request-without-nonce-success', async () => assert.equal((await signIn()).claims.nonce, undefined))
await module('ensure-authorization-request-with-64-char-nonce-success', async () => {
  const nonce = 'n'.repeat(64)
  assert.equal((await signIn({ nonce })).claims.nonce, nonce)
})
await module('ensure-other-scope-order-succeeds', () => signIn({ scope: 'email openid' }))

await module('access-token-type-header-case-sensitivity', async () => {
  const { tokens } = await signIn()
  for (const scheme of ['dpop', 'DPOP', 'dPoP']) assert.equal((await user(tokens.access_token, { scheme })).status, 200)
})

await module('check-dpop-proof-nbf-exp', async () => {
  const claims = { nbf: now(), exp: now() + 300 }
  const { tokens } = await signIn({}, { proof: await side.proof('token_endpoint', { claims }) })
  assert.equal((await user(tokens.access_token, { claims })).status, 200)
})
for (const [name, shift] of [['before', -10], ['after', 10]]) {
  await module(`ensure-dpopproof-with-iat-10seconds-${name}-succeeds`, async () => {
    const claims = { iat: now() + shift }
    const { tokens } = await signIn({}, { proof: await side.proof('token_endpoint', { claims }) })
    assert.equal((await user(tokens.access_token, { claims })).status, 200)
  })
}

const withProof = async (by) => ({ dpop: await side.proof('pushed_authorization_request_endpoint', { by }) })
await module('ensure-mismatched-dpop-jkt-fails', async () => {
  refused(await side.push({ dpop_jkt: await thumbprint(await holder()) }, undefined, await withProof(await holder())), 'invalid_dpop_proof')
})
await module('ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt', async () => {
  refused(await side.token(await side.code({}, await withProof(await holder()))), 'invalid_grant')
})
await module('ensure-token-endpoint-fails-with-mismatched-dpop-jkt', async () => {
  refused(await side.token(await side.code({ dpop_jkt: await thumbprint(await holder()) })), 'invalid_grant')
})
await module('ensure-dpopproof-at-par-endpoint-binding-success', async () => {
  const by = await holder()
  await signIn({}, { headers: await withProof(by), proof: await side.proof('token_endpoint', { by }) })
})
await module('ensure-dpop-auth-code-binding-success', async () => {
  const by = await holder()
  await signIn({ dpop_jkt: await thumbprint(by) }, { proof: await side.proof('token_endpoint', { by }) })
})

await module('ensure-different-nonce-inside-and-outside-request-object', async () => {
  assert.equal((await signIn({ nonce: 'inside' }, { outside: { nonce: 'outside' } })).claims.nonce, 'inside')
})
await module('ensure-different-state-inside-and-outside-request-object', async () => {
  assert.equal((await side.back({ state: 'inside' }, undefined, { state: 'outside' })).searchParams.get('state'), 'inside')
})
await module('state-only-outside-request-object-not-used', async () => {
  assert.equal((await side.back({}, undefined, { state: 'outside' })).searchParams.has('state'), false)
})
await module('ensure-authorization-request-with-long-nonce', async () => refused(await side.push({ nonce: 'n'.repeat(384) }), 'invalid_request'))
await module('ensure-authorization-request-with-long-state', async () => {
  assert.equal((await side.back({ state: 's'.repeat(384) })).searchParams.get('state').length, 384)
  refused(await side.push({ state: 's'.repeat(1025) }), 'invalid_request')
})

await module('ensure-request-object-without-redirect-uri-fails', async () => refused(await side.push({ redirect_uri: undefined }), 'invalid_request'))
await module('ensure-redirect-uri-in-authorization-request', async () => refused(await side.push({ redirect_uri: '' }), 'invalid_request'))
await module('ensure-registered-redirect-uri', async () => refused(await side.push({ redirect_uri: 'https://other.example/cb' }), 'invalid_request'))
await module('plain-fapi-tolerate-unregistered-redirect-uri', async () => {
  refused(await side.push({ redirect_uri: `${service('fapi-dpop').redirect_uri}?dummy=1` }), 'invalid_request')
})
await module('ensure-unsigned-authorization-request-without-using-par-fails', async () => {
  const address = new URL(side.server.authorization_endpoint)
  const plain = { client_id: 'fapi-dpop', redirect_uri: service('fapi-dpop').redirect_uri, response_type: 'code', scope: 'openid', state: 's1' }
  for (const [name, value] of Object.entries(plain)) address.searchParams.set(name, value)
  const answer = await fetch(address, { redirect: 'manual' })
  assert.match(answer.headers.get('location'), /[?&]error=invalid_request&/)
})
await module('ensure-response-type-code-idtoken-fails', async () => {
  refused(await side.push({ response_type: 'code id_token', nonce: 'n' }), 'unsupported_response_type')
})
await module('ensure-response-type-token-fails', async () => refused(await side.push({ response_type: 'token' }), 'unsupported_response_type'))

await module('ensure-client-id-in-token-endpoint', async () => {
  const authentication = { client_id: 'fapi-dpop-two', ...(await assertion(side, { iss: 'fapi-dpop-two', sub: 'fapi-dpop-two' })) }
  refused(await side.token(await side.code(), { authentication }), 'invalid_client', 401)
})
await module('ensure-holder-of-key-required', async () => refused(await side.token(await side.code(), { proof: null }), 'invalid_dpop_proof'))
await module('ensure-authorization-code-is-bound-to-client', async () => {
  refused(await side.token(await side.code(), { authentication: await ofTheOther(side) }), 'invalid_grant')
})
await module('attempt-reuse-authorization-code-after-one-second', async () => {
  const code = await side.code()
  const { body } = await side.token(code)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  refused(await side.token(code), 'invalid_grant')
  refused(await user(body.access_token), 'invalid_token', 401)
})

const asserting = async (changes, options) => side.token(await side.code(), { authentication: await assertion(side, changes, options) })
await module('ensure-signed-client-assertion-with-RS256-fails', async () => {
  const { privateKey } = await jose.generateKeyPair('RS256')
  refused(await asserting({}, { signer: privateKey, header: { alg: 'RS256' } }), 'invalid_client', 401)
})
await module('ensure-client-assertion-in-token-endpoint', async () => {
  refused(await side.token(await side.code(), { authentication: { client_id: 'fapi-dpop' } }), 'invalid_client', 401)
})
await module('ensure-client-assertion-with-exp-is-5-minutes-in-past-fails', async () => refused(await asserting({ exp: now() - 300 }), 'invalid_client', 401))
await module('ensure-client-assertion-with-wrong-aud-fails', async () => refused(await asserting({ aud: 'https://other.example' }), 'invalid_client', 401))
await module('ensure-client-assertion-with-no-sub-fails', async () => refused(await asserting({ sub: undefined }), 'invalid_client', 401))
await module('ensure-invalid-client-assertions-fail', async () => {
  for (const wrong of [{ iss: 'x' }, { sub: 'x' }, { aud: undefined }, { exp: undefined }, { jti: undefined }, { iss: undefined }]) {
    refused(await side.push({}, await assertion(side, wrong)), 'invalid_client', 401)
  }
  refused(await side.push({}, await assertion(side, {}, { signer: other.key, header: { alg: 'EdDSA' } })), 'invalid_client', 401)
  assert.equal((await side.push()).status, 201)
})

await module('dpop-negative-tests', async () => {
  const { access_token } = await side.tokens()
  const stranger = await holder()
  const spoilt = [
    { claims: { htm: 'POST' } }, { claims: { htu: 'https://other.example/' } }, { claims: { iat: now() - 300 } }, { claims: { iat: now() + 300 } },
    { claims: { jti: undefined } }, { header: { typ: 'JWT' } }, { header: { jwk: undefined } }, { header: { jwk: stranger.jwk } },
    { claims: { ath: 'x'.repeat(43) } },
  ]
  for (const one of spoilt) assert.equal((await user(access_token, one)).status, 401, JSON.stringify(one))
  assert.equal((await user(access_token, { by: stranger })).status, 401)
  assert.equal((await user(access_token, { scheme: 'Bearer' })).status, 401)
  assert.equal((await side.user({ authorization: `DPoP ${access_token}` })).status, 401)
  assert.equal((await user(access_token)).status, 200)
})

await module('refresh-token', async () => {
  const { tokens } = await signIn()
  const ask = (refresh_token, options) => side.token({ grant_type: 'refresh_token', refresh_token, scope: 'openid' }, options)
  const fresh = async () => ({ proof: await side.proof('token_endpoint', { by: await holder() }) })
  const second = await ask(tokens.refresh_token, await fresh())
  assert.equal(second.status, 200)
  const again = await ask(tokens.refresh_token, await fresh())
  assert.equal(again.status, 200, 'the one before, as if the answer had been lost (section 5.3.2.1, item 9)')
  refused(await ask(again.body.refresh_token, { authentication: {} }), 'invalid_client', 401)
  refused(await ask(again.body.refresh_token, { proof: null }), 'invalid_dpop_proof')
  refused(await ask(again.body.refresh_token, { authentication: await ofTheOther(side) }), 'invalid_grant')
})

await module('par-ensure-reused-request-uri-prior-to-auth-completion-succeeds', async () => {
  const address = await side.sent()
  assert.equal((await fetch(address, { redirect: 'manual' })).status, 200)
  assert.ok((await side.walk(address)).searchParams.get('code'))
})
await module('par-attempt-reuse-request_uri', async () => {
  const address = await side.sent()
  await side.walk(address)
  assert.equal((await fetch(address, { redirect: 'manual' })).status, 400)
})
await module('par-attempt-to-use-request_uri-for-different-client', async () => {
  const address = await side.sent()
  address.searchParams.set('client_id', 'fapi-dpop-two')
  assert.equal((await fetch(address, { redirect: 'manual' })).status, 400)
})
await module('par-authorization-request-containing-request_uri-form-param', async () => {
  refused(await side.push({ request_uri: 'urn:ietf:params:oauth:request_uri:x' }), 'request_uri_not_supported')
})
await module('par-attempt-invalid-http-method', async () => {
  for (const method of ['GET', 'PUT']) {
    assert.equal((await fetch(side.server.pushed_authorization_request_endpoint, { method })).status, 405)
  }
})
await module('par-without-duplicate-parameters', () => signIn({ state: 's1', nonce: 'n1' }))

await module('par-ensure-pkce-required', async () => {
  refused(await side.push({ code_challenge: undefined, code_challenge_method: undefined }), 'invalid_request')
})
await module('par-plain-pkce-rejected', async () => {
  refused(await side.push({ code_challenge: VERIFIER, code_challenge_method: 'plain' }), 'invalid_request')
})
await module('ensure-pkce-code-verifier-required', async () => {
  refused(await side.token({ ...(await side.code()), code_verifier: undefined }), 'invalid_request')
})
await module('incorrect-pkce-code-verifier-rejected', async () => {
  refused(await side.token({ ...(await side.code()), code_verifier: 'w'.repeat(64) }), 'invalid_grant')
})

await module('par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted', async () => {
  assert.equal((await side.push({}, await assertion(side, { nbf: now() + 8, iat: now() + 8 }))).status, 201)
})
await module('par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails', async () => {
  refused(await side.push({}, await assertion(side, { nbf: now() + 70, exp: now() + 130 })), 'invalid_client', 401)
})
for (const [name, aud] of [
  ['array-as', [side.server.issuer, side.server.pushed_authorization_request_endpoint]],
  ['par-endpoint-url-as', side.server.pushed_authorization_request_endpoint],
  ['token-endpoint-url-as', side.server.token_endpoint],
]) {
  await module(`par-test-${name}-audience-fails`, async () => refused(await side.push({}, await assertion(side, { aud })), 'invalid_client', 401))
}
