// Runs the Foundation's plans against a host of ours: node run.mjs SETTINGS SUITE [PLAN]
//
// SETTINGS is the file that `openid-host` names in its first line, SUITE the address of a running conformance suite. The host must be
// told where the suite sends people back to, twice because the second client gets parameters of its own:
//   openid-host --listen 9443 9444 --at https://HOST:9443 https://HOST:9444 \
//     --redirect SUITE/test/a/lionrock/callback --redirect 'SUITE/test/a/lionrock/callback?dummy1=lorem&dummy2=ipsum'
// `print` in place of SUITE prints the configurations and runs nothing. Ends with 0 if no module failed.
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [settingsFile, suite, only] = process.argv.slice(2)
const settings = JSON.parse(readFileSync(settingsFile, 'utf8'))
const read = (file) => readFileSync(new URL(file, import.meta.url), 'utf8')

function client(id) {
  const { key, kid, alg, secret } = settings.services[id]
  const own = { client_id: id, scope: 'openid' }
  if (!key) return { ...own, client_secret: secret }
  return { ...own, jwks: { keys: [{ ...createPrivateKey(key).export({ format: 'jwk' }), kid, alg, use: 'sig' }] } }
}

function configuration([first, second]) {
  const filled = JSON.parse(read('configuration.json').replaceAll('{issuer}', settings.issuer))
  const certificate = { cert: readFileSync(settings.certificate, 'utf8'), key: readFileSync(settings.certificate_key, 'utf8') }
  return { ...filled, client: client(first), client2: client(second), mtls: certificate, mtls2: certificate }
}

async function call(method, path, parameters, body) {
  const address = new URL(`/api/${path}`, suite)
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value)
  const answer = await fetch(address, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

async function runModule(plan, { testModule, variant }) {
  const started = await call('POST', 'runner', { test: testModule, plan, variant: JSON.stringify(variant ?? {}) })
  for (;;) {
    const { status, result } = await call('GET', `info/${started.id}`, {})
    if (status === 'FINISHED' || status === 'INTERRUPTED') return result ?? status
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

let failed = 0
for (const { plan, variant, clients } of JSON.parse(read('plans.json')).filter((one) => !only || one.plan === only)) {
  const filled = configuration(clients)
  if (suite === 'print') {
    console.log(JSON.stringify({ plan, variant, configuration: filled }))
    continue
  }
  const made = await call('POST', 'plan', { planName: plan, variant: JSON.stringify(variant) }, filled)
  for (const module of made.modules) {
    const result = await runModule(made.id, module)
    failed += ['FAILED', 'INTERRUPTED'].includes(result) ? 1 : 0
    console.log(`${result}\t${module.testModule}`)
  }
}
process.exit(failed ? 1 : 0)
