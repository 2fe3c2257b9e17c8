/* What a script can add to pages that work without it. Every word comes from the page, in its language. */
(function () {
  "use strict";

  var each = function (selector, act, root) {
    Array.prototype.forEach.call((root || document).querySelectorAll(selector), act);
  };

  /* Times are printed absolute; the last six days also read as "3 hours ago", the absolute time stays as title. */
  function relativeTimes() {
    if (!window.Intl || !Intl.RelativeTimeFormat) return;
    var words = new Intl.RelativeTimeFormat(document.documentElement.lang || "zh-Hans", { numeric: "auto" });
    each("time[data-relative]", function (time) {
      var minutes = Math.round((Date.now() - Date.parse(time.dateTime)) / 60000);
      if (!(minutes >= 0) || minutes >= 6 * 1440) return;
      time.title = time.textContent;
      time.textContent = minutes < 60 ? words.format(-minutes, "minute")
        : minutes < 1440 ? words.format(-Math.round(minutes / 60), "hour")
        : words.format(-Math.round(minutes / 1440), "day");
    });
  }

  /* <p data-count-for="body" data-words="还可以写 %n 字" hidden>: shown once the end comes near. */
  function characterCounts() {
    each("[data-count-for]", function (line) {
      var field = document.getElementById(line.getAttribute("data-count-for"));
      if (!field || field.maxLength < 0) return;
      var show = function () {
        var left = field.maxLength - Array.from(field.value).length;
        line.hidden = left > field.maxLength / 4;
        line.textContent = line.getAttribute("data-words").replace("%n", left);
      };
      field.addEventListener("input", show);
      show();
    });
  }

  /* Photos: a small picture and a line of description for each chosen file. Drawn on a canvas, so that the
     strict content policy needs no exception; a format the browser cannot draw shows its name only. */
  function photoRow(file, index, field) {
    var row = document.createElement("li");
    var canvas = document.createElement("canvas");
    canvas.width = 192;
    canvas.height = 144;
    canvas.setAttribute("aria-hidden", "true");
    var words = document.createElement("div");
    var label = document.createElement("label");
    var input = document.createElement("input");
    input.className = "input";
    input.name = field.getAttribute("data-alt-name");
    input.id = input.name + "-" + index;
    input.maxLength = 120;
    label.htmlFor = input.id;
    label.className = "hint";
    label.textContent = field.getAttribute("data-alt-words").replace("%n", index + 1);
    words.append(label, input);
    row.append(canvas, words);
    if (window.createImageBitmap) {
      createImageBitmap(file).then(function (picture) {
        var scale = Math.max(canvas.width / picture.width, canvas.height / picture.height);
        var w = picture.width * scale, h = picture.height * scale;
        canvas.getContext("2d").drawImage(picture, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
      }).catch(function () { label.textContent += " · " + file.name; });
    }
    return row;
  }

  function photoFields() {
    each("input[type=file][data-photos]", function (field) {
      var list = document.getElementById(field.getAttribute("data-photos"));
      var note = document.getElementById(field.getAttribute("data-photos") + "-note");
      var most = Number(field.getAttribute("data-most")) || 9;
      field.addEventListener("change", function () {
        var files = Array.prototype.slice.call(field.files);
        list.textContent = "";
        files.slice(0, most).forEach(function (file, i) { list.append(photoRow(file, i, field)); });
        note.textContent = !files.length ? "" : files.length > most
          ? note.getAttribute("data-too-many").replace("%n", files.length)
          : note.getAttribute("data-words").replace("%n", files.length);
      });
    });
  }

  /* The draft stays on this device until the receipt page says it was accepted. Never secrets, never files. */
  function store(act) { try { return act(window.localStorage); } catch (blocked) { return null; } }

  function drafts() {
    each("[data-draft-done]", function (done) {
      store(function (s) { s.removeItem("draft:" + done.getAttribute("data-draft-done")); });
    });
    each("form[data-draft]", function (form) {
      var key = "draft:" + form.getAttribute("data-draft");
      var fields = Array.prototype.filter.call(form.elements, function (f) {
        return f.name && !/^(hidden|file|password|radio|checkbox|submit|button)$/.test(f.type) &&
          !f.hasAttribute("data-secret");
      });
      var kept = store(function (s) { return JSON.parse(s.getItem(key)); }) || {};
      var restored = false;
      fields.forEach(function (f) {
        if (kept[f.name] && !f.value) { f.value = kept[f.name]; restored = true; }
      });
      var note = form.querySelector("[data-draft-note]");
      if (restored && note) note.hidden = false;
      form.addEventListener("input", function () {
        var now = {};
        fields.forEach(function (f) { if (f.value) now[f.name] = f.value; });
        store(function (s) { s.setItem(key, JSON.stringify(now)); });
      });
    });
  }

  /* <button data-copy="text" data-done="已复制" hidden> */
  function copyText(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    var area = document.createElement("textarea");
    area.value = text;
    area.className = "unseen";
    document.body.append(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject();
  }

  function copyButtons() {
    each("button[data-copy]", function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        copyText(button.getAttribute("data-copy")).then(function () {
          button.textContent = button.getAttribute("data-done");
        }, function () {});
      });
    });
  }

  /* A second tap while the first is on its way sends nothing. The server would give the same receipt anyway. */
  function singleSubmit() {
    each("form[method=post]", function (form) {
      form.addEventListener("submit", function (event) {
        if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
        form.setAttribute("data-sent", "");
        setTimeout(function () {
          each("button:not([type=button])", function (b) {
            b.disabled = true;
            if (b.hasAttribute("data-busy")) b.textContent = b.getAttribute("data-busy");
          }, form);
        }, 0);
      });
    });
    window.addEventListener("pageshow", function (event) {
      if (event.persisted) location.reload();
    });
  }

  relativeTimes();
  characterCounts();
  drafts();
  photoFields();
  copyButtons();
  singleSubmit();
})();
