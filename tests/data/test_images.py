from helpers import data

import numpy as np
import pytest
from PIL import Image


def save(folder, name, pixels, **options):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels, "uint8")).save(folder / name, **options)


def test_images_of_the_right_size_come_back_to_the_bit_in_the_order_of_their_names(tmp_path):
    digits = data.load_mnist()[0][:12]
    pixels = np.rint((digits[..., 0] + 1) * 127.5).astype("uint8")
    for number, one in enumerate(pixels):
        save(tmp_path, f"{number:02}.png", one)
    images = data.load_folder(tmp_path, size=28)
    assert images.dtype == np.float32 and images.shape == (12, 28, 28, 1)
    assert np.allclose(images, digits, atol=1e-6)
    data.check_samples(images, (28, 28, 1))


def test_a_wide_image_is_cut_to_its_central_square(tmp_path):
    pixels = np.zeros((10, 30))
    pixels[:, 10:20] = 255
    save(tmp_path, "wide.png", pixels)
    assert (data.load_folder(str(tmp_path), 10) == 1).all()


def test_scaling_down_smooths_and_does_not_drop_lines(tmp_path):
    """Stripes of one pixel become grey; taking every eighth pixel would make them black or white."""
    save(tmp_path, "stripes.png", np.tile([0, 255], (64, 32)))
    image = data.load_folder(tmp_path, 8)[0]
    assert np.abs(image[:, 1:-1]).max() < 0.1


def test_colours_become_their_luma_and_transparency_white(tmp_path):
    save(tmp_path, "a_red.png", np.full((4, 4, 3), (255, 0, 0)))
    save(tmp_path, "b_clear.png", np.zeros((4, 4, 4)))
    red, clear = data.load_folder(tmp_path, 4)
    assert np.allclose(red, 0.299 * 2 - 1, atol=0.01) and (clear == 1).all()


def test_subfolders_are_read_and_other_files_are_left_out(tmp_path):
    save(tmp_path, "sevens/one.JPG", np.zeros((4, 4)), format="JPEG")
    save(tmp_path, "two.bmp", np.full((4, 4), 255))
    save(tmp_path, ".hidden/three.png", np.zeros((4, 4)))
    (tmp_path / "notes.txt").write_text("no image")
    assert data.load_folder(tmp_path, 4)[:, 0, 0, 0].tolist() == [-1, 1]


def test_a_photograph_is_turned_as_it_says(tmp_path):
    pixels = np.zeros((4, 4))
    pixels[0] = 255  # white at the top; orientation 6: to be turned by 90 degrees clockwise
    exif = Image.Exif()
    exif[0x0112] = 6
    save(tmp_path, "photo.png", pixels, exif=exif)
    image = data.load_folder(tmp_path, 4)[0, ..., 0]
    assert (image[:, -1] == 1).all() and (image[:, 0] == -1).all()


def test_a_broken_image_is_named(tmp_path):
    save(tmp_path, "good.png", np.zeros((4, 4)))
    (tmp_path / "broken.png").write_bytes((tmp_path / "good.png").read_bytes()[:40])
    with pytest.raises(ValueError, match="broken.png.* cannot be read as an image"):
        data.load_folder(tmp_path, 4)


def test_sixteen_bits_are_refused_and_not_cut_off(tmp_path):
    Image.fromarray(np.full((4, 4), 40_000, "uint16")).save(tmp_path / "deep.png")
    with pytest.raises(ValueError, match="deep.png.*more than 8 bits"):
        data.load_folder(tmp_path, 4)


def test_a_folder_without_images_says_what_is_expected(tmp_path):
    with pytest.raises(ValueError, match=r"no image in .*\.png"):
        data.load_folder(tmp_path, 28)


def test_a_path_that_is_no_folder_is_refused(tmp_path):
    save(tmp_path, "one.png", np.zeros((4, 4)))
    with pytest.raises(ValueError, match="must be a folder, but there is a file"):
        data.load_folder(tmp_path / "one.png", 28)
    with pytest.raises(ValueError, match="must be a folder, but there is nothing"):
        data.load_folder(tmp_path / "missing", 28)
    with pytest.raises(ValueError, match="must be the path of a folder, got 5"):
        data.load_folder(5, 28)


@pytest.mark.parametrize("size", [0, 2.5, "28", None, (28, 28)])
def test_a_size_that_is_no_whole_number_is_refused(tmp_path, size):
    with pytest.raises(ValueError, match="size must be a whole number of at least 1"):
        data.load_folder(tmp_path, size)
