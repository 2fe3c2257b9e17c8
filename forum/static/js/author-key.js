/* The author's code (本人码) on the author's own device: drawn here, kept here, signed with here. Formats:
   forum/tlog/authorkey.py, commitment.py, forum/base/text.py. Every word comes from the page.
   A browser without Ed25519 cannot use this file, and an old one not even read it: then the page works as
   without script, the server makes the code, and the page says what that is worth. */
(() => {
  "use strict";

  if (!window.isSecureContext || !window.crypto?.subtle || !HTMLFormElement.prototype.requestSubmit) return;

  /* Bytes and their spellings */

  const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const CODE_SIZE = 16, SALT_SIZE = 32;
  /* RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS#8. */
  const PKCS8 = fromHex("302e020100300506032b657004220420");

  const utf8 = (text) => new TextEncoder().encode(text);
  const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const random = (size) => crypto.getRandomValues(new Uint8Array(size));
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

  function fromHex(text) {
    return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  }

  function joined(...parts) {
    return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
  }

  /* The code and its key */

  function formatCode(code) {
    const bits = Array.from(code, (byte) => byte.toString(2).padStart(8, "0")).join("") + "00";
    return bits.match(/.{5}/g).map((five) => BASE32[parseInt(five, 2)]).join("");
  }

  /* What a person typed as bytes, as tolerant as the server; null when it cannot be a code. */
  function parseCode(typed) {
    const plain = typed.normalize("NFKC").replace(/[\s\-\u2010-\u2015\u2212\u200b\ufeff]+/g, "");
    if (/[^ -~]/.test(plain)) return null;
    const text = plain.toUpperCase().replaceAll("0", "O").replaceAll("8", "B");
    if (!/^[A-Z2-7]{26}$/.test(text)) return null;
    const bits = Array.from(text, (char) => BASE32.indexOf(char).toString(2).padStart(5, "0")).join("");
    const code = Uint8Array.from(bits.slice(0, 8 * CODE_SIZE).match(/.{8}/g), (eight) => parseInt(eight, 2));
    return formatCode(code) === text ? code : null;
  }

  async function keyOf(code) {
    const seed = await sha256(joined(utf8("zhiyan/v1/author-seed\0"), code));
    const secret = await crypto.subtle.importKey("pkcs8", joined(PKCS8, seed), "Ed25519", true, ["sign"]);
    const { x } = await crypto.subtle.exportKey("jwk", secret);
    return { secret, hex: toHex(fromBase64(x.replaceAll("-", "+").replaceAll("_", "/"))) };
  }

  const supported = keyOf(new Uint8Array(CODE_SIZE)).then(() => true, () => false);

  /* What this device keeps: one record for each key, {key, code, form, origin, number, shown}. A record is
     found by its key, so a code stays usable also when the answer to the posting was lost on its way. */

  const PREFIX = "zhiyan:author:", PENDING = "zhiyan:author-pending";

  function records() {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))
        .map((name) => JSON.parse(localStorage.getItem(name)));
    } catch (blocked) { return []; }
  }

  function keep(record) {
    try {
      localStorage.setItem(PREFIX + record.key, JSON.stringify(record));
      return localStorage.getItem(PREFIX + record.key) !== null;
    } catch (blocked) { return false; }
  }

  function forget(record) {
    try { localStorage.removeItem(PREFIX + record.key); } catch (blocked) { /* then there is none */ }
  }

  /* The key that the form sent last from this tab was given: what the receipt must show. */
  function setPending(key) {
    try {
      if (key) sessionStorage.setItem(PENDING, key);
      else sessionStorage.removeItem(PENDING);
      return true;
    } catch (blocked) { return false; }
  }

  function pending() {
    try { return sessionStorage.getItem(PENDING); } catch (blocked) { return null; }
  }

  const isOf = (record, origin, number) => record.origin === origin && record.number === number;

  /* The record of a complaint's key; one that was drawn for another complaint does not count. */
  function recordOf(key, origin, number) {
    const found = records().find((record) => record.key === key);
    return found && (found.number === undefined || isOf(found, origin, number)) ? found : undefined;
  }

  function settle(record, origin, number) {
    records().filter((other) => other.key !== record.key && isOf(other, origin, number))
      .forEach((other) => keep({ ...other, number: 0 }));
    Object.assign(record, { origin, number });
    keep(record);
  }

  /* Posting: the code is drawn when the form opens and kept before the form is sent. The same form always
     sends the same key, as a retry must. Without a place to keep it, the server makes the code. */

  const drawn = new Map();

  async function drawFor(form) {
    const name = form.elements.idempotency.value;
    let record = records().find((one) => one.form === name);
    if (!record) {
      const code = random(CODE_SIZE);
      record = { key: (await keyOf(code)).hex, code: formatCode(code), form: name, shown: false };
    }
    drawn.set(form, record);
  }

  function fillIn(form) {
    const record = drawn.get(form);
    const kept = record !== undefined && keep(record) && setPending(record.key);
    if (!kept) setPending(null);
    form.elements.author_key.value = kept ? record.key : "";
  }

  /* The receipt: the entry must hold the key that was drawn here. */

  function entryOf(place) {
    try {
      return JSON.parse(new TextDecoder().decode(fromBase64(place.dataset.entry)));
    } catch (odd) { return {}; }
  }

  function part(name, place) {
    const template = place.querySelector(`template[data-part=${name}]`);
    const shown = template.content.cloneNode(true);
    template.after(shown);
    return template.nextElementSibling;
  }

  function checkReceipt(place) {
    const origin = place.dataset.origin, number = Number(place.dataset.number);
    const fresh = place.hasAttribute("data-fresh"), entry = entryOf(place);
    const record = entry.complaint === number ? recordOf(entry.author_key, origin, number) : undefined;
    const expected = fresh ? pending() : records().find((one) => isOf(one, origin, number))?.key;
    const honest = record && (fresh ? expected !== record.key || entry.made === "device" : expected === record.key);
    if (expected && !honest) { alarm(place, expected, entry.author_key); return; }
    if (!record) return;
    settle(record, origin, number);
    if (fresh || !record.shown) showCode(place, record);
    else offerCode(place, record);
  }

  function alarm(place, expected, found) {
    const shown = part("alarm", place);
    shown.querySelector("[data-expected]").textContent = expected;
    shown.querySelector("[data-found]").textContent = found || "-";
    shown.scrollIntoView?.({ block: "nearest" });
  }

  function showCode(place, record) {
    if (place.querySelector("[data-server-code]")) return;
    place.querySelectorAll("[data-instead]").forEach((one) => { one.hidden = true; });
    const shown = part("code", place);
    shown.querySelector(".code").textContent = record.code.match(/.{1,4}/g).join(" ");
    const copy = shown.querySelector("[data-code-copy]");
    copy.addEventListener("click", () => navigator.clipboard.writeText(record.code)
      .then(() => { copy.textContent = copy.dataset.done; }, () => {}));
    forgetBy(shown.querySelector("[data-forget]"), record, shown, place);
    record.shown = true;
    keep(record);
  }

  /* It was shown once; it comes again only when it is asked for. */
  function offerCode(place, record) {
    place.querySelectorAll("[data-instead]").forEach((one) => { one.hidden = true; });
    const shown = part("kept", place);
    shown.querySelector("[data-show]").addEventListener("click", () => {
      shown.remove();
      showCode(place, record);
    });
    forgetBy(shown.querySelector("[data-forget]"), record, shown, place);
  }

  function forgetBy(button, record, shown, place) {
    button.addEventListener("click", () => {
      forget(record);
      shown.remove();
      part("forgotten", place);
    });
  }

  /* Acts: what is signed, and with which code. The text of an edit as forum/base/text.py makes it. */

  const SPACE_BEFORE = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

  function normalise(text) {
    return text.replace(/\r\n?/g, "\n").normalize("NFC").replace(/[ \t\n\u00a0\u3000]+$/, "");
  }

  function normaliseLine(text) {
    return normalise(normalise(text).replaceAll("\n", " ")).replace(SPACE_BEFORE, "");
  }

  async function commitText(fields) {
    const salt = random(SALT_SIZE);
    const text = `${normaliseLine(fields.title.value)}\n${normalise(fields.body.value)}`;
    fields.salt.value = toBase64(salt);
    return toHex(await sha256(joined(utf8("zhiyan/v1/text\0"), salt, utf8(text))));
  }

  async function sign(form, secret) {
    const fields = form.elements, act = form.dataset;
    const committed = act.sign === "complaint.edited" ? await commitText(fields) : "-";
    const lines = ["zhiyan/v1/act", act.origin, act.number, act.sign, fields.status.value || "-",
      fields.of.value, committed];
    const message = utf8(lines.map((line) => `${line}\n`).join(""));
    fields.sig.value = toBase64(new Uint8Array(await crypto.subtle.sign("Ed25519", secret, message)));
  }

  const acts = new Map();

  function words(name) {
    return document.getElementById("author-words").dataset[name];
  }

  function cloned(id, before) {
    before.before(document.getElementById(id).content.cloneNode(true));
    return before.previousElementSibling;
  }

  /* A typed code is not sent at all: its field loses its name as soon as this device can sign by itself. */
  function prepare(form) {
    const origin = form.dataset.origin, number = Number(form.dataset.number);
    const input = form.elements.code, field = input.closest(".field");
    const known = records().find((one) => isOf(one, origin, number));
    const differs = known !== undefined && known.key !== form.dataset.authorKey;
    const record = differs ? undefined : recordOf(form.dataset.authorKey, origin, number);
    const act = { input, field, record, say: sayIn(form, field) };
    acts.set(form, act);
    input.removeAttribute("name");
    if (record) {
      settle(record, origin, number);
      field.hidden = true;
      act.unproven = cloned("author-known", field).querySelector("input");
      return;
    }
    field.querySelector(".hint").textContent = words("hint");
    act.remember = cloned("author-remember", field.nextElementSibling || form.lastElementChild).querySelector("input");
    if (differs) act.say(words("alarm"));
  }

  function sayIn(form, field) {
    return (sentence) => {
      form.querySelector("[data-author-said]")?.remove();
      if (!sentence) return;
      const line = document.createElement("p");
      line.className = "error";
      line.setAttribute("role", "alert");
      line.setAttribute("data-author-said", "");
      line.textContent = sentence;
      field.before(line);
    };
  }

  /* The code to prove this act with; null: none, the act is unproven; undefined: not this complaint's. */
  async function codeFor(form, act) {
    if (act.record) return act.unproven.checked ? null : parseCode(act.record.code);
    if (!act.input.value.trim()) return null;
    const code = parseCode(act.input.value);
    return code && (await keyOf(code)).hex === form.dataset.authorKey ? code : undefined;
  }

  async function prove(form, act) {
    act.say("");
    const code = await codeFor(form, act);
    if (code === undefined) {
      act.say(words("wrong"));
      act.input.focus();
      return false;
    }
    form.elements.sig.value = "";
    if (code) await sign(form, (await keyOf(code)).secret);
    if (code && act.remember?.checked) rememberTyped(form, code);
    act.input.value = "";
    return true;
  }

  function rememberTyped(form, code) {
    const { origin, authorKey } = form.dataset;
    keep({ key: authorKey, code: formatCode(code), shown: true, origin, number: Number(form.dataset.number) });
  }

  async function proveAndSend(form) {
    if (form.hasAttribute("data-signing")) return;
    form.setAttribute("data-signing", "");
    let proven = false;
    try {
      const act = (await supported) ? acts.get(form) : undefined;
      proven = act === undefined || (await prove(form, act));
    } catch (failed) { acts.get(form)?.say(words("failed")); }
    form.removeAttribute("data-signing");
    if (!proven) return;
    /* The keys may be there at once, and then the submission that was stopped is not over yet: the browser
       would not begin another one inside it. */
    await new Promise((resolve) => setTimeout(resolve, 0));
    form.setAttribute("data-signed", "");
    form.requestSubmit();
    form.removeAttribute("data-signed");
  }

  /* Before the other listeners of the form: they guard against a second tap, which this first one is not. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-author-form")) fillIn(form);
    if (!form.hasAttribute("data-sign") || form.hasAttribute("data-signed")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    proveAndSend(form);
  }, true);

  supported.then((able) => {
    if (!able) return;
    document.querySelectorAll("form[data-author-form]").forEach(drawFor);
    document.querySelectorAll("form[data-sign]").forEach(prepare);
    document.querySelectorAll("[data-author-receipt]").forEach(checkReceipt);
  });
})();
