function render({ model, el }) {
  const size = 260, reach = 1.25, canvas = document.createElement("canvas");
  const clear = document.createElement("button");
  Object.assign(canvas, { width: size, height: size, tabIndex: 0 });
  canvas.setAttribute("role", "application");
  canvas.style.cssText = "border: 1px solid #888; touch-action: none; cursor: crosshair";
  const words = document.createElement("div");
  words.textContent = "Draw here with the mouse: real points will lie where you draw.";
  words.style.fontSize = "13px";
  clear.textContent = "Clear the drawing";
  clear.className = "lm-Widget jupyter-widgets jupyter-button widget-button";
  clear.style.width = "auto";
  el.append(words, canvas, document.createElement("br"), clear);
  const brush = canvas.getContext("2d"), cross = [0, 0];
  const toPixels = ([x, y]) => [(x / reach + 1) * size / 2, (1 - y / reach) * size / 2];
  const draw = () => {
    const points = model.get("points");
    canvas.setAttribute("aria-label", `Drawing pad, ${points.length} points. `
      + "Arrow keys move the cross, Space adds a point, Backspace removes the last one.");
    brush.clearRect(0, 0, size, size);
    brush.fillStyle = "#00855F";
    for (const point of points) brush.fillRect(...toPixels(point).map(v => v - 2), 4, 4);
    const [x, y] = toPixels(cross);
    brush.strokeStyle = "#555";
    brush.beginPath();
    brush.moveTo(x - 5, y); brush.lineTo(x + 5, y);
    brush.moveTo(x, y - 5); brush.lineTo(x, y + 5);
    brush.stroke();
  };
  const set = (points) => { model.set("points", points); model.save_changes(); };
  const add = () => {
    const points = model.get("points"), last = points[points.length - 1];
    if (points.length < 300 && !(last && Math.hypot(last[0] - cross[0], last[1] - cross[1]) < 0.02))
      set([...points, [...cross]]);
  };
  const movePointer = (event) => {
    const scale = size / canvas.getBoundingClientRect().width;
    const clamp = (v) => Math.max(-1, Math.min(1, v));
    cross[0] = clamp((event.offsetX * scale / size * 2 - 1) * reach);
    cross[1] = clamp((1 - event.offsetY * scale / size * 2) * reach);
    if (event.buttons & 1) add(); else draw();
  };
  canvas.addEventListener("pointerdown", movePointer);
  canvas.addEventListener("pointermove", movePointer);
  el.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.target !== canvas) return;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.key in move) {
      for (const i of [0, 1])
        cross[i] = Math.max(-1, Math.min(1, cross[i] + 0.1 * move[event.key][i]));
      draw();
    } else if (event.key === " ") add();
    else if (event.key === "Backspace") set(model.get("points").slice(0, -1));
    else return;
    event.preventDefault();
  });
  clear.addEventListener("click", () => set([]));
  model.on("change:points", draw);
  draw();
}
export default { render };
