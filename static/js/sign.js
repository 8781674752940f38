// Lets a person draw their name: lines of points on a sheet of 600 × 200, kept in a hidden field as JSON.
(function () {
  const box = document.querySelector("[data-draw]");
  const field = document.querySelector("[data-strokes]");
  if (!box || !field) return;
  const canvas = box.querySelector("canvas");
  const pen = canvas.getContext("2d");
  let lines = [];
  let line = null;

  const at = (event) => {
    const frame = canvas.getBoundingClientRect();
    const inside = (value, size, end) => Math.max(0, Math.min(end, Math.round((value / size) * end)));
    return [inside(event.clientX - frame.left, frame.width, 600), inside(event.clientY - frame.top, frame.height, 200)];
  };
  const draw = () => {
    pen.clearRect(0, 0, 600, 200);
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = getComputedStyle(canvas).color;
    lines.forEach((points) => {
      pen.beginPath();
      points.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      if (points.length === 1) pen.lineTo(points[0][0], points[0][1]);
      pen.stroke();
    });
    field.value = lines.length ? JSON.stringify(lines) : "";
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (lines.length < 80) { line = [at(event)]; lines.push(line); }
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!line || lines.reduce((sum, one) => sum + one.length, 0) >= 3900) return;
    const [x, y] = at(event);
    const [lastX, lastY] = line[line.length - 1];
    if (Math.abs(x - lastX) + Math.abs(y - lastY) >= 3) { line.push([x, y]); draw(); }
  });
  ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, () => { line = null; }));
  box.querySelector("[data-clear]").addEventListener("click", () => { lines = []; line = null; draw(); });
  try { lines = JSON.parse(field.value) || []; } catch { lines = []; }
  box.hidden = false;
  draw();
})();
