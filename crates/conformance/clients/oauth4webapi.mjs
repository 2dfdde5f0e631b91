// oauth4webapi, a certified FAPI 2.0 relying party: each step by hand, each answer judged by it.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, clientKey, issuer, resident, service, settings, verifyIdToken } from './stage.mjs'

const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
const oauthAs = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' }))

// Sends again with the nonce that the first answer brought, as RFC 9449 wants it of clients.
async function withNonce(send, process) {
  try {
    return { ...(await process(await send())), nonceWanted: false }
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return { ...(await process(await send())), nonceWanted: true }
  }
}

async function signIn(id, { number = 1, algorithm = 'ES256' } = {}) {
  const client = { client_id: id, id_token_signed_response_alg: algorithm }
  const auth = oauth.PrivateKeyJwt(await clientKey(id))
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const parameters = new URLSearchParams({
    response_type: 'code',
    redirect_uri: service(id).redirect_uri,
    scope: 'openid',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })
  const pushed = await withNonce(
    () => oauth.pushedAuthorizationRequest(as, client, auth, parameters, { DPoP }),
    (answer) => oauth.processPushedAuthorizationResponse(as, client, answer),
  )
  const address = new URL(as.authorization_endpoint)
  address.searchParams.set('client_id', id)
  address.searchParams.set('request_uri', pushed.request_uri)
  const { url } = await resident(address, { number })
  const answer = oauth.validateAuthResponse(as, client, url, state)
  let signed
  const tokens = await withNonce(
    () => oauth.authorizationCodeGrantRequest(as, client, auth, answer, service(id).redirect_uri, verifier, { DPoP }),
    (got) => {
      signed = got
      return oauth.processAuthorizationCodeResponse(as, client, got, { expectedNonce: nonce, requireIdToken: true })
    },
  )
  await oauth.validateApplicationLevelSignature(as, signed)
  return { client, auth, DPoP, tokens, pushed, address, answer, verifier }
}

await check('both well-known documents are one', () => assert.deepEqual(oauthAs, as))

await check('a FAPI 2.0 sign-in, each answer judged', async () => {
  const { client, DPoP, tokens, pushed } = await signIn('fapi-dpop')
  assert.equal(pushed.nonceWanted, settings.nonces)
  const claims = await verifyIdToken(tokens.id_token, 'fapi-dpop', ['ES256'])
  const user = await withNonce(
    () => oauth.userInfoRequest(as, client, tokens.access_token, { DPoP }),
    (answer) => oauth.processUserInfoResponse(as, client, claims.sub, answer),
  )
  assert.deepEqual(Object.keys(user).filter((name) => name !== 'nonceWanted'), ['sub'])
})

await check('EdDSA assertions', async () => {
  const { tokens } = await signIn('fapi-dpop-two', { algorithm: 'EdDSA' })
  await verifyIdToken(tokens.id_token, 'fapi-dpop-two', ['EdDSA'])
})

await check('an access token without its key opens nothing', async () => {
  const { client, tokens } = await signIn('fapi-dpop')
  const thief = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const look = async () => {
    const answer = await oauth.userInfoRequest(as, client, tokens.access_token, { DPoP: thief })
    assert.equal(answer.status, 401)
    return answer.headers.get('www-authenticate')
  }
  const first = await look()
  const said = first.includes('use_dpop_nonce') ? await look() : first
  assert.match(said, /invalid_token/)
})

await check('a request is answered once, and by its own client', async () => {
  const { address } = await signIn('fapi-dpop')
  assert.equal((await fetch(address, { redirect: 'manual' })).status, 400)
})

await check('a code comes once, and what it opened is closed', async () => {
  const { client, auth, DPoP, tokens, answer, verifier } = await signIn('fapi-dpop')
  const again = await oauth.authorizationCodeGrantRequest(as, client, auth, answer, service('fapi-dpop').redirect_uri, verifier, { DPoP })
  await assert.rejects(oauth.processAuthorizationCodeResponse(as, client, again), (error) => error.error === 'invalid_grant')
  const seen = await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, tokens.access_token))
  assert.equal(seen.active, false)
})

await check('revocation is answered alike for what is unknown', async () => {
  const { client, auth } = await signIn('fapi-dpop')
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, 'unknown'))
})

await check('client credentials', async () => {
  const client = { client_id: 'basic-secret' }
  const auth = oauth.ClientSecretBasic(service('basic-secret').secret)
  const answer = await oauth.clientCredentialsGrantRequest(as, client, auth, new URLSearchParams())
  const own = await oauth.processClientCredentialsResponse(as, client, answer)
  assert.equal(own.token_type, 'bearer')
})
