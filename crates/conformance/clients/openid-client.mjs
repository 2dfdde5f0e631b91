// openid-client, a certified FAPI 2.0 relying party, against our endpoints.
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { check, clientKey, fetchWithCertificate, issuer, resident, service, verifyIdToken } from './stage.mjs'

const dpopKeys = () => client.randomDPoPKeyPair('ES256')

async function fapi(id, { certificate = false } = {}) {
  const proof = service(id).key ? client.PrivateKeyJwt(await clientKey(id)) : client.TlsClientAuth()
  // A service whose keys are all Ed25519 gets EdDSA.
  const algorithm = service(id).alg === 'EdDSA' ? 'EdDSA' : 'ES256'
  const metadata = { id_token_signed_response_alg: algorithm, use_mtls_endpoint_aliases: certificate }
  const options = certificate ? { [client.customFetch]: fetchWithCertificate } : {}
  const config = await client.discovery(issuer, id, metadata, proof, options)
  client.enableNonRepudiationChecks(config)
  return config
}

async function basic(id) {
  const { secret } = service(id)
  const proof = secret ? client.ClientSecretBasic(secret) : client.PrivateKeyJwt(await clientKey(id))
  const config = await client.discovery(issuer, id, { id_token_signed_response_alg: 'RS256' }, proof)
  client.enableNonRepudiationChecks(config)
  return config
}

// From the request to the tokens: pushed for FAPI, with the person for the basic profile.
async function signIn(config, { DPoP, pushed = true, ask = {}, who = {} } = {}) {
  const verifier = client.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true }
  const parameters = {
    redirect_uri: service(config.clientMetadata().client_id).redirect_uri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...ask,
  }
  const address = pushed ? await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP }) : client.buildAuthorizationUrl(config, parameters)
  const { url, asked } = await resident(address, who)
  const tokens = await client.authorizationCodeGrant(config, url, { ...checks, maxAge: ask.max_age }, undefined, { DPoP })
  return { tokens, url, asked, checks }
}

const refused = (error, status) => (thrown) => {
  assert.equal(thrown.error, error, thrown.stack)
  if (status) assert.equal(thrown.status, status)
  return true
}

await check('discovery says FAPI 2.0', async () => {
  const config = await fapi('fapi-dpop')
  const server = config.serverMetadata()
  assert.ok(server.supportsPKCE())
  assert.equal(server.authorization_response_iss_parameter_supported, true)
  assert.ok(server.dpop_signing_alg_values_supported.includes('ES256'))
})

await check('private_key_jwt, PAR, PKCE, DPoP, code, ID token, userinfo', async () => {
  const config = await fapi('fapi-dpop')
  const DPoP = client.getDPoPHandle(config, await dpopKeys())
  const { tokens } = await signIn(config, { DPoP })
  assert.equal(tokens.token_type, 'dpop')
  const claims = await verifyIdToken(tokens.id_token, 'fapi-dpop', ['ES256'])
  const user = await client.fetchUserInfo(config, tokens.access_token, claims.sub, { DPoP })
  assert.equal(user.sub, claims.sub)
})

await check('two services know one resident by two names', async () => {
  const subjects = []
  for (const id of ['fapi-dpop', 'fapi-dpop-two']) {
    const config = await fapi(id)
    const DPoP = client.getDPoPHandle(config, await dpopKeys())
    const { tokens } = await signIn(config, { DPoP, who: { number: 7 } })
    subjects.push(tokens.claims().sub)
  }
  assert.notEqual(subjects[0], subjects[1])
  const config = await fapi('fapi-dpop')
  const { tokens } = await signIn(config, { DPoP: client.getDPoPHandle(config, await dpopKeys()), who: { number: 8 } })
  assert.notEqual(tokens.claims().sub, subjects[0])
})

await check('refresh tokens rotate, and a copied one ends all', async () => {
  const config = await fapi('fapi-dpop')
  const DPoP = client.getDPoPHandle(config, await dpopKeys())
  const { tokens } = await signIn(config, { DPoP })
  const second = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP })
  assert.notEqual(second.refresh_token, tokens.refresh_token)
  const third = await client.refreshTokenGrant(config, second.refresh_token, undefined, { DPoP })
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP }), refused('invalid_grant', 400))
  await assert.rejects(client.refreshTokenGrant(config, third.refresh_token, undefined, { DPoP }), refused('invalid_grant', 400))
})

