/* Checks a receipt in the browser: the steps of forum/tlog/receipt.py, in their order and as strict.

   One classic script that asks nobody anything: what it needs (the log's key, the witnesses, every word in the
   reader's language) stands in the page, so page and script saved to a folder check receipts without a network.
   A step is good, bad or none (not checked here), and the verdict is never better than its steps. */
(function () {
  "use strict";

  /* Refusals: a word of the page that names the broken rule, and what goes into its blanks */

  class Refusal extends Error {
    constructor(word, values) {
      super(word);
      this.word = word;
      this.values = values || {};
    }
  }

  function require(holds, word, values) {
    if (!holds) throw new Refusal(word, values);
  }

  /* Bytes and numbers as text, in exactly one spelling (forum/tlog/encoding.py) */

  const HASH_SIZE = 32;
  const LARGEST = "9223372036854775807"; // 2^63 - 1, the largest number of the C2SP formats
  const encoder = new TextEncoder();

  function encodeUtf8(text) {
    // With the flag u this finds lone surrogates only: half characters that no UTF-8 can hold.
    require(!/[\ud800-\udfff]/u.test(text), "not-text");
    return encoder.encode(text);
  }

  function decodeUtf8(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (error) {
      throw new Refusal("not-text");
    }
  }

  function decodeBase64(text) {
    let raw = null;
    try {
      if (/^[A-Za-z0-9+/]*={0,2}$/.test(text)) raw = atob(text);
    } catch (error) { /* Not base64: raw stays null. */ }
    // Bits that say nothing could say anything, so only the one canonical spelling is taken.
    require(raw !== null && btoa(raw) === text, "not-base64");
    return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  }

  function decodeHash(text) {
    const hash = decodeBase64(text);
    require(hash.length === HASH_SIZE, "not-a-hash");
    return hash;
  }

  /* Beyond 2^53 the answer is not exact; whoever counts with it must ask Number.isSafeInteger. */
  function parseDecimal(text) {
    const fits = text.length < LARGEST.length || (text.length === LARGEST.length && text <= LARGEST);
    require(/^(0|[1-9][0-9]*)$/.test(text) && fits, "not-a-number");
    return Number(text);
  }

  function encodeBase64(bytes) {
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }

  function encodeHex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function join(...parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    parts.forEach((part) => { whole.set(part, at); at += part.length; });
    return whole;
  }

  function same(one, other) {
    return one.length === other.length && one.every((byte, i) => byte === other[i]);
  }

  /* SHA-256 (FIPS 180-4): the browser's own is missing where the connection is not secure */

  const PRIMES = (function () {
    const found = [];
    for (let n = 2; found.length < 64; n += 1) if (found.every((prime) => n % prime)) found.push(n);
    return found;
  })();
  const fraction = (root) => Math.floor((root - Math.floor(root)) * 4294967296);
  const FIRST = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const ROUNDS = PRIMES.map((prime) => fraction(exactCubeRoot(prime)));
  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  /* Math.cbrt may be off in the last bit on some machines; one step of Newton settles it. */
  function exactCubeRoot(n) {
    const root = Math.cbrt(n);
    return root - (root * root * root - n) / (3 * root * root);
  }

  function padded(message) {
    const blocks = new DataView(new ArrayBuffer(((message.length + 72) >> 6) << 6));
    new Uint8Array(blocks.buffer).set(message);
    blocks.setUint8(message.length, 0x80);
    blocks.setUint32(blocks.byteLength - 8, Math.floor(message.length / 536870912));
    blocks.setUint32(blocks.byteLength - 4, (message.length * 8) >>> 0);
    return blocks;
  }

  function schedule(blocks, at) {
    const w = new Uint32Array(64);
    for (let t = 0; t < 16; t += 1) w[t] = blocks.getUint32(at + 4 * t);
    for (let t = 16; t < 64; t += 1) {
      const s0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ (w[t - 15] >>> 3);
      const s1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ (w[t - 2] >>> 10);
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    return w;
  }

  function compress(state, w) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t += 1) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[t] + w[t]) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, h] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
  }

  function sha256(message) {
    const blocks = padded(message), state = Uint32Array.from(FIRST);
    for (let at = 0; at < blocks.byteLength; at += 64) compress(state, schedule(blocks, at));
    const hash = new DataView(new ArrayBuffer(HASH_SIZE));
    state.forEach((word, i) => hash.setUint32(4 * i, word));
    return new Uint8Array(hash.buffer);
  }

  /* JSON: objects become Maps, so that no name is special; a name that stands twice is refused, because two
          readers must never see two different receipts in one file */

  const DEEPEST = 50;
  const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
  const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
  const PLAIN = /[^"\\\x00-\x1f]*/y;

  class Json {
    constructor(text) {
      this.text = text;
      this.at = 0;
    }

    whole() {
      const value = this.value(0);
      this.blanks();
      require(this.at === this.text.length, "not-json");
      return value;
    }

    value(depth) {
      require(depth < DEEPEST, "not-json");
      this.blanks();
      const first = this.text[this.at];
      if (first === "{") return this.object(depth);
      if (first === "[") return this.array(depth);
      if (first === '"') return this.string();
      for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
        if (this.text.startsWith(word, this.at)) { this.at += word.length; return value; }
      }
      return this.number();
    }

    object(depth) {
      const found = new Map();
      this.list("}", () => {
        this.blanks();
        const name = this.string();
        this.blanks();
        this.take(":");
        const value = this.value(depth + 1);
        require(!found.has(name), "twice", { part: name });
        found.set(name, value);
      });
      return found;
    }

    array(depth) {
      const found = [];
      this.list("]", () => found.push(this.value(depth + 1)));
      return found;
    }

    list(end, item) {
      this.at += 1;
      this.blanks();
      if (this.text[this.at] === end) { this.at += 1; return; }
      for (;;) {
        item();
        this.blanks();
        if (this.text[this.at] === end) { this.at += 1; return; }
        this.take(",");
      }
    }

    string() {
      this.take('"');
      let found = "";
      for (;;) {
        found += this.match(PLAIN)[0];
        if (this.text[this.at] === '"') { this.at += 1; return found; }
        this.take("\\");
        found += this.escape();
      }
    }

    escape() {
      const letter = this.text[this.at];
      this.at += 1;
      if (letter !== "u") {
        require(Object.prototype.hasOwnProperty.call(ESCAPES, letter), "not-json");
        return ESCAPES[letter];
      }
      const digits = this.text.slice(this.at, this.at + 4);
      require(/^[0-9a-fA-F]{4}$/.test(digits), "not-json");
      this.at += 4;
      return String.fromCharCode(parseInt(digits, 16));
    }

    number() {
      const found = this.match(NUMBER);
      require(found, "not-json");
      // 1.0 is not the integer 1: a receipt and an entry hold no other numbers than integers.
      return found[1] || found[2] ? NaN : Number(found[0]);
    }

    match(pattern) {
      pattern.lastIndex = this.at;
      const found = pattern.exec(this.text);
      if (found) this.at = pattern.lastIndex;
      return found;
    }

    take(letter) {
      require(this.text[this.at] === letter, "not-json");
      this.at += 1;
    }

    blanks() {
      while (this.at < this.text.length && " \t\n\r".includes(this.text[this.at])) this.at += 1;
    }
  }

  const parseJson = (text) => new Json(text).whole();

  /* Entries (forum/tlog/entry.py): a receipt's is a complaint.posted, in its canonical bytes */

  const LONGEST_ENTRY = 4096;
  const like = (pattern) => (value) => typeof value === "string" && pattern.test(value);
  const orNull = (holds) => (value) => value === null || holds(value);
  const SLUG = like(/^[a-z0-9-]{1,64}$/);
  const POSTED = {
    v: (value) => value === 1,
    kind: (value) => value === "complaint.posted",
    at: like(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/),
    complaint: (value) => Number.isSafeInteger(value) && value >= 1,
    by: like(/^(author|staff)$/),
    staff: orNull(like(/^S-\d{3,6}$/)),
    type: like(/^(criticism|suggestion|question|praise)$/),
    project: SLUG,
    category: SLUG,
    verified: (value) => typeof value === "boolean",
    wanted_by: orNull(like(/^\d{4}-\d\d-\d\d$/)),
    author_key: orNull(like(/^[0-9a-f]{64}$/)),
    made: orNull(like(/^(device|server)$/)),
    commitments: areCommitments,
  };

  function areCommitments(value) {
    return value instanceof Map && value.has("text") && value.has("author") &&
      Array.from(value).every(([field, digest]) =>
        /^(text|author|remedy|photo\.[1-9](\.received|\.alt)?)$/.test(field) &&
        typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest));
  }

  function isDay(text) {
    const [year, month, day] = text.split("-").map(Number);
    const days = [31, (year % 4 || (!(year % 100) && year % 400)) ? 28 : 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
  }

  /* RFC 8785 for what an entry may hold: plain ASCII words, integers, and one object within. */
  function canonical(value) {
    if (!(value instanceof Map)) return JSON.stringify(value);
    const names = Array.from(value.keys()).sort();
    return "{" + names.map((name) => `${JSON.stringify(name)}:${canonical(value.get(name))}`).join(",") + "}";
  }

  function parseEntry(bytes) {
    require(bytes.length <= LONGEST_ENTRY, "entry-invalid", { part: "4096" });
    require(bytes.every((byte) => byte < 0x80), "entry-invalid", { part: "ASCII" });
    const text = String.fromCharCode(...bytes);
    let entry = null;
    try { entry = parseJson(text); } catch (error) { /* Said in the next line, whatever it was. */ }
    require(entry instanceof Map, "entry-invalid", { part: "JSON" });
    require(entry.get("kind") === "complaint.posted", "entry-kind");
    for (const name of entry.keys()) {
      require(Object.prototype.hasOwnProperty.call(POSTED, name), "entry-invalid", { part: name });
    }
    for (const name of Object.keys(POSTED)) {
      require(entry.has(name) && POSTED[name](entry.get(name)), "entry-invalid", { part: name });
    }
    require(isDay(entry.get("at").slice(0, 10)), "entry-invalid", { part: "at" });
    const wanted = entry.get("wanted_by");
    require(wanted === null || isDay(wanted), "entry-invalid", { part: "wanted_by" });
    require(canonical(entry) === text, "entry-invalid", { part: "RFC 8785" });
    return entry;
  }

  /* The Merkle tree (RFC 9162 section 2.1) */

  const leafHash = (entry) => sha256(join(Uint8Array.of(0), entry));
  const nodeHash = (left, right) => sha256(join(Uint8Array.of(1), left, right));
  const half = (n) => Math.floor(n / 2); // Sizes may be beyond the 32 bits of >>.
  const EMPTY_ROOT = sha256(new Uint8Array(0));

  /* Where a proof has come to: fn is the node's number, sn the last one's, on the present level. */
  class Climb {
    constructor(fn, sn) {
      this.fn = fn;
      this.sn = sn;
    }

    get fromLeft() { return this.fn % 2 === 1 || this.fn === this.sn; }

    up() {
      this.fn = half(this.fn);
      this.sn = half(this.sn);
    }

    skipLoneLevels() {
      while (this.fn !== 0 && this.fn % 2 === 0) this.up();
    }
  }

  /* RFC 9162, 2.1.3.2 */
  function checkInclusion(hashes, index, size, leaf, root) {
    require(Number.isSafeInteger(size) && index < size, "no-such-entry", { index, size });
    const way = new Climb(index, size - 1);
    let hash = leaf;
    for (const one of hashes) {
      require(way.sn !== 0, "proof-length");
      if (way.fromLeft) {
        hash = nodeHash(one, hash);
        way.skipLoneLevels();
      } else {
        hash = nodeHash(hash, one);
      }
      way.up();
    }
    require(way.sn === 0, "proof-length");
    require(same(hash, root), "other-root");
  }

  /* RFC 9162, 2.1.4.2 */
  function checkConsistency(hashes, old, oldRoot, size, root) {
    require(Number.isSafeInteger(size) && old <= size, "forgotten", { old, size });
    if (old === size) require(same(oldRoot, root), "two-histories", { size });
    if (old === size || old === 0) {
      require(!hashes.length, "proof-length");
      return;
    }
    require(hashes.length, "proof-length");
    let power = old;
    while (power % 2 === 0) power = half(power);
    checkGrowth(power === 1 ? [oldRoot, ...hashes] : hashes, old, oldRoot, size, root);
  }

  function checkGrowth(path, old, oldRoot, size, root) {
    const way = new Climb(old - 1, size - 1);
    while (way.fn % 2 === 1) way.up();
    let before = path[0], now = path[0];
    for (const one of path.slice(1)) {
      require(way.sn !== 0, "proof-length");
      if (way.fromLeft) {
        before = nodeHash(one, before);
        now = nodeHash(one, now);
        way.skipLoneLevels();
      } else {
        now = nodeHash(now, one);
      }
      way.up();
    }
    require(way.sn === 0, "proof-length");
    require(same(before, oldRoot) && same(now, root), "history-changed");
  }

  /* Signed notes, checkpoints, proofs (C2SP signed-note, tlog-checkpoint, tlog-proof) */

  const PROOF_HEADER = "c2sp.org/tlog-proof@v1";
  const MOST_HASHES = 63;
  const MOST_SIGNATURES = 100;
  // What Unicode calls white space, and what no name may hold.
  const NOT_IN_NAMES = /[+\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

  function splitNote(note) {
    require(!/[\x00-\x09\x0b-\x1f]/.test(note), "note-form");
    const at = note.lastIndexOf("\n\n");
    require(at >= 0 && note.length > at + 2 && note.endsWith("\n"), "note-form");
    const lines = note.slice(at + 2, -1).split("\n");
    require(lines.length <= MOST_SIGNATURES, "note-form");
    return { text: note.slice(0, at + 1), signatures: lines.map(parseSignature) };
  }

  function parseSignature(line) {
    const found = /^— ([^ ]+) ([^ ]+)$/.exec(line);
    require(found && !NOT_IN_NAMES.test(found[1]), "note-form");
    const data = decodeBase64(found[2]);
    require(data.length > 4, "note-form");
    return { name: found[1], id: encodeHex(data.slice(0, 4)), blob: data.slice(4) };
  }

  function parseCheckpoint(text) {
    const lines = text.split("\n");
    require(lines.length >= 4 && lines.pop() === "" && lines.every((line) => line), "checkpoint-form");
    const [origin, size, root] = [lines[0], parseDecimal(lines[1]), decodeHash(lines[2])];
    require(size !== 0 || same(root, EMPTY_ROOT), "checkpoint-form");
    return { origin, size, root };
  }

  function parseProof(text) {
    encodeUtf8(text);
    const at = text.indexOf("\n\n");
    const lines = at < 0 ? [] : text.slice(0, at).split("\n");
    require(lines.shift() === PROOF_HEADER, "proof-form");
    if (lines.length && lines[0].startsWith("extra ")) {
      require(decodeBase64(lines.shift().slice(6)).length, "proof-form");
    }
    require(lines.length && lines[0].startsWith("index "), "proof-form");
    const index = parseDecimal(lines.shift().slice(6));
    require(lines.length <= MOST_HASHES, "proof-form");
    const hashes = lines.map(decodeHash);
    return { index, hashes, note: text.slice(at + 2) };
  }

  /* Whom to believe: the page's tlog-policy, and the keys in it */

  const ED25519 = 1, COSIGNATURE = 4;

  function parseVkey(vkey, type) {
    const [name, id] = vkey.split("+", 2);
    const data = decodeBase64(vkey.slice(name.length + id.length + 2));
    const own = encodeHex(sha256(join(encodeUtf8(name + "\n"), data)).slice(0, 4));
    require(own === id && data[0] === type && data.length === 33, "bad-key");
    return { name, id, type, vkey, public: data.slice(1) };
  }

  function parsePolicy(text) {
    const policy = { logs: [], witnesses: [], groups: [], quorum: null };
    text.split("\n").map((line) => line.trim().split(/[ \t]+/)).forEach((words) => {
      if (words[0] === "log") policy.logs.push(parseVkey(words[1], ED25519));
      if (words[0] === "witness") {
        policy.witnesses.push({ called: words[1], key: parseVkey(words[2], COSIGNATURE) });
      }
      if (words[0] === "group") {
        const members = words.slice(3);
        const counted = { all: members.length, any: 1 };
        policy.groups.push({ called: words[1], members, least: counted[words[2]] || Number(words[2]) });
      }
      if (words[0] === "quorum" && words[1] !== "none") policy.quorum = words[1];
    });
    return policy;
  }

  function quorumMet(policy, names) {
    const met = new Map(policy.witnesses.map(({ called, key }) => [called, names.includes(key.name)]));
    policy.groups.forEach(({ called, members, least }) => {
      met.set(called, members.filter((member) => met.get(member)).length >= least);
    });
    return policy.quorum === null || met.get(policy.quorum) === true;
  }

  /* Ed25519, by the browser or not at all */

  // RFC 8032 section 7.1, test 1: the signature of the empty message.
  const KNOWN_KEY = decodeBase64("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  const KNOWN_SIGNATURE = decodeBase64(
    "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==");

  function verifyEd25519(publicKey, message, signature) {
    const subtle = window.crypto.subtle;
    return subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"])
      .then((key) => subtle.verify({ name: "Ed25519" }, key, signature, message));
  }

  /* null when this browser can check signatures; otherwise the word that says why it cannot. */
  let answered = null;
  function whyNoSignatures() {
    if (!window.crypto || !window.crypto.subtle) {
      return Promise.resolve(window.isSecureContext ? "no-ed25519" : "insecure");
    }
    answered = answered || verifyEd25519(KNOWN_KEY, new Uint8Array(0), KNOWN_SIGNATURE)
      .then((right) => (right ? null : "no-ed25519"), () => "no-ed25519");
    return answered;
  }

  /* A witness signs its time with the checkpoint (C2SP tlog-cosignature, "cosignature/v1"). */
  function cosignedTime(blob) {
    const view = new DataView(blob.buffer, blob.byteOffset, 8);
    return view.getUint32(0) * 4294967296 + view.getUint32(4);
  }

  function signatureHolds(key, text, blob) {
    if (key.type === ED25519) return verifyEd25519(key.public, encodeUtf8(text), blob);
    if (blob.length !== 72 || !Number.isSafeInteger(cosignedTime(blob))) return Promise.resolve(false);
    const message = encodeUtf8(`cosignature/v1\ntime ${cosignedTime(blob)}\n${text}`);
    return verifyEd25519(key.public, message, blob.slice(8));
  }

  /* The witnesses (name, time) who cosigned the note. Refusal unless the log signed it and no known key's line
     fails; `unable` when nothing but this browser stands in the way. */
  async function openCheckpoint(note, policy) {
    const { text, signatures } = splitNote(note);
    const known = [...policy.logs, ...policy.witnesses.map((witness) => witness.key)];
    const lines = signatures
      .map((line) => ({ line, key: known.find((key) => key.name === line.name && key.id === line.id) }))
      .filter(({ key }) => key);
    const log = lines.find(({ key }) => key.type === ED25519);
    require(log, "unsigned");
    require(parseCheckpoint(text).origin === log.key.name, "other-board", { origin: log.key.name });
    const unable = await whyNoSignatures();
    if (unable) return { unable, log: log.key, cosigned: [] };
    for (const { line, key } of lines) {
      require(await signatureHolds(key, text, line.blob), "bad-signature", { name: key.name });
    }
    const cosigned = new Map();
    lines.filter(({ key }) => key.type === COSIGNATURE).forEach(({ line, key }) => {
      if (!cosigned.has(key.name)) cosigned.set(key.name, cosignedTime(line.blob));
    });
    return { unable: null, log: log.key, cosigned: Array.from(cosigned) };
  }

  /* The receipt */

  const LONGEST = 1048576; // characters
  const PARTS = ["v", "site", "origin", "number", "entry", "proof", "openings"];

  function parseReceipt(text) {
    encodeUtf8(text);
    require(text.length <= LONGEST || Array.from(text).length <= LONGEST, "too-long");
    const record = parseJson(text);
    const whole = record instanceof Map && record.size === PARTS.length && PARTS.every((part) => record.has(part));
    require(whole, "parts", { parts: PARTS.join(", ") });
    require(record.get("v") === 1, "version");
    const number = record.get("number");
    require(Number.isSafeInteger(number) && number >= 1, "damaged", { part: "number" });
    const [site, origin] = ["site", "origin"].map((part) => textOf(record, part));
    require(/^https?:\/\/[!-~]{1,200}$/.test(site), "damaged", { part: "site" });
    const proof = within("proof", () => parseProof(textOf(record, "proof")));
    const entry = within("entry", () => decodeBase64(textOf(record, "entry")));
    const openings = within("openings", () => parseOpenings(record.get("openings")));
    const checkpoint = within("proof", () => parseCheckpoint(splitNote(proof.note).text));
    require(checkpoint.origin === origin, "two-logs");
    return { site, origin, number, entry, proof, openings, checkpoint };
  }

  /* A rule broken inside a part of the receipt is told as: this part is damaged. */
  function within(part, read) {
    try {
      return read();
    } catch (error) {
      if (error instanceof Refusal) throw new Refusal("damaged", { part });
      throw error;
    }
  }

  function textOf(record, part) {
    const value = record.get(part);
    require(typeof value === "string", "damaged", { part });
    encodeUtf8(value);
    return value;
  }

  function parseOpenings(value) {
    require(value instanceof Map, "damaged");
    const inOrder = Array.from(value).sort(([one], [other]) => rank(one) - rank(other));
    return inOrder.map(([field, opening]) => {
      require(opening instanceof Map && opening.size === 2, "damaged");
      encodeUtf8(field);
      const salt = decodeBase64(textOf(opening, "salt"));
      require(salt.length === 32, "damaged");
      return { field, salt, value: textOf(opening, "value") };
    });
  }

  /* The text first, then the wish, the name and the photos: as a person looks for them. */
  function rank(field) {
    const at = ["text", "remedy", "author"].indexOf(field);
    return at < 0 ? 3 : at;
  }

  function commit({ field, salt, value }) {
    return encodeHex(sha256(join(encodeUtf8(`zhiyan/v1/${field}`), Uint8Array.of(0), salt, encodeUtf8(value))));
  }

  /* The steps; each becomes { name, result, word, values, facts }, and none throws for what a receipt says.
          `check` answers what is special about a step that holds; `facts` are the values to be looked at */

  async function step(name, check, facts) {
    let found = null;
    try {
      found = Object.assign({ result: "good", word: `${name}.good`, values: {} }, await check());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      found = { result: "bad", word: error.word, values: error.values };
    }
    return Object.assign(found, { name, facts: await shown(facts) });
  }

  /* Values are shown as far as they can be read, also where the step did not hold. */
  async function shown(facts) {
    try {
      return (await facts()) || [];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return [];
    }
  }

  function leafStep(receipt) {
    const check = () => {
      const entry = parseEntry(receipt.entry), number = receipt.number;
      require(entry.get("complaint") === number, "entry-other", { number });
      return { values: { number, at: localTime(entry.get("at")) } };
    };
    const plain = receipt.entry.every((byte) => byte < 0x80) && receipt.entry.length <= LONGEST_ENTRY;
    return step("leaf", check, () => [
      ["entry", plain ? String.fromCharCode(...receipt.entry) : encodeBase64(receipt.entry)],
      ["leaf", encodeHex(leafHash(receipt.entry))],
    ]);
  }

  function commitmentsStep(receipt) {
    const check = () => {
      const commitments = parseEntry(receipt.entry).get("commitments");
      const opened = receipt.openings.map((one) => one.field);
      const odd = [...opened.filter((field) => !commitments.has(field)),
        ...Array.from(commitments.keys()).filter((field) => !opened.includes(field))];
      require(!odd.length, "openings-odd", { fields: fieldNames(odd) });
      const changed = receipt.openings.filter((one) => commit(one) !== commitments.get(one.field));
      require(!changed.length, "text-changed", { fields: fieldNames(changed.map((one) => one.field)) });
      return { values: { n: opened.length, fields: fieldNames(opened) } };
    };
    return step("commitments", check, () => receipt.openings.reduce(
      (facts, one) => facts.concat([[fieldName(one.field), one.value], ["commitment", commit(one)]]), []));
  }

  function inclusionStep({ proof, checkpoint, entry }) {
    const check = () => {
      checkInclusion(proof.hashes, proof.index, checkpoint.size, leafHash(entry), checkpoint.root);
      return { values: { index: proof.index, size: checkpoint.size } };
    };
    return step("inclusion", check, () => [
      ["index", proof.index], ["size", checkpoint.size], ["root", encodeBase64(checkpoint.root)],
      ["hashes", proof.hashes.map(encodeBase64).join("\n")],
    ]);
  }

  const keyFacts = (logs) => logs.reduce((facts, log) => facts.concat([["key", log.vkey], ["key-id", log.id]]), []);

  function signatureStep(receipt, policy, opened) {
    const check = async () => {
      const ours = policy.logs.some((log) => log.name === receipt.origin);
      require(ours, "other-board", { origin: receipt.origin });
      const { unable, log } = await opened;
      return unable ? { result: "none", word: unable } : { values: { origin: log.name } };
    };
    return step("signature", check, () => keyFacts(policy.logs));
  }

  function quorumStep(policy, opened) {
    const check = async () => {
      const { unable, cosigned } = await opened;
      const names = cosigned.map(([name]) => name);
      const values = { n: names.length, names: names.join(say("comma")) };
      if (!policy.witnesses.length) return { result: "none", word: "no-witness" };
      if (unable) return { result: "none", word: "quorum-unable" };
      require(quorumMet(policy, names), "quorum-missed", values);
      return names.length ? { values } : { result: "none", word: "nobody-cosigned" };
    };
    return step("quorum", check, async () => (await opened).cosigned.map(
      ([name, time]) => [name, localTime(time * 1000)]));
  }

  async function checkReceipt(receipt, policy) {
    const opened = openCheckpoint(receipt.proof.note, policy);
    opened.catch(() => {}); // The steps below say it.
    return [
      await leafStep(receipt),
      await commitmentsStep(receipt),
      await inclusionStep(receipt),
      await signatureStep(receipt, policy, opened),
      await quorumStep(policy, opened),
    ];
  }

  /* What the picture of the receipt said (its QR code) against the file. */
  function pictureStep(receipt, picture) {
    const seen = { number: receipt.number, index: receipt.proof.index, leaf: encodeHex(leafHash(receipt.entry)) };
    const check = () => {
      require(Object.keys(seen).every((part) => String(seen[part]) === picture[part]), "picture-differs");
    };
    return step("picture", check, () => [["leaf", picture.leaf]]);
  }

  /* Today's log: the page was asked to bring its newest checkpoint and two proofs */

  async function checkToday(receipt, live, policy) {
    const now = parseCheckpoint(splitNote(live.note).text);
    return [
      await todaySignature(live, now, policy),
      await todayGrowth(receipt.checkpoint, live, now),
      await todayInclusion(receipt, live, now),
    ];
  }

  function todaySignature(live, now, policy) {
    const check = async () => {
      const { unable } = await openCheckpoint(live.note, policy);
      return unable ? { result: "none", word: unable } : { values: { size: now.size } };
    };
    return step("today-signature", check, () => [["size", now.size], ["root", encodeBase64(now.root)]]);
  }

  function todayGrowth({ size, root }, live, now) {
    const check = () => {
      require(size <= now.size, "forgotten", { old: size, size: now.size });
      require(live.growth, "no-growth");
      checkConsistency(live.growth, size, root, now.size, now.root);
      return { values: { old: size, size: now.size } };
    };
    return step("today-growth", check, () => live.growth && [["hashes", live.growth.map(encodeBase64).join("\n")]]);
  }

  function todayInclusion(receipt, live, now) {
    const check = () => {
      require(live.proof && live.proof.index === receipt.proof.index, "today-gone");
      checkInclusion(live.proof.hashes, live.proof.index, now.size, leafHash(receipt.entry), now.root);
      return { values: { index: live.proof.index } };
    };
    return step("today-inclusion", check,
      () => live.proof && [["hashes", live.proof.hashes.map(encodeBase64).join("\n")]]);
  }

  /* The one word over everything; `good` only if everything a stranger must check was checked. */
  function verdictOf(steps) {
    const result = (name) => (steps.find((one) => one.name === name) || {}).result;
    const broken = steps.filter((one) => one.result === "bad" && one.name !== "quorum");
    if (broken.length) return { word: "bad", step: broken[0].name };
    if (result("signature") === "none") return { word: "unsigned" };
    if (result("quorum") === "bad") return { word: "unwitnessed" };
    return { word: result("quorum") === "good" ? "good" : "good-alone" };
  }

  function todayVerdictOf(steps) {
    if (steps.some((one) => one.result === "bad")) return { word: "today-bad" };
    return { word: steps.some((one) => one.result === "none") ? "today-unsigned" : "today-good" };
  }

  /* The page: reads what stands in it, writes with textContent only */

  const page = document.getElementById("verify");
  if (!page) return;
  const part = (name) => page.querySelector(`[data-part="${name}"]`);
  const words = new Map();
  document.getElementById("verify-words").content.querySelectorAll("[data-word]").forEach((one) => {
    words.set(one.getAttribute("data-word"), one.textContent);
  });
  const policy = parsePolicy(part("policy").textContent);
  const fromDisk = window.location.protocol === "file:";
  const address = (path) => (fromDisk ? page.getAttribute("data-site") + path : page.getAttribute("data-root") + path);
  const SHOWN = { good: "state-confirmed", bad: "state-broken", none: "state-closed_unconfirmed" };
  const PANELS = { good: "next-confirmed", bad: "next-overdue" };
  const KEPT = "zhiyan-receipt";

  function say(word, values) {
    const text = words.has(word) ? words.get(word) : word;
    return text.replace(/\{([a-z]+)\}/g, (all, name) => (values && name in values ? String(values[name]) : all));
  }

  function fieldName(field) {
    const photo = /^photo\.([0-9]+)(\.[a-z]+)?$/.exec(field);
    if (photo) return say(`field.photo${photo[2] || ""}`, { k: photo[1] });
    return words.has(`field.${field}`) ? words.get(`field.${field}`) : field;
  }

  const fieldNames = (fields) => fields.map(fieldName).join(say("comma"));

  function localTime(at) {
    return new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function factList(facts) {
    const details = element("details", "technical");
    details.append(element("summary", "", say("values")));
    const list = element("dl", "facts");
    facts.forEach(([name, value]) => {
      const row = element("div");
      row.append(element("dt", "", say(`fact.${name}`).replace(/^fact\./, "")), element("dd", "keep-lines", String(value)));
      list.append(row);
    });
    details.append(list);
    return details;
  }

  function stepRow(one) {
    const row = element("li", "row");
    row.setAttribute("data-step", one.name);
    row.setAttribute("data-result", one.result);
    const head = element("p", "row-title", `${say(`step.${one.name}`)} `);
    head.append(element("span", `state ${SHOWN[one.result]}`, say(`result.${one.result}`)));
    row.append(head, element("p", "", say(one.word, one.values)));
    if (one.result === "none" && words.has(`${one.word}.instead`)) {
      row.append(element("p", "soft", say(`${one.word}.instead`)));
    }
    if (one.facts.length) row.append(factList(one.facts));
    return row;
  }

  function showVerdict(where, verdict, values) {
    const box = part(`${where}-verdict`);
    const kind = /^(today-)?good/.test(verdict.word) ? "good" : /bad|unreadable/.test(verdict.word) ? "bad" : "none";
    box.className = `next ${PANELS[kind] || ""}`;
    box.setAttribute("data-verdict", verdict.word);
    box.textContent = "";
    box.append(element("p", "next-act", say(`verdict.${verdict.word}`, values)));
    if (words.has(`verdict.${verdict.word}.next`)) {
      box.append(element("p", "", say(`verdict.${verdict.word}.next`, values)));
    }
  }

  function showSteps(where, steps) {
    part(`${where}-steps`).textContent = "";
    part(`${where}-steps`).append(...steps.map(stepRow));
  }

  function store(act) {
    try { return act(window.sessionStorage); } catch (blocked) { return null; }
  }

  /* The newest checkpoint and its proofs, where this page was asked for them; null where it was not. */
  function readLive() {
    const note = part("live-note"), growth = part("live-growth"), proof = part("live-proof");
    if (!note) return null;
    const live = part("live");
    return {
      index: live.getAttribute("data-index"),
      old: live.getAttribute("data-size"),
      note: note.textContent,
      growth: growth && growth.textContent.split("\n").filter((line) => line).map(decodeHash),
      proof: proof && parseProof(proof.textContent),
    };
  }

  async function showToday(receipt, offline) {
    const live = part("live-note");
    part("today-result").hidden = !live;
    if (!live) return;
    let steps = [], verdict = null;
    try {
      const today = readLive();
      const asked = today.index === String(receipt.proof.index) && today.old === String(receipt.checkpoint.size);
      if (!asked) verdict = { word: "today-other" };
      else if (offline.word === "bad") verdict = { word: "today-broken" };
      else steps = await checkToday(receipt, today, policy);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      verdict = { word: "today-bad" };
    }
    showSteps("today", steps);
    showVerdict("today", verdict || todayVerdictOf(steps));
  }

  function offerToday(receipt) {
    const form = part("ask");
    form.action = address("/verify");
    form.elements.index.value = receipt ? receipt.proof.index : "";
    form.elements.size.value = receipt ? receipt.checkpoint.size : "";
    part("ask-fields").hidden = Boolean(receipt);
    part("today").hidden = !receipt && !page.hasAttribute("data-asked");
    part("complaint").hidden = !receipt;
    if (receipt) {
      part("complaint").querySelector("a").href = address(`/complaints/${receipt.number}`);
    }
  }

  let picture = null;
  let turnOf = 0;

  async function check(text, quietly) {
    turnOf += 1;
    const mine = turnOf;
    let receipt = null, steps = [], verdict = null, values = {};
    try {
      receipt = parseReceipt(text);
      steps = await checkReceipt(receipt, policy);
      if (picture) steps.push(await pictureStep(receipt, picture));
      verdict = verdictOf(steps);
      values = { number: receipt.number, step: verdict.step ? say(`step.${verdict.step}`) : "" };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      [steps, verdict] = [[], { word: "unreadable" }];
      values = { reason: say(error.word, error.values) };
    }
    if (mine !== turnOf) return;
    showVerdict("offline", verdict, values);
    showSteps("offline", steps);
    part("result").hidden = false;
    offerToday(receipt);
    store((kept) => (receipt ? kept.setItem(KEPT, text) : kept.removeItem(KEPT)));
    if (receipt) await showToday(receipt, verdict);
    else part("today-result").hidden = true;
    if (!quietly) part("offline-verdict").focus();
  }

  function refuseFile(word) {
    turnOf += 1;
    showVerdict("offline", { word: "unreadable" }, { reason: say(word) });
    showSteps("offline", []);
    offerToday(null);
    part("today-result").hidden = true;
    part("result").hidden = false;
    part("offline-verdict").focus();
  }

  function checkBytes(bytes) {
    let text = null;
    try { text = decodeUtf8(bytes); } catch (error) { refuseFile(error.word); return; }
    check(text);
  }

  function readFile(file) {
    // At most four bytes a character: what is longer cannot be a receipt and is not even read.
    if (file.size > 4 * LONGEST) { refuseFile("too-long"); return; }
    const reader = new FileReader();
    reader.onload = () => checkBytes(new Uint8Array(reader.result));
    reader.onerror = () => refuseFile("unread");
    reader.readAsArrayBuffer(file);
  }

  /* A receipt or a picture's short form in the address, behind #: it is never sent anywhere */

  function fromBase64Url(text) {
    const plain = text.replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "");
    return decodeBase64(plain + "=".repeat((4 - (plain.length % 4)) % 4));
  }

  async function inflate(bytes) {
    require(window.DecompressionStream, "no-inflate");
    const stream = new DecompressionStream("deflate-raw");
    const writer = stream.writable.getWriter();
    writer.write(bytes).catch(() => {});
    writer.close().catch(() => {});
    const reader = stream.readable.getReader();
    let whole = new Uint8Array(0);
    for (;;) {
      const { done, value } = await reader.read().catch(() => { throw new Refusal("not-json"); });
      if (done) return whole;
      whole = join(whole, value);
      if (whole.length > 4 * LONGEST) { reader.cancel(); throw new Refusal("too-long"); }
    }
  }

  async function readAddress() {
    const given = new URLSearchParams(window.location.hash.slice(1));
    picture = null;
    part("picture").hidden = true;
    if (given.has("r")) {
      try {
        const bytes = fromBase64Url(given.get("r").replace(/ /g, "+"));
        checkBytes(bytes[0] === 0x7b ? bytes : await inflate(bytes));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refuseFile(error.word === "not-base64" ? "not-json" : error.word);
      }
      return true;
    }
    const [number, index, leaf] = ["n", "e", "l"].map((name) => given.get(name) || "");
    if (/^[1-9][0-9]{0,15}$/.test(number) && /^(0|[1-9][0-9]{0,15})$/.test(index) && /^[0-9a-f]{64}$/.test(leaf)) {
      picture = { number, index, leaf };
      showPicture();
    }
    return false;
  }

  function showPicture() {
    const box = part("picture");
    box.hidden = false;
    box.querySelector("[data-fill]").textContent = say("picture-says", picture);
    box.querySelector("[data-leaf]").textContent = picture.leaf;
    box.querySelector("a").href = address(`/log/entries/${picture.index}`);
  }

  /* Hands: a file chosen, dropped or pasted */

  function listen() {
    const file = part("file"), pasted = part("pasted");
    file.addEventListener("change", () => { if (file.files.length) readFile(file.files[0]); });
    part("check").addEventListener("click", () => {
      if (pasted.value.trim()) check(pasted.value);
      else if (file.files.length) readFile(file.files[0]);
      else refuseFile("nothing");
    });
    page.addEventListener("dragover", (event) => event.preventDefault());
    page.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) readFile(event.dataTransfer.files[0]);
    });
    window.addEventListener("hashchange", readAddress);
  }

  /* A page that was saved after a check still shows that check: what is shown must be of now. */
  function begin() {
    ["result", "today-result", "complaint", "without-script"].forEach((name) => { part(name).hidden = true; });
    ["offline-steps", "offline-verdict", "today-steps", "today-verdict"].forEach((name) => {
      part(name).textContent = "";
      part(name).removeAttribute("data-verdict");
    });
    part("with-script").hidden = false;
    part("from-disk").hidden = !fromDisk;
    offerToday(null);
  }

  async function start() {
    begin();
    listen();
    if (await readAddress()) return;
    // Asked for today's log a moment ago, in this window: the receipt is still at hand.
    const kept = part("live-note") ? store((session) => session.getItem(KEPT)) : null;
    if (kept) {
      await check(kept, true);
      part("today-verdict").focus();
    }
  }

  start();
})();
