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
        """(canvas, [x, y]) => {
        if (!window.pressed) addEventListener("keydown", () => window.pressed.push(performance.now()), true);
        window.drawn = []; window.shade = []; window.pressed = [];
        const context = canvas.getContext("2d"), draw = CanvasRenderingContext2D.prototype.drawImage;
        context.drawImage = (...all) => {
          draw.apply(context, all);
          window.drawn.push(performance.now());
          window.shade.push(context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data.join());
        } }""",
        [fraction_x, fraction_y],
    )


PLAIN_PICTURE = """
import base64 as _base64, gc as _gc, io as _io
from helpers.widgets.picture import Picture as _Picture

_figure = next(
    one._view.figure
    for one in _gc.get_objects()
    if isinstance(one, _Picture) and one.description == {description!r}
)

def _plain_picture():
    file = _io.BytesIO()
    _figure.savefig(file, format="png", dpi="figure")
    return _base64.b64encode(file.getvalue()).decode()
"""


def prepare_plain_picture(page, panel):
    """Let `plain_picture_milliseconds` draw the figure of this panel, which must be paused."""
    end = time.monotonic() + 20
    while True:  # until the page shows the description that the kernel has
        description = picture(panel).get_attribute("aria-label")
        error = run_code(page, PLAIN_PICTURE.format(description=description))
        if error is None:
            break
        assert time.monotonic() < end, f"no figure of that description: {error}"
        page.wait_for_timeout(50)
    plain_picture_milliseconds(page)  # the first one is slower


def plain_picture_milliseconds(page):
    """The time in which the page gets the panel's figure as a notebook gets any figure: it asks the
    kernel, matplotlib draws all of it and writes a PNG, and the page decodes that.

    It is what the times of a panel are compared with: nothing in it is made by a panel, and a slow
    or busy machine slows both alike.
    """
    return page.evaluate(
        f"""async () => {{ const k = {APP}.shell.currentWidget.sessionContext.session.kernel;
        const ask = (value) => k.requestExecute(
          {{ code: "", store_history: false, user_expressions: {{ value }} }}).done;
        await ask("0");  // whatever else the kernel had to do is done
        const start = performance.now(), reply = await ask("_plain_picture()");
        const text = reply.content.user_expressions.value.data["text/plain"].slice(1, -1);
        const png = await (await fetch("data:image/png;base64," + text)).blob();
        (await createImageBitmap(png)).close();
        return performance.now() - start }}"""
    )


# Of `redraw_ratio`. Measured with 5 to 15 other busy processes on two cores: 0.1 to 0.4, and 0.3 to
# 0.65 with a generator; without blitting 0.65 to 1, with 0.15 s of sleep 0.5 to 1.1.
LIMIT = 0.6
LIMIT_WITH_GAN = 0.9  # if a generator makes what is drawn


def lower_quartile(times):
    """Of repeated times: whatever else runs on the machine only adds to one."""
    return statistics.quantiles(times, n=4)[0]


def redraw_ratio(page, panel, label, key, presses=10):
    """How long after a key press on a slider a paused panel shows its next picture, as a multiple of
    `plain_picture_milliseconds`, measured after each press.

    A panel answers a key within `LIMIT` times the time in which a notebook would draw and show the
    same figure; at 1, moving the slider would be as slow as running a cell again.
    """
    prepare_plain_picture(page, panel)
    record_drawings(panel)
    slider(panel, label).get_by_role("slider").focus()
    answers, plain = [], []
    for press in range(presses):
        page.keyboard.press(key)
        page.wait_for_function("press => window.drawn.length > press", arg=press)
        plain.append(plain_picture_milliseconds(page))
        pressed, drawn = page.evaluate("() => [window.pressed.at(-1), window.drawn]")
        assert len(drawn) == press + 1, "one press, one picture"
        answers.append(drawn[press] - pressed)
    ratio = lower_quartile(answers) / lower_quartile(plain)
    print(
        f"\n{label}: {lower_quartile(answers):.0f} ms from key to picture, "
        f"{lower_quartile(plain):.0f} ms for a plain picture, ratio {ratio:.2f}"
    )
    return ratio


def pictures_until_effect(page, panel, box, fraction_x, fraction_y, presses=6):
    """In which picture after Space on a check box a pixel is white, or no longer white, while other
    things may move: the lower quartile of the presses. At 1 it is the very next picture."""
    record_drawings(panel, fraction_x, fraction_y)
    box.focus()
    counts, white = [], "shade => shade === '255,255,255,255'"
    page.wait_for_function("() => window.drawn.length")
    for _ in range(presses):
        before = page.evaluate(f"() => ({white})(window.shade.at(-1))")
        page.keyboard.press("Space")
        page.wait_for_function(f"before => ({white})(window.shade.at(-1)) !== before", arg=before)
        pressed, drawn, shade = page.evaluate(
            "() => [window.pressed.at(-1), window.drawn, window.shade]"
        )
        shown = [colour for at, colour in zip(drawn, shade) if at > pressed]
        counts.append([one == "255,255,255,255" for one in shown].index(not before) + 1)
    return lower_quartile(counts)