await check('a refresh token goes with its client, to a new key too', async () => {
  const config = await fapi('fapi-dpop')
  const { tokens } = await signIn(config, { DPoP: client.getDPoPHandle(config, await dpopKeys()) })
  const DPoP = client.getDPoPHandle(config, await dpopKeys())
  const newer = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP })
  assert.equal((await client.fetchUserInfo(config, newer.access_token, tokens.claims().sub, { DPoP })).sub, tokens.claims().sub)
  const other = await fapi('fapi-dpop-two')
  const theirs = client.refreshTokenGrant(other, newer.refresh_token, undefined, { DPoP: client.getDPoPHandle(other, await dpopKeys()) })
  await assert.rejects(theirs, refused('invalid_grant', 400))
})

await check('introspection and revocation', async () => {
  const config = await fapi('fapi-dpop')
  const DPoP = client.getDPoPHandle(config, await dpopKeys())
  const { tokens } = await signIn(config, { DPoP })
  const seen = await client.tokenIntrospection(config, tokens.access_token)
  assert.equal(seen.active, true)
  assert.equal(seen.client_id, 'fapi-dpop')
  assert.ok(seen.cnf.jkt)
  assert.equal((await client.tokenIntrospection(await fapi('fapi-dpop-two'), tokens.access_token)).active, false)
  await client.tokenRevocation(config, tokens.refresh_token)
  assert.deepEqual(await client.tokenIntrospection(config, tokens.access_token), { active: false })
})

await check('client credentials with DPoP', async () => {
  const config = await fapi('fapi-dpop')
  const DPoP = client.getDPoPHandle(config, await dpopKeys())
  const own = await client.clientCredentialsGrant(config, { scope: 'email' }, { DPoP })
  assert.equal(own.token_type, 'dpop')
  assert.equal(own.refresh_token, undefined)
  const seen = await client.tokenIntrospection(await fapi('fapi-dpop-two'), own.access_token)
  assert.equal(seen.client_id, 'fapi-dpop')
  assert.equal(seen.sub, undefined)
  await client.tokenRevocation(config, own.access_token)
  assert.equal((await client.tokenIntrospection(config, own.access_token)).active, false)
  await assert.rejects(client.clientCredentialsGrant(config, { scope: 'openid' }, { DPoP }), refused('invalid_scope', 400))
})

await check('mutual TLS: client, tokens, userinfo', async () => {
  const config = await fapi('fapi-mtls', { certificate: true })
  const { tokens } = await signIn(config)
  assert.equal(tokens.token_type, 'bearer')
  const seen = await client.tokenIntrospection(config, tokens.access_token)
  assert.ok(seen.cnf['x5t#S256'])
  const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  assert.equal(user.sub, tokens.claims().sub)
  await client.refreshTokenGrant(config, tokens.refresh_token)
  const without = await fetch(config.serverMetadata().userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  assert.equal(without.status, 401)
})

await check('private_key_jwt with tokens bound to a certificate', async () => {
  const config = await fapi('fapi-key-mtls', { certificate: true })
  const { tokens } = await signIn(config)
  assert.ok((await client.tokenIntrospection(config, tokens.access_token)).cnf['x5t#S256'])
})

await check('basic profile: client_secret_basic, RS256, bearer', async () => {
  const config = await basic('basic-secret')
  const { tokens } = await signIn(config, { pushed: false })
  assert.equal(tokens.token_type, 'bearer')
  const claims = await verifyIdToken(tokens.id_token, 'basic-secret', ['RS256'])
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, claims.sub)).sub, claims.sub)
})

await check('basic profile: private_key_jwt', async () => {
  await signIn(await basic('basic-key'), { pushed: false })
})

await check('prompt, max_age and a session', async () => {
  const config = await basic('basic-secret')
  const jar = {}
  const silent = { pushed: false, ask: { prompt: 'none' }, who: { number: 4, jar } }
  await assert.rejects(signIn(config, silent), refused('login_required'))
  const first = await signIn(config, { pushed: false, who: { number: 4, jar } })
  const again = await signIn(config, silent)
  assert.equal(again.asked, false)
  assert.equal(again.tokens.claims().sub, first.tokens.claims().sub)
  const old = await signIn(config, { pushed: false, ask: { max_age: 10000 }, who: { number: 4, jar } })
  assert.equal(old.asked, false)
  assert.equal(old.tokens.claims().auth_time, first.tokens.claims().auth_time)
  assert.equal((await signIn(config, { pushed: false, ask: { prompt: 'login' }, who: { number: 4, jar } })).asked, true)
})

await check('the resident refuses', async () => {
  const config = await fapi('fapi-dpop')
  const DPoP = client.getDPoPHandle(config, await dpopKeys())
  await assert.rejects(signIn(config, { DPoP, who: { answer: 'refuse' } }), refused('access_denied'))
})
