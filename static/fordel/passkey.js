// Passkeys: asks the browser for one, and sends what it says as a field of the form. allauth's webauthn-json translates.
"use strict";

(() => {
  const options = (form) => JSON.parse(form.querySelector("script[type='application/json']").textContent);
  const KINDS = {
    add: (form) => window.webauthnJSON.create(options(form).creation_options ?? options(form)),
    confirm: (form) => window.webauthnJSON.get(options(form)),
    login: async (form) => {
      const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      return window.webauthnJSON.get((await answer.json()).request_options);
    },
  };

  async function ask(button) {
    const { form } = button;
    const failed = form.querySelector("[data-passkey-failed]");
    failed.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await KINDS[button.dataset.passkey](form));
    } catch {
      failed.hidden = false;
      return;
    }
    form.requestSubmit();
  }

  // A press, or Enter in the form: first the key, then the form.
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-passkey]");
    if (button && button.type === "button") ask(button);
  });
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("[data-passkey]");
    if (!button || event.target.elements.credential.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(button);
  }, true);

  const show = () => {
    if (!window.webauthnJSON?.supported()) return;
    for (const button of document.querySelectorAll("[data-passkey][hidden]")) button.hidden = false;
  };
  document.addEventListener("okt:skjema", show);
  document.addEventListener("DOMContentLoaded", show);
  show();
})();
