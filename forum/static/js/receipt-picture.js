/* The receipt as a PNG: albums of phones keep those, and a long press on a page saves them. The picture itself is
   an SVG that works without this script. <img data-picture> and, in the same section, <a data-save hidden>. */
(function () {
  "use strict";

  var DENSITY = 2;

  function asPng(picture) {
    var canvas = document.createElement("canvas");
    canvas.width = picture.naturalWidth * DENSITY;
    canvas.height = picture.naturalHeight * DENSITY;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/png");
  }

  function offer(picture) {
    var save = document.querySelector("a[data-save]");
    var png;
    try { png = asPng(picture); } catch (tainted) { return; }
    picture.removeAttribute("data-picture");
    picture.src = png;
    save.href = png;
    save.hidden = false;
  }

  var picture = document.querySelector("img[data-picture]");
  if (!picture) return;
  if (picture.complete && picture.naturalWidth) offer(picture);
  else picture.addEventListener("load", function () { offer(picture); }, { once: true });
})();
