// How long one is still in. Warns before the session ends, and then covers the page until the same person is in again;
// what was half written stays where it was, in the page, and nowhere else: nothing is put into the browser's storage.
// The server ends the session by itself (login/idle.py); this only keeps the page in step with it.
"use strict";

(() => {
  const okt = document.getElementById("okt");
  const { state, login, done, choose, user, place, idle } = okt.dataset;
  const warning = document.getElementById("okt-varsel");
  const lock = document.getElementById("okt-laas");
  const IDLE = Number(idle) * 1_000;
  const WARN = Math.min(120_000, IDLE / 3);
  // A little use is told of a little later: once a minute at most.
  const TELL = Math.min(60_000, IDLE / 20);
  // Behind the cover the page waits a lunch, not a night.
  const GIVE_UP = 60 * 60_000;
  const tabs = new BroadcastChannel("okt");

  let ends = Date.now() + IDLE;
  let final = false;
  let told = Date.now();
  let asked = 0;
  let locked = 0;
  let token = null;
  let title = "";

  // --- the server

  async function ask(method = "GET") {
    asked = Date.now();
    const headers = method === "POST" ? { "X-CSRFToken": token } : {};
    const answer = await fetch(state, { method, headers });
    if (answer.status === 403 && method === "POST") token = null; // another tab has logged in, or changed clinics
    if (!answer.ok) throw new Error(answer.statusText);
    const now = await answer.json();
    if (now.left > 0) {
      token = now.csrf;
      ends = Date.now() + now.left * 1_000;
      final = now.final;
    } else {
      ends = Date.now();
    }
    return now;
  }

  async function goOn() {
    told = Date.now();
    if (warning.open) warning.close();
    try {
      if (!token) await ask();
      await ask("POST").catch(async () => {
        await ask();
        await ask("POST");
      });
      tabs.postMessage({ ends, final });
    } catch {
      check();
    }
  }

  // --- what is use: keys, the pointer, the wheel; and requests that somebody asked for

  for (const kind of ["keydown", "pointerdown", "wheel", "input"]) {
    document.addEventListener(kind, () => {
      if (!locked && !warning.open && Date.now() - told > TELL) goOn();
    }, { capture: true, passive: true });
  }
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (!detail.triggeringEvent) detail.headers["X-Fordel-Background"] = "1";
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!detail.successful || detail.requestConfig?.headers["X-Fordel-Background"]) return;
    told = Date.now();
    if (final) return;
    ends = Date.now() + IDLE;
    tabs.postMessage({ ends, final });
  });
  tabs.addEventListener("message", ({ data }) => {
    if (data.inside && locked) return look();
    if (!data.ends || locked) return;
    ({ ends, final } = data);
    if (warning.open && ends - Date.now() > WARN) warning.close();
  });
  tabs.postMessage({ ends, final });

  // --- the clock: by the wall, since a computer that sleeps stops every timer

  async function check() {
    if (locked) return Date.now() - locked > GIVE_UP ? leave(login) : undefined;
    const left = ends - Date.now();
    if (left > WARN) return warning.open ? warning.close() : undefined;
    if (left > 0 && warning.open) return count(left);
    // Another window may have put it off: ask before frightening, and before covering.
    if (Date.now() - asked < 2_000 && left > 0) return undefined;
    const now = await ask().catch(() => ({ left: left > 0 ? left / 1_000 : 0 }));
    if (now.left <= 0) return cover();
    if (ends - Date.now() <= WARN && !warning.open) warn();
    return undefined;
  }
  setInterval(check, 1_000);

  async function look() {
    if (document.hidden || Date.now() - asked < 1_000) return;
    const now = await ask().catch(() => null);
    if (!now) return;
    if (now.left <= 0) cover();
    else if (now.user !== user) leave("/");
    else if (locked && now.place === place) uncover(now);
    else if (locked) leave("/");
  }
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);

  function leave(to) {
    document.documentElement.classList.add("is-locked");
    window.location.replace(to);
  }

  // --- the warning

  const part = (name) => warning.querySelector(`[data-if=${name}]`);
  function warn() {
    part("final").hidden = !final;
    part("idle").hidden = final;
    count(ends - Date.now());
    warning.showModal();
  }
  let said = 0;
  function count(left) {
    const seconds = Math.ceil(left / 1_000);
    warning.querySelector("[data-clock]").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (Date.now() - said < 30_000) return;
    said = Date.now();
    const says = warning.querySelector("[data-said]");
    says.textContent = says.dataset.minutes.replace("#", seconds);
  }
  warning.querySelector("[data-go-on]").addEventListener("click", goOn);
  warning.addEventListener("cancel", (event) => {
    event.preventDefault();
    goOn();
  });

  // --- the cover, and the login on it

  async function cover() {
    if (locked) return;
    locked = Date.now();
    title = document.title;
    document.title = okt.dataset.title;
    document.documentElement.classList.add("is-locked");
    sessionStorage.clear();
    if (warning.open) warning.close();
    if (!lock.open) lock.showModal();
    for (const src of okt.dataset.scripts.split(" ")) {
      if (!document.querySelector(`script[src="${src}"]`)) document.head.append(Object.assign(document.createElement("script"), { src, async: false }));
    }
    await show(() => fetch(login));
  }
  // Escape closes a dialog, and this one comes back; the page behind is hidden either way.
  lock.addEventListener("cancel", (event) => event.preventDefault());
  lock.addEventListener("close", () => {
    if (locked) lock.showModal();
  });

  async function show(send) {
    const failed = lock.querySelector("[data-failed]");
    failed.hidden = true;
    let answer;
    try {
      answer = await send();
    } catch {
      failed.hidden = false;
      return;
    }
    if (new URL(answer.url).pathname === done) return inside();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Refused with words of its own, or somebody who is in but must set something up first.
    const form = page.getElementById("innlogging") ?? (answer.ok ? null : page.querySelector("main .narrow"));
    if (!form) return leave("/");
    lock.querySelector("[data-form]").replaceChildren(document.importNode(form, true));
    const name = lock.querySelector("#id_login");
    if (name && !name.value) name.value = okt.dataset.username;
    (lock.querySelector("#id_password") ?? lock.querySelector("[autofocus]"))?.focus();
    document.dispatchEvent(new Event("okt:skjema"));
    return undefined;
  }
  lock.addEventListener("submit", (event) => {
    event.preventDefault();
    const { target: form } = event;
    show(() => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }));
  });

  async function inside() {
    let now = await ask();
    // The place is the session's, and the session is new.
    if (now.user === user && place && now.place !== place) {
      const body = new URLSearchParams({ member: place, csrfmiddlewaretoken: now.csrf });
      await fetch(choose, { method: "POST", body, redirect: "manual" });
      now = await ask();
    }
    if (now.user !== user || now.place !== place) return leave("/");
    uncover(now);
    return tabs.postMessage({ inside: true });
  }

  function uncover(now) {
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = now.csrf;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": now.csrf }));
    locked = 0;
    told = Date.now();
    document.title = title;
    lock.querySelector("[data-form]").replaceChildren();
    lock.close();
    document.documentElement.classList.remove("is-locked");
  }

  // --- what is sent after the end waits behind the cover too

  document.addEventListener("submit", (event) => {
    if (locked || Date.now() < ends || event.target.id === "logg-ut") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    cover();
  }, true);
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const to = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (!to || new URL(to, window.location).pathname !== new URL(login, window.location).pathname) return;
    event.preventDefault();
    cover();
  });
})();
