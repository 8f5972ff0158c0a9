"""What the browser tests read from a page, and do to it."""

import re
import statistics
import time

from playwright.sync_api import expect

APP = "window.jupyterapp"
SESSION = f"{APP}?.shell?.currentWidget?.sessionContext?.session"


def wait_for_kernel(page):
    page.wait_for_function(
        f"""() => {{ const k = {SESSION}?.kernel;
        return k?.connectionStatus === 'connected' && k?.status === 'idle' }}""",
        timeout=60_000,
    )


def set_theme(page, theme):
    page.evaluate(
        f"theme => {APP}.commands.execute('apputils:change-theme', {{ theme }})",
        f"JupyterLab {theme}",
    )


def end_kernel(page):
    page.evaluate(f"() => {APP}.shell.currentWidget.sessionContext.shutdown()")


def picture(panel):
    return panel.locator("canvas[role=img]")


def button(panel, name):
    return panel.get_by_role("button", name=re.compile(rf"{name}$"))  # an icon may stand before it


def pause(panel):
    """Pause the panel if it trains, and wait until it has: the same button pressed again starts it."""
    if button(panel, "Pause").count():
        button(panel, "Pause").click()
    expect(panel.get_by_role("status")).to_contain_text("paused")


def pixels(panel):
    """A fingerprint of what the canvas shows."""
    return picture(panel).evaluate("canvas => canvas.toDataURL()")


def wait_for_change(page, panel, before, milliseconds=20_000):
    end = time.monotonic() + milliseconds / 1000
    while pixels(panel) == before:
        assert time.monotonic() < end, "the picture did not change"
        page.wait_for_timeout(20)


def slider(panel, label):
    return panel.locator(".widget-slider", has=panel.page.get_by_text(label, exact=True))


def pictures_in_text(page):
    """{address: width in pixels} of the pictures that the prose shows; a broken one has width 0."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.jp-RenderedMarkdown img')]
        .map(picture => [picture.src.split('?')[0], picture.naturalWidth]))"""
    )


def cells(page):
    return page.evaluate(f"() => {APP}.shell.currentWidget.content.model.toJSON().cells")


def run_code(page, code):
    """Run code in the lesson's kernel and return what went wrong, if anything."""
    return page.evaluate(
        f"""async code => {{ const k = {APP}.shell.currentWidget.sessionContext.session.kernel;
        const reply = await k.requestExecute({{ code }}).done; return reply.content.evalue ?? null }}""",
        code,
    )


def evaluate(page, expression):
    """The value of an expression in the lesson's kernel, as its repr."""
    return page.evaluate(
        f"""async value => {{ const k = {APP}.shell.currentWidget.sessionContext.session.kernel;
        const reply = await k.requestExecute({{ code: "", user_expressions: {{ value }} }}).done;
        return reply.content.user_expressions.value.data["text/plain"] }}""",
        expression,
    )


def wait_for_value(page, expression, expected, seconds=20):
    """Wait until the value of an expression in the lesson's kernel has that repr."""
    end = time.monotonic() + seconds
    while (value := evaluate(page, expression)) != expected:
        assert time.monotonic() < end, f"{expression} is {value}, not {expected}"
        page.wait_for_timeout(50)


def errors(page):
    """The messages of all errors in the notebook's outputs."""
    outputs = [output for cell in cells(page) for output in cell.get("outputs", [])]
    return [output["evalue"] for output in outputs if output["output_type"] == "error"]


def explorer(page, slider_label):
    """The panel that has a slider of that label, scrolled into view."""
    label = page.get_by_text(slider_label, exact=True)
    panel = page.locator(".gan-panel", has=label)
    panel.scroll_into_view_if_needed()
    return panel


def record_drawings(panel, fraction_x=0.5, fraction_y=0.5):
    """From now on, window.drawn has the time of each drawing, window.shade the colour of the pixel at
    these fractions of the canvas' width and height, window.pressed the time of each key press."""
    picture(panel).evaluate(
        """(canvas, [x, y]) => { window.drawn = []; window.shade = []; window.pressed = [];
        const context = canvas.getContext("2d"), draw = CanvasRenderingContext2D.prototype.drawImage;
        context.drawImage = (...all) => {
          draw.apply(context, all);
          window.drawn.push(performance.now());
          window.shade.push(context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data.join());
        };
        addEventListener("keydown", () => window.pressed.push(performance.now()), true) }""",
        [fraction_x, fraction_y],
    )


def effect_milliseconds(page, panel, box, fraction_x, fraction_y, presses=8):
    """Time from Space on a check box to the first drawing in which a pixel has changed its colour,
    while other things may move; the lower quartile of the presses (see `redraw_milliseconds`)."""
    record_drawings(panel, fraction_x, fraction_y)
    box.focus()
    for _ in range(presses):
        page.keyboard.press("Space")
        page.wait_for_timeout(700)
    pressed, drawn, shade = page.evaluate("() => [window.pressed, window.drawn, window.shade]")
    times = []
    for at in pressed[-presses:]:
        after = [i for i, moment in enumerate(drawn) if moment > at]
        old = shade[after[0] - 1] if after[0] else None
        changed = [i for i in after if shade[i] != old]
        times.append(drawn[changed[0]] - at)
    return statistics.quantiles(times, n=4)[0]


def redraw_milliseconds(page, panel, label, key, presses=15):
    """Time from a key press on a slider to the next drawing of the panel's canvas.

    The lower quartile of the presses: whatever else runs on the machine only adds to a time.
    """
    record_drawings(panel)
    slider(panel, label).get_by_role("slider").focus()
    for _ in range(presses):
        page.keyboard.press(key)
        page.wait_for_timeout(400)
    pressed, drawn = page.evaluate("() => [window.pressed, window.drawn]")
    assert len(pressed) >= presses  # an earlier call's listener also writes here: each press twice
    return statistics.quantiles([min(d for d in drawn if d > p) - p for p in pressed], n=4)[0]
