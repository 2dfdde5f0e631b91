// The modules of the Foundation's plan for the Basic OpenID Provider, by their names, and with PKCE in each request, which our provider
// demands of everybody.
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { check, resident, service, settings, verifyIdToken } from './stage.mjs'
import { VERIFIER, basic, discover } from './side.mjs'

const ID = 'basic-secret'
const server = await discover(settings.issuer)
const { redirect_uri, secret } = service(ID)
const module = (name, act) => check(`oidcc-${name}`, act)

function address(changes = {}) {
  const asked = {
    client_id: ID, redirect_uri, response_type: 'code', scope: 'openid', state: randomUUID(), nonce: randomUUID(),
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'), code_challenge_method: 'S256', ...changes,
  }
  const url = new URL(server.authorization_endpoint)
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) url.searchParams.set(name, value)
  return url
}

async function token(pairs, headers = basic(ID, secret)) {
  const answer = await fetch(server.token_endpoint, { method: 'POST', body: new URLSearchParams(pairs), headers })
  return { status: answer.status, body: await answer.json() }
}

const brought = (url) => ({ grant_type: 'authorization_code', code: url.searchParams.get('code'), redirect_uri, code_verifier: VERIFIER })

async function signIn(changes, who) {
  const asked = address(changes)
  const { url, asked: question } = await resident(asked, who)
  assert.equal(url.searchParams.get('state'), asked.searchParams.get('state'))
  assert.equal(url.searchParams.get('iss'), settings.issuer)
  const { status, body } = await token(brought(url))
  assert.equal(status, 200, `${url} ${JSON.stringify(body)}`)
  const claims = await verifyIdToken(body.id_token, ID, ['RS256'])
  assert.equal(claims.nonce, asked.searchParams.get('nonce') ?? undefined)
  return { tokens: body, claims, question, url }
}

async function user(access_token, options = {}) {
  const answer = await fetch(server.userinfo_endpoint, { headers: { authorization: `Bearer ${access_token}` }, ...options })
  return { status: answer.status, body: await answer.json() }
}

// What comes back without any question.
async function error(changes, jar = {}) {
  const answer = await fetch(address(changes), { redirect: 'manual', headers: jar.cookie ? { cookie: jar.cookie } : {} })
  const back = answer.headers.get('location')
  return back ? new URL(back).searchParams.get('error') : answer.status
}

await module('discovery-endpoint-verification', async () => {
  assert.equal(server.issuer, settings.issuer)
  assert.ok(server.id_token_signing_alg_values_supported.includes('RS256'))
  assert.deepEqual(server.subject_types_supported, ['pairwise'])
  const { keys } = await (await fetch(server.jwks_uri)).json()
  assert.ok(keys.length >= 3 && keys.every((key) => key.kid && key.use === 'sig' && !('d' in key)))
})

await module('rp-initiated-logout-discovery-endpoint-verification', () => assert.match(server.end_session_endpoint, /^https:/))
await module('backchannel-logout-discovery-endpoint-verification', () => {
  assert.deepEqual([server.backchannel_logout_supported, server.backchannel_logout_session_supported], [true, true])
})

await module('server', async () => {
  const { tokens, claims } = await signIn()
  assert.deepEqual([tokens.token_type, (await user(tokens.access_token)).body.sub], ['Bearer', claims.sub])
})
await module('response-type-missing', async () => assert.equal(await error({ response_type: undefined }), 'invalid_request'))
await module('idtoken-signature', async () => void (await signIn()))
await module('userinfo-get', async () => assert.equal((await user((await signIn()).tokens.access_token)).status, 200))
await module('userinfo-post-header', async () => assert.equal((await user((await signIn()).tokens.access_token, {
  method: 'POST', headers: { authorization: `Bearer ${(await signIn()).tokens.access_token}` },
})).status, 200))
await module('ensure-request-without-nonce-succeeds-for-code-flow', async () => void (await signIn({ nonce: undefined })))
await module('ensure-other-scope-order-succeeds', async () => void (await signIn({ scope: 'email openid' })))
await module('display-page', async () => void (await signIn({ display: 'page' })))
await module('display-popup', async () => void (await signIn({ display: 'popup' })))

