"""The browser of the tests shows Chinese and reaches nothing but this machine."""

import pytest
from playwright.sync_api import Error

MEASURE = """text => {
  const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  context.font = '40px sans-serif';
  context.fillText(text, 0, 60);
  return context.getImageData(0, 0, 60, 80).data.join();
}"""


def test_chinese_is_drawn_and_not_replaced_by_boxes(open_page):
    page = open_page(390)
    assert page.evaluate(MEASURE, "直") != page.evaluate(MEASURE, "言")


def test_no_other_host_is_reached(open_page):
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        open_page(1280).goto("http://board.example/")
