"""The page that tells a phone what it still lacks; the same files are served plain (the guide) and by the app."""

from __future__ import annotations

import io
from pathlib import Path

import segno


def write_pages(folder: Path, app: str, guide: str) -> None:
    """The folder holds index.html, check.js and page.css for these two addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = io.BytesIO()
    segno.make(guide, error="m").save(picture, kind="svg", scale=5, xmldecl=False, svgns=False)
    page = PAGE.replace("{app}", app).replace("{guide}", guide).replace("{qr}", picture.getvalue().decode())
    (folder / "index.html").write_text(page)
    (folder / "check.js").write_text(SCRIPT)
    (folder / "page.css").write_text(STYLE)


PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>走访：手机准备</title><link rel="icon" href="data:,"><link rel="stylesheet" href="page.css"></head>
<body data-app="{app}" data-guide="{guide}">
<h1>走访：手机准备</h1>
<p id="verdict" role="status" class="no">正在检查…</p>
<ul id="reasons"></ul>
<ol>
<li><b>安装本机证书。</b><a href="{guide}/ca.crt" download>下载证书 ca.crt</a>
<br>安卓：设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书，选择刚下载的文件。
<br>iPhone：用 Safari 下载 → 设置 → 已下载描述文件 → 安装；再到
设置 → 通用 → 关于本机 → 证书信任设置，打开“Zoufang”。</li>
<li><b>确认安全。</b><a href="{app}/phone/">打开加密页面</a>，看到绿色 ✓ 才算装好。</li>
<li><b>打开应用。</b><a href="{app}/">{app}</a>，用邀请码登录，并添加到主屏幕。</li>
</ol>
<p>试用结束后请在手机上删除这张证书。</p>
<div class="qr">{qr}</div>
<details><summary>English</summary><p>1. Download and install the certificate (Android: as a CA certificate;
iPhone: install the profile, then switch it on under Certificate Trust Settings). 2. Open the encrypted page:
it must show ✓. 3. Open the app and sign in with an invitation. Remove the certificate after the trial.</p></details>
<script src="check.js"></script></body></html>
"""

SCRIPT = """"use strict";
const verdict = document.getElementById("verdict");
const reasons = document.getElementById("reasons");

async function checks() {
  const found = [];
  const add = (ok, yes, no) => found.push([ok, ok ? yes : no]);
  add(location.protocol === "https:", "页面已加密（HTTPS）", "这是未加密的页面（http）：先装证书，再打开加密页面");
  add(window.isSecureContext, "浏览器认定为安全环境", "浏览器不认为这里安全：离线与加密功能会被关闭");
  add(Boolean(window.crypto && crypto.subtle), "可以加密保存（WebCrypto）", "不能加密保存（没有 crypto.subtle）");
  add("indexedDB" in window, "可以在本机存储", "不能在本机存储（没有 IndexedDB）");
  if (location.protocol === "https:") found.push(await worker());
  return found;
}

async function worker() {
  if (!("serviceWorker" in navigator)) return [false, "不能离线使用（没有 service worker）：请换用系统浏览器打开"];
  try {
    await navigator.serviceWorker.register("/sw.js");
    return [true, "可以离线使用（service worker）"];
  } catch {
    return [false, "不能离线使用：证书还没有被信任。只点“继续访问”不够，请按第 1 步安装"];
  }
}

checks().then((found) => {
  const safe = found.every(([ok]) => ok);
  verdict.className = safe ? "yes" : "no";
  verdict.textContent = safe ? "✓ 安全：可以开始使用" : "✗ 还不安全，原因如下";
  reasons.replaceChildren(...found.map(([ok, text]) => {
    const item = document.createElement("li");
    item.textContent = `${ok ? "✓" : "✗"} ${text}`;
    return item;
  }));
});
"""

STYLE = """body{font:18px/1.6 sans-serif;background:#faf8f4;color:#1f1d1a}
body{max-width:640px;margin:24px auto;padding:0 16px}
#verdict{font-size:22px;padding:12px 16px;border-radius:12px;background:#fff}
.yes{color:#2f6b3c}.no{color:#b4362b}
#reasons{list-style:none;padding:0}li{margin:8px 0}a{color:#b4362b;display:inline-block;padding:12px 0}
.qr{background:#fff;display:inline-block;padding:8px}
"""
