// The same bad requests to our provider and to oidc-provider. Prints a line of JSON for each: what both said.
import * as jose from 'jose'
import { resident, service, settings } from './stage.mjs'
import { startPeer } from './peer.mjs'
import { Side, VERIFIER, assertion, basic, discover, holder, now, ofTheOther } from './side.mjs'

// oidc-provider answers each step with a redirect and keeps its place in cookies.
async function walkPeer(address) {
  const jar = new Map()
  for (let at = new URL(address), steps = 0; steps < 12; steps += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s)
      jar.set(name, value)
    }
    if (!answer.headers.get('location')) throw new Error(`${at}: ${answer.status} ${await answer.text()}`)
    at = new URL(answer.headers.get('location'), at)
    if (at.hostname.endsWith('.example')) return at
  }
  throw new Error('too many steps')
}

const credentials = { grant_type: 'client_credentials' }
const rsa = await jose.generateKeyPair('RS256')
const spoilt = async (side, at, options) => side.token({ ...credentials }, { proof: await side.proof(at, options) })

const CASES = {
  'par: everything right': (side) => side.push(),
  'par: no authentication': (side) => side.push({}, {}),
  'par: unknown client': async (side) => side.push({ client_id: 'unknown' }, await assertion(side, { iss: 'unknown', sub: 'unknown' })),
  'par: assertion to the token endpoint': async (side) => side.push({}, await assertion(side, { aud: side.server.token_endpoint })),
  'par: assertion to the PAR endpoint': async (side) => side.push({}, await assertion(side, { aud: side.server.pushed_authorization_request_endpoint })),
  'par: assertion to a list': async (side) => side.push({}, await assertion(side, { aud: [side.server.issuer] })),
  'par: assertion that ended': async (side) => side.push({}, await assertion(side, { exp: now() - 120 })),
  'par: assertion from the future': async (side) => side.push({}, await assertion(side, { nbf: now() + 120 })),
  'par: assertion without jti': async (side) => side.push({}, await assertion(side, { jti: undefined })),
  'par: assertion without exp': async (side) => side.push({}, await assertion(side, { exp: undefined })),
  'par: assertion by another key': async (side) => side.push({}, await assertion(side, {}, { signer: (await holder()).privateKey })),
  'par: assertion with RS256': async (side) => side.push({}, await assertion(side, {}, { signer: rsa.privateKey, header: { alg: 'RS256' } })),
  'par: assertion of another client': async (side) => side.push({}, await ofTheOther(side)),
  'par: assertion without its type': async (side) => side.push({}, { client_assertion: await side.assertion() }),
  'par: assertion again': async (side) => {
    const once = await assertion(side)
    await side.push({}, once)
    return side.push({}, once)
  },
  'par: two ways at once': (side) => side.push({}, undefined, basic('fapi-dpop', 'x')),
  'par: no redirect_uri': (side) => side.push({ redirect_uri: undefined }),
  'par: redirect_uri with more path': (side) => side.push({ redirect_uri: `${service('fapi-dpop').redirect_uri}/more` }),
  'par: no response_type': (side) => side.push({ response_type: undefined }),
  'par: response_type token': (side) => side.push({ response_type: 'token' }),
  'par: response_type code id_token': (side) => side.push({ response_type: 'code id_token', nonce: 'n' }),
  'par: no PKCE': (side) => side.push({ code_challenge: undefined, code_challenge_method: undefined }),
  'par: PKCE plain': (side) => side.push({ code_challenge: VERIFIER, code_challenge_method: 'plain' }),
  'par: PKCE without method': (side) => side.push({ code_challenge_method: undefined }),
  'par: scope without openid': (side) => side.push({ scope: 'email' }),
  'par: unknown scope': (side) => side.push({ scope: 'openid unknown' }),
  'par: no scope': (side) => side.push({ scope: undefined }),
  'par: request_uri inside': (side) => side.push({ request_uri: 'urn:ietf:params:oauth:request_uri:x' }),
  'par: prompt none with login': (side) => side.push({ prompt: 'none login' }),
  'par: unknown prompt': (side) => side.push({ prompt: 'unknown' }),
  'par: negative max_age': (side) => side.push({ max_age: '-1' }),
  'par: fragment': (side) => side.push({ response_mode: 'fragment' }),
  'par: a parameter twice': async (side) => side.post('pushed_authorization_request_endpoint', `${await side.form({ client_id: 'fapi-dpop' })}&scope=a&scope=b`, { 'content-type': 'application/x-www-form-urlencoded' }),
  'par: JSON': (side) => side.post('pushed_authorization_request_endpoint', '{}', { 'content-type': 'application/json' }),
  'par: dpop_jkt of another key': async (side) => side.push({ dpop_jkt: 'x'.repeat(43) }, undefined, { dpop: await side.proof('pushed_authorization_request_endpoint') }),

  'token: everything right': async (side) => side.token(await side.code()),
  'token: no grant_type': (side) => side.token({}),
  'token: unknown grant_type': (side) => side.token({ grant_type: 'password' }),
  'token: no code': (side) => side.token({ grant_type: 'authorization_code', redirect_uri: service('fapi-dpop').redirect_uri, code_verifier: VERIFIER }),
  'token: unknown code': (side) => side.token({ grant_type: 'authorization_code', code: 'x'.repeat(43), redirect_uri: service('fapi-dpop').redirect_uri, code_verifier: VERIFIER }),
  'token: code again': async (side) => {
    const code = await side.code()
    await side.token(code)
    return side.token(code)
  },
  'token: another verifier': async (side) => side.token({ ...(await side.code()), code_verifier: 'w'.repeat(64) }),
  'token: no verifier': async (side) => side.token({ ...(await side.code()), code_verifier: undefined }),
  'token: another redirect_uri': async (side) => side.token({ ...(await side.code()), redirect_uri: 'https://other.example/cb' }),
  'token: code of another client': async (side) => side.token(await side.code(), { authentication: await ofTheOther(side) }),
  'token: unknown refresh token': (side) => side.token({ grant_type: 'refresh_token', refresh_token: 'x'.repeat(43) }),
  'token: no refresh token': (side) => side.token({ grant_type: 'refresh_token' }),
  'token: refresh by another key': async (side) => {
    const { refresh_token } = await side.tokens()
    return side.token({ grant_type: 'refresh_token', refresh_token }, { proof: await side.proof('token_endpoint', { by: await holder() }) })
  },
  'token: refresh with a wider scope': async (side) => {
    const { refresh_token } = await side.tokens()
    return side.token({ grant_type: 'refresh_token', refresh_token, scope: 'openid email' })
  },
  'token: client credentials': (side) => side.token({ ...credentials, scope: 'email' }),
  'token: client credentials with an unknown scope': (side) => side.token({ ...credentials, scope: 'unknown' }),
  'token: no authentication': (side) => side.token(credentials, { authentication: {} }),
  'token: client_id alone': (side) => side.token(credentials, { authentication: { client_id: 'fapi-dpop' } }),
  'token: wrong secret': (side) => side.token(credentials, { authentication: {}, headers: basic('basic-secret', 'wrong'), proof: null }),
  'token: secret of an unknown client': (side) => side.token(credentials, { authentication: {}, headers: basic('unknown', 'wrong'), proof: null }),
  'token: secret in the form': (side) => side.token(credentials, { authentication: { client_id: 'basic-secret', client_secret: service('basic-secret').secret }, proof: null }),
  'token: broken Authorization': (side) => side.token(credentials, { authentication: {}, headers: { authorization: 'Basic !' }, proof: null }),

  'dpop: none': (side) => side.token({ ...credentials }, { proof: null }),
  'dpop: another method': (side) => spoilt(side, 'token_endpoint', { claims: { htm: 'GET' } }),
  'dpop: another address': (side) => spoilt(side, 'userinfo_endpoint'),
  'dpop: old': (side) => spoilt(side, 'token_endpoint', { claims: { iat: now() - 3600 } }),
  'dpop: from the future': (side) => spoilt(side, 'token_endpoint', { claims: { iat: now() + 3600 } }),
  'dpop: no iat': (side) => spoilt(side, 'token_endpoint', { claims: { iat: undefined } }),
  'dpop: no jti': (side) => spoilt(side, 'token_endpoint', { claims: { jti: undefined } }),
  'dpop: another typ': (side) => spoilt(side, 'token_endpoint', { header: { typ: 'JWT' } }),
  'dpop: no key': (side) => spoilt(side, 'token_endpoint', { header: { jwk: undefined } }),
  'dpop: a private key': async (side) => {
    const by = await holder()
    return spoilt(side, 'token_endpoint', { by, header: { jwk: by.secret } })
  },
  'dpop: another key signed': async (side) => {
    const [one, two] = [await holder(), await holder()]
    return spoilt(side, 'token_endpoint', { by: { privateKey: one.privateKey, jwk: two.jwk } })
  },
  'dpop: not a token': (side) => side.token({ ...credentials }, { proof: 'x' }),
  'dpop: again': async (side) => {
    const proof = await side.proof('token_endpoint')
    await side.token({ ...credentials }, { proof })
    return side.token({ ...credentials }, { proof })
  },

  'userinfo: no token': (side) => side.user({}),
  'userinfo: unknown token': (side) => side.user({ authorization: 'Bearer unknown' }),
  'userinfo: everything right': async (side) => {
    const { access_token } = await side.tokens()
    return side.user({ authorization: `DPoP ${access_token}`, dpop: await side.proof('userinfo_endpoint', { access: access_token, claims: { htm: 'GET' } }) })
  },
  'userinfo: bound token as bearer': async (side) => side.user({ authorization: `Bearer ${(await side.tokens()).access_token}` }),
  'userinfo: no proof': async (side) => side.user({ authorization: `DPoP ${(await side.tokens()).access_token}` }),
  'userinfo: proof without ath': async (side) => {
    const { access_token } = await side.tokens()
    return side.user({ authorization: `DPoP ${access_token}`, dpop: await side.proof('userinfo_endpoint', { claims: { htm: 'GET' } }) })
  },
  'userinfo: proof by another key': async (side) => {
    const { access_token } = await side.tokens()
    const proof = await side.proof('userinfo_endpoint', { by: await holder(), access: access_token, claims: { htm: 'GET' } })
    return side.user({ authorization: `DPoP ${access_token}`, dpop: proof })
  },
  'userinfo: after the code came again': async (side) => {
    const code = await side.code()
    const { access_token } = (await side.token(code)).body
    await side.token(code)
    return side.user({ authorization: `DPoP ${access_token}`, dpop: await side.proof('userinfo_endpoint', { access: access_token, claims: { htm: 'GET' } }) })
  },

  'introspection: no token': async (side) => side.post('introspection_endpoint', await side.form({})),
  'introspection: no authentication': async (side) => side.post('introspection_endpoint', await side.form({ token: 'x' }, {})),
  'introspection: unknown token': async (side) => side.post('introspection_endpoint', await side.form({ token: 'x' })),
  'revocation: no token': async (side) => side.post('revocation_endpoint', await side.form({})),
  'revocation: no authentication': async (side) => side.post('revocation_endpoint', await side.form({ token: 'x' }, {})),
  'revocation: unknown token': async (side) => side.post('revocation_endpoint', await side.form({ token: 'x' })),
}

const peer = await startPeer()
const ours = new Side(await discover(settings.issuer), async (address) => (await resident(address)).url)
const theirs = new Side(await discover(peer.issuer), walkPeer)
const brief = ({ status, error, body }) => ({ status, error: error ?? null, active: body?.active ?? null })
for (const [name, act] of Object.entries(CASES)) {
  console.log(JSON.stringify({ name, ours: brief(await act(ours)), theirs: brief(await act(theirs)) }))
}
peer.stop()
process.exit(0)
