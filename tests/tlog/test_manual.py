"""The worked examples in the docstrings do what they say."""

import doctest
import importlib
import pkgutil

import pytest

import forum.tlog

MODULES = [
    "forum.tlog",
    *(f"forum.tlog.{m.name}" for m in pkgutil.iter_modules(forum.tlog.__path__)),
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_manual_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", ["forum.tlog", "forum.tlog.note", "forum.tlog.merkle"])
def test_the_main_modules_have_an_example(name):
    assert doctest.testmod(importlib.import_module(name)).attempted >= 5
