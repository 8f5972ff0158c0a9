// A screen reader says what the slider shows, "0.003", not the position of its handle.
function announceValue(handle, readout) {
  if (!handle || !readout) return;
  const announce = () => {
    const shown = readout.textContent;
    if (handle.getAttribute("aria-valuetext") !== shown) handle.setAttribute("aria-valuetext", shown);
  };
  const observer = new MutationObserver(announce);
  observer.observe(handle, { attributes: true, attributeFilter: ["aria-valuetext"] });
  observer.observe(readout, { childList: true, characterData: true, subtree: true });
  announce();
}

// The value of a grid at (x, y), both in [0, 1] from the lower left, between its four neighbours.
function interpolate(values, rows, columns, x, y) {
  const column = Math.min(x * (columns - 1), columns - 1.001), row = Math.min(y * (rows - 1), rows - 1.001);
  const left = Math.floor(column), lower = Math.floor(row);
  const across = column - left, up = row - lower;
  const at = (r, c) => values.getFloat32(4 * (r * columns + c), true);
  return (1 - up) * ((1 - across) * at(lower, left) + across * at(lower, left + 1))
    + up * ((1 - across) * at(lower + 1, left) + across * at(lower + 1, left + 1));
}

// A small text at the pointer says the value below it, also when a new frame changes that.
function readUnderPointer({ model, el }, canvas) {
  const text = document.createElement("div");
  text.className = "gan-under-pointer";
  text.hidden = true;
  el.appendChild(text);
  let pointer = null;
  const read = () => {
    const { name, rows, columns, box, x, y } = model.get("under_pointer");
    const values = model.get("values_under_pointer");
    text.hidden = true;
    if (!pointer || !box || !values?.byteLength) return;
    const right = (pointer.x / canvas.clientWidth - box[0]) / box[2];
    const up = 1 - (pointer.y / canvas.clientHeight - box[1]) / box[3];
    if (right < 0 || right > 1 || up < 0 || up > 1) return;
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    const value = interpolate(view, rows, columns, right, up).toFixed(2);
    const place = [x[0] + right * (x[1] - x[0]), y[0] + up * (y[1] - y[0])];
    text.textContent = `${name} = ${value} at (${place.map((one) => one.toFixed(2)).join(", ")})`;
    text.hidden = false;
    text.style.left = `${canvas.offsetLeft + pointer.x + 12}px`;
    text.style.top = `${canvas.offsetTop + pointer.y - 28}px`;
  };
  canvas.addEventListener("pointermove", (event) => {
    pointer = { x: event.offsetX, y: event.offsetY };
    read();
  });
  canvas.addEventListener("pointerleave", () => { pointer = null; read(); });
  model.on("change:values_under_pointer", read);
}

function render({ model, el }) {
  const still = document.createElement("div");
  still.className = "gan-still";
  still.textContent = "This is a picture of the panel: run this cell to start the panel.";
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.style.width = "100%";
  el.append(still, canvas);
  readUnderPointer({ model, el }, canvas);
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
  const showTooltip = (event) => {  // ipywidgets 8.1 has one on the label of a slider, at most
    const box = event.target.closest(".widget-dropdown, .widget-checkbox, .widget-slider");
    const text = (element) => element?.textContent.replaceAll("\u200b", "").trim();
    const label = text(box?.querySelector(".widget-label")) || text(box);
    if (!(label in model.get("tooltips"))) return;
    for (const one of [box, ...box.querySelectorAll("[title]")]) one.title = model.get("tooltips")[label];
  };
  const copy = (event) => {  // in the click itself: a browser allows it only there
    if (event.target.closest(".gan-copy")) navigator.clipboard?.writeText(model.get("code"));
  };
  const keepInPanel = (event) => {
    event.stopPropagation();
    if (event.key === " " && event.target.matches("[role=slider]")) event.preventDefault();  // no scrolling
  };
  const focusHandle = (event) => {  // of a slider whose rail was clicked: the arrow keys go there
    if (event.target.closest(".noUi-target")) event.target.closest(".widget-slider").querySelector("[role=slider]").focus();
  };
  requestAnimationFrame(() => {
    const panel = el.closest(".gan-panel");
    panel?.addEventListener("keydown", keepInPanel);
    panel?.addEventListener("mouseover", showTooltip);
    panel?.addEventListener("click", copy);
    panel?.addEventListener("click", focusHandle);
    for (const slider of panel?.querySelectorAll(".widget-slider") ?? []) {
      const label = slider.querySelector(".widget-label")?.textContent;
      const handle = slider.querySelector("[role=slider]");
      handle?.setAttribute("aria-label", label);
      const readout = slider.querySelector(".widget-readout");
      announceValue(handle, readout);
      // ipywidgets 8.1 lets one type there and ignores it, if the slider chooses among values
      if (slider.classList.contains("gan-chooses") && readout) readout.contentEditable = "false";
    }
  });
  model.on("change:png", draw);
  model.on("change:description", describe);
  describe();
  draw();
}
export default { render };
