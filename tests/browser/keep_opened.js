// Everything that this page opens with a key, as text: what lies readable in its IndexedDB after an unlock.
(() => {
  window.opened = [];
  const { decrypt } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.decrypt = async function (...asked) {
    const bytes = await decrypt.apply(this, asked);
    window.opened.push(new TextDecoder().decode(bytes));
    return bytes;
  };
})();