await module('prompt-login', async () => {
  const jar = {}
  const first = await signIn({}, { jar })
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const second = await signIn({ prompt: 'login' }, { jar })
  assert.ok(second.question && second.claims.auth_time > first.claims.auth_time)
})
await module('prompt-none-not-logged-in', async () => assert.equal(await error({ prompt: 'none' }), 'login_required'))
await module('prompt-none-logged-in', async () => {
  const jar = {}
  const first = await signIn({}, { jar, number: 3 })
  const second = await signIn({ prompt: 'none' }, { jar })
  assert.deepEqual([second.question, second.claims.sub, second.claims.auth_time], [false, first.claims.sub, first.claims.auth_time])
})
await module('max-age-1', async () => {
  const jar = {}
  const first = await signIn({}, { jar })
  await new Promise((resolve) => setTimeout(resolve, 2100))
  const second = await signIn({ max_age: '1' }, { jar })
  assert.ok(second.question && second.claims.auth_time > first.claims.auth_time)
})
await module('max-age-10000', async () => {
  const jar = {}
  const first = await signIn({}, { jar })
  const second = await signIn({ max_age: '10000' }, { jar })
  assert.deepEqual([second.question, second.claims.auth_time], [false, first.claims.auth_time])
})
await module('id-token-hint', async () => {
  const jar = {}
  const first = await signIn({}, { jar })
  const second = await signIn({ prompt: 'none', id_token_hint: first.tokens.id_token }, { jar })
  assert.equal(second.claims.sub, first.claims.sub)
})
await module('ensure-request-with-unknown-parameter-succeeds', async () => void (await signIn({ extra: 'foobar' })))
await module('login-hint', async () => void (await signIn({ login_hint: 'somebody' })))
await module('ui-locales', async () => void (await signIn({ ui_locales: 'se' })))
await module('claims-locales', async () => void (await signIn({ claims_locales: 'se' })))
await module('claims-essential', async () => void (await signIn({ claims: '{"userinfo":{"name":{"essential":true}}}' })))
await module('ensure-request-with-acr-values-succeeds', async () => {
  assert.ok((await signIn({ acr_values: 'urn:lionrock:level:registered 1 2' })).claims.acr)
})

await module('codereuse', async () => {
  const { url } = await signIn()
  assert.equal((await token(brought(url))).body.error, 'invalid_grant')
})
await module('ensure-registered-redirect-uri', async () => assert.equal(await error({ redirect_uri: 'https://other.example/cb' }), 400))
await module('ensure-post-request-succeeds', async () => {
  const answer = await fetch(server.authorization_endpoint, { method: 'POST', body: address().searchParams, redirect: 'manual' })
  assert.equal(answer.status, 200)
})
await module('ensure-request-with-valid-pkce-succeeds', async () => void (await signIn()))
await module('request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async () => {
  assert.equal(server.request_uri_parameter_supported, false)
  assert.equal(await error({ request_uri: 'https://basic-secret.example/request' }), 400)
})
for (const name of ['unsigned-request-object-supported-correctly-or-rejected-as-unsupported', 'ensure-request-object-with-redirect-uri']) {
  await module(name, async () => {
    assert.equal(server.request_parameter_supported, false)
    assert.equal(await error({ request: 'eyJhbGciOiJub25lIn0.e30.' }), 'request_not_supported')
  })
}
await module('refresh-token', async () => {
  const { tokens } = await signIn()
  const again = await token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
  assert.equal(again.status, 200)
  const theirs = basic('basic-secret-two', service('basic-secret-two').secret)
  assert.equal((await token({ grant_type: 'refresh_token', refresh_token: again.body.refresh_token }, theirs)).body.error, 'invalid_grant')
})
