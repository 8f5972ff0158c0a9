function render({ model, el }) {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.style.width = "100%";
  el.appendChild(canvas);
  const describe = () => canvas.setAttribute("aria-label", model.get("description"));
  let shown = 0, drawn = 0, drawing = false, acknowledgedAt = -Infinity, timer = null;
  const acknowledge = () => {
    timer = null;
    acknowledgedAt = performance.now();
    model.set({ shown, drawn });
    model.save_changes();
  };
  const draw = async () => {
    if (drawing) return;  // the loop below continues to the latest frame
    drawing = true;
    try {
      while (shown !== model.get("sent") && model.get("png").byteLength) {
        const frame = model.get("sent");
        const bitmap = await createImageBitmap(new Blob([model.get("png")]));
        if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
        if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
        canvas.getContext("2d").drawImage(bitmap, 0, 0);
        bitmap.close();
        shown = frame;
        drawn += 1;
        timer ??= setTimeout(acknowledge, Math.max(0, acknowledgedAt + 300 - performance.now()));
      }
    } finally {
      drawing = false;
    }
  };
  const keepInPanel = (event) => event.stopPropagation();
  requestAnimationFrame(() => {
    const panel = el.closest(".gan-panel");
    panel?.addEventListener("keydown", keepInPanel);
    for (const slider of panel?.querySelectorAll(".widget-slider") ?? []) {
      const label = slider.querySelector(".widget-label")?.textContent;
      slider.querySelector("[role=slider]")?.setAttribute("aria-label", label);
    }
  });
  model.on("change:png", draw);
  model.on("change:description", describe);
  describe();
  draw();
}
export default { render };
