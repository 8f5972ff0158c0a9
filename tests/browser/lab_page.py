"""What the browser tests read from a page, and do to it."""

import statistics
import time

APP = "window.jupyterapp"
SESSION = f"{APP}?.shell?.currentWidget?.sessionContext?.session"


def wait_for_kernel(page):
    page.wait_for_function(
        f"""() => {{ const k = {SESSION}?.kernel;
        return k?.connectionStatus === 'connected' && k?.status === 'idle' }}""",
        timeout=60_000,
    )


def end_kernel(page):
    page.evaluate(f"() => {APP}.shell.currentWidget.sessionContext.shutdown()")


def pixels(panel):
    """A fingerprint of what the canvas shows."""
    return panel.locator("canvas").evaluate("canvas => canvas.toDataURL()")


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


def answer_milliseconds(page, panel, label, key, presses=9):
    """Time from a key press on a slider to the next drawing of the panel's canvas.

    The lower quartile of the presses: whatever else runs on the machine only adds to a time.
    """
    panel.locator("canvas").evaluate(
        """canvas => { window.drawn = []; window.pressed = [];
        const context = canvas.getContext("2d"), draw = context.drawImage.bind(context);
        context.drawImage = (...all) => { draw(...all); window.drawn.push(performance.now()) };
        addEventListener("keydown", () => window.pressed.push(performance.now()), true) }"""
    )
    slider(panel, label).get_by_role("slider").focus()
    for _ in range(presses):
        page.keyboard.press(key)
        page.wait_for_timeout(400)
    pressed, drawn = page.evaluate("() => [window.pressed, window.drawn]")
    assert len(pressed) >= presses  # an earlier call's listener writes here too: each press twice
    return statistics.quantiles([min(d for d in drawn if d > p) - p for p in pressed], n=4)[0]
