/* Runs in any browser, however old: below the floor (Chromium 90, Safari 16.4) it puts a plain page with what to do. */
(function () {
  var ok =
    typeof Promise === "function" &&
    typeof Promise.any === "function" &&
    typeof WeakRef === "function" &&
    "CompressionStream" in window &&
    window.CSS &&
    CSS.supports &&
    CSS.supports("overflow", "clip") &&
    "indexedDB" in window;
  if (ok) return;
  window.zoufangTooOld = true;
  document.addEventListener("DOMContentLoaded", function () {
    var app = document.getElementById("app");
    while (app.firstChild) app.removeChild(app.firstChild);
    var lines = [
      ["h1", "浏览器太旧，走访打不开"],
      ["p", "已经记下的内容都在本机，不会丢。"],
      ["p", "请做一件事：在手机的应用商店里更新系统浏览器或 Chrome（90 版以上）；苹果手机请把系统更新到 iOS 16.4 以上。更新后再打开这个网址。"],
      ["p", "不会更新？请打电话给镇党建办。"],
      ["p", "This browser is too old. What you wrote is still on this phone. Please update the browser (Chrome 90 or later, iOS 16.4 or later) and open this address again."]
    ];
    var main = document.createElement("main");
    main.className = "boot";
    main.setAttribute("data-testid", "blocked-old");
    for (var i = 0; i < lines.length; i++) {
      var line = document.createElement(lines[i][0]);
      line.appendChild(document.createTextNode(lines[i][1]));
      main.appendChild(line);
    }
    app.appendChild(main);
  });
})();
