// Registers a passkey or signs in with one: <form data-passkey="register|sign-in" data-options-url data-finish-url>.
// Options come as JSON ({publicKey: …}, byte strings in base64url); the credential goes back the same way; the answer
// {"next": "/en/…"} says where to go. A form that carries what somebody had typed when the session ended (`_kept`) takes it
// there, with the token of the new session. Options may carry a sealed half of the ceremony, which goes back as it came. A page
// with a field <input autocomplete="… webauthn"> offers the passkeys that this device keeps, in that field.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const post = async (url, body) => {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
};

const readOptions = ({ publicKey }) => {
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  for (const list of [publicKey.excludeCredentials, publicKey.allowCredentials])
    for (const item of list || []) item.id = bytes(item.id);
  return { publicKey };
};

const writeCredential = (credential) => {
  const { response } = credential;
  const out = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) out[name] = text(response[name]);
  if (response.getTransports) out.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: out,
    extensions: credential.getClientExtensionResults(),
  };
};

const go = (form, { next, token }) => {
  if (!form.elements._kept || !token) return location.assign(next);
  form.elements._token.value = token;
  form.action = next;
  form.submit();
};

const options = async (form) => post(form.dataset.optionsUrl, { _token: form.elements._token.value });

const finish = async (form, { ceremony }, credential) =>
  go(form, await post(form.dataset.finishUrl, { ...writeCredential(credential), ceremony }));

let offered;
const offer = async (form) => {
  if (!(await window.PublicKeyCredential?.isConditionalMediationAvailable?.())) return;
  offered = new AbortController();
  try {
    const asked = await options(form);
    const { signal } = offered;
    await finish(form, asked, await navigator.credentials.get({ ...readOptions(asked), mediation: "conditional", signal }));
  } catch {
    // Nobody chose one, or it took too long: the button is still there.
  }
};

const offering = document.querySelector("form[data-passkey=sign-in]");
if (offering && document.querySelector("input[autocomplete~=webauthn]")) offer(offering);

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const failed = form.querySelector("[data-passkey-error]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    failed.hidden = true;
    try {
      offered?.abort();
      const asked = await options(form);
      const act = form.dataset.passkey === "register" ? "create" : "get";
      await finish(form, asked, await navigator.credentials[act](readOptions(asked)));
    } catch {
      failed.hidden = false;
      delete form.dataset.busy;
    }
  });
}
