"""A CSS selector or an XPath of a rule → an expression that the machine evaluates.

CSS is translated by cssselect. Two things are ours: ``::attr(name)`` and ``::text`` (as in Scrapy) give an attribute's
or the own text, and ``:scope`` (or a leading ``>``) is the entry itself.
"""

import re
from functools import lru_cache

from cssselect import GenericTranslator, HTMLTranslator, SelectorError
from cssselect.parser import CombinedSelector, FunctionalPseudoElement, Selector, parse

from .rules import MAX_RULE
from .xpath_syntax import BadExpression, Expression, parse_xpath

_XPATH_LIKE = re.compile(r"\.{0,2}/|\(|@|[a-z-]+\(|[a-z-]+::")
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,60}")
_MOST_SELECTORS = 20
_TRANSLATORS = {True: HTMLTranslator(), False: GenericTranslator()}
_EXPANDED = 40_000


def looks_like_xpath(text: str) -> bool:
    """Whether a selector whose language is not given is XPath (``//script``, ``string(…)``), else CSS."""
    return _XPATH_LIKE.match(text) is not None and not text.startswith("::")


def compile_selector(text: str, *, css: bool, html: bool = True) -> Expression:
    """Read a rule. Raises ``BadExpression`` with a reason in plain English."""
    if len(text) > MAX_RULE:
        raise BadExpression(f"longer than {MAX_RULE} characters")
    return _css(text, html) if css else parse_xpath(text)


def css_parts(text: str) -> list[str]:
    """A selector's beginnings, each one compound longer: ``.list``, ``.list > li``; [] for a group or a broken one."""
    try:
        (selector,) = parse(_scoped(text))
    except (SelectorError, ValueError, RecursionError):
        return []
    parts = []
    tree = selector.parsed_tree
    while True:
        parts.append(" ".join(Selector(tree).canonical().split()))
        if not isinstance(tree, CombinedSelector):
            return parts[::-1]
        tree = tree.selector


def css_as_xpath(text: str, *, within_entry: bool, html: bool = True) -> str:
    """The XPath that a selector means. Raises ``BadExpression``."""
    try:
        selectors = parse(_scoped(text))
        if len(selectors) > _MOST_SELECTORS:
            raise BadExpression("too many selectors")
        whole = " | ".join(
            _translated(selector, "descendant::" if within_entry else "//", html) for selector in selectors
        )
    except SelectorError as error:
        raise BadExpression(str(error)[:200]) from error
    except (RecursionError, ValueError) as error:
        raise BadExpression("the selector is not understood") from error
    if len(whole) > _EXPANDED:
        raise BadExpression("the selector is too long")
    return whole


@lru_cache(maxsize=512)
def _css(text: str, html: bool) -> Expression:
    return parse_xpath(css_as_xpath(text, within_entry=True, html=html))


def _scoped(text: str) -> str:
    return f":scope {text}" if text.startswith((">", "+", "~")) else text


def _translated(selector: Selector, prefix: str, html: bool) -> str:
    ending = _ending(selector)
    canonical = Selector(selector.parsed_tree).canonical()
    if canonical.startswith(":scope"):
        (selector,) = parse(canonical.replace(":scope", "*", 1))
        prefix = "self::"
    return _TRANSLATORS[html].selector_to_xpath(selector, prefix=prefix) + ending


def _ending(selector: Selector) -> str:
    pseudo = selector.pseudo_element
    if pseudo is None:
        return ""
    if isinstance(pseudo, FunctionalPseudoElement) and pseudo.name == "attr":
        name = str(pseudo.arguments[0].value) if len(pseudo.arguments) == 1 else ""
        if _NAME.fullmatch(name):
            return f"/@{name}"
    if pseudo == "text":
        return "/text()"
    raise BadExpression("after “::” only attr(name) and text are understood")
