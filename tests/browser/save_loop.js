([word, enough]) =>
  new Promise((reached) => {
    const find = (id) => document.querySelector(`[data-testid="${id}"]`);
    const until = (there) =>
      new Promise((resolve) => {
        const look = () => {
          const found = there();
          if (found) resolve(found);
          else requestAnimationFrame(look);
        };
        look();
      });
    const write = (box, text) => {
      box.value = text;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    };
    (async () => {
      for (let n = 1; ; n += 1) {
        const before = Number(find("count-opinions").textContent);
        find("add-opinions").click();
        (await until(() => find("opinion-kind-praise"))).click();
        write(find("opinion-text"), `${word}第${n}条`);
        find("opinion-area-org_life").click();
        await until(() => find("opinion-area-org_life").checked);
        find("finish").click();
        await until(() => find("count-opinions") && Number(find("count-opinions").textContent) === before + 1);
        await window.confirmed(n);
        if (n === enough) reached();
      }
    })();
  });
